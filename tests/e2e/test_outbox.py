"""What a kiosk does when its disk, its clock or its server lets it down: the scripts of static/js/offline."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.conftest import Figure
from tests.e2e.conftest import Office
from tickets import access
from tickets.actions import programs
from tickets.models import DeviceKind

pytestmark = pytest.mark.once

SYNC = "**/kiosk/sync/"
SIGN_IN = '{ token: crypto.randomUUID(), line: "1", language: "en", answers: [] }'


@pytest.fixture
def page(browser: Browser, site: str, office: Office) -> Iterator[Page]:
    """The kiosk, without a service worker, and with a clock that the test moves."""
    context = browser.new_context(
        base_url=site, service_workers="block", reduced_motion="reduce", locale="en"
    )
    secret = programs.renew_secret(office.kiosk)
    name = access.DEVICE_COOKIES[DeviceKind.KIOSK]
    context.add_cookies([{"name": name, "value": secret, "url": site}])
    page = context.new_page()
    page.clock.install()
    yield page
    page.unroute_all(behavior="ignoreErrors")
    context.close()


def run(page: Page, script: str) -> Any:
    """What the script says, with `outbox` and `sync` as the page has them."""
    paths = [staticfiles_storage.url(f"js/offline/{name}.js") for name in ("outbox", "sync")]
    return page.evaluate(
        f"""async paths => {{
          const [outbox, sync] = await Promise.all(paths.map(path => import(path)));
          {script}
        }}""",
        paths,
    )


def settle(page: Page) -> None:
    """Until what the page sends by itself when it is opened has been sent."""
    page.evaluate("() => navigator.locks.request('kiosk-outbox', () => undefined)")


def keep_back(_route: Route) -> None:
    """The server says nothing."""


def tell_and_keep_back(route: Route, request: Request) -> None:
    """The server is there, and sends no receipt."""
    if request.method == "GET":
        route.fulfill(json={"csrf": "x", "keeps": True, "waiting": 0, "refused": 0})


def test_kiosk_gives_a_sign_of_life_from_every_page(page: Page, figure: Figure) -> None:
    beats = []
    for path in ("/kiosk/", "/kiosk/sign-in/"):
        page.goto(path)
        settle(page)
        for _ in range(3):
            with page.expect_request(SYNC) as beat:
                page.clock.run_for(5_000)
            beats.append(beat.value.method)

    figure(
        "UA6 signs of life of a kiosk in 15 s, on its welcome page and on a question", len(beats)
    )
    assert beats == ["GET"] * 6


def test_refused_sign_in_is_tried_for_a_week_and_then_gone(page: Page, figure: Figure) -> None:
    page.goto("/kiosk/")
    settle(page)

    counts = run(
        page,
        f"""
        const [now, counts, HOUR] = [Date.now, [], 3_600_000];
        await outbox.add({SIGN_IN});
        const [{{ id }}] = await outbox.next(0, 1);
        for (const hours of [0, 0.5, 2, 24 * 7 - 1, 24 * 7 + 1]) {{
          Date.now = () => now() + hours * HOUR;
          await outbox.reconsider();
          const {{ waiting, refused }} = await outbox.counts();
          counts.push([waiting, refused]);
          if (waiting) await outbox.refuse(id);
        }}
        Date.now = now;
        return counts;
        """,
    )

    figure("UK6 a refused sign-in after 0, 0.5, 2, 167, 169 hours: waits, put aside", counts)
    assert counts == [[1, 0], [0, 1], [1, 0], [1, 0], [0, 0]]


def test_server_that_says_nothing_is_given_up_and_nothing_is_lost(
    page: Page, figure: Figure
) -> None:
    """Three seconds for a question, twenty for a receipt."""
    page.add_init_script("window.setInterval = () => 0;")  # it does not look by itself, too
    page.goto("/kiosk/")
    settle(page)
    run(page, f"await outbox.add({SIGN_IN});")
    said = []
    for answer, seconds in ((keep_back, 3), (tell_and_keep_back, 20)):
        page.route(SYNC, answer)  # before the one that is there
        run(page, "window.said = undefined; sync.send().then(said => { window.said = said; });")
        page.wait_for_timeout(300)
        page.clock.run_for(seconds * 1000 - 500)
        early = page.evaluate("() => String(window.said)")
        page.clock.run_for(1000)
        page.wait_for_timeout(300)
        said.append((early, page.evaluate("() => String(window.said)")))

    kept = run(page, "return (await outbox.counts()).waiting;")
    figure("UK6 silent server given up after 3 s and 20 s; kept", (said, kept))
    assert said == [("undefined", "false")] * 2
    assert kept == 1


def test_disk_that_fails_hides_no_server_and_nobody_is_told_to_be_in_line(
    page: Page, office: Office, figure: Figure
) -> None:
    page.goto("/kiosk/")
    settle(page)
    is_there = run(
        page,
        """
        IDBDatabase.prototype.transaction = () => { throw new DOMException("", "UnknownError"); };
        return sync.send();
        """,
    )
    with page.expect_request(SYNC):
        page.clock.run_for(5_000)

    page.route(SYNC, keep_back)
    page.goto("/kiosk/offline/")
    page.locator("[data-begin]").click()
    page.locator(".tile").first.click()
    page.get_by_label("First name").fill("Jane")
    page.locator("#question .button--primary").click()
    page.evaluate(
        """() => { IDBObjectStore.prototype.add = () => {
          throw new DOMException("the disk is full", "QuotaExceededError"); }; }"""
    )
    page.locator("#question [name=skip]").click()

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Tell the staff that you are here")
    figure(
        "UK6 disk that fails: server is there; what the visitor is told",
        (is_there, heading.inner_text()),
    )
    assert is_there is True
