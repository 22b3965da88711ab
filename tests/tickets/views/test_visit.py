"""One visit closely: what can be done there, what is told of it, and what stays hidden."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.conftest import CountQueries, Figure
from tests.factories import InputFieldFactory, LineFactory, clerk_of, waiting_ticket
from tickets.actions import details, labels, lifecycle, messages, privacy, routing, undo
from tickets.actions.extras import ExtraValue
from tickets.models import Activity, EventName, Line, Ticket, User
from tickets.models.tickets import NUMBER_AS_TYPED
from tickets.states import Status
from tickets.views import visit

HTMX = {"HX-Request": "true", "HX-Target": "drawer-content"}
PHONE = "+37255123456"

under_htmx_and_plain = pytest.mark.parametrize("headers", [HTMX, None], ids=["htmx", "plain"])


@pytest.fixture
def colleague(line: Line) -> User:
    return clerk_of(line.location, first_name="Jaan", last_name="Kask")


@pytest.fixture
def ticket(line: Line, clerk: User) -> Ticket:
    line.location.has_messages = True
    line.location.save()
    return waiting_ticket(line, by=clerk, first_name="Jane", phone_number=PHONE)


def page_of(ticket: Ticket) -> str:
    return reverse("tickets:ticket", args=[ticket.pk])


def take(client: Client, name: str, ticket: Ticket, headers: Any = None, **data: Any) -> Any:
    """Send a form of the visit's page, as it is there without JavaScript unless `headers` say."""
    url = reverse(f"tickets:{name}", args=[ticket.pk])
    return client.post(url, {"stay": "visit"} | data, headers=headers)


def order_of(line: Line) -> list[Ticket]:
    return list(Ticket.objects.waiting().filter(line=line).in_order())


def stays(response: Any, ticket: Ticket) -> bool:
    return bool(response["Location"] == page_of(ticket))


# The next steps


def test_assign_and_take_off(staff: Client, ticket: Ticket, colleague: User) -> None:
    assigned = take(staff, "assign-ticket", ticket, assignee=colleague.pk)
    assignee = Ticket.objects.get(pk=ticket.pk).assignee
    taken_off = take(staff, "unassign-ticket", ticket)

    assert assignee == colleague
    assert Ticket.objects.get(pk=ticket.pk).assignee is None
    assert stays(assigned, ticket)
    assert stays(taken_off, ticket)


def test_assign_offers_who_works_here_and_is_active(
    staff: Client, ticket: Ticket, clerk: User, colleague: User
) -> None:
    clerk_of(ticket.location, is_active=False)
    clerk_of(LineFactory.create().location)

    response = staff.get(page_of(ticket))

    assert set(response.context["colleagues"]) == {clerk, colleague}


@pytest.mark.parametrize("chosen", ["", "x", "0", "9" * 25])
def test_assign_to_nobody_is_refused(staff: Client, ticket: Ticket, chosen: str) -> None:
    response = take(staff, "assign-ticket", ticket, assignee=chosen)

    assert response.status_code == 409
    assert "Choose a colleague who works here." in response.content.decode()


def test_assign_to_somebody_elsewhere_is_refused(staff: Client, ticket: Ticket) -> None:
    stranger = clerk_of(LineFactory.create().location)

    response = take(staff, "assign-ticket", ticket, assignee=stranger.pk)

    assert (response.status_code, Ticket.objects.get(pk=ticket.pk).assignee) == (409, None)


@pytest.mark.parametrize(
    ("who", "to", "expected"),
    [
        (0, "UP", [0, 1, 2, 3]),
        (1, "UP", [1, 0, 2, 3]),
        (3, "UP", [0, 1, 3, 2]),
        (0, "DOWN", [1, 0, 2, 3]),
        (2, "DOWN", [0, 1, 3, 2]),
        (3, "DOWN", [0, 1, 2, 3]),
        (3, "TOP", [3, 0, 1, 2]),
        (0, "TOP", [0, 1, 2, 3]),
        (2, "sideways", [0, 1, 2, 3]),
    ],
)
def test_us12_move_by_a_button(
    staff: Client, line: Line, clerk: User, who: int, to: str, expected: list[int]
) -> None:
    tickets = [waiting_ticket(line, by=clerk) for _ in range(4)]

    response = take(staff, "move-ticket", tickets[who], to=to)

    assert [tickets.index(each) for each in order_of(line)] == expected
    assert stays(response, tickets[who])


