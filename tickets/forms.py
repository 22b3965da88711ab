"""What people type about a visitor, checked and put into the words of the domain. Forms never write."""

import unicodedata
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import names
from tickets.actions.extras import ExtraValue
from tickets.models import FIELD_COLUMNS, FieldType, InputField, Line, Location, Ticket

MOBILE = phonenumbers.PhoneNumberType.MOBILE
EXAMPLE = phonenumbers.parse("+3725123456")


class Audience(models.TextChoices):
    """Who fills the form in."""

    KIOSK = "KIOSK"
    REMOTE = "REMOTE"
    CLERK = "CLERK"


class TextField(forms.CharField):
    """Text in NFC from the start, since composing it can make it longer than it was typed."""

    def to_python(self, value: Any) -> str:
        return unicodedata.normalize("NFC", super().to_python(value) or "")


class PhoneField(forms.CharField):
    """A phone number in any written form; cleaned to E.164, read as the location's country writes it."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel"})

    def __init__(self, *, country: str, **kwargs: Any) -> None:
        self.country = country
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        return e164(typed, self.country) if typed else ""


def e164(typed: str, country: str) -> str:
    """`typed` as +3725123456. Raises ValidationError with an example of the country."""
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        example = phonenumbers.example_number_for_type(country, MOBILE) or EXAMPLE
        shown = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        raise forms.ValidationError(
            gettext("Enter a mobile number, such as %(example)s.") % {"example": shown},
            code="phone",
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class VisitorForm(forms.Form):
    """The questions of a location to one visitor: line, then its input fields in their order.

    `line` leaves the choice of the line out; `only` asks just the named questions, as the kiosk
    does page by page. `details` is what `intake.create` and `details.edit` take.
    """

    error_css_class = "has-error"
    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        location: Location,
        audience: Audience,
        line: Line | None = None,
        only: tuple[str, ...] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.location = location
        self.line = line
        self.input_fields = {name_of(f): f for f in _asked(location, audience, line)}
        if line is None:
            self.fields["line"] = forms.ModelChoiceField(
                Line.objects.open().filter(location=location),
                label=_("Line") if audience == Audience.CLERK else _("Service"),
                empty_label=None,
                error_messages={
                    "required": _("Choose a line.")
                    if audience == Audience.CLERK
                    else _("Choose a service.")
                },
                widget=forms.RadioSelect,
            )
        for name, field in self.input_fields.items():
            self.fields[name] = _form_field(field, location, audience)
        if only is not None:
            self.fields = {name: self.fields[name] for name in only}

    def clean(self) -> dict[str, Any]:
        """Judge by the questions of the chosen line; those of other lines are left out."""
        cleaned = super().clean() or {}
        chosen: Line | None = cleaned.get("line")
        if chosen:
            for name, field in self.input_fields.items():
                lines = field.lines.all()
                if lines and chosen not in lines:
                    cleaned.pop(name, None)
                    self.errors.pop(name, None)
        return cleaned

    @property
    def details(self) -> dict[str, Any]:
        """Columns by name, and `extras`: one for each answer, several choices one each."""
        columns = set(FIELD_COLUMNS.values())
        found: dict[str, Any] = {k: v for k, v in self.cleaned_data.items() if k in columns}
        found["extras"] = [
            extra
            for name, field in self.input_fields.items()
            if name not in columns
            for extra in as_extras(field, self.cleaned_data.get(name))
        ]
        return found


def as_extras(field: InputField, answer: Any) -> list[ExtraValue]:
    """A cleaned answer as the extras that it becomes: several choices are one each."""
    return [
        ExtraValue(title=field.title, value=str(value), url=_link(field, value))
        for value in _values(answer)
    ]


def clean_answer(field: InputField, sent: Any) -> Any:
    """An answer to a question, as a clerk might type it. Raises ValidationError."""
    return _form_field(field, field.location, Audience.CLERK).clean(sent)


def answers_of(ticket: Ticket) -> dict[str, Any]:
    """What a ticket answers to the questions of its location, by the names that the form has."""
    answers: dict[str, Any] = {name: getattr(ticket, name) for name in FIELD_COLUMNS.values()}
    for extra in ticket.extras.select_related("field"):
        if extra.field and extra.field.type == FieldType.SELECT and extra.field.is_multiple:
            answers.setdefault(name_of(extra.field), []).append(extra.value)
        elif extra.field:
            answers[name_of(extra.field)] = extra.value
    return answers


def name_of(field: InputField) -> str:
    """The form's name of an input field: the ticket's column, or `field-<id>`."""
    return FIELD_COLUMNS.get(FieldType(field.type)) or f"field-{field.pk}"


def _asked(location: Location, audience: Audience, line: Line | None) -> list[InputField]:
    fields = InputField.objects.filter(location=location, is_active=True)
    if line is not None:
        fields = InputField.objects.asked_in(line)
    if audience == Audience.KIOSK:
        fields = fields.filter(is_shown_in_kiosk=True)
    elif audience == Audience.REMOTE:
        fields = fields.filter(is_shown_in_remote_sign_in=True)
    return list(fields.prefetch_related("options", *([] if line else ["lines"])))


def _is_mandatory(field: InputField, audience: Audience) -> bool:
    if audience == Audience.REMOTE:
        return field.is_mandatory_in_remote_sign_in
    return field.is_mandatory_before_added


MISSING = {
    FieldType.FIRST_NAME: _("Enter your first name."),
    FieldType.LAST_NAME: _("Enter your last name."),
    FieldType.PHONE_NUMBER: _("Enter your mobile number."),
    FieldType.EMAIL: _("Enter your e-mail address."),
}


def _form_field(field: InputField, location: Location, audience: Audience) -> forms.Field:
    type_ = FieldType(field.type)
    missing = MISSING.get(type_) or gettext("Answer “%(question)s”.") % {"question": field.question}
    common: dict[str, Any] = {
        "label": field.title if audience == Audience.CLERK else field.question,
        "required": _is_mandatory(field, audience),
        "error_messages": {"required": missing},
    }
    match type_:
        case FieldType.FIRST_NAME | FieldType.LAST_NAME:
            made: forms.Field = TextField(validators=[names.validate_name], **common)
        case FieldType.PHONE_NUMBER:
            made = PhoneField(country=location.country, **common)
        case FieldType.EMAIL:
            common["error_messages"]["invalid"] = _(
                "Enter an e-mail address, such as name@example.com."
            )
            made = forms.EmailField(max_length=100, **common)
        case FieldType.SELECT:
            choices = [(option.title, option.title) for option in field.options.all()]
            common["error_messages"]["invalid_choice"] = _("Choose one of the answers.")
            made = (
                forms.MultipleChoiceField(
                    choices=choices, widget=forms.CheckboxSelectMultiple, **common
                )
                if field.is_multiple
                else forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
            )
        case FieldType.NUMERIC:
            common["error_messages"]["invalid"] = _("Enter a number, such as 12.")
            made = forms.DecimalField(
                max_digits=30,
                min_value=_limit(field, "min"),
                max_value=_limit(field, "max"),
                decimal_places=field.constraints.get("scale"),
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
                **common,
            )
        case FieldType.DATE:
            common["error_messages"]["invalid"] = _("Enter a date.")
            made = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **common)
        case FieldType.URL:
            common["error_messages"]["invalid"] = _(
                "Enter a web address, such as https://example.com."
            )
            made = forms.URLField(max_length=500, assume_scheme="https", **common)
        case FieldType.TEXT:
            made = TextField(max_length=500, **common)
    made.widget.attrs["autocomplete"] = _autocomplete(type_, audience)
    return made


def _limit(field: InputField, name: str) -> Decimal | None:
    """As it is written: the float 0.1 is a little more than 0.1."""
    limit = field.constraints.get(name)
    return None if limit is None else Decimal(str(limit))


def _autocomplete(type_: FieldType, audience: Audience) -> str:
    """The visitor's own phone may fill in; a device that strangers share must not."""
    if audience != Audience.REMOTE:
        return "off"
    return {
        FieldType.FIRST_NAME: "given-name",
        FieldType.LAST_NAME: "family-name",
        FieldType.PHONE_NUMBER: "tel",
        FieldType.EMAIL: "email",
    }.get(type_, "off")


def _values(answer: Any) -> list[Any]:
    if isinstance(answer, list):
        return answer
    return [] if answer in (None, "") else [answer]


def _link(field: InputField, value: Any) -> str:
    if field.type != FieldType.URL or urlsplit(str(value)).scheme not in ("http", "https"):
        return ""
    return str(value)


class LabelForm(forms.Form):
    use_required_attribute = False

    value = TextField(
        label=_("New label"),
        max_length=50,
        error_messages={"required": _("Enter a label.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SignInForm(AuthenticationForm):
    use_required_attribute = False
    error_messages = {
        "invalid_login": _("The e-mail address or the password is not right."),
        "inactive": _("This account is switched off."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages["required"] = _("Enter your e-mail address.")
        self.fields["password"].error_messages["required"] = _("Enter your password.")
