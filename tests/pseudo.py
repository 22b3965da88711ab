"""A language that nobody speaks: every text of ours and of Django's, longer, accented, in brackets."""

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django import conf

from tests import catalogues

CODE = "xx"
LONGER = 1.4

PARTS = re.compile(r"(%\(\w+\)[sd]|%[sd]|<[^>]*>|&\w+;)")
ACCENTS = str.maketrans("aeiouyAEIOUYcnsz", "áéíóúýÁÉÍÓÚÝçñšž")


def write(folder: Path) -> None:
    """Its catalogue, below `folder`, where LOCALE_PATHS may find it."""
    path = folder / CODE / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, _catalogue())


def _catalogue() -> Catalog:
    django = Path(conf.__file__).parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
    with django.open("rb") as file:
        messages = [*read_po(file), *catalogues.wanted()]
    found = Catalog(locale="en", fuzzy=False)
    for message in messages:
        if message.id and message.context != "date format":
            texts = message.id
            string = tuple(map(pseudo, texts)) if isinstance(texts, list | tuple) else pseudo(texts)
            found.add(texts, string, context=message.context)
    return found


def pseudo(text: str) -> str:
    """⟦Ýóóúúr pláácéé⟧: what is put in and the markup stay."""
    words = PARTS.split(text)
    words[::2] = [
        re.sub(r"([aeiouAEIOU])", r"\1\1", each).translate(ACCENTS) for each in words[::2]
    ]
    longer = "".join(words)
    missing = int(len(text) * LONGER) - len(longer)
    return f"⟦{longer}{'~' * missing}⟧"


def outside(text: str) -> str:
    """What no translation has written: all that is in no brackets."""
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = shorter
    return text
