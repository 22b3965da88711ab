"""Whether a text is kept as a value, and as what: the rules of the API, told once more and simply.

A rule takes the text that was sent and returns what is kept; None: it is refused by name.
They know no database, so that both databases must come to the same verdicts.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass

import regex

Rule = Callable[[str], str | None]

#: Of the odd texts, those that are sound all the same.
EMAILS = {"a@b.ee", "\u017f@b.ee", "a@\u00c4\u00d6.ee", "\u0130@b.ee"}
HOOKS = {"HTTP://A.EE/", "https://a.ee/\u202e"}
MOMENTS = {"2026-01-05", "0", "00", "0555123456"}


def clean(sent: str) -> str:
    return unicodedata.normalize("NFC", sent).strip()


@dataclass(frozen=True)
class Text:
    """At most so many characters."""

    most: int
    required: bool = False

    def __call__(self, sent: str) -> str | None:
        kept = clean(sent)
        is_right = "\x00" not in kept and len(kept) <= self.most and (kept or not self.required)
        return kept if is_right else None


def name(sent: str) -> str | None:
    kept = Text(200)(sent)
    return kept if kept is not None and len(regex.findall(r"\X", kept)) <= 50 else None


def first_name(sent: str) -> str | None:
    """In the newer version everybody has one."""
    return name(sent) or None


def pattern(form: str, *, required: bool = False, flags: int = re.ASCII) -> Rule:
    """A text of this form, or none."""

    def rule(sent: str) -> str | None:
        kept = clean(sent)
        if not kept:
            return None if required else ""
        return kept if re.fullmatch(form, kept, flags) else None

    return rule


def one_of(options: Collection[str], *, required: bool = False) -> Rule:
    return pattern("|".join(map(re.escape, options)), required=required)


def web_address(sent: str) -> str | None:
    kept = Text(2000)(sent)
    return kept if not kept or kept.startswith(("http://", "https://")) else None


def line_color(sent: str) -> str | None:
    """As it is shown."""
    kept = clean(sent).removeprefix("#").upper() if len(clean(sent)) <= 20 else "too long"
    if kept == "TEAL":
        return "#0f8578"
    return f"#{kept}".lower() if re.fullmatch("[0-9A-F]{6}", kept) else None if kept else ""


def hex_color(sent: str) -> str | None:
    kept = pattern("#?[0-9A-Fa-f]{6}")(sent)
    return kept.removeprefix("#").upper() if kept else kept


def phone(sent: str) -> str | None:
    """As it is shown."""
    kept = pattern(r"\+?[1-9][0-9]{4,14}")(sent)
    return kept.removeprefix("+") if kept else kept


def nothing(sent: str) -> str | None:
    """No text at all is right."""
    return None


def anything(sent: str) -> str | None:
    return ""


email = one_of(EMAILS)
flag = pattern("true|false", flags=re.IGNORECASE)
#: No id among the odd texts is anybody's.
id_or_none = pattern("(?!)")
an_id = pattern("(?!)", required=True)
#: A filter for what is not there finds nothing.
id_filter = pattern("[0-9]{1,18}")
ids_filter = pattern("[0-9, ]*")
moment_filter = one_of(MOMENTS)
