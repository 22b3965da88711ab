"""Adding a visitor by hand, and looking at one visit closely."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import CountQueries
from tests.factories import InputFieldFactory, LineFactory, clerk_of, waiting_ticket
from tests.tickets.views.seen import seen
from tests.tickets.views.test_service import HTMX, page_of
from tickets.actions import external, labels, lifecycle
from tickets.actions.extras import ExtraValue
from tickets.models import Line, Source, Ticket, User


@pytest.fixture
def asked(line: Line) -> None:
    InputFieldFactory.create(
        location=line.location, type="FIRST_NAME", title="First", is_mandatory_before_added=True
    )
    InputFieldFactory.create(location=line.location, type="PHONE_NUMBER", title="Phone")
    InputFieldFactory.create(location=line.location, type="TEXT", title="Notes")


def add(client: Client, line: Line, headers: Any = None, **data: Any) -> Any:
    url = reverse("tickets:add-visitor", args=[line.location_id])
    return client.post(url, {"line": line.pk, "once": "token"} | data, headers=headers)


@pytest.mark.usefixtures("asked")
def test_add_puts_the_visitor_in_the_line(staff: Client, line: Line) -> None:
    notes = line.location.input_fields.get(title="Notes")

    response = add(
        staff, line, first_name="Jane", phone_number="5512 3456", **{f"field-{notes.pk}": "Ramp"}
    )

    ticket = Ticket.objects.get()
    assert response["Location"] == page_of(line.location)
    assert (ticket.line, ticket.source) == (line, Source.MANUAL)
    assert (ticket.first_name, ticket.phone_number) == ("Jane", "+37255123456")
    assert [(extra.title, extra.value) for extra in ticket.extras.all()] == [("Notes", "Ramp")]


@pytest.mark.usefixtures("asked")
def test_add_submitted_twice_makes_one_ticket(staff: Client, line: Line) -> None:
    for _ in range(2):
        add(staff, line, first_name="Jane")

    assert Ticket.objects.count() == 1


@pytest.mark.usefixtures("asked")
def test_add_keeps_what_was_typed_and_names_the_field(staff: Client, line: Line) -> None:
    response = add(staff, line, phone_number="12")

    html = response.content.decode()
    assert (response.status_code, Ticket.objects.count()) == (422, 0)
    assert html.count('value="12"') == 1
    assert html.count("Enter your first name.") == 2  # in the summary and beside the field
    assert html.count("<title>Error: ") == 1


@pytest.mark.usefixtures("asked")
def test_add_under_htmx_shows_errors_in_the_drawer(staff: Client, line: Line) -> None:
    response = add(staff, line, headers=HTMX)

    assert (response.status_code, response["HX-Retarget"]) == (422, "#drawer-content")
    assert response.content.decode().count("<html") == 0


@pytest.mark.usefixtures("asked")
def test_add_under_htmx_shows_the_work(staff: Client, line: Line) -> None:
    response = add(staff, line, headers=HTMX, first_name="Jane")

    assert seen(response).waiting == [Ticket.objects.get().pk]
    assert response.content.decode().count("Jane is in the line.") == 1


def test_add_to_another_location_s_line_is_refused(staff: Client, line: Line) -> None:
    url = reverse("tickets:add-visitor", args=[line.location_id])

    response = staff.post(url, {"line": LineFactory.create().pk})

    assert (response.status_code, Ticket.objects.count()) == (422, 0)


def test_add_does_not_exist_elsewhere(staff: Client) -> None:
    other = LineFactory.create()

    assert add(staff, other).status_code == 404


def test_details_show_the_visit_and_its_timeline(staff: Client, line: Line, clerk: User) -> None:
    ticket = waiting_ticket(line, by=clerk, first_name="Jane")
    lifecycle.call(ticket, by=clerk)

    response = staff.get(reverse("tickets:ticket", args=[ticket.pk]))

    assert [each.activity.event for each in response.context["timeline"]] == [
        "ticket.called",
        "ticket.created",
    ]


def test_details_of_another_location_s_visit_do_not_exist(staff: Client) -> None:
    ticket = waiting_ticket(LineFactory.create())

    assert staff.get(reverse("tickets:ticket", args=[ticket.pk])).status_code == 404


def test_details_cost_the_same_with_one_step_and_three(
    staff: Client, line: Line, clerk: User, count_queries: CountQueries
) -> None:
    ticket = waiting_ticket(line, by=clerk, labels=["A"])
    url = reverse("tickets:ticket", args=[ticket.pk])
    costs = []
    for names in ([], ["B", "C"]):
        for name in names:
            labels.add(ticket, value=name, by=clerk_of(line.location))
        staff.get(url)
        costs.append(count_queries(lambda: staff.get(url)))

    assert costs[0] == costs[1]


def test_details_show_what_other_programs_know_escaped_and_in_local_time(
    staff: Client, line: Line, clerk: User
) -> None:
    ticket = waiting_ticket(line, by=clerk)
    item = {
        "title": "Order <17>",
        "text": "two pairs",
        "url": "https://shop.example.org/17?a=1&b=2",
        "footer": "paid",
        "timestamp": "2026-01-05T09:00:00Z",
    }
    fields = [
        {"type": "message", "content": "<script>alert(1)</script>", "importance": "error"},
        {"type": "email", "title": "E-mail", "value": "j@e.com"},
        {"type": "list", "title": "Orders", "items": [item, {"title": "Order 18"}]},
    ]
    external.put(ticket, provider="crm", title="CRM & co", fields=fields, by=clerk)

    html = staff.get(reverse("tickets:ticket", args=[ticket.pk])).content.decode()

    parts = (
        "<h2><bdi>CRM &amp; co</bdi></h2>",
        'class="notice notice--error"><bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>',
        "<dd><bdi>j@e.com</bdi></dd>",
        'href="https://shop.example.org/17?a=1&amp;b=2" rel="noopener noreferrer"',
        ">Order &lt;17&gt;</bdi>",
        "<bdi>two pairs</bdi>",
        ">5 Jan 2026, 11:00</time>",
        "<bdi>paid</bdi>",
        "<bdi>Order 18</bdi>",
    )
    assert {part: html.count(part) for part in parts} == dict.fromkeys(parts, 1)
    assert html.count("<script>alert") == 0


def test_details_without_other_programs_have_no_empty_part(
    staff: Client, line: Line, clerk: User
) -> None:
    ticket = waiting_ticket(line, by=clerk)

    html = staff.get(reverse("tickets:ticket", args=[ticket.pk])).content.decode()

    part = html.partition('id="visit-external"')[2].partition("</div>")[0]
    assert part.partition(">")[2].strip() == ""


def test_labels_are_added_and_removed(staff: Client, line: Line, clerk: User) -> None:
    ticket = waiting_ticket(line, by=clerk, labels=["Old"])

    staff.post(reverse("tickets:add-label", args=[ticket.pk]), {"value": "VIP"})
    staff.post(reverse("tickets:remove-label", args=[ticket.pk]), {"value": "Old"})

    assert [label.value for label in ticket.labels.all()] == ["VIP"]


@pytest.mark.parametrize("value", ["", "x" * 51])
def test_add_label_refuses_nothing_and_too_much(
    staff: Client, line: Line, clerk: User, value: str
) -> None:
    ticket = waiting_ticket(line, by=clerk)

    response = staff.post(reverse("tickets:add-label", args=[ticket.pk]), {"value": value})

    assert (response.status_code, ticket.labels.count()) == (422, 0)


@pytest.mark.parametrize("name", ["add-label", "remove-label"])
def test_labels_of_another_location_do_not_exist(staff: Client, name: str) -> None:
    ticket = waiting_ticket(LineFactory.create(), labels=["VIP"])

    response = staff.post(reverse(f"tickets:{name}", args=[ticket.pk]), {"value": "VIP"})

    assert (response.status_code, ticket.labels.count()) == (404, 1)


@pytest.mark.usefixtures("asked")
def test_add_asks_only_what_concerns_the_chosen_line(staff: Client, line: Line) -> None:
    other = LineFactory.create(location=line.location)
    passport = InputFieldFactory.create(
        location=line.location, title="Passport", is_mandatory_before_added=True
    )
    passport.lines.set([other])

    add(staff, line, first_name="Jane", **{f"field-{passport.pk}": "X1"})
    refused = add(staff, other, first_name="Joan", once="another")

    assert [ticket.first_name for ticket in Ticket.objects.all()] == ["Jane"]
    assert Ticket.objects.get().extras.count() == 0
    assert list(refused.context["form"].errors) == [f"field-{passport.pk}"]


@pytest.mark.usefixtures("asked")
def test_edit_puts_right_what_is_known(staff: Client, line: Line, clerk: User) -> None:
    free = ExtraValue(title="From the API", value="stays")
    ticket = waiting_ticket(line, by=clerk, first_name="Jnae", extras=[free])
    notes = line.location.input_fields.get(title="Notes")
    url = reverse("tickets:edit-visitor", args=[ticket.pk])
    shown = staff.get(url).context["form"].initial

    response = staff.post(url, {"first_name": "Jane", f"field-{notes.pk}": "Ramp"})

    ticket.refresh_from_db()
    assert (shown["first_name"], ticket.first_name) == ("Jnae", "Jane")
    assert {(each.title, each.value) for each in ticket.extras.all()} == {
        ("Notes", "Ramp"),
        ("From the API", "stays"),
    }
    assert response["Location"] == reverse("tickets:ticket", args=[ticket.pk])


@pytest.mark.usefixtures("asked")
def test_edit_refuses_with_the_field_and_keeps_what_was_typed(
    staff: Client, line: Line, clerk: User
) -> None:
    ticket = waiting_ticket(line, by=clerk, first_name="Jane")

    response = staff.post(reverse("tickets:edit-visitor", args=[ticket.pk]), {"phone_number": "12"})

    ticket.refresh_from_db()
    assert (response.status_code, ticket.first_name) == (422, "Jane")
    assert set(response.context["form"].errors) == {"first_name", "phone_number"}
    assert response.content.decode().count('value="12"') == 1


def test_edit_of_another_location_s_visitor_does_not_exist(staff: Client) -> None:
    ticket = waiting_ticket(LineFactory.create())

    assert staff.get(reverse("tickets:edit-visitor", args=[ticket.pk])).status_code == 404


@pytest.mark.usefixtures("asked")
def test_a_missing_mandatory_answer_is_no_dead_end(staff: Client, line: Line, clerk: User) -> None:
    line.location.input_fields.filter(title="Notes").update(is_mandatory_before_served=True)
    notes = line.location.input_fields.get(title="Notes")
    ticket = lifecycle.call(waiting_ticket(line, by=clerk, first_name="Jane"), by=clerk)
    serve = reverse("tickets:serve-ticket", args=[ticket.pk])
    refused = staff.post(serve)

    staff.post(
        reverse("tickets:edit-visitor", args=[ticket.pk]),
        {"first_name": "Jane", f"field-{notes.pk}": "Ramp"},
    )
    staff.post(serve)

    ticket.refresh_from_db()
    assert (refused.status_code, ticket.status) == (409, "SERVED")
