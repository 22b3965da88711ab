"""A whole conversation by text, from the phone that signs in to the desk that calls."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from tests.conftest import Figure
from tests.e2e.audit import faults
from tests.e2e.conftest import Office, Open
from tests.e2e.test_drawer import open_drawer, service_view
from tests.tickets.test_worker import working
from tickets.actions import messages
from tickets.models import Location, Ticket

pytestmark = pytest.mark.once

SignIn = Callable[..., Page]
IPAD = {"viewport": {"width": 1180, "height": 820}}
PHONE = {"viewport": {"width": 390, "height": 844}}


def test_conversation_from_sign_in_to_the_desk(
    office: Office,
    site: str,
    open_context: Open,
    sign_in: SignIn,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    figure: Figure,
) -> None:
    settings.SMS_PROVIDER, settings.SMS_NUMBER = "development", "+15005550006"
    settings.SITE_URL = site
    monkeypatch.setattr(messages, "HOLD", timedelta(seconds=0.5))
    Location.objects.filter(pk=office.location.pk).update(has_messages=True)
    visitor = open_context(**PHONE).new_page()
    visitor.goto(f"/at/{office.location.slug}/?line={office.line.pk}")
    visitor.get_by_label("First name").fill("Jane")
    visitor.get_by_label("Mobile number").fill("5512 3456")
    with working():
        visitor.get_by_role("button", name="Join the line").click()
        expect(visitor.locator(".place__number")).to_have_text("1")
        phone = open_context(**IPAD).new_page()
        phone.goto("/fake-phone/")
        while not phone.locator("#bubbles").count():
            phone.reload()
        texts = phone.locator(".handset__text")
        expect(texts).to_have_count(1)
        expect(texts.get_by_role("link")).to_have_attribute("href", visitor.url)
        clerk = sign_in(office.clerk, **IPAD)
        ticket = Ticket.objects.get()
        service_view(clerk, office)
        open_drawer(clerk, ticket)
        clerk.locator("#drawer-message").press_sequentially("How far are you? €")
        expect(clerk.locator("#drawer-count")).to_have_text("19 characters · 1 message")
        clerk.locator("#send-message").click()
        expect(texts).to_have_count(2)
        expect(clerk.locator("#visit-chat")).to_contain_text("Delivered")
        phone.get_by_label("Answer").fill("Two minutes")
        phone.get_by_role("button", name="Send").click()
        began = time.monotonic()
        expect(clerk.locator(".chat__one--incoming")).to_contain_text("Two minutes")
        seen = time.monotonic() - began
        assert faults(phone) == []
        clerk.locator(f"#drawer-call-{ticket.pk}").click()
        expect(texts.last).to_contain_text("it is your turn, P-1. Go to: Desk 2.")

    assert seen <= 2
    figure("M answer on the fake phone until the clerk sees it, s", round(seen, 2))
    figure("M texts of the conversation, the last names the desk", f"{texts.count()}, Desk 2")
