"""What people type about a visitor, checked and put into the words of the domain. Forms never write."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.db import models
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import names
from tickets.actions import extras
from tickets.actions.extras import ExtraValue
from tickets.models import (
    FIELD_COLUMNS,
    FieldType,
    InputField,
    InputFieldOption,
    Line,
    Location,
    Ticket,
)
from tickets.models.tickets import masked, shown_extra
from tickets.sms import segments
from tickets.sms.segments import Length

#: So long a text message can be: ten of the network's, joined.
MOST_OF_A_MESSAGE = 1600
MOBILE = phonenumbers.PhoneNumberType.MOBILE
EXAMPLE = phonenumbers.parse("+3725123456")


class Audience(models.TextChoices):
    """Who fills the form in."""

    KIOSK = "KIOSK"
    REMOTE = "REMOTE"
    CLERK = "CLERK"


class TextField(forms.CharField):
    """Text in NFC from the start, since composing it can make it longer than it was typed.

    Browsers send a line break as two characters, and count it as one.
    """

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return unicodedata.normalize("NFC", text).replace("\r\n", "\n")


class PhoneField(forms.CharField):
    """A phone number in any written form; cleaned to E.164, read as the location's country writes it."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel"})

    def __init__(self, *, country: str, **kwargs: Any) -> None:
        self.country = country
        #: The number that is there already: shown as •••1234, and kept where that is left so.
        self.kept = ""
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        if self.kept and value == masked(self.kept):
            return self.kept
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
    does page by page; who makes several forms has looked up once what is `asked_at` the location.
    `details` is what `intake.create` and `details.edit` take.
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
        asked: Sequence[InputField] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.location = location
        self.line = line
        if asked is None:
            asked = asked_at(location, audience, line)
        elif line:
            asked = [field for field in asked if field.concerns(line)]
        self.input_fields = {name_of(field): field for field in asked}
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
                if not field.concerns(chosen):
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


