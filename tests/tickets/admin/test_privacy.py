"""What a visitor asks of a manager: all that is kept of them, or that it is deleted."""

import json
from typing import Any

from django.test import Client

from tests.tickets.admin.conftest import Office, SignIn, open_office, url
from tickets.actions import lifecycle
from tickets.admin import privacy
from tickets.models import Activity, EventName, Ticket, User

LIST = url("ticket_changelist")


def choose(client: Client, action: str, *visits: Ticket, **more: str) -> Any:
    """The answer to an action that is taken on these rows of the list."""
    chosen = {"action": action, "index": 0, "_selected_action": [visit.pk for visit in visits]}
    return client.post(LIST, chosen | more)


def over(office: Office) -> Ticket:
    return lifecycle.serve(office.ticket, by=office.clerk)


def test_search_by_number_finds_the_visits_to_choose(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    found = sign_in(manager).get(LIST, {"q": "+372 555 12345"}).context["cl"].queryset

    assert list(found) == [office.ticket]


def test_export_is_a_document_with_all_that_is_kept_and_on_record(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    answer = choose(sign_in(manager), "export", office.ticket)

    told = json.loads(answer.content)
    [visit] = told["visits"]
    step = Activity.objects.latest("id")
    assert answer["Content-Disposition"].startswith('attachment; filename="personal-data-')
    assert (visit["id"], visit["location"]) == (str(office.ticket.pk), office.location.name)
    assert visit["kept_in"]["ticket"][0]["phone_number"] == "+37255512345"
    assert visit["kept_in"]["label"][0]["value"] == "VIP"
    assert visit["kept_in"]["message"][0]["body"] == "Hello!"
    assert (step.event, step.user, step.changes) == (
        EventName.EXPORTED,
        manager,
        {"visits": [None, 1]},
    )


def test_erase_asks_once_more_then_deletes(office: Office, manager: User, sign_in: SignIn) -> None:
    client, ticket = sign_in(manager), over(office)
    asked = choose(client, "erase", ticket)
    unchanged = Ticket.objects.get(pk=ticket.pk).first_name

    done = choose(client, "erase", ticket, sure="yes")

    step = Activity.objects.latest("id")
    assert (asked.status_code, asked.context["over"], unchanged) == (200, [ticket], "Jane")
    assert (done.status_code, Ticket.objects.get(pk=ticket.pk).first_name) == (302, "Redacted")
    assert (step.event, step.user) == (EventName.REDACTED, manager)
    page = client.get(url("ticket_change", ticket.pk)).content.decode()
    assert [text in page for text in ("Redacted", "Jane", "55512345", "VIP", "Hello!")] == [
        True,
        *[False] * 4,
    ]


def test_erase_names_who_is_still_here_and_what_to_do_first(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    client = sign_in(manager)

    asked = choose(client, "erase", office.ticket)
    choose(client, "erase", office.ticket, sure="yes")

    told = [str(message) for message in client.get(LIST).context["messages"]]
    assert (asked.context["over"], asked.context["still_here"]) == ([], [office.ticket])
    assert told == ["This visit is not over. Serve the visitor or remove them from the line first."]
    assert Ticket.objects.get(pk=office.ticket.pk).first_name == "Jane"


def test_manager_hands_out_and_deletes_nothing_of_other_locations(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    foreign = open_office()
    client, ticket = sign_in(manager), over(foreign)

    told = choose(client, "export", ticket)
    choose(client, "erase", ticket, sure="yes")

    assert json.loads(told.content)["visits"] == []
    assert Ticket.objects.get(pk=ticket.pk).first_name == "Jane"


def test_too_many_visits_at_once_are_refused(
    office: Office, manager: User, sign_in: SignIn, monkeypatch: Any
) -> None:
    monkeypatch.setattr(privacy, "MOST", 0)
    client = sign_in(manager)

    answers = [choose(client, name, office.ticket, sure="yes") for name in ("export", "erase")]

    told = {str(message) for message in client.get(LIST).context["messages"]}
    assert [answer.status_code for answer in answers] == [302, 302]
    assert told == {"Choose at most 0 visits at once: search for the visitor first."}
