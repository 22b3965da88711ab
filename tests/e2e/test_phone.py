"""The visitor's phone: light pages, few taps, and a call that is seen at once (UR1-UR5, K6)."""

import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Response, expect

from kiosk import gate
from tests.conftest import Figure
from tests.e2e.audit import axe_violations, overflowing_widths
from tests.e2e.conftest import Office, Open
from tests.factories import waiting_ticket
from tickets.actions import lifecycle, remote
from tickets.models import VISITOR, Location, OpeningException, Ticket

pytestmark = pytest.mark.once

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
NARROW_AND_WIDE = (320, 430)

PAINTS = """() => new Promise(done => {
  let cls = 0;
  new PerformanceObserver(list => list.getEntries().forEach(each => { cls += each.value }))
    .observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver(list => {
    const lcp = list.getEntries().at(-1).startTime;
    setTimeout(() => done([Math.round(lcp), cls]), 200);
  }).observe({ type: "largest-contentful-paint", buffered: true });
})"""


def carried(page: Page, path: str) -> tuple[int, int]:
    """The bytes and the requests that a page takes when nothing of it is there yet."""
    seen: list[Response] = []

    def note(response: Response) -> None:
        seen.append(response)

    page.on("response", note)
    page.goto(path)
    page.wait_for_load_state("load")
    page.remove_listener("response", note)
    sizes = [each.request.sizes() for each in seen if "/stream/" not in each.url]
    return sum(s["responseBodySize"] + s["responseHeadersSize"] for s in sizes), len(sizes)


def test_ur1_first_pages_are_light(office: Office, open_context: Open, figure: Figure) -> None:
    lifecycle.call(waiting_ticket(office.line), by=office.clerk)
    ticket = remote.join(office.line, first_name="Jane")
    paths = {
        "services": f"/at/{office.location.slug}/",
        "details": f"/at/{office.location.slug}/?line={office.line.pk}",
        "status page": f"/visit/{ticket.visit_token}/",
    }

    for name, path in paths.items():
        page = open_context(**PHONE).new_page()
        size, requests = carried(page, path)
        paint, shift = page.evaluate(PAINTS)

        assert size <= 60_000
        assert requests <= 10
        assert shift <= 0.02
        figure(f"UR1 {name}: bytes transferred, requests", (size, requests))
        figure(f"UR2 {name}: largest paint in ms here, layout shift", (paint, shift))


def test_ur3_join_in_few_taps_and_ur5_the_call_is_seen(
    office: Office, open_context: Open, figure: Figure
) -> None:
    page = open_context(**PHONE).new_page()
    page.goto(f"/at/{office.location.slug}/")
    taps = 0

    def tap(target: Locator) -> None:
        nonlocal taps
        taps += 1
        target.tap()

    tap(page.get_by_role("link", name="Passports"))
    tap(page.get_by_label("First name"))
    page.keyboard.type("Jane")
    tap(page.get_by_role("button", name="Join the line"))
    expect(page.locator(".place__number")).to_have_text("1")
    figure("UR3 taps from the QR code to the ticket, the field included", taps)
    assert taps <= 4

    ticket = Ticket.objects.get()
    page.locator("#arrive").tap()
    expect(page.locator(".here")).to_be_visible()
    expect(page.locator("#said")).to_have_text("The staff know that you are here.")
    expect(page.locator("#take-arrival-back")).to_be_focused()
    page.locator("#leave").tap()
    expect(page.locator("#sheet")).to_be_visible()
    waits = []
    for _ in range(4):
        waits.append(_seen_after_call(page, ticket, office))
        _return(page, ticket, office)
    _seen_after_call(page, ticket, office)
    expect(page.locator("#sheet")).to_be_hidden()
    turn = "It is your turn: Desk 2 · City Office"
    for title in (turn, f"● {turn}"):
        expect(page).to_have_title(title)
    assert max(waits) <= 2
    figure("UR5 call to the page that shows it, slowest of four, s", round(max(waits), 2))


