"""The kiosk as a visitor stands before it: taps, targets, letters, the wipe, help, weight."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from zlib import compress

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.conftest import Figure
from tests.e2e.audit import DRAWN, axe_violations
from tests.e2e.conftest import Office, Open
from tests.factories import InputFieldFactory
from tickets import access
from tickets.actions import programs
from tickets.models import DeviceKind, Location, OpeningException, Ticket

pytestmark = pytest.mark.once

SignIn = Callable[..., Page]
IPAD = {"viewport": {"width": 1180, "height": 820}}
CANARY = "Zyxwanda"
#: Browsers, servers and other tests share the cores of a test machine.
SLOWER = 3

#: Of every control its least side, and its least distance from another one; checkboxes by their label.
TARGETS = """() => {
  document.querySelector(".tools").style.position = "static";
  const shown = document.querySelector("dialog[open]") ?? document;
  const controls = [...shown.querySelectorAll("a[href]:not(.skip), button:not([aria-hidden]), input, textarea")]
    .filter((each) => each.type !== "hidden" && each.checkVisibility())
    .map((each) => (["checkbox", "radio"].includes(each.type) ? each.closest("label") : each));
  const boxes = controls.map((each) => each.getBoundingClientRect());
  const isPrimary = (each) => each.matches(".button, .start, .language, .tile, .field input, .field label");
  const gap = (a, b) => Math.hypot(
    Math.max(0, a.left - b.right, b.left - a.right), Math.max(0, a.top - b.bottom, b.top - a.bottom));
  return controls.map((each, index) => ({
    name: `${each.tagName}.${each.className} ${each.innerText ?? ""}`.slice(0, 60),
    wanted: isPrimary(each) ? 104 : 60,
    side: Math.min(boxes[index].width, boxes[index].height),
    gap: Math.min(1000, ...boxes.filter((_, other) => other !== index).map((box) => gap(box, boxes[index]))),
  }));
}"""

#: The sizes of all letters that are there to be read, and what does not fit into its box.
LETTERS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const sizes = {};
  while (walker.nextNode()) {
    const { parentElement: box, data } = walker.currentNode;
    if (!data.trim() || !box.checkVisibility() || box.closest(".skip, .visually-hidden, noscript, script")) continue;
    const size = parseFloat(getComputedStyle(box).fontSize);
    sizes[size] ??= `${size} px: ${data.trim().slice(0, 30)}`;
  }
  const least = Math.min(...Object.keys(sizes));
  return { least, example: sizes[least] };
}"""
CLIPPED = """() => [document.documentElement, ...document.querySelectorAll("main *, .doorbar *, .tools *")]
  .filter((each) => each.checkVisibility() && !each.closest("svg, .visually-hidden, .tool, progress"))
  .filter((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline")
  .map((each) => each.outerHTML.slice(0, 90))"""

#: Where the page leads, and whether a long touch or a drag is answered by the browser.
WAYS_OUT = """() => [
  ...[...document.querySelectorAll("a, form, [formaction], area")]
    .filter((each) => !(each.href ?? each.formAction ?? each.action).startsWith(`${location.origin}/kiosk/`)
      || each.target || each.hasAttribute("download"))
    .map((each) => each.outerHTML.slice(0, 90)),
  ...["contextmenu", "dragstart"].filter((name) =>
    document.querySelector("h1").dispatchEvent(new Event(name, { bubbles: true, cancelable: true }))),
]"""


@pytest.fixture
def location(office: Office) -> Location:
    """It asks a choice and several of some, in eight languages, and has a PIN."""
    location = office.location
    location.languages = ["en", "et", "ru", "es", "de", "fr", "ar", "zh"]
    location.staff_pin = make_password("4071")
    location.save()
    for position, title in enumerate(("Reason", "Papers"), start=2):
        field = InputFieldFactory.create(
            location=location,
            type="SELECT",
            title=title,
            position=position,
            is_multiple=title == "Papers",
        )
        for option in ("Renewal", "Lost or stolen"):
            field.options.create(title=option)
    return location


def pair(context: BrowserContext, site: str, office: Office) -> Page:
    secret = programs.renew_secret(office.kiosk)
    name = access.DEVICE_COOKIES[DeviceKind.KIOSK]
    context.add_cookies([{"name": name, "value": secret, "url": site}])
    return context.new_page()


