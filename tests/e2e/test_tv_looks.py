"""How the TV looks: large enough for the room, with any name, and accessible in every state."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.conftest import Figure
from tests.e2e.audit import DRAWN
from tests.e2e.conftest import Office, Open
from tests.e2e.tv import SCREEN, be_tv, called
from tests.factories import DeviceFactory, waiting_ticket
from tickets.models import Device, DeviceKind, Line, Location, TvLayout, TvTheme

pytestmark = pytest.mark.once

#: Something that is looked at while each call in turn is the big one.
EACH_CALL = """() => [...document.querySelectorAll(".now")].flatMap((shown, _, all) => {
  for (const section of all) section.hidden = section !== shown;
  %s
})"""

#: The contrasts of the text that is seen, with and without the colours of a new call.
CONTRAST = (
    EACH_CALL
    % """
  const light = (color) => {
    const [r, g, b] = color.map((c) =>
      (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, opacity = 1] = numbers(getComputedStyle(at).backgroundColor);
      if (opacity === 1) return [r, g, b];
    }
  };
  const texts = [...document.querySelectorAll("#board *")].filter((e) => e.checkVisibility()
    && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()));
  return ["add", "remove"].flatMap((way) => {
    shown.classList[way]("now--new");
    return texts.map((e) => {
      const [a, b] = [light(numbers(getComputedStyle(e).color)), light(ground(e))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
  });"""
)

#: The size of what is seen of each kind, in hundredths of the screen's shorter side.
SIZES = (
    EACH_CALL
    % """
  return [".now__name", ".now__desk", ".recent__name", ".recent__desk"].map((kind) => [kind,
    Math.min(...[...document.querySelectorAll(kind)].filter((e) => e.checkVisibility())
      .map((e) => parseFloat(getComputedStyle(e).fontSize)))
    * 100 / Math.min(innerWidth, innerHeight)]);"""
)

#: Names that leave their box, rows and desks that are cut off, names that could reorder others.
STRAYS = (
    EACH_CALL
    % """
  const seen = (kind) => [...document.querySelectorAll(kind)].filter((e) => e.checkVisibility());
  const rows = seen(".recent li, .next li").filter((row) => {
    const [inner, outer] = [row, row.parentElement].map((e) => e.getBoundingClientRect());
    row.isLeftOut = inner.left >= outer.right - 1 || inner.right <= outer.left + 1;
    return !row.isLeftOut && inner.bottom > outer.bottom + 1;
  });
  const names = seen(".now__name bdi, .recent__name bdi, .next__name bdi").filter((bdi) => {
    const { left, right } = bdi.parentElement.getBoundingClientRect();
    return !bdi.closest("li")?.isLeftOut && (left < 0 || right > innerWidth
      || !getComputedStyle(bdi).unicodeBidi.includes("isolate"));
  });
  const ground = shown.getBoundingClientRect();
  const desks = seen(".now__desk").filter((desk) => {
    const { top, bottom } = desk.getBoundingClientRect();
    return bottom > Math.min(ground.bottom, innerHeight) + 1 || top < ground.top;
  });
  const page = document.documentElement;
  return [...rows, ...names, ...desks].map((e) => `${e.className} ${e.textContent.trim()}`)
    .concat(page.scrollWidth > page.clientWidth ? ["the page"] : []);"""
)


HARD_NAMES = [
    ("Wolfeschlegelsteinhausenbergerdorff Hubert Blaine", "Sr"),
    ("W" * 50, "W" * 50),
    ("محمد عبد الله", "الأحمد"),
    ("กำ" * 25, "สมชาย"),
    ("👩‍👩‍👧‍👦" * 12, "🎈"),
    ("Jane", "Doe"),
]
SCREENS = [(1920, 1080), (3840, 2160), (1280, 720), (1080, 1920)]


def test_ut1_ut7_every_name_is_legible_on_every_screen(
    office: Office, open_context: Open, site: str, tv: Device, figure: Figure
) -> None:
    page = open_context(viewport=SCREEN).new_page()
    be_tv(page, tv, site)
    for first_name, last_name in HARD_NAMES:
        waiting_ticket(office.line, first_name=first_name, last_name=last_name, by=office.clerk)
        called(office, first_name, last_name)
    strays: list[str] = []
    sizes: dict[str, float] = {}
    contrasts: list[float] = []

    for layout in TvLayout:
        for theme in TvTheme:
            Device.objects.filter(pk=tv.pk).update(layout=layout, theme=theme)
            page.goto("/tv/")
            contrasts += page.evaluate(CONTRAST)
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(DRAWN)
            strays += [f"{layout} {width}: {each}" for each in page.evaluate(STRAYS)]
            for kind, size in page.evaluate(SIZES):
                key = f"{layout} {kind}"
                sizes[key] = min(round(size, 1), sizes.get(key, 100))

    figure("UT1 letters in hundredths of the shorter side, at least", sizes)
    figure("UT1 contrast, at least", round(min(contrasts), 1))
    figure("UT7 names that overflow or stand in others' way", len(strays))
    assert strays == []
    assert [kind for kind, size in sizes.items() if ".now__name" in kind and size < 13] == []
    assert [kind for kind, size in sizes.items() if "LARGE" in kind and size < 13] == []
    assert [kind for kind, size in sizes.items() if size < 6.5] == []
    assert min(contrasts) >= 7


def test_axe_finds_nothing_in_any_state(
    office: Office,
    open_context: Open,
    site: str,
    tv: Device,
    figure: Figure,
) -> None:
    light = DeviceFactory.create(location=office.location, kind=DeviceKind.TV, theme=TvTheme.LIGHT)
    pages = [open_context(viewport=SCREEN).new_page() for _ in ("en", "ar")]
    found: dict[str, list[str]] = {}
    states: list[str] = []

    def look(state: str, *, is_lost: bool = False) -> None:
        states.append(state)
        for page, language in zip(pages, ("en", "ar"), strict=True):
            Location.objects.update(languages=[language])
            page.goto("/tv/")
            if is_lost:
                page.evaluate("(now => (Date.now = () => now() + 10_000))(Date.now)")
                expect(page.locator("#lost")).to_be_visible()
            way = page.evaluate("document.documentElement.dir")
            for violation in Axe().run(page).response["violations"]:
                for node in violation["nodes"]:
                    found.setdefault(f"{state}, {way}", []).append(
                        f"{violation['id']} at {node['target']}: {node['failureSummary']}"
                    )

    look("pairing")
    for page, device in zip(pages, (tv, light), strict=True):
        be_tv(page, device, site)
    look("good morning")
    Line.objects.update(status="DISABLED")
    look("on a break")
    closing = office.location.opening_exceptions.create(
        date=office.location.today(), intervals=[], reason="Inventory"
    )
    look("closed")
    closing.delete()
    Line.objects.update(status="ENABLED")
    called(office, "Ann", "Lee")
    called(office, "محمد عبد الله", "الأحمد")
    waiting_ticket(office.line, first_name="Bob", by=office.clerk)
    for layout in TvLayout:
        Device.objects.update(layout=layout)
        look(f"calls, {layout}")
    for page in pages:
        page.route("**/stream/tv/", lambda route: route.fulfill(status=204))
    look("no connection", is_lost=True)

    figure("axe 0 in states of the TV, dark and LTR, light and RTL", len(states))
    assert found == {}
