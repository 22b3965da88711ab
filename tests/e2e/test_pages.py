"""Every page of every surface, with the demo's data in it, passes the audit."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.fixtures import Settings

from tests.conftest import Figure
from tests.e2e.audit import faults
from tests.e2e.conftest import Open
from tickets import demo
from tickets.actions import lifecycle, locations
from tickets.actions.locations import ExceptionalDay
from tickets.demo import credentials
from tickets.models import DeviceKind, Location, User
from tickets.states import Status

pytestmark = pytest.mark.once

SignIn = Callable[..., Page]
IPAD = {"viewport": {"width": 1180, "height": 820}}
PHONE = {"viewport": {"width": 390, "height": 844}}
TV = {"viewport": {"width": 1920, "height": 1080}}


@pytest.fixture
def city(transactional_db: None, settings: Settings) -> Location:
    """The demo's city office."""
    settings.DEMO = True
    demo.fill()
    city: Location = demo.locations()[0]
    return city


@pytest.fixture
def clerk(city: Location) -> User:
    clerk: User = User.objects.filter(roles__location=city, roles__type="CLERK").order_by("id")[0]
    return clerk


@pytest.fixture
def audit(figure: Figure) -> Iterator[Callable[[str, Page], None]]:
    """Look at a page as it now is; the faults of all pages are told together."""
    found: dict[str, list[str]] = {}

    def audit_(name: str, page: Page) -> None:
        found[name] = faults(page)

    yield audit_
    assert {name: each for name, each in found.items() if each} == {}
    figure(f"axe 0, no overflow, all controls designed: {', '.join(found)}", len(found))


Audit = Callable[[str, Page], None]


def press(button: Locator) -> None:
    """And wait for the page that it leads to."""
    with button.page.expect_navigation():
        button.click()


