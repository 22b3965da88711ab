"""Colours that come from data: lines stand out, are told apart, and text on them can be read."""

import re
from itertools import combinations, product
from pathlib import Path

import pytest

from tests.conftest import Figure
from tickets.models import LineColor
from tickets.models.colors import ink_on

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


def test_us9_text_on_any_colour_can_be_read(figure: Figure) -> None:
    shades = [f"{shade:02X}" for shade in range(0, 256, 15)]

    least = min(contrast(ink_on(color), color) for color in map("".join, product(shades, repeat=3)))

    assert least >= 4.5
    figure(f"US9 text on any of {len(shades) ** 3:,} colours, contrast at least", f"{least:.2f}")


def test_us9_a_label_is_read_in_the_ink_of_the_page(figure: Figure) -> None:
    """Its colour is a dot beside it, so no colour of a label can make it hard to read."""
    chip = re.findall(r"\n\.chip \{(.*?)\}", Path("static/css/base.css").read_text(), re.DOTALL)
    css = TOKENS.read_text()
    (surfaces,) = re.findall(r"--surface: light-dark\(#(\w+), #(\w+)\)", css)
    (inks,) = re.findall(r"--ink: light-dark\(#(\w+), #(\w+)\)", css)

    least = min(contrast(ink, surface) for ink, surface in zip(inks, surfaces, strict=True))

    assert "background: var(--surface)" in chip[0]
    assert "color: var(--ink)" in chip[0]
    assert least >= 4.5
    figure("US9 text of a label, whatever its colour, contrast at least", f"{least:.2f}")


#: Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
BLINDNESS = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def seen_as(color: str, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """Lightness, a and b (CIELAB) of what somebody with this blindness sees."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    r, g, b = (
        min(max(sum(w * c for w, c in zip(row, linear, strict=True)), 0), 1) for row in matrix
    )
    white = (0.9505, 1.0, 1.089)
    xyz = (
        0.4124 * r + 0.3576 * g + 0.1805 * b,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        0.0193 * r + 0.1192 * g + 0.9505 * b,
    )
    fx, fy, fz = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (value / full for value, full in zip(xyz, white, strict=True))
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_us9_lines_are_told_apart_by_more_than_colour(blindness: str, figure: Figure) -> None:
    """Some pairs look alike to some people: beside each colour are the name and, on it, a letter."""
    seen = {name: seen_as(color.value, BLINDNESS[blindness]) for name, color in NAMED.items()}
    differences = {
        pair: sum((a - b) ** 2 for a, b in zip(seen[pair[0]], seen[pair[1]], strict=True)) ** 0.5
        for pair in combinations(NAMED, 2)
    }
    letter = Path("templates/components/letter.html").read_text()
    head = Path("templates/tickets/ticket.html").read_text()

    alike = [pair for pair, difference in differences.items() if difference < 10]

    assert len({str(color.label) for color in LineColor}) == len(LineColor)
    assert "{{ line.letter }}" in letter
    assert "{{ ticket.line }}" in head
    figure(
        f"US9 pairs of line colours that look alike, {blindness}",
        f"{len(alike)} of 45, each named and lettered",
    )


NAMED = {color.name: color for color in LineColor}