def press(page: Page, name: str) -> None:
    """A button or link, and the page that it leads to."""
    controls = page.locator(".button, .start, .tile, .tool")
    with page.expect_navigation():
        controls.filter(has_text=re.compile(rf"^\s*{name}")).click()


def every_page(page: Page, query: str, close: Callable[[], object]) -> Iterator[str]:
    """Through the whole kiosk, in whatever language; each page's name."""

    def tap(control: str) -> None:
        with page.expect_navigation():
            page.locator(control).first.click()

    go_on, skip = "#main .button--primary", "[name=skip]"
    page.goto(f"/kiosk/{query}")
    yield "welcome"
    page.goto(f"/kiosk/sign-in/{query}")
    yield "service"
    tap(".tile")
    tap(go_on)
    yield "name, unanswered"
    page.locator("#question input[type=text]").fill("Jane")
    tap(go_on)
    tap(".tool--help")
    yield "phone, help wanted"
    page.evaluate("document.getElementById('idle').showModal()")
    yield "are you still there"
    page.keyboard.press("Escape")
    tap(skip)
    yield "choice"
    tap(".tile")
    yield "several"
    tap(skip)
    yield "done"
    page.goto(f"/kiosk/staff/{query}")
    yield "staff"
    page.locator("[name=pin]").fill("4071")
    tap(go_on)
    yield "staff, let in"
    close()
    page.goto(f"/kiosk/{query}")
    yield "welcome, closed"


def test_every_page_of_the_kiosk(
    site: str, office: Office, location: Location, open_context: Open, figure: Figure
) -> None:
    page = pair(open_context(**IPAD), site, office)
    faults: list[str] = []
    least = {104: 1000.0, 60: 1000.0, "gap": 1000.0, 24: 1000.0, 44: 1000.0}
    looks = {"?lang=en": 24, "?lang=ar&text=large": 44}
    controls = pages = 0

    def close() -> None:
        OpeningException.objects.create(location=location, date=location.today(), intervals=[])

    for query, letters in looks.items():
        OpeningException.objects.all().delete()
        for name in every_page(page, query, close):
            where = f"{name}{query}"
            pages += 1
            for each in page.evaluate(TARGETS):
                controls += 1
                least[each["wanted"]] = min(least[each["wanted"]], each["side"])
                least["gap"] = min(least["gap"], each["gap"])
                if each["side"] < each["wanted"] or each["gap"] < 12:
                    faults.append(f"{where}: {each}")
            read = page.evaluate(LETTERS)
            least[letters] = min(least[letters], read["least"])
            if read["least"] < letters:
                faults.append(f"{where}: {read['example']}")
            faults += [f"{where}: leads out: {each}" for each in page.evaluate(WAYS_OUT)]
            if letters == 44:
                for width, height in ((320, 640), (590, 410), (1366, 1024)):
                    page.set_viewport_size({"width": width, "height": height})
                    page.evaluate(DRAWN)
                    faults += [f"{where} at {width}: {each}" for each in page.evaluate(CLIPPED)]
                page.set_viewport_size({"width": 1180, "height": 820})
                faults += [f"{where}: {each}" for each in axe_violations(page)]

    for path in ("/kiosk/staff/?contrast=high", "/kiosk/?contrast=high"):
        page.goto(path)
        faults += [f"{path}: {each}" for each in axe_violations(page)]

    assert faults == []
    figure("UK3 least primary, least other, least gap, px", (least[104], least[60], least["gap"]))
    figure("UK3 exceptions of controls on pages", f"0 of {controls} on {pages}")
    figure("UK4 least letters, larger text, px; clipped", (least[24], least[44], 0))
    figure("K4 ways off the sign-in pages", 0)
    figure("UG1 axe on the kiosk, larger text, right to left, light, dark, high contrast", 0)