def test_move_passes_nobody_of_another_line_without_need(
    staff: Client, line: Line, clerk: User
) -> None:
    other = LineFactory.create(location=line.location)
    first, elsewhere, before, moved = (
        waiting_ticket(each, by=clerk) for each in (line, other, line, line)
    )

    take(staff, "move-ticket", moved, to="UP")

    everybody = Ticket.objects.waiting().filter(location=line.location).in_order()
    assert list(everybody) == [first, elsewhere, moved, before]


def test_move_of_the_first_says_so_and_leaves_no_trace(staff: Client, ticket: Ticket) -> None:
    response = take(staff, "move-ticket", ticket, headers=HTMX, to="UP")

    assert response.content.decode().count("Jane is the first in the line.") == 1
    assert Activity.objects.filter(event=EventName.REORDERED).count() == 0


def test_move_of_somebody_called_is_refused(staff: Client, ticket: Ticket, colleague: User) -> None:
    lifecycle.call(ticket, by=colleague)

    response = take(staff, "move-ticket", ticket, to="UP")

    assert response.status_code == 409
    assert response.content.decode().count("Jane is being served by Jaan Kask.") == 1


def test_us12_thirty_moves_in_a_line_of_ten(line: Line, clerk: User, figure: Figure) -> None:
    tickets = [waiting_ticket(line, by=clerk) for _ in range(10)]
    expected = list(tickets)

    for count in range(30):
        moved = expected[count * 7 % 10]
        place = expected.index(moved)
        to = ("UP", "DOWN", "TOP")[count % 3]
        routing.move(moved, to=to, by=clerk)  # type: ignore[arg-type]
        expected.remove(moved)
        expected.insert({"UP": max(place - 1, 0), "DOWN": place + 1, "TOP": 0}[to], moved)

    assert order_of(line) == expected
    figure("US12 moves by button, of those in the wrong place", "30, 0")


def test_change_of_the_line(staff: Client, ticket: Ticket) -> None:
    other = LineFactory.create(location=ticket.location)

    response = take(staff, "change-line", ticket, line=other.pk)

    assert Ticket.objects.get(pk=ticket.pk).line == other
    assert stays(response, ticket)


def test_change_of_the_line_of_somebody_called_is_refused(
    staff: Client, ticket: Ticket, colleague: User
) -> None:
    lifecycle.call(ticket, by=colleague)
    other = LineFactory.create(location=ticket.location)

    assert take(staff, "change-line", ticket, line=other.pk).status_code == 409


#: What a clerk may ask of a visitor whom a colleague is serving since, and what comes with it.
TOO_LATE: dict[str, dict[str, Any]] = {
    "call-ticket": {},
    "cancel-ticket": {},
    "rejoin-ticket": {},
    "move-ticket": {"to": "TOP"},
    "unassign-ticket": {},
    "change-line": {"line": "other"},
}


@under_htmx_and_plain
@pytest.mark.parametrize("name", TOO_LATE)
def test_us3_the_loser_reads_who_and_where(
    staff: Client, ticket: Ticket, colleague: User, figure: Figure, name: str, headers: Any
) -> None:
    other = LineFactory.create(location=ticket.location)
    desk = ticket.location.desks.create(name="Desk 7")
    data = {k: other.pk if v == "other" else v for k, v in TOO_LATE[name].items()}
    lifecycle.call(ticket, by=colleague, desk=desk)
    before = Ticket.objects.values().get(pk=ticket.pk)

    response = take(staff, name, ticket, headers=headers, **data)

    html = response.content.decode()
    assert response.status_code == (200 if headers else 409)
    assert html.count("Jane is being served by Jaan Kask at Desk 7.") == 1
    assert Ticket.objects.values().get(pk=ticket.pk) == before
    if headers:  # and the page is fresh
        assert html.count('id="visit-head" hx-swap-oob="true"') == 1
        assert "Being served" in html
    figure(f"US3 told who and where, {name}, {'htmx' if headers else 'plain'}", "1 of 1")


