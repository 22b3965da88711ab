"""The colours that lines have, by the names that programs give them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LineColor(models.TextChoices):
    """Each stands out, 3:1 or more, from every surface of the light and of the dark pages."""

    VIOLET = "8F5AF0", _("Violet")
    LAVENDER = "8B7BB8", _("Lavender")
    MARSHMALLOW = "C2568F", _("Marshmallow")
    TEAL = "0F8578", _("Teal")
    MINT = "2A9163", _("Mint")
    CORAL = "D9534A", _("Coral")
    YELLOW = "A67C00", _("Yellow")
    ROSE = "D6336C", _("Rose")
    INDIGO = "6C70DB", _("Indigo")
    BLUE = "2878D0", _("Blue")


def ink_on(color: str) -> str:
    """Black or white, whichever reads better on `color`: 4.58:1 or more, whatever the colour is."""
    red, green, blue = (_linear(int(color[i : i + 2], 16) / 255) for i in (0, 2, 4))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "FFFFFF"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
