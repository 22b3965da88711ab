"""How many messages of the network a text becomes: GSM-7 (3GPP TS 23.038) or UCS-2."""

from dataclasses import dataclass

#: One septet each.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: An escape and one more septet.
EXTENDED = "\f^{}\\[~]|€"

#: So many units fit into a message that stands alone, and into each of several.
GSM_ALONE, GSM_JOINED = 160, 153
UCS_ALONE, UCS_JOINED = 70, 67


@dataclass(frozen=True)
class Length:
    """`units` are septets, or UTF-16 units where one character is not of GSM-7."""

    units: int
    segments: int
    is_gsm: bool


def measure(text: str) -> Length:
    """No character is torn apart by the end of a segment."""
    is_gsm = all(character in BASIC or character in EXTENDED for character in text)
    widths = [_width(character, is_gsm=is_gsm) for character in text]
    alone, joined = (GSM_ALONE, GSM_JOINED) if is_gsm else (UCS_ALONE, UCS_JOINED)
    units = sum(widths)
    if units <= alone:
        return Length(units, min(units, 1), is_gsm)
    segments, free = 1, joined
    for width in widths:
        if width > free:
            segments, free = segments + 1, joined
        free -= width
    return Length(units, segments, is_gsm)


def _width(character: str, *, is_gsm: bool) -> int:
    if is_gsm:
        return 2 if character in EXTENDED else 1
    return len(character.encode("utf-16-le")) // 2
