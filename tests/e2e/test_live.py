"""Five screens of one place while a hundred things change and their connections break."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import Figure
from tests.e2e.cable import Cable, cable
from tests.e2e.conftest import Office
from tests.e2e.tv import be_tv
from tests.factories import clerk_of, waiting_ticket
from tickets.actions import intake, labels, lifecycle
from tickets.exceptions import Refusal
from tickets.models import Device, Ticket, User

SignIn = Callable[..., Page]
CHANGES, CUTS = 100, 5
STRETCH = CHANGES // CUTS
#: Browsers, servers and other tests share the cores of a test machine.
SLOWER = 3

#: When each visitor was first seen, by the clock that the test has, too.
WATCH = """() => {
  window.seen = {};
  const rows = document.getElementById("rows");
  const look = () => {
    for (const each of rows.querySelectorAll("[id^='see-']")) seen[each.id] ??= Date.now() / 1000;
  };
  new MutationObserver(look).observe(rows, { childList: true });
  look();
}"""
SHOWN = """(part) => {
  const copy = document.querySelector(part).cloneNode(true);
  for (const each of copy.querySelectorAll("time")) each.remove();
  return copy.textContent.replace(/\\s+/g, " ");
}"""
TWICE = """(part) => {
  const ids = [...document.querySelectorAll(`${part} [id]`)].map(({ id }) => id);
  return ids.length - new Set(ids).size;
}"""


@dataclass
class Screen:
    page: Page
    line: Cable
    part: str
    cuts: int = 0

    def cut(self, chance: random.Random) -> None:
        chance.choice((self.line.hang, self.line.unplug))()
        self.cuts += 1

    def shown(self) -> str:
        text: str = self.page.evaluate(SHOWN, self.part)
        return text


@pytest.fixture
def screens(
    office: Office, tv: Device, browser: Browser, site: str, sign_in: SignIn
) -> Iterator[list[Screen]]:
    """Two clerks, the TV and two visitors' phones: each on a line of its own."""
    last = [waiting_ticket(office.line, by=office.clerk, first_name="Zoe") for _ in range(2)]
    view = f"/service/{office.location.pk}/"

    def by_session(user: User) -> Callable[[BrowserContext, str], None]:
        cookies = sign_in(user).context.cookies()
        return lambda context, _site: context.add_cookies(cookies)  # type: ignore[arg-type]

    wanted = [
        (view, ".live", by_session(office.clerk)),
        (view, ".live", by_session(clerk_of(office.location, first_name="Two"))),
        ("/tv/", ".recent", lambda context, site: be_tv(context.new_page(), tv, site)),
        *((f"/visit/{each.visit_token}/", "#visit", lambda _context, _site: None) for each in last),
    ]
    with ExitStack() as stack:
        found = []
        for path, part, enter in wanted:
            line = stack.enter_context(cable(site))
            # A browser of its own: here the console has something to complain about.
            context = browser.new_context(base_url=line.site, reduced_motion="reduce")
            stack.enter_context(context)
            enter(context, line.site)
            page = context.new_page()
            page.goto(path)
            found.append(Screen(page, line, part))
        yield found


def test_e2_no_screen_is_stale_after_cuts(
    office: Office, screens: list[Screen], figure: Figure
) -> None:
    chance = random.Random(20261128)
    views = screens[:2]
    for view in views:
        expect(view.page.locator("#connection")).to_have_text("Live")
        view.page.evaluate(WATCH)
    # Each in a stretch of its own, and mended within it.
    cuts = {
        (screen, STRETCH * stretch + chance.randrange(STRETCH // 2)): chance.choice((3, 6, 9))
        for screen in range(len(screens))
        for stretch in range(CUTS)
    }
    ends: dict[int, list[Screen]] = {}
    came: list[tuple[str, float]] = []

    for step in range(CHANGES):
        for number, screen in enumerate(screens):
            if (number, step) in cuts:
                screen.cut(chance)
                ends.setdefault(step + cuts[number, step], []).append(screen)
        ticket = change(office, chance)
        if ticket:
            came.append((f"see-{ticket.pk}", time.time()))
        views[0].page.wait_for_timeout(40)
        for screen in ends.pop(step, []):
            screen.line.mend()
    assert (ends, sum(screen.cuts for screen in screens)) == ({}, len(screens) * CUTS)
    ended_at = time.time()
    stale = [screen.part for screen in screens if not is_fresh_within(5 * SLOWER, screen)]
    took = time.time() - ended_at
    twice = [screen.page.evaluate(TWICE, screen.part) for screen in screens]
    delays = [at - came_at for view in views for at, came_at in pairs(view, came)]

    assert (stale, twice) == ([], [0] * len(screens))
    figure("E2 screens, changes, cuts; stale, shown twice", (5, CHANGES, len(cuts), 0, 0))
    figure("E2 all five as a fresh page after the last change, s", f"{took:.1f}")
    figure(
        "E2 change to the Service View, median and p95 ms, cut ones too",
        [round(1000 * each) for each in (statistics.median(delays), p95(delays))],
    )
    assert statistics.median(delays) <= 1 * SLOWER


def change(office: Office, chance: random.Random) -> Ticket | None:
    """Whatever a clerk or a visitor may do now; the ticket, if somebody came."""
    waiting = list(Ticket.objects.waiting().exclude(first_name="Zoe").in_order())
    served = list(Ticket.objects.called())
    kind = chance.choice(("come", "come", "call", "end", "label", "leave"))
    try:
        if kind == "come" or not waiting:
            return intake.create(office.line, by=office.clerk, first_name="Ann")
        if kind == "call":
            lifecycle.call_next([office.line], by=office.clerk)
        elif kind == "end" and served:
            lifecycle.serve(served[0], by=office.clerk)
        elif kind == "label":
            labels.add(chance.choice(waiting), value=f"{chance.random():.3f}", by=office.clerk)
        else:
            lifecycle.cancel(chance.choice(waiting), by=office.clerk)
    except Refusal:
        return intake.create(office.line, by=office.clerk, first_name="Ben")
    return None


def is_fresh_within(seconds: float, screen: Screen) -> bool:
    """Whether it shows in time what a page that is opened now shows."""
    deadline = time.monotonic() + seconds
    with screen.page.context.new_page() as fresh:
        while time.monotonic() < deadline:
            fresh.goto(screen.page.url)
            if fresh.evaluate(SHOWN, screen.part) == screen.shown():
                return True
            screen.page.wait_for_timeout(200)
    return False


def pairs(view: Screen, came: list[tuple[str, float]]) -> list[tuple[float, float]]:
    seen = view.page.evaluate("() => seen")
    return [(seen[name], at) for name, at in came if name in seen]


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
