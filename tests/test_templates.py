"""UG3: templates work without JavaScript, and hold no script or style of their own."""

import re
from pathlib import Path

import pytest

from tests.conftest import Figure

TEMPLATES = Path(__file__).parent.parent / "templates"
FILES = sorted(TEMPLATES.rglob("*.html"))
TAG = re.compile(r"<(\w+)((?:\s|\"[^\"]*\"|'[^']*'|\{%.*?%\}|\{\{.*?\}\}|[^>\"'{])*)>", re.DOTALL)
ASKS = re.compile(r'hx-(get|post|put|patch|delete)="([^"]*)"')
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\s(style|on\w+|hx-on\S*)=", re.IGNORECASE)


def faults(html: str) -> list[str]:
    """The elements that do nothing, or something else, without htmx."""
    found = []
    for name, attributes in TAG.findall(html):
        asks = ASKS.search(attributes)
        if asks is None or re.search(r'hx-trigger="[^"]*(sse:|every )', attributes):
            continue  # a page that refreshes itself is fresh when it is loaded, too
        verb, address = asks.groups()
        place = "action" if name == "form" else "href"
        is_post = 'method="post"' in attributes
        if f'{place}="{address}"' not in attributes or is_post != (verb == "post"):
            found.append(f"<{name} hx-{verb}={address}>")
    return found


@pytest.mark.parametrize(
    "html",
    [
        '<a hx-get="/a/">',
        '<a href="/b/" hx-get="/a/">',
        '<button hx-post="/a/">',
        '<form action="/a/" hx-post="/a/">',
    ],
)
def test_lint_finds_what_works_with_htmx_only(html: str) -> None:
    assert len(faults(html)) == 1


def test_every_hx_element_works_without_htmx(figure: Figure) -> None:
    pages = {path.relative_to(TEMPLATES): path.read_text() for path in FILES}

    assert {str(path): found for path, html in pages.items() if (found := faults(html))} == {}
    asking = sum(len(ASKS.findall(html)) for html in pages.values())
    figure("UG3 hx-* elements with a working href or action", f"{asking} of {asking}")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_nothing_is_inline(path: Path) -> None:
    assert INLINE.findall(path.read_text()) == []