@pytest.mark.parametrize(
    "name",
    [
        *TOO_LATE,
        "assign-ticket",
        "write-note",
        "write-message",
        "read-messages",
        "reveal-number",
        "edit-visitor",
        "add-label",
        "remove-label",
    ],
)
def test_steps_of_another_location_s_visit_do_not_exist(staff: Client, name: str) -> None:
    ticket = waiting_ticket(LineFactory.create())

    assert take(staff, name, ticket).status_code == 404


# Live parts


def test_refresh_says_nothing_while_nothing_changed(
    staff: Client, ticket: Ticket, clerk: User
) -> None:
    seen = staff.get(page_of(ticket)).context["seen"]
    quiet = staff.get(page_of(ticket), {"seen": seen}, headers=HTMX)
    labels.add(ticket, value="VIP", by=clerk)

    response = staff.get(page_of(ticket), {"seen": seen}, headers=HTMX)

    assert quiet.status_code == 204
    assert response.content.decode().count("<bdi>VIP</bdi>") == 2  # as a label, and in the timeline


def test_refresh_brings_every_live_part_and_none_with_a_text_box(
    staff: Client, ticket: Ticket
) -> None:
    html = staff.get(page_of(ticket), {"seen": ""}, headers=HTMX).content.decode()

    parts = re.findall(r'id="([\w-]+)"\s+hx-swap-oob="true"', html)
    boxes = re.findall(r"<textarea|<select|<input(?![^>]*hidden)", html)
    assert sorted(parts) == sorted(
        f"visit-{name}"
        for name in (
            *("assigned", "chat", "external", "head", "known"),
            *("labels", "lines", "next", "seen", "timeline"),
        )
    )
    assert boxes == []


def test_drawer_costs_the_same_with_one_of_everything_and_three(
    staff: Client, ticket: Ticket, clerk: User, count_queries: CountQueries
) -> None:
    costs = []
    for count in (1, 2):
        for number in range(count):
            name = f"{count}-{number}"
            other = LineFactory.create(location=ticket.location)
            labels.add(ticket, value=name, by=clerk)
            messages.receive(ticket, body=name)
            messages.send(ticket, body=name, by=clerk)
            old = waiting_ticket(
                other,
                by=clerk_of(ticket.location),
                phone_number=PHONE,
                labels=[name],
                extras=[ExtraValue(title="Notes", value=name)],
            )
            lifecycle.cancel(old, by=clerk)
            details.edit(ticket, by=clerk, line=other, extras=[ExtraValue(title=name, value="x")])
            routing.assign(ticket, assignee=clerk_of(ticket.location), by=clerk)
        costs.append(count_queries(lambda: staff.get(page_of(ticket), headers=HTMX)))

    assert costs[0] == costs[1]


# Timeline and undo


def told(client: Client, ticket: Ticket) -> list[tuple[str, list[tuple[str, str, str]]]]:
    steps = client.get(page_of(ticket)).context["timeline"]
    return [(s.title, [(c.what, c.before, c.after) for c in s.changes]) for s in steps]


def test_timeline_says_from_what_to_what(
    staff: Client, ticket: Ticket, line: Line, clerk: User, colleague: User
) -> None:
    other = LineFactory.create(location=line.location, name="Parking")
    desk = line.location.desks.create(name="Desk 7")
    details.edit(
        ticket,
        by=clerk,
        line=other,
        first_name="Joan",
        phone_number="+37255999999",
        extras=[ExtraValue(title="Order", value="17")],
    )
    labels.replace(ticket, values=["VIP"], by=clerk)
    labels.replace(ticket, values=["Deaf"], by=clerk)
    routing.assign(ticket, assignee=colleague, by=clerk)
    lifecycle.call(ticket, by=clerk, desk=desk)
    routing.forward(ticket, line=line, by=clerk)

    assert told(staff, ticket) == [
        ("Forwarded", [("Line", "Parking", line.name), ("Assigned to", "Jaan Kask", "")]),
        ("Called", [("Desk", "", "Desk 7")]),
        ("Assigned", [("Assigned to", "", "Jaan Kask")]),
        ("Labels changed", [("Taken off", "VIP", ""), ("Added", "", "Deaf")]),
        ("Labels changed", [("Added", "", "VIP")]),
        (
            "Edited",
            [
                ("Line", line.name, "Parking"),
                ("First name", "Jane", "Joan"),
                ("Mobile", "•••3456", "•••9999"),
                ("Order", "", "17"),
            ],
        ),
        ("Signed in", [("Line", "", line.name)]),
    ]


