"""UK6: the kiosk signs people in without network, and sends each of them once, in order."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from kiosk import offline
from tests.conftest import Figure
from tests.e2e.audit import faults
from tests.e2e.cable import Cable, cable
from tests.e2e.conftest import Office
from tickets import access
from tickets.actions import programs
from tickets.models import Device, DeviceKind, Location, Ticket

pytestmark = pytest.mark.once

CANARY = "Canary"
#: With those one by one 100 in all, and 500 where somebody asks for it.
MANY = 495 if os.environ.get("UK6") == "long" else 95
#: Everything that the browser keeps of sign-ins, bytes as text.
DUMP = """async () => {
  const open = indexedDB.open("kiosk-outbox");
  const db = await new Promise(done => { open.onsuccess = () => done(open.result); });
  const rows = await Promise.all(["sign-ins", "refused"].map(name => new Promise(done => {
    const all = db.transaction(name).objectStore(name).getAll();
    all.onsuccess = () => done(all.result);
  })));
  db.close();
  const text = value => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
    ? new TextDecoder("latin1").decode(value) : value;
  return rows.flat().map(row => JSON.stringify(row, (_key, value) => text(value)));
}"""
#: Ends once there is a page for when there is no network; wait_for_function awaits no promise.
IS_KEPT = """async () => {
  while (!await caches.match("/kiosk/offline/")) await new Promise(done => setTimeout(done, 50));
}"""
#: Whether the key of the outbox can be taken out of the browser.
IS_EXTRACTABLE = """() => new Promise(done => {
  indexedDB.open("kiosk-outbox").onsuccess = ({ target: { result: db } }) => {
    db.transaction("keys").objectStore("keys").get("key").onsuccess = event => {
      db.close();
      done(event.target.result.extractable);
    };
  };
})"""
ADD_MANY = """async ([address, line, first, last]) => {
  const { add } = await import(address);
  for (let n = first; n < last; n++) {
    const answers = [["first_name", `Canary${n}`]];
    await add({ token: crypto.randomUUID(), line, language: "en", answers });
  }
}"""

#: What the sync of a page says, and which sign-ins it sends, to a server that fails at the first of
#: them: right away, and so many minutes later.
SEND_TO_A_FAULT = """async ([address, minutes]) => {
  const { send } = await import(address);
  const [now, real] = [Date.now, window.fetch];
  const sent = [];
  let first;
  window.fetch = async (_address, { body }) => {
    if (!body) return Response.json({ csrf: "", keeps: true, waiting: 0, refused: 0 });
    const tokens = JSON.parse(body).sign_ins.map(({ token }) => token);
    first ??= tokens[0];
    sent.push(tokens.length);
    return new Response("", { status: tokens.includes(first) ? 500 : 200 });
  };
  const said = [];
  for (const after of minutes) {
    Date.now = () => now() + after * 60_000;
    said.push(await send());
  }
  [Date.now, window.fetch] = [now, real];
  return [said, sent];
}"""

Start = Callable[[], Page]


@pytest.fixture
def network(site: str) -> Iterator[Cable]:
    with cable(site) as line:
        yield line


@pytest.fixture
def start(
    browser: Browser, chromium: str, office: Office, network: Cable, tmp_path: Path
) -> Iterator[Start]:
    """Switch the iPad on, or off and on: it has what it had kept."""
    running: list[BrowserContext] = []
    secret = programs.renew_secret(office.kiosk)

    def start_() -> Page:
        while running:
            running.pop().close()
        context = browser.browser_type.launch_persistent_context(
            tmp_path,
            executable_path=chromium,
            args=["--no-sandbox"],
            viewport={"width": 1180, "height": 820},
            base_url=network.site,
            reduced_motion="reduce",
        )
        running.append(context)
        name = access.DEVICE_COOKIES[DeviceKind.KIOSK]
        context.add_cookies([{"name": name, "value": secret, "url": network.site}])
        page = context.pages[0]
        page.goto("/kiosk/")
        return page

    yield start_
    for context in running:
        context.close()


def make_ready(page: Page) -> None:
    """Wait until all that is needed without network is kept, and the worker is in charge."""
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.evaluate(IS_KEPT)


def part(page: Page, network: Cable) -> None:
    """End all connections, while no page is there to notice."""
    page.goto("about:blank")
    network.unplug()
    page.wait_for_timeout(300)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def kept(page: Page) -> list[str]:
    rows: list[str] = page.evaluate(DUMP)
    return rows


def wait_until_sent(page: Page, count: int) -> float:
    """Seconds until so many tickets are there and nothing is kept any more."""
    began = time.monotonic()
    is_sent = False
    while not is_sent:
        assert time.monotonic() - began < 40, (Ticket.objects.count(), len(kept(page)))
        page.wait_for_timeout(100)
        with suppress(Error):  # the page gives way to one from the server
            is_sent = Ticket.objects.count() >= count and not kept(page)
    return time.monotonic() - began


#: When it breaks, and how. The last one loses the answer after the ticket was made.
BREAKS = [
    ("welcome", "unplug"),
    ("service", "unplug"),
    ("name", "hang"),
    ("phone", "unplug"),
    ("phone", "lose_answers"),
]


def test_uk6_cut_at_each_step_and_in_a_rush(
    start: Start, office: Office, network: Cable, figure: Figure
) -> None:
    page = start()
    make_ready(page)
    seconds = []
    for number, (cut_at, break_) in enumerate(BREAKS):
        name = f"{CANARY}{number}"

        def step(now: str, cut_at: str = cut_at, break_: str = break_) -> None:
            if now == cut_at:
                getattr(network, break_)()

        step("welcome")
        page.get_by_role("link", name="Touch to sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Which service do you need?")
        step("service")
        page.get_by_role("button", name="Passports").click()
        page.get_by_label("First name").fill(name)
        step("name")
        press(page, "Continue")
        expect(page.get_by_label("Mobile number")).to_be_visible(timeout=10_000)
        step("phone")
        press(page, "Skip")
        honest = page.get_by_text("We could not tell you your place")
        expect(honest).to_be_visible(timeout=10_000)
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"You’re in line, {name}")
        assert [CANARY in row for row in kept(page)] == [False]
        network.mend()
        page.evaluate("() => dispatchEvent(new Event('online'))")
        seconds.append(wait_until_sent(page, number + 1))
        # Who still stands there gets to know their place.
        expect(page.get_by_text("Your number")).to_be_visible()
        page.goto("/kiosk/")

    network.unplug()
    address = staticfiles_storage.url("js/offline/outbox.js")
    total = len(BREAKS) + MANY
    half = total // 2
    page.goto("/kiosk/")
    page.evaluate(ADD_MANY, [address, office.line.pk, len(BREAKS), half])
    page = start()
    expect(page.get_by_text("This screen cannot show")).to_be_visible()
    page.evaluate(ADD_MANY, [address, office.line.pk, half, total])
    page.reload()
    expect(page.locator("#kept")).to_have_text(str(MANY))
    plain = sum(CANARY in row for row in kept(page))
    network.mend()
    network.lose_answers(after=b"POST /kiosk/sync/")
    page.evaluate("() => dispatchEvent(new Event('online'))")
    while Ticket.objects.count() == len(BREAKS):
        page.wait_for_timeout(50)
    network.unplug()
    page.wait_for_timeout(200)
    lost = Ticket.objects.count() - len(BREAKS)
    assert len(kept(page)) == MANY
    network.mend()
    rush = wait_until_sent(page, total)
    expect(page.locator("script[data-worker]")).to_be_attached()  # the server's own page is back

    names = list(Ticket.objects.order_by("sort_at", "id").values_list("first_name", flat=True))
    expected = [f"{CANARY}{number}" for number in range(total)]
    figure(
        "UK6 sign-ins without network, tickets, duplicates",
        (total, len(names), len(names) - len(set(names))),
    )
    figure("UK6 in order, receipts lost after the commit", (names == expected, 1 + lost))
    figure(
        "UK6 sent after the network's return, one by one and all together, s",
        (round(max(seconds), 1), round(rush, 1)),
    )
    figure("UK6 readable in IndexedDB before, left after", (plain, len(kept(page))))
    assert names == expected
    assert max(seconds) <= 10  # the rush is of the machine's speed, which is none of a kiosk's
    assert (plain, page.evaluate(IS_EXTRACTABLE)) == (0, False)
    assert Device.objects.get(pk=office.kiosk.pk).keeps_sign_ins is True


def test_k3_pages_without_network_leave_nothing_and_give_way(
    start: Start, office: Office, network: Cable, figure: Figure
) -> None:
    """A form sent again, the last page that did not come, and a kiosk that was shut out meanwhile."""
    page = start()
    make_ready(page)
    is_offline = page.get_by_text("This screen cannot show")
    page.get_by_role("link", name="Touch to sign in").click()
    page.get_by_role("button", name="Passports").click()
    page.get_by_label("First name").fill(CANARY)
    network.unplug()
    press(page, "Continue")
    expect(page.get_by_label("Mobile number")).to_be_visible(timeout=10_000)
    page.reload()  # as the browser does it with an entry of the history
    expect(is_offline).to_be_visible()
    traces = page.content().count(CANARY) + len(kept(page))
    figure("K3 traces after a form was sent again, without network", traces)
    assert (traces, Ticket.objects.count()) == (0, 0)

    page.goto("/kiosk/done/?text=large&lang=en")
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re in line")
    network.mend()
    with page.expect_request("**/kiosk/done/?lang=en&text=large&again=1"):
        page.evaluate("() => dispatchEvent(new Event('online'))")

    part(page, network)
    page.goto("/kiosk/")
    page.locator("[name=toggle][value=text]").click()
    expect(page.locator("#idle")).to_have_count(1)
    programs.unpair(office.kiosk, by=office.kiosk)
    network.mend()
    page.evaluate("() => dispatchEvent(new Event('online'))")
    page.wait_for_url("**/kiosk/pair/")
    page.wait_for_timeout(300)
    assert page.evaluate("() => caches.keys()") == []


def test_worker_answers_for_a_server_that_says_nothing_or_fails(
    start: Start, network: Cable, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = start()
    make_ready(page)
    is_offline = page.get_by_text("This screen cannot show")

    network.hang()
    began = time.monotonic()
    page.goto("/kiosk/sign-in/", wait_until="commit")
    silent = time.monotonic() - began
    expect(page.get_by_role("heading", level=1)).to_have_text("Which service do you need?")
    network.mend()
    with monkeypatch.context() as patch:
        patch.setattr(access, "note_seen", lambda _device: 1 / 0)
        page.goto("/kiosk/")
        expect(is_offline).to_be_visible()
        assert page.request.get("/kiosk/").status == 500
    page.goto("/kiosk/")
    expect(page.locator("script[data-worker]")).to_be_attached()

    figure("UK6 the worker answers for a silent server after, s", round(silent, 1))
    assert 3 <= silent < 6


def test_pages_without_network(
    start: Start,
    office: Office,
    network: Cable,
    figure: Figure,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wrong input is kept and explained, help is not pretended, and nothing is wrong with a page."""
    monkeypatch.setattr(offline, "LIMIT", 3)
    Location.objects.filter(pk=office.location.pk).update(languages=["en", "ar"])
    page = start()
    make_ready(page)
    part(page, network)
    found: dict[str, list[str]] = {}
    for language in ("en", "ar"):
        name = page.locator("#question input[name=first_name]")
        phone = page.locator("#question input[name=phone_number]")
        go_on = page.locator("#question .button--primary")

        page.goto(f"/kiosk/?lang={language}")
        page.locator(".tool--help").click()
        expect(page.get_by_role("alert")).to_be_visible()
        if language == "ar":
            found["welcome ar"] = faults(page)
        page.locator(".start").click()
        page.locator(".tile").first.click()
        go_on.click()
        expect(page.locator(".field__error")).to_be_visible()
        expect(page.locator("#errors")).to_be_focused()
        if language == "en":
            found["name missing en"] = faults(page)
        name.fill("Jane")
        page.locator("[name=toggle][value=text]").click()
        expect(name).to_have_value("Jane")
        go_on.click()
        phone.fill("12")
        go_on.click()
        expect(page.locator(".field__error")).to_be_visible()
        expect(phone).to_have_value("12")
        page.locator(".back").click()
        expect(name).to_have_value("Jane")
        go_on.click()
        page.locator("#question [name=skip]").click()
        expect(page.locator(".done")).to_be_visible()
        expect(page.locator(".done__title")).to_be_focused()
        found[f"done {language}"] = faults(page)
        page.locator("[data-keep]").click()
        expect(page.locator("[data-keep]")).to_have_count(0)

    page.goto("/kiosk/sign-in/?change=1")
    expect(page.get_by_text("What you change cannot be sent")).to_be_visible()
    address = staticfiles_storage.url("js/offline/outbox.js")
    page.evaluate(ADD_MANY, [address, office.line.pk, 0, 1])
    page.goto("/kiosk/")
    page.locator(".start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tell the staff that you are here")
    expect(page.locator("#kept")).to_have_text("3 / 3")
    sync = staticfiles_storage.url("js/offline/sync.js")
    said, sent = page.evaluate(SEND_TO_A_FAULT, [sync, [0, 4, 6]])
    # Nobody passes the first one for five minutes; then it does not hold up the others any more.
    assert (said, sent) == ([False, False, True], [3, 1, 3, 1, 3, 1, 1, 1, 0])
    assert len(kept(page)) == 1
    figure("UK6 axe 0, no overflow, without network", ", ".join(found))
    assert {name: each for name, each in found.items() if each} == {}
