"""What visitors read in other languages, beside the text that it stands for."""

import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext_lazy as _

from tickets import languages
from tickets.forms import TextField
from tickets.models import Location

#: Begins the form's name of each language.
PREFIX = "in-"


@dataclass(frozen=True, kw_only=True)
class Text:
    """What is translated: its column in the translations, and the property that visitors are shown."""

    column: str
    shown_by: str
    max_length: int


class TranslatedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row with a field for each language of its location; an empty one has nothing written.

    What is written in other languages, and of other texts, stays as it is.
    """

    text: ClassVar[Text]
    #: The location's codes by Django's name; `in_languages_of` has made a field for each.
    codes: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        written = self.instance.translations
        self.initial["translations"] = written
        for page in self.codes:
            name = PREFIX + page
            code = languages.code_of(written, self.text.column, page)
            self.initial[name] = written[code][self.text.column] if code else ""
            self.fields[name].widget.attrs["placeholder"] = self._shown_without(page)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        column = self.text.column
        after = copy.deepcopy(self.instance.translations)
        for page, offered in self.codes.items():
            code = languages.code_of(after, column, page) or offered
            texts = after.setdefault(code, {})
            texts[column] = cleaned.get(PREFIX + page, "")
            if not texts[column]:
                del texts[column]
            if not texts:
                del after[code]
        cleaned["translations"] = self.instance.translations = after
        return cleaned

    @cached_property
    def changed_data(self) -> list[str]:
        """One column of the row keeps all languages."""
        names = super().changed_data
        own = [name for name in names if not name.startswith(PREFIX)]
        return own if own == names else [*own, "translations"]

    def _shown_without(self, page: str) -> str:
        """What visitors read as long as nothing is written for these pages."""
        bare = copy.copy(self.instance)
        bare.translations = {
            code: {
                column: text
                for column, text in texts.items()
                if column != self.text.column or languages.of_page(code) != page
            }
            for code, texts in self.instance.translations.items()
        }
        with override(page):
            return str(getattr(bare, self.text.shown_by))


def in_languages_of(location: Location | None, form: type[TranslatedForm]) -> type[TranslatedForm]:
    """The form with a field for each language that the location offers, if it offers several."""
    codes = languages.offered(location.languages) if location else {}
    if len(codes) < 2:
        return form
    columns: dict[str, Any] = {
        PREFIX + page: TextField(
            label=get_language_info(page)["name_translated"],
            required=False,
            max_length=form.text.max_length,
            widget=forms.TextInput(attrs={"lang": page, "dir": "auto", "autocomplete": "off"}),
        )
        for page in codes
    }
    return type(form.__name__, (form,), columns | {"codes": codes})


def fieldset(form: type[TranslatedForm], *classes: str) -> list[tuple[Any, dict[str, Any]]]:
    """Where the fields of the languages are; none without several languages."""
    if not form.codes:
        return []
    options = {
        "fields": [PREFIX + page for page in form.codes],
        "classes": ("languages", *classes),
        "description": _("Where nothing is written, visitors read what is shown in grey."),
    }
    return [(_("In the visitors’ languages"), options)]
