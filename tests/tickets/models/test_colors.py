"""The colours of lines stand out from every surface that they are shown on."""

import re
from pathlib import Path

from tests.conftest import Figure
from tickets.models import LineColor

TOKENS = Path("static/css/tokens.css")
SURFACES = ("paper", "surface", "sunken", "raised")


def luminance(color: str) -> float:
    """As WCAG 2.2 defines it."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_line_colors_stand_out_from_light_and_dark_surfaces(figure: Figure) -> None:
    css = TOKENS.read_text()
    pairs = [re.findall(rf"--{name}: light-dark\(#(\w+), #(\w+)\)", css)[0] for name in SURFACES]

    least = min(
        contrast(c, surface) for c in LineColor.values for pair in pairs for surface in pair
    )

    assert least >= 3
    figure("contrast of a line's colour, at least", f"{least:.2f}")
