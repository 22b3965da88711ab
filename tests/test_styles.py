"""Style sheets: every colour and size comes from the tokens, and nothing is left or right."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parent.parent / "static" / "css"
SHEETS = sorted(path for path in CSS.glob("*.css") if path.name != "tokens.css")
COLOR = re.compile(r"#[0-9a-f]{3,8}\b|\b(rgba?|hsla?|oklch|color|light-dark)\(", re.IGNORECASE)
ABSOLUTE_SIZE = re.compile(r"\b\d*\.?\d+(px|rem|pt|cm|mm|in)\b")
PHYSICAL = re.compile(
    r"^\s*((margin|padding|border|inset)-(left|right|top|bottom)|left|right|top|bottom"
    r"|width|height|(min|max)-(width|height)|text-align:\s*(left|right)|float)\b"
)


def declarations(path: Path) -> list[str]:
    """The lines that set something: no comments, and no conditions, where variables do not work."""
    css = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    return [line for line in css.splitlines() if ":" in line and "{" not in line]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_colours_come_from_the_tokens(path: Path) -> None:
    assert [line for line in declarations(path) if COLOR.search(line)] == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_sizes_come_from_the_tokens(path: Path) -> None:
    assert [line for line in declarations(path) if ABSOLUTE_SIZE.search(line)] == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_everything_is_logical(path: Path) -> None:
    assert [line for line in declarations(path) if PHYSICAL.search(line)] == []
