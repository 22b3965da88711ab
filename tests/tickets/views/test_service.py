"""The Service View: what it shows, to whom, and at what cost."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import CountQueries
from tests.factories import DeskFactory, LineFactory, LocationFactory, clerk_of, waiting_ticket
from tests.tickets.views.seen import seen
from tickets.actions import lifecycle, lines, messages, routing
from tickets.models import Line, Location, User

HTMX = {"HX-Request": "true", "HX-Target": "work"}


def page_of(location: Location) -> str:
    return reverse("tickets:service", args=[location.pk])


def test_home_leads_to_the_only_location(staff: Client, line: Line) -> None:
    response = staff.get("/", follow=True)

    assert response.redirect_chain[-1] == (page_of(line.location), 302)


def test_choose_location_lists_where_one_works(staff: Client, clerk: User) -> None:
    other = LocationFactory.create(name="Second office")
    clerk.roles.create(type="CLERK", location=other)

    response = staff.get(reverse("tickets:choose-location"))

    assert response.status_code == 200
    assert [each.name for each in response.context["locations"]] == sorted(
        role.location.name for role in clerk.roles.all() if role.location
    )


def test_choose_location_goes_to_the_one_remembered(staff: Client, clerk: User) -> None:
    other = LocationFactory.create()
    clerk.roles.create(type="CLERK", location=other)
    url = reverse("tickets:choose-location")
    staff.post(url, {"location": other.pk})

    response = staff.get(url)

    assert response["Location"] == page_of(other)


def test_choose_location_elsewhere_does_not_exist(staff: Client) -> None:
    other = LocationFactory.create()

    response = staff.post(reverse("tickets:choose-location"), {"location": other.pk})

    assert response.status_code == 404


def test_service_needs_a_sign_in(client: Client, line: Line) -> None:
    response = client.get(page_of(line.location))

    assert response.status_code == 302
    assert response["Location"] == f"{reverse('tickets:sign-in')}?next={page_of(line.location)}"


def test_service_of_another_location_does_not_exist(staff: Client) -> None:
    other = LineFactory.create()

    assert staff.get(page_of(other.location)).status_code == 404


def test_service_shows_who_waits_in_order(staff: Client, line: Line, clerk: User) -> None:
    first = waiting_ticket(line, by=clerk, first_name="Ann")
    second = waiting_ticket(line, by=clerk, first_name="Ben")
    routing.reorder(second, after=None, by=clerk)

    response = staff.get(page_of(line.location))

    assert seen(response).waiting == [second.pk, first.pk]


def test_service_shows_mine_and_my_colleagues_visitors(
    staff: Client, line: Line, clerk: User
) -> None:
    colleague = clerk_of(line.location)
    for _ in range(2):
        waiting_ticket(line, by=clerk)
    mine = lifecycle.call_next([line], by=clerk)
    theirs = lifecycle.call_next([line], by=colleague)

    response = staff.get(page_of(line.location))

    assert mine
    assert theirs
    assert seen(response).serving == [mine.pk]
    assert seen(response).elsewhere == [theirs.pk]


def test_service_shows_only_the_chosen_lines(staff: Client, line: Line, clerk: User) -> None:
    other = LineFactory.create(location=line.location)
    clerk.selected_lines.set([other])
    waiting_ticket(line, by=clerk)
    chosen = waiting_ticket(other, by=clerk)

    response = staff.get(page_of(line.location))

    assert seen(response).waiting == [chosen.pk]


def test_service_masks_the_phone_number(staff: Client, line: Line, clerk: User) -> None:
    waiting_ticket(line, by=clerk, phone_number="+37255123456")
    lifecycle.call_next([line], by=clerk)

    html = staff.get(page_of(line.location)).content.decode()

    assert html.count("•••3456") == 1
    assert html.count("55123456") == 0


def test_news_bring_only_what_the_page_lacks(staff: Client, line: Line, clerk: User) -> None:
    first = waiting_ticket(line, by=clerk)
    page = staff.get(page_of(line.location)).content.decode()
    have = " ".join(re.findall(r'data-parts="([^"]*)"', page))
    second = waiting_ticket(line, by=clerk)

    response = staff.get(page_of(line.location), headers=HTMX | {"X-Have": have})

    news = response.content.decode()
    assert response["HX-Reswap"] == "merge settle:0ms"
    assert news.count("<html") == 0
    assert [news.count(f'id="see-{ticket.pk}"') for ticket in (first, second)] == [0, 1]
    assert len(re.findall(r'id="rows" data-parts="(\S+ \S+)"', news)) == 1


def test_service_costs_the_same_with_one_row_and_three(
    staff: Client, line: Line, clerk: User, count_queries: CountQueries
) -> None:
    line.location.has_messages = True
    line.location.keeps_active_tickets_open = True
    line.location.save()
    costs = []
    for count in (1, 2):  # one row of each kind, then three
        for _ in range(count):
            desk = DeskFactory.create(location=line.location)
            colleague = clerk_of(line.location, desk=desk)
            for by in (clerk, colleague):
                called = waiting_ticket(line, by=clerk, labels=["VIP"], phone_number="+3725551234")
                messages.send(called, body="Hello", by=clerk)
                lifecycle.call(called, by=by, keep_open=True)
            routing.assign(
                waiting_ticket(line, by=clerk, labels=["VIP"]), assignee=colleague, by=clerk
            )
        staff.get(page_of(line.location))
        costs.append(count_queries(lambda: staff.get(page_of(line.location))))

    assert costs[0] == costs[1]


def test_every_page_for_staff_has_the_strict_headers(staff: Client, line: Line) -> None:
    response = staff.get(page_of(line.location))

    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("email", ["MARI@example.org", "mari@example.org"])
def test_sign_in_takes_the_e_mail_in_any_case(client: Client, line: Line, email: str) -> None:
    user = clerk_of(line.location, email="mari@example.org")
    user.set_password("a long password")
    user.save()

    response = client.post(
        reverse("tickets:sign-in"), {"username": email, "password": "a long password"}
    )

    assert response["Location"] == reverse("tickets:choose-location")


def test_sign_in_refuses_a_wrong_password(client: Client, db: None) -> None:
    response = client.post(
        reverse("tickets:sign-in"), {"username": "nobody@example.org", "password": "wrong"}
    )

    assert response.status_code == 200
    assert response.content.decode().count("There is a problem") == 1


def test_a_step_of_who_was_signed_out_leads_to_the_sign_in_page(client: Client, line: Line) -> None:
    headers = HTMX | {"HX-Current-URL": f"http://testserver{page_of(line.location)}"}

    response = client.post(f"/service/{line.location_id}/call-next/", headers=headers)

    sign_in = f"{reverse('tickets:sign-in')}?next={page_of(line.location)}"
    assert (response.status_code, response["HX-Redirect"]) == (200, sign_in)


def test_service_shows_who_was_missed_a_minute_ago(staff: Client, line: Line, clerk: User) -> None:
    missed = lifecycle.call(waiting_ticket(line, by=clerk), by=clerk)
    lifecycle.mark_no_show(missed, by=clerk)

    response = staff.get(page_of(line.location))

    assert seen(response).ended == [missed.pk]


def test_service_shows_an_archived_line_until_it_is_empty(
    staff: Client, line: Line, clerk: User
) -> None:
    LineFactory.create(location=line.location)
    missed = lifecycle.call(waiting_ticket(line, by=clerk), by=clerk)
    lifecycle.mark_no_show(missed, by=clerk)
    lines.archive(line, by=clerk)
    before = staff.get(page_of(line.location)).content.decode()
    lifecycle.rejoin(missed, by=clerk)

    response = staff.get(page_of(line.location))

    assert before.count("takes nobody new") == 0
    assert response.content.decode().count("takes nobody new") == 1
    assert seen(response).waiting == [missed.pk]


def test_undo_is_not_offered_for_what_a_colleague_changed_since(
    staff: Client, line: Line, clerk: User
) -> None:
    ticket = lifecycle.call(waiting_ticket(line, by=clerk), by=clerk)
    lifecycle.serve(ticket, by=clerk_of(line.location))

    response = staff.get(page_of(line.location))

    assert seen(response).last_step is None
