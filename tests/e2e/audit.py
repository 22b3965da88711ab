"""What every page has to pass: axe, no overflow at any width, no control that nobody designed."""

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (320, 390, 768, 1180, 1920)
THEMES = ("light", "dark")
#: All rules once; in the other theme those that a theme can break.
OPTIONS: dict[str, dict[str, Any]] = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]},
}

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
        response = Axe().run(page, options=OPTIONS[theme]).response
        violations: list[dict[str, Any]] = response["violations"]
        found += [
            f"{theme}: {violation['id']} at {node['target']}: {node['failureSummary']}"
            for violation in violations
            for node in violation["nodes"]
        ]
    return found


def overflowing_widths(page: Page, widths: Sequence[int] = WIDTHS) -> list[int]:
    """The widths at which the page is wider than the window."""
    size = page.viewport_size or {"width": 1180, "height": 820}
    found = [width for width in widths if _overflow(page, width, size["height"]) > 0]
    page.set_viewport_size(size)
    return found


def _overflow(page: Page, width: int, height: int) -> int:
    """By how much the page is wider than a window of that width, which it is from now on."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(DRAWN)
    wider: int = page.evaluate(OVERFLOW)
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