class EditForm(VisitorForm):
    """All that is known of a visitor: what the location asks, then what nobody asked for.

    An extra that a program keeps (`is_editable` false) is `fixed`: shown, and left as it is.
    """

    def __init__(self, data: Any, *, ticket: Ticket, is_revealed: bool = False) -> None:
        super().__init__(
            data,
            location=ticket.location,
            line=ticket.line,
            audience=Audience.CLERK,
            initial=answers_of(ticket),
        )
        self.ticket = ticket
        self.known = extras.of(ticket)
        self._add_columns(is_revealed=is_revealed)
        asked = {field.title.casefold(): name for name, field in self.input_fields.items()}
        self.free: dict[str, ExtraValue] = {}
        for count, extra in enumerate(self.known):
            name = asked.get(extra.title.casefold())
            if name is None:
                self._add_free(f"extra-{count}-{extra.title}", extra, is_revealed=is_revealed)
            elif not extra.is_editable:
                self.fields[name].disabled = True
        for name, field in self.fields.items():
            self._keep_choice(name, field)
            self._make_room(name, field)

    def _add_columns(self, *, is_revealed: bool) -> None:
        """What the ticket knows beyond the questions, and the name always, can be put right too."""
        ticket = self.ticket
        for type_, column in FIELD_COLUMNS.items():
            wanted = type_ == FieldType.FIRST_NAME or getattr(ticket, column)
            if column not in self.fields and wanted:
                question = InputField(type=type_, title=str(type_.label), location=ticket.location)
                self.fields[column] = _form_field(question, ticket.location, Audience.CLERK)
        self.order_fields(list(FIELD_COLUMNS.values()))
        phone = self.fields.get("phone_number")
        if isinstance(phone, PhoneField) and not is_revealed:
            phone.kept = ticket.phone_number
            self.initial["phone_number"] = ticket.masked_phone_number

    def _add_free(self, name: str, extra: ExtraValue, *, is_revealed: bool) -> None:
        self.free[name] = extra
        if extra.is_editable:
            shown = extra.value if is_revealed else shown_extra(extra.title, extra.value)
            self.initial[name] = shown
            self.fields[name] = TextField(
                label=extra.title,
                required=False,
                max_length=500,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    def _make_room(self, name: str, field: forms.Field) -> None:
        """A box of one line would drop the line breaks of a text."""
        text = self.initial.get(name, "")
        if isinstance(field, TextField) and (len(text) > 60 or "\n" in text):
            field.widget = forms.Textarea(attrs={"rows": 3, "autocomplete": "off"})

    def _keep_choice(self, name: str, field: forms.Field) -> None:
        """An answer that is no longer offered stays possible, and so does no answer."""
        if not isinstance(field, forms.ChoiceField):
            return
        choices: list[Any] = list(field.choices)  # type: ignore[arg-type]
        offered = [value for value, _label in choices]
        answer = self.initial.get(name)
        given = answer if isinstance(answer, list) else [answer] if answer else []
        choices += [(value, value) for value in given if value not in offered]
        if not field.required and not isinstance(field, forms.MultipleChoiceField):
            choices.insert(0, ("", _("No answer")))
        field.choices = choices

    @property
    def fixed(self) -> list[ExtraValue]:
        return [extra for extra in self.known if not extra.is_editable]

    @property
    def details(self) -> dict[str, Any]:
        """As of any visitor; what nobody changed stays as it was, in its place."""
        found = super().details
        free = [self._written(name, extra) for name, extra in self.free.items()]
        there = {(each.title.casefold(), each.value): each for each in self.known}
        places = {each.title.casefold(): count for count, each in enumerate(self.known)}
        answers = [there.get((each.title.casefold(), each.value), each) for each in found["extras"]]
        written = answers + [each for each in free if each.value]
        last = len(places)
        found["extras"] = sorted(written, key=lambda e: places.get(e.title.casefold(), last))
        return found

    def _written(self, name: str, extra: ExtraValue) -> ExtraValue:
        """An extra that came while somebody typed is not in what was sent, and stays."""
        if name not in self.fields or name not in self.data:
            return extra
        typed = self.cleaned_data[name]
        is_left = typed == shown_extra(extra.title, extra.value)
        return extra if is_left else replace(extra, value=typed)


def as_extras(field: InputField, answer: Any) -> list[ExtraValue]:
    """A cleaned answer as the extras that it becomes: several choices are one each, in their colour."""
    is_choice = field.type == FieldType.SELECT
    colors = {option.title: option.color for option in field.options.all()} if is_choice else {}
    return [
        ExtraValue(
            title=field.title,
            value=str(value),
            url=_link(field, value),
            color=colors.get(str(value), ""),
        )
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


def asked_at(location: Location, audience: Audience, line: Line | None = None) -> list[InputField]:
    """What the location asks visitors of `line`, in order; without it, of all lines, and of which."""
    fields = InputField.objects.filter(location=location, is_active=True)
    if line:
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
            choices = [(each.title, _choice(each, audience)) for each in field.options.all()]
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


def _choice(option: InputFieldOption, audience: Audience) -> str:
    """An answer as it is offered, with its colour if it has one."""
    title = option.title if audience == Audience.CLERK else option.public_title
    if not option.color:
        return title
    dot = render_to_string("components/dot.html", {"color": option.color})
    return format_html("{}<bdi>{}</bdi>", dot, title)


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
        widget=forms.TextInput(
            attrs={"id": "drawer-label", "list": "label-suggestions", "autocomplete": "off"}
        ),
    )


class NoteForm(forms.Form):
    """The note of a visit; `instead_of` is the one that its writer had before their eyes.

    If it is another one by now, the form comes back once, saying so.
    """

    use_required_attribute = False

    text = TextField(
        label=_("Note for coworkers"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"id": "drawer-note", "rows": 2, "autocomplete": "off"}),
    )
    instead_of = forms.CharField(
        required=False, widget=forms.HiddenInput(attrs={"id": "note-before"})
    )

    def __init__(self, data: Any = None, *, note: str) -> None:
        super().__init__(data, initial={"text": note, "instead_of": note})
        self.note = note

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # Browsers write line breaks in their own way.
        if self.note.split() != cleaned.get("instead_of", "").split():
            self.data = {**self.data, "instead_of": self.note}
            changed = gettext("Somebody changed the note since: “%(note)s”. Save to replace it.")
            self.add_error("text", changed % {"note": self.note})
        return cleaned


class MessageForm(forms.Form):
    use_required_attribute = False

    body = TextField(
        label=_("Text message"),
        max_length=MOST_OF_A_MESSAGE,
        error_messages={"required": _("Write a message.")},
        widget=forms.Textarea(
            attrs={"id": "drawer-message", "rows": 2, "autocomplete": "off", "data-counted": ""}
        ),
    )
    #: What the page counts with while somebody types.
    basic, extended = segments.BASIC, segments.EXTENDED

    @property
    def length(self) -> Length:
        """Of what was typed, as far as it came."""
        return segments.measure(str(self.data.get("body", "")).replace("\r\n", "\n"))


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