def test_ur5_a_phone_that_wakes_up_sees_the_call(
    office: Office, browser: Browser, site: str, figure: Figure
) -> None:
    ticket = remote.join(office.line, first_name="Jane")
    context = browser.new_context(base_url=site, **PHONE)  # it complains of the lost network
    page = context.new_page()
    page.goto(f"/visit/{ticket.visit_token}/")
    context.set_offline(True)
    lifecycle.call(ticket, by=office.clerk)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.locator("#lost")).to_be_visible()

    context.set_offline(False)
    awake = time.monotonic()

    expect(page.locator(".visit--called")).to_be_visible(timeout=15_000)
    expect(page.locator("#lost")).to_be_hidden()
    figure(
        "UR5 network back to the page that shows the call, s", round(time.monotonic() - awake, 1)
    )
    context.close()


def _seen_after_call(page: Page, ticket: Ticket, office: Office) -> float:
    lifecycle.call(Ticket.objects.get(pk=ticket.pk), by=office.clerk)
    begun = time.monotonic()
    expect(page.locator(".visit--called")).to_be_visible()
    return time.monotonic() - begun


def _return(page: Page, ticket: Ticket, office: Office) -> None:
    called = Ticket.objects.get(pk=ticket.pk)
    lifecycle.return_to_queue(called, position="FIRST", by=office.clerk)
    expect(page.locator(".visit--new")).to_be_visible()


def test_k6_a_phone_works_for_its_turn(
    office: Office, open_context: Open, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "FREELY", gate.FREELY._replace(burst=1, interval=gate.KEPT_FOR))
    for name in ("Ann", "Jane"):
        page = open_context(**PHONE).new_page()
        page.goto(f"/at/{office.location.slug}/?line={office.line.pk}")
        page.get_by_label("First name").fill(name)
        begun = time.monotonic()
        page.get_by_role("button", name="Join the line").click()
        page.wait_for_url("**/visit/*/")

    assert Ticket.objects.count() == 2
    figure("K6 a phone that works for its turn joins after, s", round(time.monotonic() - begun, 1))


def test_pages_of_the_phone_in_every_state(
    office: Office, open_context: Open, figure: Figure
) -> None:
    """Beside what tests/e2e/test_pages.py looks at; right-to-left is the same page in Arabic."""
    Location.objects.update(languages=["en", "et", "ru", "es", "de", "fr", "ar", "zh"])
    faults: dict[str, list[Any]] = {}
    page = open_context(**PHONE).new_page()
    at = f"/at/{office.location.slug}/"

    def look(name: str) -> None:
        faults[name] = axe_violations(page)
        faults[f"{name}, too wide"] = overflowing_widths(page, NARROW_AND_WIDE)

    page.goto(f"{at}?lang=ar")
    page.locator(".languages__now").click()
    look("languages, right to left")
    page.goto(f"{at}?lang=ar&line={office.line.pk}")
    page.locator("button").click()
    look("errors, right to left")
    page.locator("[name=first_name]").fill("Jane")
    page.locator("button").click()
    page.wait_for_url("**/visit/*/")
    ticket = Ticket.objects.get()
    waiting_ticket(office.line)
    page.reload()
    look("joined, right to left")
    page.locator("#delay").click()
    expect(page.locator("#sheet")).to_be_visible()
    look("sheet, right to left")
    page.goto(f"/visit/{ticket.visit_token}/here/")
    look("step")
    remote.arrive(ticket, by=VISITOR)
    page.goto(f"/visit/{ticket.visit_token}/?again")
    look("arrived, known already")
    Location.objects.update(remote_limit=1)
    remote.take_arrival_back(ticket, by=VISITOR)
    page.goto(at)
    look("own visit, full line")
    OpeningException.objects.create(
        location=office.location, date=office.location.today(), intervals=[], reason="Staff day"
    )
    page.goto(at)
    look("closed")

    assert {name: found for name, found in faults.items() if found} == {}
    figure("axe 0 and no overflow at 320 and 430 px, states of the phone", len(faults) // 2)
