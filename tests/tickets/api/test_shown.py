"""What each call that reads shows to each kind of key: these names, no other ones, and no secret."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from tests.conftest import Figure
from tests.factories import DeskFactory, DeviceFactory, InputFieldFactory, waiting_ticket
from tests.tickets.api import calls, rights
from tests.tickets.api.calls import Call
from tests.tickets.api.conftest import picture, post
from tests.tickets.api.v2020 import calls as v2020_calls
from tests.tickets.api.v2020.conftest import send
from tickets.actions import lifecycle, messages, routing, staff
from tickets.models import ApiKey, Device, InputField, Ticket, User, Webhook

LOCATION = "id name latitude longitude country address selectingDeskMandatory timezoneOffset"
LINE = "id name location color disabled"
PERSON = "id email firstName lastName selectedLocation picture[].size picture[].url"
USER = f"{PERSON} desk roles[].id roles[].type roles[].location"
MESSAGE = "created.date type status body"
TIMES = "opens.hours opens.minutes closes.hours closes.minutes"
ERROR = "message developerMessage code param requestId"


def each(place: str, names: str) -> str:
    """These names in each item of a list."""
    return " ".join(f"{place}[].{name}" for name in names.split())


IN_SEARCH = (
    "id status source line firstName lastName phoneNumber email orderAfter created.date served.date "
    "called.date called.caller called.desk assigned.assigner assigned.assignee "
    f"{each('extra', 'title value url color')} {each('labels', 'value color')}"
)
TICKET = f"{IN_SEARCH} {each('interactions', 'start end line user')} {each('messages', MESSAGE)}"
CHANGES = each("changes", "field value previousValue")

#: By the route's name.
SHOWN = {
    "index": "version authentication locations tickets",
    "locations": each("data", LOCATION),
    "location": LOCATION,
    "location-lines": each("data", LINE),
    "location-desks": each("desks", "id name"),
    "location-users": each("data", PERSON),
    "location-devices": each("data", "id name type offline"),
    "location-fields": each("fields", "type title options[].title options[].color"),
    "line": LINE,
    "line-estimate": "estimatedPeopleWaiting estimatedTimeOfService",
    "search-tickets": each("data", IN_SEARCH),
    "count-tickets": "count",
    "ticket": TICKET,
    "ticket-messages": each("messages", MESSAGE),
    "ticket-audit": each("data", f"created.date action actor user {CHANGES}"),
    "ticket-estimate": "estimatedTimeOfService",
    "users": each("data", USER),
    "user": USER,
    "user-desk": "selectedDeskId",
    "user-lines": "selectedLines[]",
    "tv": "id name theme layout settings.lines[] settings.clearTickets "
    "settings.notificationViewLineVisible",
    "tv-empty-state": "layout message",
    "v1-create-line GET": each("data", LINE),
    "hours": each("mon.businessHours", TIMES),
    "exceptions": each("", f"date closed closedReason {each('businessHours', TIMES)}"),
}


def names(shown: Any, place: str = "") -> Iterator[str]:
    """The path of each value; what a change was from and to is in the words of the ticket."""
    if place.endswith(("changes[].value", "changes[].previousValue")):
        yield place
    elif isinstance(shown, dict):
        for name, inside in shown.items():
            yield from names(inside, f"{place}.{name}" if place else name)
    elif isinstance(shown, list):
        for inside in shown:
            yield from names(inside, f"{place}[]")
    else:
        yield place


def secrets() -> set[str]:
    """All that nobody may read here; the token of a picture is its address."""
    columns = [
        *User.objects.values_list("password", flat=True),
        *ApiKey.objects.values_list("secret_hash", flat=True),
        *Device.objects.values_list("secret_hash", flat=True),
        *Device.objects.values_list("code", flat=True),
        *Ticket.objects.values_list("visit_token", flat=True),
        *Ticket.objects.values_list("nonce", flat=True),
        *Webhook.objects.values_list("secret", flat=True),
    ]
    return {secret for secret in columns if secret and len(secret) >= 6}


def furnished(world: rights.World) -> tuple[Ticket, InputField, User]:
    """Location A with all that can be shown of it: a ticket that was served, one that waits, a clerk."""
    place, clerk = world.line.location, world.clerk
    owner = world.clients["account key"]
    place.latitude, place.longitude, place.address, place.has_messages = 59.4, 24.7, "Viru 1", True
    place.save(update_fields=["latitude", "longitude", "address", "has_messages"])
    staff.choose_location(clerk, location=place)
    staff.choose_desk(clerk, desk=DeskFactory.create(location=place), by=clerk)
    staff.choose_lines(clerk, location=place, lines=[world.line])
    owner.post(f"/v1/users/{clerk.pk}/picture", picture(), content_type="image/png")
    DeviceFactory.create(location=place, kind="TV")
    field = InputFieldFactory.create(location=place, type="SELECT")
    field.options.create(title="Visit", color="FF00FF", position=0)
    hours = {"opens": {"hours": 9, "minutes": 0}, "closes": {"hours": 17, "minutes": 0}}
    week: dict[str, Any] = {day: {} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    dates = [
        {"date": "2026-12-24", "closed": True, "closedReason": "Feast"},
        {"date": "2026-12-23", "businessHours": [hours]},
    ]
    path = f"/locations/{place.pk}/opening-hours"
    send(owner, "PUT", path, week | {"mon": {"businessHours": [hours]}})
    send(owner, "PUT", f"{path}/exceptions", dates)
    ticket = waiting_ticket(
        world.line, by=clerk, first_name="Jane", last_name="Doe", phone_number="+3725551234"
    )
    extra = '[{"title":"Notes","value":"x","url":"https://x.y/","color":"FF00AA"}]'
    path = f"/v1/tickets/{ticket.pk}"
    post(owner, f"{path}/edit", email="j@e.com", extra=extra, user=clerk.pk)
    post(owner, f"{path}/labels/add", value="VIP", user=clerk.pk)
    waiting = waiting_ticket(world.line, by=clerk)
    routing.reorder(Ticket.objects.get(pk=ticket.pk), after=waiting, by=clerk)
    routing.assign(Ticket.objects.get(pk=ticket.pk), assignee=clerk, by=clerk)
    messages.send(Ticket.objects.get(pk=ticket.pk), body="Hello", by=clerk)
    lifecycle.call(Ticket.objects.get(pk=ticket.pk), by=clerk, desk=clerk.desk)
    lifecycle.serve(Ticket.objects.get(pk=ticket.pk), by=clerk)
    return Ticket.objects.get(pk=ticket.pk), field, clerk


def reads(world: rights.World) -> Iterator[tuple[str, Call]]:
    """Every GET of both versions, to what there is most of in location A."""
    served, field, clerk = furnished(world)
    waiting = world.line.tickets.waiting().get()
    for name, row in calls.ROWS.items():
        if row.method == "GET" and row.names == "person":
            yield name, Call("GET", reverse(f"v1:{name}", kwargs={"name": clerk.pk}), {})
        elif row.method == "GET":
            yield name, calls.call_of(name, waiting if name == "ticket-estimate" else served)
    for name, newer in v2020_calls.ROWS.items():
        if newer.method == "GET":
            yield name, v2020_calls.call_of(name, served, field)


def test_z4_each_call_shows_the_names_in_the_table_and_no_others(db: None, figure: Figure) -> None:
    world = rights.world()
    other, leaks, seen, count = {}, [], {name: set[str]() for name in SHOWN}, 0

    for name, call in reads(world):
        hidden = secrets()
        for kind, answer in rights.answers(world.clients, call).items():
            is_shown = answer.status_code < 400
            found = set(names(answer.json())) - {"statusCode"}
            allowed = set((SHOWN[name] if is_shown else ERROR).split())
            count += 1
            if found - allowed:
                other[name, kind] = found - allowed
            if any(secret in answer.content.decode() for secret in hidden):
                leaks.append((name, kind))
            seen[name] |= found if is_shown else set()

    assert other == {}
    assert leaks == []
    never = {name: set(SHOWN[name].split()) - found for name, found in seen.items()}
    assert {name: missing for name, missing in never.items() if missing} == {}
    figure("Z4 answers to reads, by every kind of key", f"{count}, 0 other names, 0 secrets")