def test_timeline_tells_up_from_down(staff: Client, line: Line, clerk: User) -> None:
    tickets = [waiting_ticket(line, by=clerk) for _ in range(3)]

    take(staff, "move-ticket", tickets[1], to="DOWN")
    take(staff, "move-ticket", tickets[1], to="TOP")

    titles = [title for title, _changes in told(staff, tickets[1])]
    assert titles == ["Moved up in the line", "Moved down in the line", "Signed in"]


def test_timeline_offers_undo_of_what_this_clerk_can_take_back(
    staff: Client, ticket: Ticket, clerk: User, colleague: User
) -> None:
    labels.add(ticket, value="Mine", by=clerk)
    labels.add(ticket, value="Theirs", by=colleague)
    details.edit(ticket, first_name="Joan", by=clerk)
    details.edit(ticket, first_name="Jo", by=colleague)
    lifecycle.recall(lifecycle.call(ticket, by=clerk), by=clerk)

    steps = staff.get(page_of(ticket)).context["timeline"]

    assert [(step.activity.event, step.can_undo) for step in steps] == [
        (EventName.RECALLED, False),
        (EventName.CALLED, True),
        (EventName.EDITED, False),
        (EventName.EDITED, False),  # changed by the colleague since
        (EventName.LABELED, False),
        (EventName.LABELED, True),
        (EventName.CREATED, False),  # called since
    ]


@under_htmx_and_plain
def test_undo_from_the_timeline(staff: Client, ticket: Ticket, clerk: User, headers: Any) -> None:
    labels.add(ticket, value="VIP", by=clerk)
    added = ticket.activities.latest("id")
    url = reverse("tickets:undo", args=[ticket.location_id])

    response = staff.post(url, {"activity": added.pk, "stay": "visit"}, headers=headers)

    assert ticket.labels.count() == 0
    assert told(staff, ticket)[0] == ("Undone: Labels changed", [])
    assert response.status_code == (200 if headers else 302)


def test_undoable_is_what_undo_takes(ticket: Ticket, clerk: User) -> None:
    labels.add(ticket, value="VIP", by=clerk)
    lifecycle.call(ticket, by=clerk)
    rows = list(ticket.activities.select_related("undone_by", "message").order_by("-id"))

    offered = undo.undoable(rows, by=clerk)

    assert offered == {row.pk for row in rows if row.event != EventName.CREATED}
    for row in rows:
        if row.pk in offered:
            undo.undo(row, by=clerk)


# Phone number


def test_p6_number_is_masked_everywhere_until_it_is_revealed(
    staff: Client, ticket: Ticket, clerk: User, figure: Figure
) -> None:
    details.edit(ticket, by=clerk, phone_number="+37255999999")
    details.edit(ticket, by=clerk, phone_number=PHONE)
    pages = [
        page_of(ticket),
        reverse("tickets:edit-visitor", args=[ticket.pk]),
        reverse("tickets:service", args=[ticket.location_id]),
    ]

    leaks = [
        url
        for url in pages
        for headers in (None, HTMX)
        if re.search("55123456|55999999", staff.get(url, headers=headers).content.decode())
    ]

    assert leaks == []
    assert staff.get(page_of(ticket)).content.decode().count("•••3456") == 3
    figure("P6 pages that show a whole number unasked", f"0 of {2 * len(pages)}")


@under_htmx_and_plain
def test_p6_reveal_shows_the_number_once_it_is_on_record(
    staff: Client, ticket: Ticket, clerk: User, figure: Figure, headers: Any
) -> None:
    response = take(staff, "reveal-number", ticket, headers=headers)

    shown = ticket.activities.get(event=EventName.REVEALED)
    page = response if headers else staff.get(response["Location"])
    later = staff.get(page_of(ticket), {"seen": "", "shown": str(shown.pk)}, headers=HTMX)
    assert shown.user == clerk
    assert page.content.decode().count(PHONE) == 1
    assert later.content.decode().count(PHONE) == 1
    assert staff.get(page_of(ticket)).content.decode().count(PHONE) == 0
    assert told(staff, ticket)[0] == ("Mobile number shown", [])
    assert not staff.get(page_of(ticket)).context["timeline"][0].can_undo
    figure(f"P6 reveals on record, {'htmx' if headers else 'plain'}", "1 of 1")


