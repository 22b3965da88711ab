"""Every text that a visitor reads is there in every language, whole and with all its parts."""

import re

import pytest
from babel.messages.catalog import Catalog, Message
from django.utils import translation

from tests import catalogues
from tests.conftest import Figure

#: What a translation has to keep: the names of what is put in, and the markup.
PARTS = re.compile(r"%\(\w+\)[sd]|</?\w[^>]*>")


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return catalogues.wanted()


def keys(catalogue: Catalog) -> set[object]:
    return {(message.id, message.context) for message in catalogue if message.id}


@pytest.mark.parametrize("language", catalogues.LANGUAGE_CODES)
def test_catalogue_has_every_text_of_visitors(language: str, wanted: Catalog) -> None:
    """What is missing or too much is put right by `make messages`."""
    assert keys(catalogues.read(language)) == keys(wanted)


def test_uk8_every_text_is_translated(figure: Figure, wanted: Catalog) -> None:
    todo = [
        (language, message.id)
        for language in catalogues.LANGUAGE_CODES
        for message in catalogues.read(language)
        if message.id and not catalogues.is_translated(message)
    ]

    assert todo == []
    languages = len(catalogues.LANGUAGE_CODES) + 1
    figure("UK8 languages, texts, untranslated", f"{languages}, {len(wanted)}, 0")


@pytest.mark.parametrize("language", catalogues.LANGUAGE_CODES)
def test_translation_keeps_what_is_put_in_and_the_markup(language: str) -> None:
    catalogue = catalogues.read(language)

    assert [
        (message.id, text)
        for message in catalogue
        if message.id
        for original, text in pairs(message)
        if not is_whole(original, text, is_one_of_many=isinstance(message.id, tuple))
    ] == []


def pairs(message: Message) -> list[tuple[str, str]]:
    """Each translation with the text that it stands for."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    return [(message.id[1], str(text)) for text in message.string or ()]


def is_whole(original: str, text: str, *, is_one_of_many: bool) -> bool:
    """A form for nobody, for one or for two may say it in words; nothing else is ever put in."""
    kept, there = sorted(PARTS.findall(text)), sorted(PARTS.findall(original))
    ends_alike = original.endswith(" ") == text.endswith(" ")
    is_there = set(kept) <= set(there) if is_one_of_many else kept == there
    return is_there and ends_alike and text.startswith(" ") == original.startswith(" ")


@pytest.mark.parametrize("language", catalogues.LANGUAGE_CODES)
def test_form_without_the_number_is_of_one_number_alone(language: str) -> None:
    counted = [message.id for message in catalogues.read(language) if isinstance(message.id, tuple)]
    shared = []
    with translation.override(language):
        for one, many in counted:
            said = [translation.ngettext(one, many, number) for number in range(201)]
            shared += [each for each in said if "%" not in each and said.count(each) > 1]
            shared += [each for each in said if each in (one, many)]

    assert shared == []


@pytest.mark.parametrize("language", catalogues.LANGUAGE_CODES)
def test_compiled_catalogue_is_there(language: str) -> None:
    """Made at set-up from what is committed."""
    with translation.override(language):
        assert translation.gettext("Your place") != "Your place"
