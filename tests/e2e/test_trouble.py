"""A clerk whose connection or sign-in is gone is told so, and nothing is pretended."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Office
from tests.factories import waiting_ticket
from tickets.actions import labels
from tickets.models import Ticket

pytestmark = pytest.mark.once

SignIn = Callable[..., Page]


def test_a_step_without_a_connection_is_not_pretended(
    office: Office, browser: Browser, site: str, sign_in: SignIn
) -> None:
    waiting_ticket(office.line, by=office.clerk)
    signed_in = sign_in(office.clerk)
    # A browser of its own: here the console has something to complain about.
    context = browser.new_context(base_url=site)
    context.add_cookies(signed_in.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"/service/{office.location.pk}/")
    expect(page.locator("#connection")).to_have_text("Live")
    expect(page.locator("#trouble")).to_be_hidden()

    context.set_offline(True)
    page.get_by_role("button", name="Call next").click()

    expect(page.locator("#trouble")).to_be_visible()
    assert Ticket.objects.called().count() == 0
    context.set_offline(False)
    page.get_by_role("button", name="Call next").click()
    expect(page.locator(".card-serving__name")).to_be_visible()
    expect(page.locator("#trouble")).to_be_hidden()
    page.keyboard.press("o")
    label = page.locator("#drawer-label")
    label.fill("VIP")
    context.set_offline(True)
    label.press("Enter")
    expect(page.locator("#drawer #trouble")).to_be_visible()
    context.set_offline(False)
    page.wait_for_timeout(400)  # sooner, it is a double click
    label.press("Enter")
    expect(page.locator("#drawer .chip", has_text="VIP")).to_be_visible()
    expect(page.locator("#trouble")).to_be_hidden()
    context.close()


def test_a_step_of_who_was_signed_out_shows_the_sign_in_page(
    office: Office, sign_in: SignIn
) -> None:
    page = sign_in(office.clerk)
    page.goto(f"/service/{office.location.pk}/")
    expect(page.locator("#connection")).to_have_text("Live")

    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Call next").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert page.url.endswith(f"/sign-in/?next=/service/{office.location.pk}/")


def test_focus_goes_on_from_what_a_step_led_to(office: Office, sign_in: SignIn) -> None:
    ticket = waiting_ticket(office.line, by=office.clerk)
    page = sign_in(office.clerk)
    page.goto(f"/service/{office.location.pk}/")
    expect(page.locator("#connection")).to_have_text("Live")

    page.locator(".row__call").press("Enter")

    expect(page.locator(".card-serving__name a")).to_be_focused()
    labels.add(ticket, value="VIP", by=office.clerk)
    expect(page.locator(".card-serving .chip", has_text="VIP")).to_be_visible()
    expect(page.locator(".card-serving__name a")).to_be_focused()
    page.locator(".steps__main").press("Enter")
    expect(page.locator("#call-next")).to_be_focused()
