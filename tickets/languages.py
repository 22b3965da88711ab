"""Which of our languages a code means, and what a location has written in the one of a page."""

from collections.abc import Iterable, Mapping

from django.utils import translation


def of_page(code: str) -> str | None:
    """Django's name of the language that pages for `code` are in; None without such pages."""
    try:
        return translation.get_supported_language_variant(code)
    except LookupError:
        return None


def offered(codes: Iterable[str]) -> dict[str, str]:
    """Of a location's languages those that there are pages in, each once: Django's name and the code."""
    found: dict[str, str] = {}
    for code in codes:
        if page := of_page(code):
            found.setdefault(page, code)
    return found


def code_of(texts: Mapping[str, Mapping[str, str]], column: str, page: str) -> str | None:
    """Under which code the column is written for pages in that language; None if it is not."""
    return next(
        (code for code, columns in texts.items() if columns.get(column) and of_page(code) == page),
        None,
    )


def written(texts: Mapping[str, Mapping[str, str]], column: str) -> str:
    """Of the texts by language and column, the one in the language that is spoken; may be empty."""
    code = code_of(texts, column, translation.get_language() or "")
    return texts[code][column] if code else ""