def test_p6_a_colleague_s_reveal_shows_nothing(
    staff: Client, ticket: Ticket, colleague: User
) -> None:
    theirs = details.reveal(ticket, by=colleague)

    html = staff.get(page_of(ticket), {"shown": theirs.pk}).content.decode()

    assert html.count(PHONE) == 0


def test_p6_a_reveal_of_another_visit_shows_nothing(
    staff: Client, ticket: Ticket, clerk: User, line: Line
) -> None:
    another = waiting_ticket(line, by=clerk, phone_number="+37255000000")
    shown = details.reveal(another, by=clerk)

    html = staff.get(page_of(ticket), {"shown": shown.pk}).content.decode()

    assert html.count(PHONE) == 0


@under_htmx_and_plain
def test_p6_number_as_it_was_typed_is_masked_until_it_is_revealed(
    staff: Client, line: Line, clerk: User, figure: Figure, headers: Any
) -> None:
    typed = [ExtraValue(title=NUMBER_AS_TYPED, value="5512 34 or 35")]
    ticket = waiting_ticket(line, by=clerk, extras=typed)
    before = [staff.get(reverse("tickets:service", args=[line.location_id]))]
    lifecycle.call(ticket, by=clerk)
    pages = [("tickets:ticket", ticket.pk), ("tickets:service", line.location_id)]
    pages.append(("tickets:edit-visitor", ticket.pk))

    unasked = before + [staff.get(reverse(name, args=[pk]), headers=headers) for name, pk in pages]
    edit(staff, ticket, first_name="Joan", **{f"extra-0-{NUMBER_AS_TYPED}": "•••r 35"})
    response = take(staff, "reveal-number", ticket, headers=headers)

    leaks = sum(page.content.decode().count("5512 34") for page in unasked)
    page = response if headers else staff.get(response["Location"])
    assert leaks == 0
    assert ticket.extras.get().value == "5512 34 or 35"
    assert ticket.activities.filter(event=EventName.REVEALED, user=clerk).count() == 1
    assert page.content.decode().count("5512 34 or 35") == 1
    figure("P6 a number as it was typed, pages that show it unasked", f"{leaks} of {len(unasked)}")


def test_reveal_without_a_number_is_refused(staff: Client, line: Line, clerk: User) -> None:
    ticket = waiting_ticket(line, by=clerk)

    response = take(staff, "reveal-number", ticket)

    assert (response.status_code, ticket.activities.count()) == (409, 1)


# Edit


def edit(client: Client, ticket: Ticket, **data: Any) -> Any:
    return client.post(reverse("tickets:edit-visitor", args=[ticket.pk]), data)


def test_edit_leaves_a_masked_number_as_it_is(staff: Client, ticket: Ticket) -> None:
    edit(staff, ticket, first_name="Joan", phone_number="•••3456")

    ticket.refresh_from_db()
    assert (ticket.first_name, ticket.phone_number) == ("Joan", PHONE)


def test_edit_replaces_and_clears_a_number(staff: Client, ticket: Ticket) -> None:
    edit(staff, ticket, first_name="Jane", phone_number="5599 9999")
    replaced = Ticket.objects.get(pk=ticket.pk).phone_number
    edit(staff, ticket, first_name="Jane", phone_number="")

    assert (replaced, Ticket.objects.get(pk=ticket.pk).phone_number) == ("+37255999999", "")


def test_edit_shows_free_extras_and_leaves_those_that_a_program_keeps(
    staff: Client, ticket: Ticket, clerk: User
) -> None:
    free = ExtraValue(title="Order", value="17", url="https://example.org/17", color="AA0000")
    kept = ExtraValue(title="Customer", value="since 2019", is_editable=False)
    gone = ExtraValue(title="Size", value="XL")
    details.edit(ticket, by=clerk, extras=[free, kept, gone])
    form = staff.get(reverse("tickets:edit-visitor", args=[ticket.pk])).context["form"]
    names = {field.label: name for name, field in form.fields.items()}

    edit(staff, ticket, first_name="Jane", **{names["Order"]: "18", names["Size"]: ""})

    extras = [(e.title, e.value, e.color, e.is_editable) for e in ticket.extras.all()]
    assert "Customer" not in names
    assert [each.title for each in form.fixed] == ["Customer"]
    assert extras == [("Order", "18", "AA0000", True), ("Customer", "since 2019", "", False)]