def test_pages_of_the_staff(
    city: Location, clerk: User, sign_in: SignIn, open_context: Open, audit: Audit
) -> None:
    stranger = open_context(**IPAD).new_page()
    stranger.goto("/sign-in/")
    audit("sign-in", stranger)
    press(stranger.get_by_role("button", name="Sign in"))
    audit("sign-in with an error", stranger)
    press(stranger.get_by_role("link", name="Forgot your password?"))
    audit("forgot password", stranger)
    press(stranger.get_by_role("button", name="Send the link"))
    audit("forgot password with an error", stranger)
    stranger.get_by_label("E-mail").fill(clerk.email)
    press(stranger.get_by_role("button", name="Send the link"))
    audit("sign-in with a notice", stranger)
    stranger.goto(str(mail.outbox[-1].body).split("\n\n")[2])
    audit("set password", stranger)
    press(stranger.get_by_role("button", name="Set the password"))
    audit("set password with an error", stranger)
    stranger.goto("/set-password/MQ/x/")
    audit("set password by a dead link", stranger)

    silent = {"keeps_sign_ins": True, "last_seen_at": timezone.now() - timedelta(minutes=5)}
    city.devices.filter(kind=DeviceKind.KIOSK).update(**silent)
    page = sign_in(clerk, **IPAD)
    page.goto(f"/service/{city.pk}/")
    expect(page.locator("#connection")).to_have_text("Live")
    expect(page.locator(".missed-kiosk")).to_contain_text("5 min")
    audit("Service View with a kiosk that is offline", page)
    page.keyboard.press("f")
    audit("Service View with a menu", page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    audit("Service View with its keys", page)
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("a")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer .row").first).to_be_visible()
    audit("Service View with a search in the drawer", page)
    page.keyboard.press("Escape")
    page.locator(".row__name").first.click()
    expect(page.locator("#drawer")).to_be_visible()
    audit("Service View with a visit in the drawer", page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Add visitor").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".error-summary")).to_be_visible()
    audit("Service View with an error in the drawer", page)
    for path in (
        "/service/?choose",
        f"/service/{city.pk}/history/",
        f"/service/{city.pk}/history/?day=2001-01-01",
        f"/service/{city.pk}/search/?q=a",
        f"/service/{city.pk}/search/?q=nobody-of-this-name",
        f"/service/{city.pk}/add/",
        f"/service/{city.pk}/workplace/",
        *(f"/tickets/{city.tickets.filter(status=status)[0].pk}/" for status in Status),
    ):
        page.goto(path)
        audit(path, page)
    for ticket in city.tickets.waiting():
        lifecycle.cancel(ticket, by=clerk)
    for ticket in city.tickets.called():
        lifecycle.serve(ticket, by=clerk)
    locations.set_exceptions(city, [ExceptionalDay(date=city.today(), intervals=[])], by=clerk)
    page.goto(f"/service/{city.pk}/")
    expect(page.locator(".panel__closed")).to_be_visible()
    audit("Service View with nobody there, closed", page)


def test_pages_of_the_kiosk(city: Location, open_context: Open, audit: Audit) -> None:
    kiosk = city.devices.get(kind=DeviceKind.KIOSK)
    page = open_context(**IPAD).new_page()
    page.goto("/kiosk/pair/")
    audit("pairing", page)
    page.goto(f"/kiosk/demo/{credentials.device_secret(kiosk)}/")
    audit("kiosk: welcome", page)
    press(page.get_by_role("link", name="Touch to sign in"))
    audit("kiosk: service", page)
    press(page.locator(".tile").first)
    while page.locator(".question").count():
        question = page.locator("h1").inner_text()
        audit(f"kiosk: {question}", page)
        skip = page.get_by_role("button", name="Skip")
        if skip.count():
            press(skip)
        else:
            press(page.get_by_role("button", name="Continue"))
            audit(f"kiosk: {question}, unanswered", page)
            page.locator("#question input[type=text]").fill("Jane")
            press(page.get_by_role("button", name="Continue"))
    expect(page.locator(".done")).to_be_visible()
    audit("kiosk: done", page)


def test_pages_of_the_phone(city: Location, open_context: Open, audit: Audit) -> None:
    page = open_context(**PHONE).new_page()
    page.goto(f"/at/{city.slug}/")
    audit("phone: services", page)
    press(page.locator(".service").first)
    audit("phone: details", page)
    page.get_by_role("button", name="Join the line").click()
    expect(page.locator(".error-summary")).to_be_visible()
    audit("phone: details with an error", page)
    for status in Status:
        ticket = city.tickets.filter(status=status).order_by("-id")[0]
        page.goto(f"/visit/{ticket.visit_token}/")
        audit(f"phone: {status}", page)
    waiting = city.tickets.waiting()[0]
    page.goto(f"/visit/{waiting.visit_token}/leave/")
    audit("phone: leave", page)
    Location.objects.filter(pk=city.pk).update(is_remote_sign_in_open=False)
    page.goto(f"/at/{city.slug}/")
    audit("phone: closed", page)


def test_pages_of_the_tv(city: Location, open_context: Open, audit: Audit) -> None:
    tv = city.devices.get(kind=DeviceKind.TV)
    page = open_context(**TV).new_page()
    page.goto(f"/tv/demo/{credentials.device_secret(tv)}/")
    audit("TV", page)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        page.goto("/tv/")
    audit("TV with nobody called", page)


def test_pages_that_tell_of_a_fault(
    city: Location, clerk: User, sign_in: SignIn, audit: Audit
) -> None:
    page = sign_in(clerk, **IPAD, java_script_enabled=True)
    served = city.tickets.filter(status=Status.SERVED)[0]
    page.goto(f"/service/{city.pk}/")
    page.evaluate(
        """([path, form]) => {
          const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
          document.body.insertAdjacentHTML("beforeend", `<form id="${form}" method="post"
            action="${path}"><input type="hidden" name="csrfmiddlewaretoken" value="${token}"></form>`);
          document.getElementById(form).submit();
        }""",
        [f"/tickets/{served.pk}/serve/", "stale"],
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("That did not work")
    audit("refusal", page)


def test_pages_of_the_admin(city: Location, sign_in: SignIn, audit: Audit) -> None:
    owner = User.objects.get(email=demo.OWNER)
    page = sign_in(owner, viewport={"width": 1440, "height": 900})
    ticket = city.tickets.filter(status=Status.SERVED)[0]
    question = city.input_fields.get(type="SELECT")
    for path in (
        "/admin/",
        "/admin/tickets/ticket/",
        f"/admin/tickets/ticket/{ticket.pk}/change/",
        f"/admin/tickets/inputfield/{question.pk}/change/",
        f"/admin/tickets/location/{city.pk}/waits/",
        f"/admin/tickets/location/{city.pk}/change/",
        "/admin/tickets/job/",
        f"/poster/{city.slug}/",
    ):
        page.goto(path)
        for translations in page.locator(".languages summary:visible").all()[:1]:
            translations.click()
        audit(path, page)
    page.goto("/admin/tickets/ticket/")
    for chip in (".chip--warn", ".chip--good"):  # somebody who waits, and somebody who was served
        row = page.locator("#result_list tr", has=page.locator(chip)).first
        row.get_by_role("checkbox").check()
    page.locator("select[name=action]").first.select_option("erase")
    page.get_by_role("button", name="Run").first.click()
    expect(page.get_by_role("button", name="Delete the data of 1 visit")).to_be_visible()
    audit("deleting personal data", page)
