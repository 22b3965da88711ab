"""What the automatic texts say: the usual words in each language, and what is put into them."""

import re
from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Moment(models.TextChoices):
    """When a text is written by itself; REPLY is the answer to a keyword."""

    ADDED = "ADDED", _("Added to the line")
    CALLED = "CALLED", _("Called")
    CALLED_TO_DESK = "CALLED_TO_DESK", _("Called to a desk")
    SERVED = "SERVED", _("Served")
    REPLY = "REPLY", _("Answer to a keyword")


#: Those that a location may word and switch.
MOMENTS = (Moment.ADDED, Moment.CALLED, Moment.CALLED_TO_DESK, Moment.SERVED)
#: What is not sent until a location switches it on: it costs money and tells nothing.
OFF_BY_DEFAULT = (Moment.SERVED,)

USUAL = {
    # Translators: for visitors
    Moment.ADDED: _("{location}: you are in line. Number {number}, place {place}. {link}"),
    # Translators: for visitors
    Moment.CALLED: _("{location}: it is your turn, {number}. Come in now."),
    # Translators: for visitors
    Moment.CALLED_TO_DESK: _("{location}: it is your turn, {number}. Go to: {desk}."),
    # Translators: for visitors
    Moment.SERVED: _("{location}: thank you for your visit!"),
}

EVERYWHERE = ("first_name", "number", "line", "location", "link")
#: What may stand between braces in the text of each moment.
PLACEHOLDERS = {
    Moment.ADDED: (*EVERYWHERE, "place"),
    Moment.CALLED: EVERYWHERE,
    Moment.CALLED_TO_DESK: (*EVERYWHERE, "desk"),
    Moment.SERVED: EVERYWHERE,
}

_BRACES = re.compile(r"\{([^{}]*)\}")


def placeholders_in(text: str) -> list[str]:
    """What stands between braces, in order."""
    return _BRACES.findall(text)


def unknown_in(text: str, moment: Moment) -> list[str]:
    """The placeholders of `text` that nothing can be put into at this moment."""
    return [name for name in placeholders_in(text) if name not in PLACEHOLDERS[moment]]


def filled(text: str, values: Mapping[str, object]) -> str:
    """`text` with what is known; a brace that encloses no name stays."""
    return _BRACES.sub(lambda found: str(values.get(found[1], found[0])), text)
