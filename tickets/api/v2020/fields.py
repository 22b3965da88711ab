"""Input fields: what a location asks its visitors."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.actions import fields
from tickets.actions.fields import Option, Question
from tickets.api.endpoints import endpoint
from tickets.api.errors import bad_input
from tickets.api.v2020 import inputs, reach
from tickets.api.v2020.inputs import Sent
from tickets.api.v2020.lines import translations
from tickets.models import FIELD_COLUMNS, FieldType, Line, Location

FLAGS = {
    "isMandatoryBeforeAdded": "is_mandatory_before_added",
    "isMandatoryBeforeServed": "is_mandatory_before_served",
    "isMandatoryInRemoteSignIn": "is_mandatory_in_remote_sign_in",
    "isVisibleInWaitingDrawer": "is_visible_while_waiting",
    "isVisibleInServingDrawer": "is_visible_while_serving",
    "showInRemoteSignIn": "is_shown_in_remote_sign_in",
    "multiSelect": "is_multiple",
}
TITLE, FACING_TITLE, DECIMALS = 50, 100, 10
#: Larger numbers lose their last digits in JSON.
LARGEST = 2.0**53


@endpoint("POST")
def create(request: Request) -> Response:
    """Ask something new; the program chooses the id."""
    sent = inputs.body(request)
    location = reach.managed(request, sent.part("location").id("id"), "location.id")
    fields.create(location, new_question(sent, location), by=reach.actor(request))
    return Response({}, status=201)


@endpoint("PATCH")
def edit(request: Request, pk: UUID) -> Response:
    """Change what is sent and leave the rest; options are replaced."""
    sent = inputs.body(request)
    asked = reach.field(request, pk)
    location = reach.managed(request, asked.location_id)
    for name, is_other in (
        ("id", sent.has("id") and sent.uuid("id") != asked.pk),
        ("type", sent.has("type") and sent.text("type", most=50) != asked.type),
    ):
        if is_other:
            raise bad_input(name, _("“%s” cannot be changed.") % name)
    if "title" in sent and not sent.has("title"):
        raise sent.blank("title")
    question = Question(
        columns=_columns(sent, asked.type),
        lines=_lines(sent, location) if "visibleForLines" in sent else None,
        options=_options(sent, asked.type) if "options" in sent else None,
    )
    fields.edit(asked, question, by=reach.actor(request))
    return Response({})


def new_question(sent: Sent, location: Location | None = None) -> Question:
    """An input field of `location`, or of one that is about to be opened."""
    type_ = sent.choice("type", FieldType.values)
    columns: dict[str, Any] = {"id": sent.uuid("id"), "type": type_}
    if type_ in FIELD_COLUMNS and not sent.has("title"):
        columns["title"] = str(FieldType(type_).label)
    elif not sent.has("title"):
        raise sent.blank("title")
    return Question(
        columns=columns | _columns(sent, type_),
        lines=_lines(sent, location),
        options=_options(sent, type_),
    )


def _columns(sent: Sent, type_: str) -> dict[str, Any]:
    """What was sent, by column."""
    found: dict[str, Any] = {
        column: sent.flag(name) for name, column in FLAGS.items() if sent.has(name)
    }
    if sent.has("title"):
        found["title"] = sent.text("title", most=TITLE, is_required=True)
    if "visitorFacingTitle" in sent:
        found["visitor_facing_title"] = sent.text("visitorFacingTitle", most=FACING_TITLE)
    if "translations" in sent:
        titles = {"title": TITLE, "visitorFacingTitle": FACING_TITLE}
        found["translations"] = translations(sent, titles)
    if type_ != FieldType.SELECT:
        found.pop("is_multiple", None)
    if "constraints" in sent and type_ == FieldType.NUMERIC:
        found["constraints"] = _constraints(sent)
    return found


def _constraints(sent: Sent) -> dict[str, float]:
    if not sent.has("constraints"):
        return {}
    limits = sent.part("constraints")
    found = {
        name: int(value) if value.is_integer() else value
        for name in ("min", "max")
        if (value := limits.number(name, least=-LARGEST, most=LARGEST)) is not None
    }
    if found.get("min", -LARGEST) > found.get("max", LARGEST):
        raise bad_input(limits.param("max"), _("“max” is less than “min”."))
    if limits.has("scale"):
        found["scale"] = limits.whole("scale", most=DECIMALS)
    return found


def _lines(sent: Sent, location: Location | None) -> list[Line]:
    """The lines whose visitors are asked; none: all."""
    param = sent.param("visibleForLines")
    ids = inputs.once([part.id("id") for part in sent.parts("visibleForLines")], param)
    if location is None:
        if ids:
            raise reach.missing(param)
        return []
    return reach.lines_of(location, ids, param)


def _options(sent: Sent, type_: str) -> list[Option]:
    """The answers of a choice, one at least; other questions have none."""
    found = [
        Option(
            id=part.uuid("id"),
            title=part.text("title", most=TITLE, is_required=True),
            color=part.color("color"),
            translations=translations(part, {"title": TITLE}),
        )
        for part in sent.parts("options")
    ]
    inputs.once([option.id for option in found], sent.param("options"))
    inputs.once([option.title for option in found], sent.param("options"))
    if type_ != FieldType.SELECT:
        return []
    if not found:
        raise sent.blank("options")
    return found
