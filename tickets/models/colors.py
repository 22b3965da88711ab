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
