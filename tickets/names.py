"""Names of visitors: how long one is and how it begins, in letters as people count them."""

import regex
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

#: What a reader takes for one letter may be several code points (UAX 29, grapheme clusters).
_LETTER = regex.compile(r"\X")

LETTERS = 50
CODE_POINTS = 200  # what the columns hold; marks are not piled up without end


def initial(name: str) -> str:
    """The first letter; empty for an empty name."""
    first = _LETTER.match(name)
    return first[0] if first else ""


def validate_name(name: str) -> None:
    if len(name) > CODE_POINTS or len(_LETTER.findall(name)) > LETTERS:
        raise ValidationError(
            _("A name may have at most %(letters)d letters."),
            code="max_length",
            params={"letters": LETTERS},
        )