def test_edit_without_a_change_leaves_no_trace(staff: Client, ticket: Ticket, clerk: User) -> None:
    extras = [
        ExtraValue(title="Order", value="17", color="AA0000"),
        ExtraValue(title="Kept", value="x", is_editable=False),
        ExtraValue(title="Long", value="one\ntwo"),
    ]
    details.edit(ticket, by=clerk, extras=extras)
    before = ticket.activities.count()
    form = staff.get(reverse("tickets:edit-visitor", args=[ticket.pk])).context["form"]

    edit(staff, ticket, **{name: form[name].value() or "" for name in form.fields})

    assert ticket.activities.count() == before


def test_edit_keeps_the_colour_of_an_answer_and_one_that_is_no_longer_offered(
    staff: Client, ticket: Ticket, clerk: User
) -> None:
    asked = ticket.location.input_fields.create(type="SELECT", title="Kind")
    asked.options.create(title="New", color="0F766E")
    details.edit(ticket, by=clerk, extras=[ExtraValue(title="Kind", value="Old")])
    url = reverse("tickets:edit-visitor", args=[ticket.pk])
    choices = staff.get(url).context["form"].fields[f"field-{asked.pk}"].choices

    edit(staff, ticket, first_name="Jane", **{f"field-{asked.pk}": "New"})

    assert [value for value, _label in choices] == ["", "New", "Old"]
    assert [(e.value, e.color) for e in ticket.extras.all()] == [("New", "0F766E")]


# Notes


def note(client: Client, ticket: Ticket, text: str, instead_of: str) -> Any:
    return take(client, "write-note", ticket, text=text, instead_of=instead_of)


def test_note_is_the_extra_of_that_title(staff: Client, ticket: Ticket) -> None:
    note(staff, ticket, "assistance\r\nneeded", "")
    first = [(each.title, each.value) for each in ticket.extras.all()]
    note(staff, ticket, "", "assistance\nneeded")

    assert first == [("Notes", "assistance\nneeded")]
    assert ticket.extras.count() == 0


def test_note_never_replaces_one_that_its_writer_did_not_see(
    staff: Client, ticket: Ticket, colleague: User
) -> None:
    details.write_note(ticket, text="Theirs", instead_of="", by=colleague)

    response = note(staff, ticket, "Mine", "")
    again = note(staff, ticket, "Mine", response.context["note_form"]["instead_of"].value())

    html = response.content.decode()
    assert response.status_code == 422
    assert html.count("Somebody changed the note since: “Theirs”. Save to replace it.") == 1
    assert response.context["note_form"]["text"].value() == "Mine"
    assert again.status_code == 302
    assert ticket.extras.get().value == "Mine"


def test_note_of_a_program_is_not_offered(staff: Client, ticket: Ticket, clerk: User) -> None:
    kept = ExtraValue(title="Notes", value="from the CRM", is_editable=False)
    details.edit(ticket, by=clerk, extras=[kept])

    response = note(staff, ticket, "Mine", "from the CRM")

    assert response.status_code == 409
    assert staff.get(page_of(ticket)).content.decode().count("drawer-note") == 0


# Labels


def test_labels_are_suggested_the_most_used_first(
    staff: Client, line: Line, clerk: User, ticket: Ticket
) -> None:
    for values in (["VIP", "Deaf"], ["VIP"], ["Baby", "VIP", "Deaf"]):
        waiting_ticket(line, by=clerk, labels=values)
    waiting_ticket(LineFactory.create(), labels=["Elsewhere"])

    response = staff.get(page_of(ticket))

    assert response.context["suggestions"] == ["VIP", "Deaf", "Baby"]


def test_a_label_that_cannot_be_added_comes_back_as_typed(staff: Client, ticket: Ticket) -> None:
    response = take(staff, "add-label", ticket, headers=HTMX, value="x" * 51)

    html = response.content.decode()
    assert response.status_code == 422
    assert html.count(f'value="{"x" * 51}"') == 1
    assert html.count('id="label-form"') == 1
    assert html.count('id="message-form"') == 0


# Messages


