"""What the automatic texts of a location say, and texts that belong to no visit."""

import json
from typing import Any, override

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import languages
from tickets.actions import texts
from tickets.admin import display
from tickets.admin.scope import ReadOnly, Scoped, ScopedFilter
from tickets.admin.site import site
from tickets.forms import TextField
from tickets.models import EventName, StrayText, Wording
from tickets.models.messages import is_switched_on
from tickets.sms import segments, wording
from tickets.sms.wording import MOMENTS, Moment


class TextInput(forms.Textarea):
    """A text, how it looks on a phone, and how many messages of the network it is.

    Empty, it shows what is sent then.
    """

    def __init__(self, *, usual: str, sample: dict[str, str], code: str) -> None:
        super().__init__(attrs={"rows": 3, "placeholder": usual, "lang": code, "dir": "auto"})
        self.usual = usual
        self.sample = sample

    @override
    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        preview = wording.filled(value or self.usual, self.sample)
        context = {
            "textarea": super().render(name, value, attrs, renderer),
            "id": (attrs or {}).get("id", ""),
            "lang": self.attrs["lang"],
            "preview": preview,
            "length": segments.measure(preview),
            "sample": json.dumps(self.sample),
            "basic": segments.BASIC,
            "extended": segments.EXTENDED,
        }
        return render_to_string("admin/text_input.html", context)


class WordingField(TextField):
    """The text of one moment in one language; names the placeholder that nothing is known for."""

    def __init__(self, moment: Moment, **options: Any) -> None:
        self.moment = moment
        super().__init__(required=False, max_length=640, **options)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if unknown := wording.unknown_in(text, self.moment):
            known = ", ".join(f"{{{name}}}" for name in wording.PLACEHOLDERS[self.moment])
            raise forms.ValidationError(
                gettext("{%(unknown)s} stands for nothing here. Use %(known)s.")
                % {"unknown": unknown[0], "known": known}
            )
        return text


def switch_name(moment: Moment) -> str:
    return f"switch-{moment}"


def text_name(moment: Moment, code: str) -> str:
    return f"text-{moment}-{code}"


class NewWordingForm(forms.ModelForm):  # type: ignore[type-arg]
    """First whose texts they are; they are written on the next page."""

    class Meta:
        model = Wording
        fields = ("location", "line")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        line = cleaned.get("line")
        if line and line.location != cleaned.get("location"):
            self.add_error("line", _("Choose a line of this location."))
        return cleaned


class WordingForm(forms.ModelForm):  # type: ignore[type-arg]
    """A switch for each moment, and a text for each language that the location speaks."""

    class Meta:
        model = Wording
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        written = {name: field.initial for name, field in self.fields.items()}
        self.initial = {**self.initial, **written}

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002  as Django has it
        codes = languages.offered(self.instance.location.languages)
        # A language that is not offered at the moment keeps its words.
        written: dict[str, dict[str, str]] = {
            code: texts
            for code, texts in self.instance.texts.items()
            if languages.of_page(code) not in codes
        }
        switches: dict[str, bool] = {}
        for moment in MOMENTS:
            chosen = self.cleaned_data[switch_name(moment)]
            if chosen:
                switches[moment] = chosen == "on"
            for code in codes.values():
                if text := self.cleaned_data[text_name(moment, code)]:
                    written.setdefault(code, {})[moment] = text
        self.instance.texts, self.instance.switches = written, switches
        return super().save(commit)


def codes_of(row: Wording) -> list[str]:
    """The languages of the location that visitors can be written to in."""
    return list(languages.offered(row.location.languages).values())


def form_of(row: Wording) -> type[WordingForm]:
    """The form of this row: its fields are those of its location's languages."""
    above = texts.wordings(row.location_id, None)[1] if row.line else None
    sample = {name: str(value) for name, value in texts.sample(row.location, row.line).items()}
    fields: dict[str, Any] = {}
    for moment in MOMENTS:
        is_on = is_switched_on(moment, above)
        usual = _("As for all lines") if row.line else _("As usual")
        state = _("sent") if is_on else _("not sent")
        said = row.switches.get(moment)
        fields[switch_name(moment)] = forms.ChoiceField(
            label=_("Send it"),
            required=False,
            choices=[("", f"{usual}: {state}"), ("on", _("Yes")), ("off", _("No"))],
            initial="" if said is None else "on" if said else "off",
        )
        for code in codes_of(row):
            page = languages.of_page(code) or code
            with translation.override(page):
                text = texts.worded(moment, above)
                name = translation.get_language_info(page)["name_local"]
            own = languages.code_of(row.texts, moment, page)
            fields[text_name(moment, code)] = WordingField(
                moment,
                label=name.capitalize(),
                initial=row.texts[own][moment] if own else "",
                widget=TextInput(usual=text, sample=sample, code=page),
            )
    return type("WordingForm", (WordingForm,), fields)


@admin.register(Wording, site=site)
class WordingAdmin(Scoped):
    """One page for all lines of a location, and one more for each line that says something else."""

    publishes = (EventName.LOCATION_CHANGED, "wording_id")
    list_display = ("location", "of_line", "sent")
    list_filter = (("location", ScopedFilter),)
    list_select_related = ("location", "line")
    ordering = ("location__name", "line__position")
    form = NewWordingForm

    class Media:
        js = (Script("js/texts.js", type="module"),)

    @admin.display(description=_("Line"))
    def of_line(self, row: Wording) -> str:
        return str(row.line or _("All lines"))

    @admin.display(description=_("Own words or switches"))
    def sent(self, row: Wording) -> str:
        own = {*row.switches, *(moment for words in row.texts.values() for moment in words)}
        return ", ".join(str(moment.label) for moment in MOMENTS if moment in own) or "–"

    @override
    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        return form_of(obj) if obj else super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        if not isinstance(obj, Wording):
            return ((None, {"fields": ("location", "line")}),)
        whose = (None, {"fields": (("location", "of_line"),)})
        return (
            whose,
            *(
                (
                    moment.label,
                    {
                        "classes": ("texts",),
                        "fields": (
                            switch_name(moment),
                            *(text_name(moment, code) for code in codes_of(obj)),
                        ),
                        "description": self._may_stand(moment),
                    },
                )
                for moment in MOMENTS
            ),
        )

    def _may_stand(self, moment: Moment) -> str:
        names = " ".join(f"{{{name}}}" for name in wording.PLACEHOLDERS[moment])
        return gettext("What you may put in: %(names)s") % {"names": names}

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("location", "of_line") if obj else ()

    @override
    def save_model(self, request: HttpRequest, obj: Wording, form: Any, change: bool) -> None:
        obj.save(update_fields=("texts", "switches") if change else None)

    @override
    def response_add(
        self, request: HttpRequest, obj: Wording, post_url_continue: str | None = None
    ) -> HttpResponse:
        return redirect(reverse("admin:tickets_wording_change", args=[obj.pk]))


@admin.register(StrayText, site=site)
class StrayTextAdmin(ReadOnly):
    """Whose number nobody waits or is served under: read here, and answered by a call."""

    list_display = ("received", "number", "body", "location", "to")
    list_display_links = None
    list_filter = (("location", ScopedFilter),)
    list_select_related = ("location",)
    search_fields = ("number",)

    @admin.display(description=_("Received"), ordering="received_at")
    def received(self, text: StrayText) -> str:
        if text.location is None:
            return f"{text.received_at:%Y-%m-%d %H:%M} UTC"
        return display.local(text.received_at, text.location)
