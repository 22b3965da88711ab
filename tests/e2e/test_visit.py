"""One whole visit through each door, in real browsers, and what the API then says of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Figure
from tests.e2e.conftest import Office, Open
from tickets.actions import programs
from tickets.instants import to_wire
from tickets.models import Ticket
from tickets.states import Status

SignIn = Callable[..., Page]

pytestmark = pytest.mark.once


def service_view(page: Page, office: Office) -> Page:
    page.goto(f"/service/{office.location.pk}/")
    return page


def read_ticket(page: Page, office: Office, ticket: Ticket) -> Any:
    headers = {"X-Qminder-REST-API-Key": office.api_key}
    return page.request.get(f"/v1/tickets/{ticket.pk}", headers=headers).json()


def expected_ticket(office: Office, ticket: Ticket, **known: Any) -> dict[str, Any]:
    """What a served visit looks like: the instants as they were recorded, the rest as it was done."""
    assert ticket.called_at
    assert ticket.served_at
    return {
        "statusCode": 200,
        "id": str(ticket.pk),
        "status": "SERVED",
        "line": office.line.pk,
        "created": {"date": to_wire(ticket.created_at)},
        "called": {
            "date": to_wire(ticket.called_at),
            "caller": office.clerk.pk,
            "desk": office.desk.pk,
        },
        "served": {"date": to_wire(ticket.served_at)},
        "extra": [],
        "labels": [],
        "interactions": [
            {
                "start": to_wire(ticket.called_at),
                "end": to_wire(ticket.served_at),
                "line": office.line.pk,
                "user": office.clerk.pk,
            }
        ],
        "messages": [],
    } | known


def call_and_serve(page: Page, name: str, watching: Page | None = None) -> None:
    expect(page.locator(".row__name", has_text=name)).to_be_visible()
    page.get_by_role("button", name="Call next").click()
    expect(page.locator(".card-serving__name", has_text=name)).to_be_visible()
    if watching:
        expect(watching.locator(".card-serving__name, .row__name", has_text=name)).to_be_visible()
        expect(watching.locator(".waiting .row")).to_have_count(0)
    page.locator(".serving").get_by_role("button", name="Served").click()
    expect(page.locator(".card-serving")).to_have_count(0)


WITH_AND_WITHOUT_JAVASCRIPT = pytest.mark.parametrize(
    "browser_has",
    [{"java_script_enabled": True}, {"java_script_enabled": False}],
    ids=["javascript", "plain"],
)


@WITH_AND_WITHOUT_JAVASCRIPT
def test_visit_by_hand(
    office: Office, sign_in: SignIn, figure: Figure, browser_has: dict[str, bool]
) -> None:
    page = service_view(sign_in(office.clerk, **browser_has), office)
    watching = service_view(sign_in(office.clerk), office)
    expect(watching.locator("#connection")).to_have_text("Live")

    page.get_by_role("link", name="Add visitor").click()
    page.get_by_label("Passports").check()
    page.get_by_label("First name").fill("Jane")
    page.get_by_label("Mobile number").fill("5512 3456")
    page.get_by_role("button", name="Save").click()
    expect(watching.locator(".row__name", has_text="Jane")).to_be_visible(timeout=2000)
    call_and_serve(page, "Jane", watching)

    ticket = Ticket.objects.get()
    assert ticket.status == Status.SERVED
    assert read_ticket(page, office, ticket) == expected_ticket(
        office, ticket, source="MANUAL", firstName="Jane", phoneNumber=37255123456
    )
    figure(f"visit MANUAL, {browser_has}", "equal")


@WITH_AND_WITHOUT_JAVASCRIPT
def test_visit_through_the_kiosk(
    office: Office,
    sign_in: SignIn,
    open_context: Open,
    figure: Figure,
    browser_has: dict[str, bool],
) -> None:
    kiosk = open_context(**browser_has, viewport={"width": 1180, "height": 820}).new_page()
    clerk = service_view(sign_in(office.clerk, **browser_has), office)
    watching = service_view(sign_in(office.clerk), office)
    expect(watching.locator("#connection")).to_have_text("Live")

    kiosk.goto("/kiosk/")
    kiosk.get_by_label("Pairing code").fill(programs.issue_code(office.kiosk))
    kiosk.get_by_role("button", name="Pair").click()
    kiosk.get_by_role("link", name="Touch to sign in").click()
    kiosk.get_by_role("button", name="Passports").click()
    kiosk.get_by_label("First name").fill("Jane")
    kiosk.get_by_role("button", name="Continue").click()
    kiosk.get_by_role("button", name="Skip").click()
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("You’re in line, Jane")
    expect(watching.locator(".row__name", has_text="Jane")).to_be_visible(timeout=2000)
    clerk.reload()
    call_and_serve(clerk, "Jane", watching)

    ticket = Ticket.objects.get()
    assert read_ticket(clerk, office, ticket) == expected_ticket(
        office, ticket, source="NAME", firstName="Jane"
    )
    figure(f"visit NAME, {browser_has}", "equal")


@WITH_AND_WITHOUT_JAVASCRIPT
def test_visit_from_a_phone(
    office: Office,
    sign_in: SignIn,
    open_context: Open,
    figure: Figure,
    browser_has: dict[str, bool],
) -> None:
    phone = open_context(**browser_has, viewport={"width": 390, "height": 844}).new_page()
    clerk = service_view(sign_in(office.clerk, **browser_has), office)
    watching = service_view(sign_in(office.clerk), office)
    expect(watching.locator("#connection")).to_have_text("Live")

    phone.goto(f"/at/{office.location.slug}/")
    phone.get_by_role("link", name="Passports").click()
    phone.get_by_label("First name").fill("Jane")
    phone.get_by_label("Mobile number").fill("+372 5512 3456")
    phone.get_by_role("button", name="Join the line").click()
    expect(phone.locator(".place__number")).to_have_text("1")
    expect(watching.locator(".row__name", has_text="Jane")).to_be_visible(timeout=2000)
    clerk.reload()
    clerk.get_by_role("button", name="Call next").click()
    if browser_has["java_script_enabled"]:
        expect(phone.locator("#visit")).to_have_class(re.compile("visit--called"), timeout=2000)
    else:
        phone.reload()
    expect(phone.locator("#visit").get_by_text("Desk 2")).to_be_visible()
    expect(watching.locator(".card-serving__name", has_text="Jane")).to_be_visible(timeout=2000)
    clerk.locator(".serving").get_by_role("button", name="Served").click()
    expect(clerk.locator(".card-serving")).to_have_count(0)

    ticket = Ticket.objects.get()
    assert read_ticket(clerk, office, ticket) == expected_ticket(
        office, ticket, source="MICROSITE", firstName="Jane", phoneNumber=37255123456
    )
    figure(f"visit MICROSITE, {browser_has}", "equal")
