"""Tickets: create, edit, and what a visitor answers to a location's questions."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import forms
from tickets.actions import details, fields, intake
from tickets.actions.extras import ExtraValue
from tickets.api.endpoints import endpoint
from tickets.api.errors import bad_input
from tickets.api.v2020 import inputs, reach
from tickets.api.v2020.inputs import Sent
from tickets.models import FIELD_COLUMNS, FieldType, InputField, Location, Source

DONE: dict[str, Any] = {}

#: The visitor's own values: the column of each, and how it is read.
VISITOR = {
    "firstName": ("first_name", Sent.name),
    "lastName": ("last_name", Sent.name),
    "phoneNumber": ("phone_number", Sent.phone_number),
    "email": ("email", Sent.email),
}


@endpoint("POST")
def create(request: Request) -> Response:
    """A visitor joins the line."""
    sent = inputs.body(request)
    line = reach.line(request, sent.id("lineId"), "lineId")
    columns, extras = _answers(sent, line.location)
    told = _visitor(sent)
    if not told.get("first_name"):
        raise sent.blank("firstName")
    inputs.once([*columns, *(column for column, value in told.items() if value)], "fields")
    ticket = intake.create(
        line,
        by=reach.actor(request),
        source=sent.choice("source", Source.values, Source.MANUAL),
        language=_language(sent, line.location),
        extras=extras,
        labels=[part.text("value", most=50, is_required=True) for part in sent.parts("labels")],
        **told | columns,
    )
    return Response({"id": str(ticket.pk), "publicId": ticket.public_id}, status=201)


@endpoint("PATCH")
def edit(request: Request, pk: int) -> Response:
    """Change what is sent and leave the rest; null takes a value away, but the line."""
    sent = inputs.body(request)
    ticket = reach.ticket(request, pk)
    columns = _visitor(sent)
    if sent.has("firstName") and not columns["first_name"]:
        raise sent.blank("firstName")
    if "languageCode" in sent:
        columns["language"] = _language(sent, ticket.location)
    line = None
    if sent.has("line"):
        [line] = reach.lines_of(ticket.location, [sent.id("line")], "line")
    details.edit(ticket, by=reach.actor(request), line=line, **columns)
    return Response(DONE)


@endpoint("POST", "DELETE")
def answer(request: Request, pk: int, field: UUID) -> Response:
    """Answer one question, or take the answer away."""
    ticket = reach.ticket(request, pk)
    asked = reach.field(request, field)
    answers: list[ExtraValue] = []
    if request.method == "POST":
        answers = _answer(asked, inputs.body(request))
    elif asked.is_mandatory_before_added or asked.is_mandatory_before_served:
        message = _("“%(field)s” must have an answer.") % {"field": asked.title}
        raise bad_input("inputFieldId", message)
    fields.answer(ticket, asked, answers, by=reach.actor(request))
    return Response(DONE)


def _visitor(sent: Sent) -> dict[str, Any]:
    """What was sent of the visitor's own values, by column."""
    return {column: read(sent, name) for name, (column, read) in VISITOR.items() if name in sent}


def _language(sent: Sent, location: Location) -> str:
    code = sent.text("languageCode", most=5) or "en"
    if code not in location.languages:
        raise reach.missing("languageCode")
    return code


def _answers(sent: Sent, location: Location) -> tuple[dict[str, str], list[ExtraValue]]:
    """All answers that were sent: those that fill a column of the ticket, and the others."""
    parts = [(part.uuid("inputFieldId"), part) for part in sent.parts("fields")]
    ids = inputs.once([pk for pk, _part in parts], "fields")
    asked = location.input_fields.prefetch_related("options").in_bulk(ids)
    columns: dict[str, str] = {}
    extras: list[ExtraValue] = []
    for pk, part in parts:
        if pk not in asked:
            raise reach.missing(part.param("inputFieldId"))
        answers = _answer(asked[pk], part)
        if column := FIELD_COLUMNS.get(FieldType(asked[pk].type)):
            columns[column] = answers[0].value
        else:
            extras += answers
    return columns, extras


def _answer(asked: InputField, sent: Sent) -> list[ExtraValue]:
    if asked.type == FieldType.SELECT:
        param, value = "optionIds", _chosen(asked, sent)
    else:
        param, value = "value", sent.text("value", most=500, is_required=True)
    try:
        return forms.as_extras(asked, forms.clean_answer(asked, value))
    except ValidationError as error:
        raise bad_input(sent.param(param), error.messages[0]) from error


def _chosen(asked: InputField, sent: Sent) -> Any:
    """The titles of the options that were named; one alone where only one can be chosen."""
    ids = sent.uuids("optionIds")
    titles = {option.pk: option.title for option in asked.options.all()}
    if not ids:
        raise sent.blank("optionIds")
    if not titles.keys() >= set(ids):
        raise reach.missing(sent.param("optionIds"))
    if asked.is_multiple:
        return [titles[pk] for pk in ids]
    if len(ids) > 1:
        raise bad_input(sent.param("optionIds"), _("Only one of these can be chosen."))
    return titles[ids[0]]