@pytest.mark.parametrize(
    ("lines", "phone", "taps", "seconds"),
    [(1, None, 3, 25), (2, "", 5, 40), (2, "5123456", 5, 40)],
    ids=["one line, name only", "several lines, no phone", "several lines, phone"],
)
def test_uk1_uk2_uk5_sign_in_without_javascript(
    site: str,
    office: Office,
    open_context: Open,
    figure: Figure,
    request: pytest.FixtureRequest,
    lines: int,
    phone: str | None,
    taps: int,
    seconds: int,
) -> None:
    if lines == 1:
        office.location.lines.exclude(pk=office.line.pk).delete()
        office.location.input_fields.filter(type="PHONE_NUMBER").delete()
    page = pair(open_context(**IPAD, java_script_enabled=False), site, office)
    tapped, keys, pages = 0, 0, 1
    page.goto("/kiosk/")
    began = time.monotonic()

    def tap(name: str, typed: str = "") -> None:
        nonlocal tapped, keys, pages
        if typed:
            page.locator("#question input:not([type=hidden])").fill(typed)
        press(page, name)
        tapped, keys, pages = tapped + 1, keys + len(typed), pages + 1

    tap("Touch to sign in")
    if lines > 1:
        tap("Passports")
    tap("Continue", "Jane")
    if phone is not None:
        tap("Continue" if phone else "Skip", phone)

    took = time.monotonic() - began + pages * 1.5 + keys / 2
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re in line, Jane")
    assert Ticket.objects.get().first_name == "Jane"
    assert page.locator("meta[http-equiv=refresh]").count() == 0
    assert (tapped <= taps, took <= seconds) == (True, True)
    figure(f"UK1, UK5 taps without JavaScript, {request.node.callspec.id}", tapped)
    figure(f"UK2 seconds, {request.node.callspec.id}", round(took, 1))


@pytest.fixture
def forgetful(browser: Browser, site: str, office: Office) -> Iterator[Page]:
    """The kiosk in a browser that may complain when a page of its past is gone."""
    context = browser.new_context(base_url=site, reduced_motion="reduce")
    page = pair(context, site, office)
    yield page
    context.close()


HELD = """async () => JSON.stringify([
  document.documentElement.outerHTML, [...document.querySelectorAll("input")].map((each) => each.value),
  { ...localStorage }, { ...sessionStorage }, history.state, document.cookie,
  await caches.keys(), await indexedDB.databases(), location.href, document.title,
])"""


def traces(page: Page) -> int:
    """How often the visitor's name is in what this browser now shows and keeps."""
    found = str(page.context.cookies()).count(CANARY)
    with suppress(PlaywrightError):  # a page of the browser's own, which has nothing of ours
        found += page.evaluate(HELD).count(CANARY)
    return found


def test_uk7_k3_nothing_is_left_of_a_visitor(
    forgetful: Page, office: Office, figure: Figure
) -> None:
    page = forgetful
    looks: list[int] = []
    page.goto("/kiosk/")
    press(page, "Touch to sign in")
    press(page, "Passports")
    page.get_by_label("First name").fill(CANARY)
    fields = page.evaluate(
        "[...document.querySelectorAll('input:not([type=hidden]), #question')].map((e) => e.autocomplete)"
    )
    assert traces(page) > 0
    with page.expect_navigation():
        page.keyboard.press("Enter")  # as Go on the keyboard of an iPad: it goes on, not back
    assert traces(page) > 0
    press(page, "Skip")
    assert traces(page) > 0
    press(page, "Done")

    looks.append(traces(page))
    for _ in range(7):
        with suppress(PlaywrightError):
            page.go_back()
        looks.append(traces(page))
        with suppress(PlaywrightError):
            page.reload()
        looks.append(traces(page))
    for path in ("/kiosk/done/", "/kiosk/sign-in/", "/kiosk/sign-in/?change=1"):
        page.goto(path)
        looks.append(traces(page))

    assert Ticket.objects.count() == 1
    assert looks == [0] * len(looks)
    assert fields == ["off", "off"]
    figure("UK7, K3 traces of the last visitor, looks", (sum(looks), len(looks)))


def test_uk9_idle_visitor_is_asked_and_may_stay(
    forgetful: Page, office: Office, figure: Figure
) -> None:
    page = forgetful
    page.clock.install()
    page.goto("/kiosk/sign-in/?lang=en")
    press(page, "Passports")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 2)
    name = page.get_by_label("First name")
    name.fill(CANARY)
    dialog = page.get_by_role("alertdialog", name="Are you still there?")
    stayed = 0

    for _ in range(10):
        page.clock.run_for(44_000)
        assert (dialog.count(), name.count()) == (0, 1)
        page.clock.run_for(1500)
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("button")).to_be_focused()
        page.clock.run_for(20_000)
        page.keyboard.press("Enter")
        expect(page.locator(".idle__left")).to_have_text("30")
        expect(name).to_be_focused()
        stayed += 1
    page.clock.run_for(46_000)
    described = dialog.evaluate(
        "(e) => document.getElementById(e.getAttribute('aria-describedby')).innerText"
    )
    page.clock.run_for(28_000)
    assert traces(page) > 0
    with page.expect_navigation():
        page.clock.run_for(3000)

    assert described.startswith("In 30 seconds")
    assert re.fullmatch(".*/kiosk/", page.url)
    assert traces(page) == 0
    figure("UK9 warned after, to answer, s; extensions; traces after the wipe", (45, 30, stayed, 0))


