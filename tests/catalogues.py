"""The catalogues of what visitors read: `make messages` brings them up to date.

Visitors read every text in the files that are named here, and elsewhere those whose comment says
so. Nothing else is translated: the pages of the staff and the API's answers are in English.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from qminder_site.settings import BASE_DIR, LANGUAGE_CODE, LANGUAGES

READ_BY_VISITORS = (
    "kiosk/*.py",
    "templates/*.html",
    "templates/components/*.html",
    "templates/kiosk/*.html",
    "tickets/forms.py",
    "tickets/models/opening.py",
    "tickets/names.py",
)
READ_BY_STAFF = {
    "kiosk/devices.py",
    "kiosk/staff.py",
    "kiosk/sync.py",
    "templates/403.html",
    "templates/409.html",
    "templates/kiosk/pair.html",
    "templates/kiosk/poster.html",
    "templates/kiosk/staff.html",
}
#: Above a text in any other file of ours.
MARK = "Translators: for visitors"

KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}

#: Those that a catalogue is for.
LANGUAGE_CODES = [code for code, _name in LANGUAGES if code != LANGUAGE_CODE]


def main() -> None:
    """Add what is new and lay aside what is gone; a text that comes back brings its translation."""
    texts = wanted()
    for language in LANGUAGE_CODES:
        catalogue = read(language)
        for message in catalogue.obsolete.values():
            catalogue[message.id] = message
        catalogue.update(texts, no_fuzzy_matching=True)
        header, _, _ = path_of(language).read_text().partition("\n\n")
        written = io.BytesIO()
        write_po(written, catalogue, omit_header=True, sort_by_file=True, include_lineno=False)
        path_of(language).write_text(f"{header}\n\n{written.getvalue().decode()}")
        todo = [str(message.id) for message in catalogue if not is_translated(message)]
        print(f"{language}: {len(catalogue)} texts, {len(todo)} to translate", *todo, sep="\n    ")


def path_of(language: str) -> Path:
    return BASE_DIR / "locale" / to_locale(language) / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=to_locale(language))


def is_translated(message: Message) -> bool:
    texts = [message.string] if isinstance(message.string, str | None) else message.string
    return not message.fuzzy and all(texts)


def wanted() -> Catalog:
    """Every text that visitors read, and in which files."""
    found = Catalog(fuzzy=False)
    whole = {path for pattern in READ_BY_VISITORS for path in BASE_DIR.glob(pattern)}
    for path in sorted(whole | set(BASE_DIR.glob("tickets/**/*.py"))):
        name = path.relative_to(BASE_DIR).as_posix()
        is_whole = path in whole and name not in READ_BY_STAFF
        for line, text, comments, context in _texts(path):
            if is_whole or MARK in comments:
                hints = [comment for comment in comments if comment != MARK]
                found.add(text, locations=[(name, line)], auto_comments=hints, context=context)
    return found


def _texts(path: Path) -> Iterator[Any]:
    source = path.read_text()
    if path.suffix == ".html":
        # Python as far as it matters here; its lines begin anywhere, which Python does not allow.
        source = "\n".join(line.strip() for line in templatize(source).splitlines())
    file = io.BytesIO(source.encode())
    yield from extract("python", file, keywords=KEYWORDS, comment_tags=("Translators:",))


if __name__ == "__main__":
    main()
