"""One whole visit through each door, in real browsers, and what the API then says of it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Figure
from tests.e2e.conftest import Office
from tickets.instants import to_wire
from tickets.models import Ticket
from tickets.states import Status

SignIn = Callable[..., Page]


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
    page.get_by_role("button", name="Add to the line").click()
    expect(watching.locator(".row__name", has_text="Jane")).to_be_visible(timeout=2000)
    call_and_serve(page, "Jane", watching)

    ticket = Ticket.objects.get()
    assert ticket.status == Status.SERVED
    assert read_ticket(page, office, ticket) == expected_ticket(
        office, ticket, source="MANUAL", firstName="Jane", phoneNumber=37255123456
    )
    figure(f"visit MANUAL, {browser_has}", "equal")