def test_uk10_help_is_seen_and_promised(
    site: str, office: Office, open_context: Open, sign_in: SignIn, figure: Figure
) -> None:
    clerk = sign_in(office.clerk, **IPAD)
    clerk.goto(f"/service/{office.location.pk}/")
    expect(clerk.locator("#connection")).to_have_text("Live")
    kiosk = pair(open_context(**IPAD), site, office)
    kiosk.goto("/kiosk/sign-in/")
    press(kiosk, "Passports")
    kiosk.get_by_label("First name").fill("Ja")

    began = time.monotonic()
    kiosk.get_by_role("button", name="Get help").click()
    expect(clerk.locator(".help-call")).to_contain_text("Door")
    seen = time.monotonic() - began
    expect(kiosk.get_by_text("The staff know")).to_be_visible()
    expect(clerk).to_have_title(re.compile("^● Help wanted"))
    began = time.monotonic()
    clerk.get_by_role("button", name="On my way").click()
    expect(kiosk.get_by_text("Somebody is coming")).to_be_visible()
    told = time.monotonic() - began

    expect(clerk.locator(".help-call")).to_have_count(0)
    expect(kiosk.get_by_label("First name")).to_have_value("Ja")
    assert max(seen, told) <= 2 * SLOWER
    figure(
        "UK10 taps, until a clerk sees it, until the visitor is told, s",
        (1, round(seen, 2), round(told, 2)),
    )


VOICES = """(voices) => {
  window.said = [];
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(window, "speechSynthesis", { configurable: true, value: {
    getVoices: () => voices, cancel() {}, addEventListener() {}, speak: (words) => said.push(words.text) } });
  window.awake = 0;
  Object.defineProperty(navigator, "wakeLock", { configurable: true, value: { request: async () => { awake += 1; } } });
}"""


def test_page_is_read_by_a_voice_of_the_device(
    site: str, office: Office, open_context: Open
) -> None:
    local, remote = (
        {"localService": True, "lang": "en-GB"},
        {"localService": False, "lang": "en-US"},
    )
    page = pair(open_context(**IPAD), site, office)
    page.goto("/kiosk/")
    reader = page.get_by_role("button", name="Read aloud")
    shown = []
    for voices in ([remote], [{**local, "lang": "et-EE"}]):
        page.add_init_script(
            f"({VOICES})({voices})".replace("True", "true").replace("False", "false")
        )
        page.reload()
        shown.append(reader.count())
    page.add_init_script(f"({VOICES})([{local}])".replace("True", "true"))
    page.reload()

    reader.click()
    first = page.evaluate("said")
    press(page, "Touch to sign in")
    second = page.evaluate("said")
    reader.click()
    press(page, "Passports")

    assert shown == [0, 0]
    assert (first[0], first[1]) == ("Welcome", "City Office")
    assert second[0] == "Which service do you need?"
    assert page.evaluate("said") == []
    assert page.evaluate("awake") >= 1


def test_uk11_weight(site: str, office: Office, open_context: Open, figure: Figure) -> None:
    page = pair(open_context(**IPAD), site, office)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    weights: list[float] = []
    network.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))

    def weigh(load: Callable[[], Any]) -> int:
        weights.clear()
        load()
        page.wait_for_timeout(300)
        return round(sum(weights) / 1000)

    first = weigh(lambda: page.goto("/kiosk/"))
    following = [weigh(lambda: press(page, "Touch to sign in"))]
    following.append(weigh(lambda: press(page, "Passports")))
    page.get_by_label("First name").fill("Jane")
    following.append(weigh(lambda: press(page, "Continue")))
    following.append(weigh(lambda: press(page, "Skip")))
    scripts = (Path(__file__).parents[2] / "static" / "js").glob("kiosk*.js")
    script = sum(len(compress(path.read_bytes(), 9)) for path in scripts) / 1000

    figure("UK11 kB of the first page, the heaviest of the next", (first, max(following)))
    figure("UG8 kB of the kiosk's own JavaScript, compressed", round(script, 1))
    assert (first <= 150, max(following) <= 30, script <= 25) == (True, True, True)
