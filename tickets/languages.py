"""Which of our languages a code means, and what a location has written in the one of a page."""

from collections.abc import Mapping

from django.utils import translation


def of_page(code: str) -> str | None:
    """Django's name of the language that pages for `code` are in; None without such pages."""
    try:
        return translation.get_supported_language_variant(code)
    except LookupError:
        return None


def written(texts: Mapping[str, Mapping[str, str]], column: str) -> str:
    """Of the texts by language and column, the one in the language that is spoken; may be empty."""
    spoken = translation.get_language()
    return next(
        (
            columns[column]
            for code, columns in texts.items()
            if columns.get(column) and of_page(code) == spoken
        ),
        "",
    )
