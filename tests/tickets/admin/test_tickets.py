"""Tickets in the admin: statuses are changed by actions of the domain and by nothing else."""

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.http import HttpResponse

from tests.factories import waiting_ticket
from tests.tickets.admin.conftest import Office, SignIn, url
from tickets.actions import lifecycle, routing
from tickets.models import Activity, EventName, Ticket, User


def act(client: object, name: str, *tickets: Ticket) -> list[str]:
    """Take an action on the list; what the next page says."""
    posted = {"action": name, "_selected_action": [t.pk for t in tickets], "index": 0}
    answer: HttpResponse = client.post(url("ticket_changelist"), posted)  # type: ignore[attr-defined]
    assert answer.status_code == 302
    return [str(message) for message in get_messages(answer.wsgi_request)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "event", "status"),
    [
        ("serve", EventName.SERVED, "SERVED"),
        ("no_show", EventName.NO_SHOW, "NOSHOW"),
        ("return_first", EventName.RETURNED, "NEW"),
        ("return_last", EventName.RETURNED, "NEW"),
    ],
)
def test_action_on_a_called_ticket_is_on_record(
    name: str, event: EventName, status: str, office: Office, manager: User, sign_in: SignIn
) -> None:
    act(sign_in(manager), name, office.ticket)

    office.ticket.refresh_from_db()
    last = Activity.objects.latest("id")
    assert office.ticket.status == status
    assert (last.event, last.user, last.ticket) == (event, manager, office.ticket)


def test_cancel_removes_a_waiting_ticket(office: Office, manager: User, sign_in: SignIn) -> None:
    ticket = waiting_ticket(office.line)

    said = act(sign_in(manager), "cancel", ticket)

    ticket.refresh_from_db()
    assert ticket.status == "CANCELLED_BY_CLERK"
    assert said == ["Remove from the line: done for 1."]


def test_rejoin_after_a_no_show_waits_again(office: Office, manager: User, sign_in: SignIn) -> None:
    lifecycle.mark_no_show(office.ticket, by=office.clerk)

    act(sign_in(manager), "rejoin", office.ticket)

    office.ticket.refresh_from_db()
    assert office.ticket.status == "NEW"


def test_unassign_gives_the_visitor_back(office: Office, manager: User, sign_in: SignIn) -> None:
    ticket = routing.assign(waiting_ticket(office.line), assignee=office.clerk, by=manager)

    act(sign_in(manager), "unassign", ticket)

    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_refusals_are_told_for_each_ticket(office: Office, manager: User, sign_in: SignIn) -> None:
    waiting = waiting_ticket(office.line, first_name="Mari")

    said = act(sign_in(manager), "serve", waiting, office.ticket)

    waiting.refresh_from_db()
    refusal = "Only a visitor who was called can be marked as served. Mari is waiting."
    assert waiting.status == "NEW"
    assert said == [f"{waiting}: {refusal}", "Mark as served: done for 1."]


def test_action_on_the_ticket_page(office: Office, manager: User, sign_in: SignIn) -> None:
    posted = {"change_form-action": "serve", "_selected_action": office.ticket.pk, "index": 0}
    page = sign_in(manager).get(url("ticket_change", office.ticket.pk))
    posted = {
        page.context["action_form"]["action"].html_name: "serve",
        "_selected_action": office.ticket.pk,
    }

    answer = sign_in(manager).post(url("ticket_change", office.ticket.pk), posted)

    office.ticket.refresh_from_db()
    assert (answer.status_code, office.ticket.status) == (302, "SERVED")


def test_status_cannot_be_posted(office: Office, owner: User, sign_in: SignIn) -> None:
    posted = {"status": "SERVED", "first_name": "Other", "_save": "Save"}

    answer = sign_in(owner).post(url("ticket_change", office.ticket.pk), posted)

    office.ticket.refresh_from_db()
    assert answer.status_code == 403
    assert (office.ticket.status, office.ticket.first_name) == ("CALLED", "Jane")


def test_actions_leave_no_names_in_the_log_of_django(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    from django.contrib.admin.models import LogEntry

    act(sign_in(manager), "serve", office.ticket)

    assert LogEntry.objects.count() == 0


def test_ticket_page_shows_the_whole_visit(office: Office, manager: User, sign_in: SignIn) -> None:
    html = sign_in(manager).get(url("ticket_change", office.ticket.pk)).content.decode()

    for part in ("VIP", "Hello!", "+37255512345", str(office.desk), "Message written", "Called"):
        assert part in html
    assert office.ticket.visit_token not in html


@pytest.mark.parametrize(("day", "found"), [("today", 0), ("yesterday", 1)])
def test_day_filter_goes_by_the_local_clock(
    day: str, found: int, office: Office, manager: User, sign_in: SignIn
) -> None:
    Ticket.objects.update(numbered_on="2026-05-04")

    # 22:30 UTC is 01:30 of the next day in Tallinn.
    with time_machine.travel("2026-05-04T22:30:00Z", tick=False):
        client = sign_in(manager)
        rows = client.get(url("ticket_changelist"), {"day": day}).context["cl"].queryset

    assert rows.count() == found


def test_lines_are_a_filter_within_one_location(
    office: Office, owner: User, sign_in: SignIn
) -> None:
    client = sign_in(owner)

    page = client.get(url("ticket_changelist"), {"location__id__exact": office.location.pk})

    choices = {
        spec.title: spec.lookup_choices
        for spec in page.context["cl"].filter_specs
        if hasattr(spec, "lookup_choices")
    }
    assert choices.get("line", [(str(office.line.pk), str(office.line))]) == [
        (str(office.line.pk), str(office.line))
    ]