def test_messages_are_written_and_held(staff: Client, ticket: Ticket, clerk: User) -> None:
    response = take(staff, "write-message", ticket, body=" Come to the door. ")

    message = ticket.messages.get()
    step = staff.get(page_of(ticket)).context["timeline"][0]
    assert (message.body, message.user, message.direction) == (
        "Come to the door.",
        clerk,
        "OUTGOING",
    )
    assert (step.activity.event, step.can_undo) == (EventName.MESSAGE_SENT, True)
    assert stays(response, ticket)


@pytest.mark.parametrize("body", ["", " ", "x" * 1601])
def test_no_message_and_one_too_long_are_refused_as_typed(
    staff: Client, ticket: Ticket, body: str
) -> None:
    response = take(staff, "write-message", ticket, headers=HTMX, body=body)

    assert (response.status_code, ticket.messages.count()) == (422, 0)
    assert response.context["message_form"]["body"].value() == body


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_m9_a_message_is_counted_without_a_script_and_not_sent(
    staff: Client, ticket: Ticket, headers: dict[str, str]
) -> None:
    response = take(staff, "write-message", ticket, headers=headers, body="õ" * 71, count="1")

    html = " ".join(response.content.decode().split())
    assert (response.status_code, ticket.messages.count()) == (200, 0)
    assert "71 characters · 2 messages" in html
    assert response.context["message_form"]["body"].value() == "õ" * 71


def test_m1_a_message_in_trouble_says_so(staff: Client, ticket: Ticket, clerk: User) -> None:
    messages.send(ticket, body="Come.", by=clerk)
    before = staff.get(page_of(ticket)).context["seen"]
    ticket.messages.update(status="NOT_SENT", reason="STOPPED")

    response = staff.get(page_of(ticket), {"seen": before}, headers=HTMX)

    assert "Not sent: this number asked for no more texts" in response.content.decode()


@pytest.mark.parametrize(
    ("before", "after"), [("SENDING", "SENT"), ("UNSURE", "UNDELIVERED"), ("QUEUED", "SENDING")]
)
def test_refresh_tells_every_step_of_a_message(
    before: str, after: str, staff: Client, ticket: Ticket, clerk: User
) -> None:
    messages.send(ticket, body="Come.", by=clerk)
    ticket.messages.update(status=before)
    seen = staff.get(page_of(ticket)).context["seen"]
    ticket.messages.update(status=after)

    assert staff.get(page_of(ticket), {"seen": seen}, headers=HTMX).status_code == 200


def test_a_message_is_refused_where_messages_are_off(staff: Client, ticket: Ticket) -> None:
    ticket.location.has_messages = False
    ticket.location.save()

    response = take(staff, "write-message", ticket, body="Come.")

    assert response.status_code == 409
    assert "Text messages are switched off at this location." in response.content.decode()
    assert "Text messages are switched off" in staff.get(page_of(ticket)).content.decode()


def test_a_message_to_nobody_s_phone_is_refused(staff: Client, ticket: Ticket, clerk: User) -> None:
    details.edit(ticket, phone_number="", by=clerk)

    response = take(staff, "write-message", ticket, headers=HTMX, body="Come.")

    assert response["HX-Reswap"] == "none"  # what was typed stays
    assert response.content.decode().count("This visitor left no mobile number.") == 2


def test_reading_takes_the_mark_off_and_looking_does_not(
    staff: Client, ticket: Ticket, colleague: User
) -> None:
    first = messages.receive(ticket, body="I am late.")
    messages.receive(ticket, body="Very late.")
    staff.get(page_of(ticket))
    looked = unread(ticket)

    take(staff, "read-messages", ticket, upto=first.pk)
    after_first = unread(ticket)
    for _ in range(2):
        take(staff, "read-messages", ticket, upto=first.pk + 1)

    assert (looked, after_first, unread(ticket)) == (2, 1, 0)
    assert ticket.activities.filter(event=EventName.MESSAGE_READ).count() == 2


def unread(ticket: Ticket) -> int:
    return Ticket.objects.get(pk=ticket.pk).unread_messages


# Earlier visits


