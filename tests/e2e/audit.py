"""What every page has to pass: axe, no overflow at any width, no control that nobody designed."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (320, 390, 768, 1180, 1920)
THEMES = ("light", "dark")

#: Controls that the browser still draws by itself.
UNDESIGNED = """() => [...document.querySelectorAll("button, input, select, textarea")]
  .filter(control => control.type !== "hidden" && control.checkVisibility())
  .filter(control => getComputedStyle(control).appearance !== "none")
  .map(control => control.outerHTML.slice(0, 120))"""

OVERFLOW = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""


#: Done when the page has been laid out and drawn anew.
DRAWN = """() => new Promise(
  done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"""


def _set_theme(page: Page, theme: str) -> None:
    """Chromium leaves some colours of an open page as they were unless everything is styled anew."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.evaluate("() => { document.body.style.display = 'none' }")
    page.evaluate(DRAWN)
    page.evaluate("() => { document.body.style.display = '' }")
    page.evaluate(DRAWN)


def axe_violations(page: Page) -> list[str]:
    """Each violation with the elements it is about, in both themes."""
    found = []
    for theme in THEMES:
        _set_theme(page, theme)
        violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
        found += [
            f"{theme}: {violation['id']} at {node['target']}: {node['failureSummary']}"
            for violation in violations
            for node in violation["nodes"]
        ]
    return found


def overflowing_widths(page: Page) -> list[int]:
    """The widths at which the page is wider than the window."""
    return [width for width in WIDTHS if overflow_at(page, width) > 0]


def overflow_at(page: Page, width: int) -> int:
    """By how much the page is wider than a window of that width."""
    size = page.viewport_size or {"width": 1180, "height": 820}
    page.set_viewport_size({"width": width, "height": size["height"]})
    page.evaluate(DRAWN)
    wider: int = page.evaluate(OVERFLOW)
    page.set_viewport_size(size)
    return wider


def undesigned_controls(page: Page) -> list[str]:
    controls: list[str] = page.evaluate(UNDESIGNED)
    return controls


def faults(page: Page) -> list[str]:
    """Everything that is wrong with the page as it now is."""
    return [
        *axe_violations(page),
        *(f"overflows at {width} px" for width in overflowing_widths(page)),
        *(f"in the browser's default look: {html}" for html in undesigned_controls(page)),
    ]
