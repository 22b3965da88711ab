"""Every REST call of the client library, in the stories in which people use it.

Each is checked twice: what the library's promise resolves to, and what then is in the database.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.client_library.conftest import Library, Refused
from tests.conftest import Figure
from tests.factories import (
    DeskFactory,
    DeviceFactory,
    InputFieldFactory,
    LineFactory,
    LocationFactory,
    clerk_of,
)
from tickets.api.v1 import resources
from tickets.models import (
    Activity,
    Desk,
    Device,
    DeviceKind,
    ExternalData,
    Line,
    Location,
    Ticket,
    User,
    Webhook,
)
from tickets.states import Status

CALL = re.compile(r'library\(\s*"(\w+\.\w+)"')


@dataclass
class Office:
    location: Location
    line: Line
    other_line: Line
    clerk: User
    colleague: User
    desk: Desk


@pytest.fixture
def office(transactional_db: None) -> Office:
    location = LocationFactory.create(name="City Hall", has_messages=True)
    line, other_line = LineFactory.create_batch(2, location=location)
    desk = DeskFactory.create(location=location, name="Desk 3")
    return Office(location, line, other_line, clerk_of(location), clerk_of(location), desk)


def row(ticket: Any) -> Ticket:
    return Ticket.objects.get(pk=ticket["id"] if isinstance(ticket, dict) else ticket)


def signed_in(library: Library, office: Office, name: str) -> Any:
    return library("tickets.create", office.line.pk, {"firstName": name})["id"]


def in_order(line: Line) -> list[str]:
    return [ticket.first_name for ticket in line.tickets.waiting().in_order()]


def test_every_method_of_the_library_is_in_a_story(library: Library, figure: Figure) -> None:
    told = set(CALL.findall(Path(__file__).read_text()))

    assert told == set(library.methods())
    figure("client library, REST methods called on a live server", f"{len(told)} of {len(told)}")


def test_a_visit_from_sign_in_to_served(library: Library, office: Office) -> None:
    extra = [
        {"title": "Order ID", "value": "A 1"},
        {"title": "Site", "value": "Open", "url": "https://x.y/"},
    ]
    visitor = {
        "firstName": "Jane",
        "lastName": "O'Eyre & co",
        "phoneNumber": 13185551234,
        "email": "j@e.com",
        "source": "MANUAL",
        "extra": extra,
    }
    jane = library("tickets.create", {"id": office.line.pk}, visitor)["id"]
    waiting = library("tickets.details", jane)
    assert waiting == resources.ticket(row(jane)) | {"statusCode": 200}
    assert {**visitor, "status": "NEW"}.items() <= waiting.items()

    called = library("tickets.call", jane, office.clerk.pk, office.desk.pk, False)  # noqa: FBT003  as in JS
    assert called["called"]["caller"] == office.clerk.pk
    assert called["called"]["desk"] == office.desk.pk
    assert row(jane).status == Status.CALLED

    assert library("tickets.recall", jane) == "success"
    assert Activity.objects.filter(ticket=jane, event="ticket.recalled").count() == 1
    assert library("tickets.addLabel", jane, "Has documents", office.clerk.pk) == "success"
    assert library("tickets.addLabel", jane, "Has documents") == "no action"
    assert library("tickets.addLabel", jane, "VIP") == "success"
    assert library("tickets.removeLabel", jane, "VIP", office.clerk.pk) == "success"
    assert [label.value for label in row(jane).labels.all()] == ["Has documents"]

    assert library("tickets.markServed", jane) == "success"
    served = library("tickets.details", jane)
    assert served == resources.ticket(row(jane)) | {"statusCode": 200}
    assert served["interactions"] == [
        {
            "start": served["called"]["date"],
            "end": served["served"]["date"],
            "line": office.line.pk,
            "user": office.clerk.pk,
        }
    ]


def test_a_repeated_create_makes_one_ticket(library: Library, office: Office) -> None:
    first, again = (
        library("tickets.create", office.line.pk, {"firstName": "Jane"}, "key-1") for _ in range(2)
    )

    assert first == again
    assert Ticket.objects.count() == 1


def test_search_and_count(library: Library, office: Office) -> None:
    _jane, john, _june = (signed_in(library, office, name) for name in ("Jane", "John", "June"))
    library("tickets.call", john, office.clerk.pk)
    criteria = {
        "line": [office.line.pk, office.other_line.pk],
        "location": office.location.pk,
        "status": ["NEW", "CALLED"],
        "minCreated": "2020-01-01T00:00:00Z",
        "maxCreated": 4_000_000_000,
    }
    scope = ["MESSAGES", "INTERACTIONS"]

    found = library(
        "tickets.search",
        {**criteria, "order": "created DESC", "limit": 2, "responseScope": scope},
    )

    assert [ticket["firstName"] for ticket in found] == ["June", "John"]
    assert found[1] == resources.ticket(row(john), frozenset(scope))
    assert library("tickets.count", criteria) == 3
    caller = {"caller": office.clerk.pk, "minCalled": "2020-01-01T00:00:00Z"}
    assert [ticket["id"] for ticket in library("tickets.search", caller)] == [str(john)]
    assert len(library("tickets.search", {})) == 3


def test_call_next_until_nobody_waits(library: Library, office: Office) -> None:
    jane, john = (signed_in(library, office, name) for name in ("Jane", "John"))
    lines = [{"$": "Line", "id": office.line.pk}, {"$": "Line", "id": office.other_line.pk}]

    first = library("tickets.callNext", lines, office.clerk.pk, office.desk.pk, True)  # noqa: FBT003  as in JS
    second = library("tickets.callNext", [office.line.pk], {"$": "User", "id": office.clerk.pk})
    nobody = library("tickets.callNext", [office.line.pk], office.clerk.pk)

    assert [first["id"], second["id"], nobody] == [str(jane), str(john), None]
    assert [row(ticket).status for ticket in (jane, john)] == [Status.SERVED, Status.CALLED]


def test_details_put_right(library: Library, office: Office) -> None:
    jane = library(
        "tickets.create", office.line.pk, {"firstName": "Jane", "lastName": "D", "email": "j@e.com"}
    )["id"]
    changes = {
        "firstName": "John",
        "line": office.other_line.pk,
        "phoneNumber": 3725551234,
        "extra": [{"title": "A", "value": "B"}],
        "user": office.clerk.pk,
    }

    assert library("tickets.edit", jane, changes) == "success"
    assert library("tickets.edit", jane, {"lastName": None}) == "success"
    assert library("tickets.edit", jane, {"email": ""}) == "success"

    edited = library("tickets.details", jane)
    assert edited == resources.ticket(row(jane)) | {"statusCode": 200}
    assert {name: edited.get(name) for name in ("firstName", "lastName", "email", "line")} == {
        "firstName": "John",
        "lastName": None,
        "email": None,
        "line": office.other_line.pk,
    }
    assert (edited["phoneNumber"], edited["extra"]) == (3725551234, changes["extra"])


def test_ways_back_and_out_of_the_line(library: Library, office: Office) -> None:
    jane, john, june = (signed_in(library, office, name) for name in ("Jane", "John", "June"))
    library("tickets.call", jane, office.clerk.pk)

    assert library("tickets.returnToQueue", jane, office.clerk.pk, "LAST") == "success"
    assert in_order(office.line) == ["John", "June", "Jane"]
    library("tickets.call", jane, office.clerk.pk)
    assert library("tickets.returnToQueue", jane, office.clerk.pk, "FIRST") == "success"
    assert in_order(office.line) == ["Jane", "John", "June"]

    assert library("tickets.reorder", jane, john) == "success"
    assert in_order(office.line) == ["John", "Jane", "June"]
    assert library("tickets.reorder", june, None) == "success"
    assert in_order(office.line) == ["June", "John", "Jane"]

    library("tickets.call", june, office.clerk.pk)
    assert library("tickets.markNoShow", june) == "success"
    assert row(june).status == Status.NOSHOW
    assert library("tickets.cancel", john, office.clerk.pk) == "success"
    assert row(john).status == Status.CANCELLED_BY_CLERK

    library("tickets.call", jane, office.clerk.pk)
    library("tickets.forward", jane, office.other_line.pk, office.clerk.pk)
    assert in_order(office.other_line) == ["Jane"]
    assert len(library("tickets.details", jane)["interactions"]) == 3


def test_a_visitor_of_one_clerk(library: Library, office: Office) -> None:
    jane = signed_in(library, office, "Jane")

    assert library("tickets.assignToUser", jane, office.clerk.pk, office.colleague.pk) == "success"
    assert library("tickets.details", jane)["assigned"] == {
        "assigner": office.clerk.pk,
        "assignee": office.colleague.pk,
    }
    assert library("tickets.callNext", [office.line.pk], office.clerk.pk) is None
    assert library("tickets.unassign", jane, office.clerk.pk) == "success"
    assert row(jane).assignee is None
    assert library("tickets.callNext", [office.line.pk], office.clerk.pk)["id"] == str(jane)


def test_what_is_known_of_a_visitor(library: Library, office: Office) -> None:
    served = signed_in(library, office, "June")
    library("tickets.call", served, office.clerk.pk)
    jane = library(
        "tickets.create", office.line.pk, {"firstName": "Jane", "phoneNumber": 3725551234}
    )["id"]

    expected = library("tickets.getEstimatedTimeOfService", jane)
    assert expected > row(jane).created_at.timestamp()
    assert library("tickets.sendMessage", jane, "Hello & welcome", office.clerk.pk) == "success"
    (message,) = library("tickets.getMessages", jane)
    assert (message["body"], message["type"], message["status"]) == (
        "Hello & welcome",
        "OUTGOING",
        "NEW",
    )
    assert row(jane).messages.get().user == office.clerk
    data = {"fields": [{"type": "text", "title": "Balance", "value": "12 €"}]}
    assert library("tickets.setExternalData", jane, "crm", "CRM", data) == "success"
    assert library("tickets.setExternalData", jane, "crm", "Our CRM", data) == "success"
    kept = ExternalData.objects.get(ticket=jane)
    assert (kept.provider, kept.title, kept.fields) == ("crm", "Our CRM", data["fields"])


def test_a_refusal_reaches_the_program_in_words(library: Library, office: Office) -> None:
    jane = signed_in(library, office, "Jane")

    with pytest.raises(Refused, match="Only a visitor who was called can be marked as served"):
        library("tickets.markServed", jane)

    assert row(jane).status == Status.NEW


def test_a_place_and_what_it_asks(library: Library, office: Office) -> None:
    InputFieldFactory.create(location=office.location, type="FIRST_NAME", title="First name")
    InputFieldFactory.create(location=office.location, title="Order ID", position=1)

    (listed,) = library("locations.list")
    details = library("locations.details", office.location.pk)
    desks = library("locations.getDesks", {"$": "Location", "id": office.location.pk})
    fields = library("locations.getInputFields", office.location.pk)

    assert (listed["id"], details["name"]) == (office.location.pk, "City Hall")
    assert desks == [{"id": office.desk.pk, "name": "Desk 3"}]
    assert [field["type"] for field in fields] == ["firstName", "line", "text"]


def test_lines_are_set_up(library: Library, office: Office) -> None:
    new = {"name": "Priority & Co", "color": "#00ff00"}
    made = library("lines.create", office.location.pk, new)["id"]

    library("lines.update", {"id": made, "name": "Front Desk", "color": "#ffffff"})
    library("lines.disable", made)
    assert library("lines.details", made) == {
        "id": made,
        "name": "Front Desk",
        "location": office.location.pk,
        "color": "#ffffff",
        "disabled": True,
        "statusCode": 200,
    }
    with pytest.raises(Refused, match="takes no new visitors"):
        library("tickets.create", made, {"firstName": "Jane"})
    library("lines.enable", made)
    assert Line.objects.get(pk=made).status == "ENABLED"
    library("lines.archive", made)
    assert Line.objects.get(pk=made).status == "ARCHIVED"
    listed = library("lines.list", office.location.pk)
    assert [line["id"] for line in listed] == [office.line.pk, office.other_line.pk]


def test_people_are_set_up(library: Library, office: Office) -> None:
    place = office.location.pk
    person = {
        "email": "anna@example.org",
        "firstName": "Anna",
        "lastName": "Tamm",
        "roles": [{"type": "CLERK", "location": place}],
    }
    made = int(library("users.create", person)["id"])

    library("users.addRole", made, {"type": "MANAGER", "location": place})
    library("users.selectDesk", made, office.desk.pk)
    library("users.setLines", made, [office.line.pk, office.other_line.pk])
    by_id, by_email = (library("users.details", each) for each in (made, "anna@example.org"))

    assert by_id == by_email
    assert [role["type"] for role in by_id["roles"]] == ["CLERK", "MANAGER"]
    anna = User.objects.get(pk=made)
    assert anna.desk == office.desk
    assert set(anna.selected_lines.all()) == {office.line, office.other_line}
    assert made in [user["id"] for user in library("users.list", place)]
    library("users.removeDesk", made)
    library("users.remove", made)
    anna.refresh_from_db()
    assert (anna.desk, anna.is_active) == (None, False)


def test_a_tv_is_named_and_taken_away(library: Library, office: Office) -> None:
    tv = DeviceFactory.create(location=office.location, kind=DeviceKind.TV, name="Lobby")

    assert library("devices.details", tv.pk)["name"] == "Lobby"
    library("devices.edit", tv.pk, "Lobby TV")
    assert Device.objects.get(pk=tv.pk).name == "Lobby TV"
    library("devices.remove", tv.pk)
    assert not Device.objects.filter(pk=tv.pk, is_active=True).exists()


def test_a_hook_is_registered_and_removed(library: Library) -> None:
    hook = library("webhooks.create", "https://example.com/hook")

    assert Webhook.objects.get(pk=hook["id"]).secret == hook["secret"]
    library("webhooks.remove", hook["id"])
    assert not Webhook.objects.filter(pk=hook["id"], is_active=True).exists()