def test_earlier_visits_are_those_of_the_number_where_the_clerk_works(
    staff: Client, ticket: Ticket, line: Line, clerk: User
) -> None:
    second_office = LineFactory.create()
    clerk.roles.create(type="CLERK", location=second_office.location)
    here = [waiting_ticket(line, by=clerk, phone_number=PHONE) for _ in range(5)]
    there = waiting_ticket(second_office, by=clerk, phone_number=PHONE)
    waiting_ticket(line, by=clerk, phone_number="+37255000000")
    waiting_ticket(LineFactory.create(), phone_number=PHONE)

    earlier = list(staff.get(page_of(ticket)).context["earlier"])

    assert earlier == [there, *reversed(here[1:])]


def test_earlier_visits_show_their_note(
    staff: Client, ticket: Ticket, line: Line, clerk: User
) -> None:
    extras = [ExtraValue(title="NOTES", value="No passport"), ExtraValue(title="X", value="y")]
    waiting_ticket(line, by=clerk, phone_number=PHONE, extras=extras)

    html = staff.get(page_of(ticket)).content.decode()

    assert html.count("No passport") == 1


def test_earlier_visits_of_nobody_s_number_are_none(staff: Client, line: Line, clerk: User) -> None:
    for _ in range(2):
        ticket = waiting_ticket(line, by=clerk)

    assert list(staff.get(page_of(ticket)).context["earlier"]) == []


def test_earlier_visits_are_found_by_an_index(
    ticket: Ticket, clerk: User, line: Line, figure: Figure
) -> None:
    template = Ticket.objects.get(pk=ticket.pk)
    Ticket.objects.bulk_create(
        Ticket(
            location=template.location,
            line=line,
            created_at=template.created_at,
            number=number,
            numbered_on=template.numbered_on,
            public_id=f"A-{number}",
            phone_number=f"+3725{number:07}" if number % 2 else "",
            status=Status.CANCELLED_BY_CLERK,
        )
        for number in range(2, 3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    plan = visit._earlier(clerk, ticket).explain()

    assert "ticket_phone" in plan
    figure("earlier visits are found by", "the index ticket_phone")


# What is left of a visit whose personal data was deleted


@pytest.fixture
def redacted(ticket: Ticket, clerk: User) -> Ticket:
    labels.add(ticket, value="VIP", by=clerk)
    messages.send(ticket, body="Come in", by=clerk)
    lifecycle.mark_no_show(lifecycle.call(ticket, by=clerk), by=clerk)
    privacy.erase([ticket], by=clerk)
    return ticket


@under_htmx_and_plain
def test_redacted_visit_says_so_and_offers_no_step(
    staff: Client, redacted: Ticket, headers: Any
) -> None:
    html = staff.get(page_of(redacted), headers=headers).content.decode()

    assert "The personal data of this visit was deleted on" in html
    assert "Redacted" in html
    assert re.findall(r'hx-post="[^"]+"', html) == []
    assert [text for text in ("Jane", PHONE[-4:], "VIP", "Come in") if text in html] == []


def test_open_page_is_told_that_its_visit_was_redacted(
    staff: Client, ticket: Ticket, clerk: User
) -> None:
    lifecycle.cancel(ticket, by=clerk)
    seen = staff.get(page_of(ticket)).context["seen"]
    privacy.erase([ticket], by=clerk)

    response = staff.get(page_of(ticket), {"seen": seen}, headers=HTMX)

    assert response.status_code == 200
    assert "The personal data of this visit was deleted on" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("add-label", {"value": "VIP"}),
        ("write-note", {"text": "deaf"}),
        ("write-message", {"body": "Hello"}),
        ("edit-visitor", {}),
        ("rejoin-ticket", {}),
        ("reveal-number", {}),
    ],
)
def test_step_on_a_redacted_visit_is_refused(
    staff: Client, redacted: Ticket, name: str, form: dict[str, str]
) -> None:
    InputFieldFactory.create(location=redacted.location, type="EMAIL")

    response = take(staff, name, redacted, **{"email": "j@e.org"} | form)

    assert response.status_code == 409
    assert "it cannot be changed any more" in response.content.decode()


def test_lists_offer_no_step_on_a_redacted_visit(staff: Client, redacted: Ticket) -> None:
    pages = [
        reverse(f"tickets:{name}", args=[redacted.location_id]) for name in ("service", "history")
    ]

    service, history = (staff.get(page) for page in pages)

    assert "Redacted" not in service.content.decode()
    assert [row.last_step for row in history.context["visits"]] == [None]
