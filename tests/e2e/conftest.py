"""A running site, a real Chromium, and people who are signed in; no page may complain."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.conftest import Figure
from tests.factories import (
    DeskFactory,
    DeviceFactory,
    InputFieldFactory,
    LineFactory,
    LocationFactory,
    clerk_of,
)
from tests.live import serving
from tickets.actions import programs
from tickets.models import Desk, Device, DeviceKind, Line, Location, User


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """Only for this package: while it is open, an event loop runs in the thread of all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-background-networking", "--disable-sync"],
        )
        yield browser
        browser.close()


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    with serving() as address:
        yield address


@dataclass(frozen=True)
class Office:
    """A location with its usual questions, and what one visit there needs."""

    location: Location
    line: Line
    desk: Desk
    clerk: User
    kiosk: Device
    api_key: str


@pytest.fixture
def office(transactional_db: None) -> Office:
    location = LocationFactory.create(name="City Office", slug="city")
    line = LineFactory.create(location=location, name="Passports", letter="P")
    LineFactory.create(location=location, name="Parking", letter="K")
    desk = DeskFactory.create(location=location, name="Desk 2")
    for position, (type_, title, is_mandatory) in enumerate(
        [("FIRST_NAME", "First name", True), ("PHONE_NUMBER", "Mobile number", False)]
    ):
        InputFieldFactory.create(
            location=location,
            type=type_,
            title=title,
            position=position,
            is_mandatory_before_added=is_mandatory,
            is_mandatory_in_remote_sign_in=is_mandatory,
        )
    clerk = clerk_of(location, first_name="Mari", last_name="Tamm", desk=desk)
    _key, secret = programs.issue_key(name="Tests", is_rate_limited=False)
    kiosk = DeviceFactory.create(location=location)
    return Office(location, line, desk, clerk, kiosk, secret)


@pytest.fixture
def tv(office: Office) -> Device:
    return DeviceFactory.create(location=office.location, kind=DeviceKind.TV, name="Room")


Open = Callable[..., BrowserContext]


@pytest.fixture
def open_context(
    browser: Browser, site: str, figure: Figure, request: pytest.FixtureRequest
) -> Iterator[Open]:
    """A browser of its own. At the end no page may have complained or asked another host."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    strangers: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # Chromium also counts a form that comes back with its errors (422) or a refusal (409, 429).
        if message.type == "error" and not re.search("status of (409|422|429)", message.text):
            complaints.append(message.text)

    def listen(page: Page) -> None:
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))

    def open_(**options: object) -> BrowserContext:
        # Nothing moves: a screen that is left open would be drawn anew all the time.
        still: dict[str, Any] = {"base_url": site, "reduced_motion": "reduce", **options}
        context = browser.new_context(**still)
        context.on("page", listen)
        context.on(
            "request",
            lambda request: (
                strangers.append(request.url) if not request.url.startswith(site) else None
            ),
        )
        contexts.append(context)
        return context

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
    assert strangers == []
    figure(f"P7, Z8 other hosts asked, errors and CSP reports, {request.node.name}", "0, 0")


@pytest.fixture
def sign_in(open_context: Open, site: str) -> Callable[..., Page]:
    """A page of a browser in which `user` is signed in."""

    def sign_in_(user: User, **options: object) -> Page:
        client = Client()
        client.force_login(user)
        context = open_context(**options)
        cookie = client.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": site}])
        return context.new_page()

    return sign_in_
