"""One visit in the drawer: double clicks, live parts beside half-typed text, and the plain page."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import connection
from playwright.sync_api import Locator, Page, Route, expect

from tests.conftest import Figure
from tests.e2e.audit import faults
from tests.e2e.conftest import Office
from tests.e2e.test_visit import WITH_AND_WITHOUT_JAVASCRIPT
from tests.factories import LineFactory, clerk_of, waiting_ticket
from tickets.actions import details, labels, lifecycle, messages, routing
from tickets.actions.extras import ExtraValue
from tickets.models import Line, Ticket, User
from tickets.states import Status

SignIn = Callable[..., Page]
IPAD = {"viewport": {"width": 1180, "height": 820}}
PHONE = "+37255123456"


@pytest.fixture
def visitor(office: Office) -> Ticket:
    office.location.has_messages = True
    office.location.save()
    return waiting_ticket(office.line, by=office.clerk, phone_number=PHONE)


@pytest.fixture
def colleague(office: Office) -> User:
    return clerk_of(office.location, first_name="Jaan", last_name="Kask")


def service_view(page: Page, office: Office) -> None:
    page.goto(f"/service/{office.location.pk}/")
    expect(page.locator("#connection")).to_have_text("Live")


def open_drawer(page: Page, ticket: Ticket) -> None:
    """As a link of the Service View does, without waiting for its place to hold still."""
    page.evaluate("url => htmx.ajax('GET', url, '#drawer-content')", f"/tickets/{ticket.pk}/")
    expect(page.locator(f"#drawer #assign-form[action*='/{ticket.pk}/']")).to_be_attached()


# C5


@dataclass(frozen=True)
class Pressed:
    """A button of the drawer, on a visit that `arrange` made ready; `fill` is typed before."""

    button: str
    arrange: Callable[[Ticket, Office], object] = lambda _t, _o: None
    fill: tuple[str, str] | None = None


def _call(ticket: Ticket, office: Office) -> Ticket:
    return lifecycle.call(ticket, by=office.clerk)


def _miss(ticket: Ticket, office: Office) -> Ticket:
    return lifecycle.mark_no_show(_call(ticket, office), by=office.clerk)


PRESSED = {
    "call": Pressed("#drawer-call-{pk}"),
    "up": Pressed("#drawer-up"),
    "down": Pressed("#drawer-down"),
    "top": Pressed("#drawer-top"),
    "cancel": Pressed("#drawer-cancel-{pk}"),
    "recall": Pressed("#drawer-recall-{pk}", _call),
    "serve": Pressed("#drawer-serve-{pk}", _call),
    "no-show": Pressed("#drawer-no-show-{pk}", _call),
    "return first": Pressed("#drawer-return-first", _call),
    "return last": Pressed("#drawer-return-last", _call),
    "forward": Pressed("#drawer-forward button", _call),
    "change the line": Pressed("#drawer-forward button"),
    "rejoin": Pressed("#drawer-rejoin-{pk}", _miss),
    "assign": Pressed("#save-assignment"),
    "take off": Pressed(
        "#drawer-unassign-{pk}", lambda t, o: routing.assign(t, assignee=o.clerk, by=o.clerk)
    ),
    "label": Pressed("#save-label", fill=("#drawer-label", "VIP")),
    "remove label": Pressed(".chip__remove", lambda t, o: labels.add(t, value="Deaf", by=o.clerk)),
    "note": Pressed("#save-note", fill=("#drawer-note", "Ramp")),
    "message": Pressed("#send-message", fill=("#drawer-message", "Come to the door.")),
    "mark as read": Pressed("#read-messages", lambda t, _o: messages.receive(t, body="Late.")),
    "show the number": Pressed("#visit-reveal"),
    "undo": Pressed(
        "#visit-timeline li:first-child button", lambda t, o: labels.add(t, value="A", by=o.clerk)
    ),
}


@pytest.mark.once
def test_c5_a_double_click_in_the_drawer_has_one_effect(
    office: Office, sign_in: SignIn, figure: Figure
) -> None:
    office.location.has_messages = True
    office.location.keeps_active_tickets_open = True
    office.location.save()
    page = sign_in(office.clerk, **IPAD)
    service_view(page, office)
    effects = {}
    for name, pressed in PRESSED.items():
        _first, ticket, _next = (
            waiting_ticket(office.line, by=office.clerk, phone_number=PHONE) for _ in range(3)
        )
        pressed.arrange(Ticket.objects.get(pk=ticket.pk), office)
        open_drawer(page, ticket)
        if pressed.fill:
            page.locator(pressed.fill[0]).fill(pressed.fill[1])
        before = steps_of(office)
        double_click(page, pressed.button.format(pk=ticket.pk))
        deadline = time.monotonic() + 2
        while steps_of(office) == before and time.monotonic() < deadline:
            page.wait_for_timeout(20)
        page.wait_for_timeout(150)
        effects[name] = steps_of(office) - before
        end_all(office)

    assert effects == dict.fromkeys(PRESSED, 1)
    figure(
        "C5 effects of a double click, of so many steps of the drawer", f"1 each of {len(PRESSED)}"
    )


def steps_of(office: Office) -> int:
    return int(office.location.activities.count())


def end_all(office: Office) -> None:
    for ticket in Ticket.objects.active():
        if ticket.status == Status.NEW:
            lifecycle.cancel(ticket, by=office.clerk)
        else:
            lifecycle.mark_no_show(ticket, by=office.clerk)


def double_click(page: Page, button: str) -> None:
    """Two clicks of the mouse at one spot, 60 ms apart."""
    locator = page.locator(f"#drawer {button}").first
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    assert box
    spot = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(*spot)
    page.wait_for_timeout(60)
    page.mouse.click(*spot)


# Live


@pytest.mark.once
def test_drawer_is_live_beside_what_is_half_typed(
    office: Office, visitor: Ticket, colleague: User, sign_in: SignIn, figure: Figure
) -> None:
    page = sign_in(office.clerk, **IPAD)
    labels.add(visitor, value="Old", by=office.clerk)
    service_view(page, office)
    open_drawer(page, visitor)
    page.locator("#drawer-label").fill("Half a lab")
    page.locator("#drawer-note").fill("Half a no")
    page.locator("#drawer-message").press_sequentially("Half a mess")
    page.locator("#drawer-message").evaluate("box => box.setSelectionRange(2, 4)")

    waits = []
    for body in ("I am parking the car.", "Two minutes.", "I am at the door."):
        since = time.monotonic()
        messages.receive(visitor, body=body)
        expect(page.locator("#drawer .chat")).to_contain_text(body)
        waits.append(time.monotonic() - since)
    for count in range(10):
        labels.add(visitor, value=f"Label {count}", by=colleague)
    expect(page.locator("#visit-labels li")).to_have_count(11)
    lifecycle.call(Ticket.objects.get(pk=visitor.pk), by=colleague)
    expect(page.locator("#visit-head")).to_contain_text("Being served Jaan Kask")

    expect(page.locator("#drawer-message")).to_be_focused()
    selection = page.locator("#drawer-message").evaluate(
        "box => [box.value, box.selectionStart, box.selectionEnd]"
    )
    assert selection == ["Half a mess", 2, 4]

    def answer_late(route: Route) -> None:
        """News of the step and of a colleague's arrive before the step's own answer."""
        response = route.fetch()
        labels.add(visitor, value="Late", by=colleague)
        connection.close()  # this is a greenlet, which has one of its own
        time.sleep(0.7)
        route.fulfill(response=response)

    page.route("**/labels/remove/", answer_late)
    page.get_by_role("button", name="Remove the label Old").click()
    expect(page.locator("#visit-labels li")).to_have_count(11)
    expect(page.locator("#visit-labels")).not_to_contain_text("Old")
    expect(page.locator("#visit-labels")).to_contain_text("Late")
    typed = [page.locator(f"#drawer-{box}").input_value() for box in ("label", "note", "message")]
    assert typed == ["Half a lab", "Half a no", "Half a mess"]
    assert sorted(waits)[1] <= 1
    figure("UG4 text boxes, selection and focus kept through 14 live updates", "3 of 3")
    figure("US4 a message is in the open drawer after, s", [f"{each:.2f}" for each in waits])
    # Who has the drawer open reads what comes.
    expect(page.locator("#read-messages")).to_have_count(0, timeout=5000)
    assert Ticket.objects.get(pk=visitor.pk).unread_messages == 0


def test_us3_two_clerks_at_one_visitor(
    office: Office, visitor: Ticket, colleague: User, sign_in: SignIn, figure: Figure
) -> None:
    page = sign_in(office.clerk, **IPAD)
    service_view(page, office)
    open_drawer(page, visitor)
    # What would tell the page in time does not arrive.
    page.route("**/tickets/*/?seen=*", lambda route: None)

    lifecycle.call(visitor, by=colleague, desk=office.desk)
    page.get_by_role("button", name="Move up").click()

    expect(page.locator("#visit-notice")).to_have_text(
        "Jane is being served by Jaan Kask at Desk 2."
    )
    expect(page.locator("#visit-head")).to_contain_text("Being served Jaan Kask · Desk 2")
    figure("US3 in the browser: who and where, and the visit fresh", "told")


# With and without JavaScript


@pytest.mark.once
@WITH_AND_WITHOUT_JAVASCRIPT
def test_a_visit_put_right_from_top_to_bottom(
    office: Office,
    visitor: Ticket,
    colleague: User,
    sign_in: SignIn,
    figure: Figure,
    browser_has: dict[str, bool],
) -> None:
    waiting_ticket(office.line, by=office.clerk, first_name="Joan")
    page = sign_in(office.clerk, **IPAD, **browser_has)
    if browser_has["java_script_enabled"]:
        service_view(page, office)
        open_drawer(page, visitor)
    else:
        page.goto(f"/tickets/{visitor.pk}/")

    def part(name: str) -> Locator:
        return page.locator(f"#visit-{name}")

    page.get_by_label("New label").fill("VIP")
    page.get_by_role("button", name="Add label").click()
    expect(part("labels")).to_have_text("VIP")
    page.get_by_label("Note for coworkers").fill("Ramp needed")
    page.get_by_role("button", name="Save note").click()
    expect(part("known")).to_contain_text("Ramp needed")
    page.get_by_label("Text message").fill("Come to the door.")
    page.get_by_role("button", name="Send").click()
    expect(part("chat")).to_contain_text("Come to the door.")
    page.get_by_role("button", name="Undo: Message written").click()
    expect(part("chat")).not_to_contain_text("Come to the door.")
    page.get_by_label("Colleague", exact=True).select_option(str(colleague.pk))
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(part("assigned")).to_contain_text("Jaan Kask")
    page.get_by_role("button", name="Take off").click()
    expect(part("assigned")).to_contain_text("Nobody")
    page.get_by_role("button", name="Move down").click()
    expect(part("timeline")).to_contain_text("Moved down in the line")
    page.get_by_role("button", name="Show number").click()
    expect(part("known")).to_contain_text(PHONE)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("First name").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.get_by_label("First name").fill("Janet")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#visit-name")).to_have_text("Janet")
    page.get_by_role("button", name="Parking").click()
    expect(part("head")).to_contain_text("Parking")

    visitor.refresh_from_db()
    assert (visitor.first_name, visitor.phone_number) == ("Janet", PHONE)
    assert (visitor.assignee, visitor.messages.count()) == (None, 0)
    assert visitor.line == Line.objects.get(name="Parking")
    assert [each.value for each in visitor.labels.all()] == ["VIP"]
    assert [(each.title, each.value) for each in visitor.extras.all()] == [("Notes", "Ramp needed")]
    figure(f"US8 a visit put right in 11 ways, {browser_has}", "equal")


# Looks


@pytest.mark.once
def test_the_longest_visit_there_is_looks_intended(
    office: Office, visitor: Ticket, colleague: User, sign_in: SignIn, figure: Figure
) -> None:
    for number in range(8):
        LineFactory.create(location=office.location, name=f"Line with a long name {number}")
    old = waiting_ticket(office.line, by=office.clerk, phone_number=PHONE)
    lifecycle.cancel(old, by=office.clerk)
    extras = [
        ExtraValue(title="T" * 50, value="A very long answer. " * 20),
        ExtraValue(title="Notes", value="x" * 400),
        ExtraValue(title="Kind", value="New", color="0F766E", is_editable=False),
    ]
    details.edit(
        visitor,
        by=office.clerk,
        first_name="Wolfeschlegelsteinhausenbergerdorffhohenzollerns",
        last_name="وسيم عبد الرحمن بن محمد الأندلسي القرطبي الكبير",
        extras=extras,
    )
    values = [f"{number} {'long label ' * 4}"[:50].strip() for number in range(20)]
    labels.replace(visitor, values=values, by=office.clerk)
    for number in range(15):
        messages.receive(visitor, body=f"{number} " + "I am on the way. " * 9)
        messages.send(visitor, body="W" * 200, by=office.clerk)
    routing.assign(visitor, assignee=colleague, by=office.clerk)
    page = sign_in(office.clerk, **IPAD)

    service_view(page, office)
    open_drawer(page, visitor)
    in_drawer = faults(page)
    page.goto(f"/tickets/{visitor.pk}/edit/")
    edited = faults(page)

    assert [*in_drawer, *edited] == []
    figure("UG1 axe, widths, designed controls: the longest visit", "0 faults on 2 pages")
