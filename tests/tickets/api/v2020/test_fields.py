"""Input fields made and changed by version 2020-09-01."""

import uuid
from typing import Any

import pytest
from django.test import Client

from tests.factories import InputFieldFactory, LineFactory
from tests.tickets.api.conftest import refusal
from tests.tickets.api.v2020.conftest import answered, choice, send
from tickets.models import Activity, EventName, InputField, LineColor, Location

FIRST, SECOND = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))


def create(api: Client, place: Location, **body: Any) -> Any:
    asked = {"id": str(uuid.uuid4()), "location": {"id": place.pk}, "type": "TEXT", "title": "Q"}
    return send(api, "POST", "/input-fields", asked | body)


def edit(api: Client, field: InputField, **body: Any) -> Any:
    return send(api, "PATCH", f"/input-fields/{field.pk}", body)


def options_of(field: InputField) -> list[tuple[str, str, str, Any]]:
    rows = field.options.all()
    return [(str(each.pk), each.title, each.color, each.translations) for each in rows]


def test_field_is_made_with_everything(managing: Client, place: Location) -> None:
    pk = str(uuid.uuid4())
    line = LineFactory.create(location=place)
    estonian = {"languageCode": "et", "title": "Põhjus", "visitorFacingTitle": "Mis asjus?"}

    body = answered(
        create(
            managing,
            place,
            id=pk,
            location={"id": str(place.pk)},
            type="SELECT",
            title="Reason",
            visitorFacingTitle="What for?",
            isMandatoryBeforeAdded=True,
            isMandatoryBeforeServed=True,
            isMandatoryInRemoteSignIn=True,
            isVisibleInWaitingDrawer=False,
            isVisibleInServingDrawer=False,
            showInRemoteSignIn=False,
            multiSelect=True,
            visibleForLines=[{"id": line.pk}],
            options=[
                {"id": FIRST, "title": "Visit", "color": "#ff00ff"},
                {
                    "id": SECOND,
                    "title": "Renewal",
                    "color": "TEAL",
                    "translations": [{"languageCode": "et", "title": "Uuendus"}],
                },
            ],
            translations=[estonian],
        ),
        201,
    )

    field = place.input_fields.get()
    flags = (
        field.is_mandatory_before_added,
        field.is_mandatory_before_served,
        field.is_mandatory_in_remote_sign_in,
        field.is_visible_while_waiting,
        field.is_visible_while_serving,
        field.is_shown_in_remote_sign_in,
        field.is_multiple,
    )
    assert (body, str(field.pk), field.title, field.question) == ({}, pk, "Reason", "What for?")
    assert flags == (True, True, True, False, False, False, True)
    assert list(field.lines.all()) == [line]
    assert options_of(field) == [
        (FIRST, "Visit", "FF00FF", {}),
        (SECOND, "Renewal", LineColor.TEAL, {"et": {"title": "Uuendus"}}),
    ]
    assert field.translations == {
        "et": {"title": "Põhjus", "visitorFacingTitle": "Mis asjus?"},
    }


def test_number_is_made_with_its_constraints(managing: Client, place: Location) -> None:
    limits = {"min": 0, "max": 99.5, "scale": 1}

    answered(create(managing, place, type="NUMERIC", constraints=limits), 201)

    assert place.input_fields.get().constraints == limits


def test_name_needs_no_title(managing: Client, place: Location) -> None:
    answered(create(managing, place, type="LAST_NAME", title=None), 201)

    assert place.input_fields.get().title == "Last name"


def test_answers_to_choose_from_are_kept_of_a_choice_only(
    managing: Client, place: Location
) -> None:
    option = {"id": FIRST, "title": "A"}

    answered(create(managing, place, options=[option], multiSelect=True), 201)

    field = place.input_fields.get()
    assert (field.is_multiple, options_of(field)) == (False, [])


def test_field_comes_last_behind_gaps(managing: Client, place: Location) -> None:
    InputFieldFactory.create(location=place, title="A", position=7)

    answered(create(managing, place, title="B"), 201)

    assert [field.title for field in place.input_fields.all()] == ["A", "B"]


def test_fields_come_one_after_the_other_and_go_on_record(
    managing: Client, place: Location
) -> None:
    for title in ("Z", "A"):
        answered(create(managing, place, title=title), 201)

    assert [field.title for field in place.input_fields.all()] == ["Z", "A"]
    row = Activity.objects.latest("id")
    pk = str(place.input_fields.get(title="A").pk)
    assert (row.event, row.changes) == (
        EventName.LOCATION_CHANGED,
        {"input_field_id": [pk, pk], "title": [None, "A"]},
    )


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"id": None}, 400, "parameter_invalid_blank", "id"),
        ({"id": "1"}, 400, "parameter_invalid", "id"),
        ({"location": None}, 400, "parameter_invalid_blank", "location"),
        ({"location": 5}, 400, "invalid_arguments", "location"),
        ({"location": {"id": 10**17}}, 404, "resource_missing", "location.id"),
        ({"type": None}, 400, "parameter_invalid_blank", "type"),
        ({"type": "ATTACHMENT"}, 400, "parameter_invalid", "type"),
        ({"title": ""}, 400, "parameter_invalid_blank", "title"),
        ({"title": None}, 400, "parameter_invalid_blank", "title"),
        ({"title": "x" * 51}, 400, "parameter_invalid_size", "title"),
        ({"multiSelect": "no"}, 400, "parameter_invalid", "multiSelect"),
        ({"visibleForLines": [{"id": 10**17}]}, 404, "resource_missing", "visibleForLines"),
        ({"visibleForLines": [1]}, 400, "invalid_arguments", "visibleForLines[0]"),
        ({"type": "SELECT"}, 400, "parameter_invalid_blank", "options"),
        ({"options": [{"title": "A"}]}, 400, "parameter_invalid_blank", "options[0].id"),
        ({"options": [{"id": FIRST}]}, 400, "parameter_invalid_blank", "options[0].title"),
        (
            {"options": [{"id": FIRST, "title": "A", "color": "red"}]},
            400,
            "parameter_invalid",
            "options[0].color",
        ),
        (
            {"options": [{"id": FIRST, "title": "A"}, {"id": FIRST, "title": "B"}]},
            400,
            "duplicate_items_in_request",
            "options",
        ),
        (
            {"options": [{"id": FIRST, "title": "A"}, {"id": SECOND, "title": "A"}]},
            400,
            "duplicate_items_in_request",
            "options",
        ),
        (
            {"type": "NUMERIC", "constraints": {"min": 2, "max": 1}},
            400,
            "parameter_invalid",
            "constraints.max",
        ),
        (
            {"type": "NUMERIC", "constraints": {"scale": -1}},
            400,
            "parameter_invalid",
            "constraints.scale",
        ),
        ({"title": "notes"}, 409, "input_field_duplicate", ""),
        ({"type": "EMAIL"}, 409, "input_field_duplicate", ""),
    ],
)
def test_field_is_refused(
    managing: Client, place: Location, body: Any, status: int, code: str, param: str
) -> None:
    InputFieldFactory.create(location=place, title="Notes")
    InputFieldFactory.create(location=place, title="E-mail", type="EMAIL")

    response = create(managing, place, **body)

    assert refusal(response) == (status, code, param)
    assert place.input_fields.count() == 2


def test_line_of_another_location_does_not_exist(api: Client, place: Location) -> None:
    foreign = LineFactory.create()

    response = create(api, place, visibleForLines=[{"id": foreign.pk}])

    assert refusal(response) == (404, "resource_missing", "visibleForLines")


@pytest.mark.parametrize(("one", "other"), [("Päev", "PÄEV"), ("Straße", "STRASSE"), ("ı", "I")])
def test_title_in_capitals_of_any_alphabet_is_a_duplicate(
    managing: Client, place: Location, one: str, other: str
) -> None:
    """SQLite by itself knows those of ASCII only."""
    field = InputFieldFactory.create(location=place, title=one)
    second = InputFieldFactory.create(location=place)

    created = create(managing, place, title=other)
    edited = send(managing, "PATCH", f"/input-fields/{second.pk}", {"title": other})
    itself = send(managing, "PATCH", f"/input-fields/{field.pk}", {"title": other})

    duplicate = (409, "input_field_duplicate", "")
    assert [refusal(created), refusal(edited), answered(itself)] == [duplicate, duplicate, {}]


def test_id_that_is_taken_is_a_duplicate(managing: Client, place: Location) -> None:
    pk = str(InputFieldFactory.create().pk)

    assert refusal(create(managing, place, id=pk)) == (409, "input_field_duplicate", "")


def test_edit_changes_what_is_sent(managing: Client, place: Location) -> None:
    line = LineFactory.create(location=place)
    field, options = choice(place, "Visit", "Renewal", visitor_facing_title="What for?")
    field.lines.set([line])

    body = answered(edit(managing, field, title="Why", isMandatoryBeforeAdded=True))

    field.refresh_from_db()
    kept = (field.title, field.is_mandatory_before_added, field.visitor_facing_title)
    assert (body, kept) == ({}, ("Why", True, "What for?"))
    assert list(field.lines.all()) == [line]
    assert [option[0] for option in options_of(field)] == options


def test_edit_replaces_options_and_lines(managing: Client, place: Location) -> None:
    field, (visit, renewal) = choice(place, "Visit", "Renewal")
    field.lines.set([LineFactory.create(location=place)])
    swapped = [{"id": renewal, "title": "Visit"}, {"id": visit, "title": "Renewal"}]

    answered(edit(managing, field, options=swapped, visibleForLines=[]))

    assert [option[:2] for option in options_of(field)] == [(renewal, "Visit"), (visit, "Renewal")]
    assert not field.lines.exists()


def test_edit_of_a_colour_goes_on_record(managing: Client, place: Location) -> None:
    field, (visit,) = choice(place, "Visit")

    answered(edit(managing, field, options=[{"id": visit, "title": "Visit", "color": "BLUE"}]))

    before, after = Activity.objects.get().changes["options"]
    assert [each["color"] for each in (*before, *after)] == ["", LineColor.BLUE]


def test_edit_clears_by_null(managing: Client, place: Location) -> None:
    field = InputFieldFactory.create(
        location=place,
        type="NUMERIC",
        visitor_facing_title="How old?",
        constraints={"min": 18},
        translations={"et": {"title": "Vanus"}},
    )

    answered(edit(managing, field, visitorFacingTitle=None, constraints=None, translations=None))

    field.refresh_from_db()
    assert (field.visitor_facing_title, field.constraints, field.translations) == ("", {}, {})


def test_edit_that_changes_nothing_is_not_on_record(managing: Client, place: Location) -> None:
    field = InputFieldFactory.create(location=place)

    answered(edit(managing, field, title=field.title, type="TEXT", id=str(field.pk).upper()))

    assert not Activity.objects.exists()


def test_edit_is_refused(managing: Client, place: Location) -> None:
    other = InputFieldFactory.create(location=place)
    field = InputFieldFactory.create(location=place)
    asked, _ = choice(place, "Visit", "Renewal")

    refusals = [
        refusal(each)
        for each in (
            edit(managing, field, type="SELECT"),
            edit(managing, field, id=str(uuid.uuid4())),
            edit(managing, field, title=None),
            edit(managing, field, title=other.title.upper()),
            edit(managing, field, visibleForLines=[{"id": LineFactory.create().pk}]),
            edit(managing, asked, options=[]),
            edit(managing, asked, options=None),
        )
    ]

    assert refusals == [
        (400, "parameter_invalid", "type"),
        (400, "parameter_invalid", "id"),
        (400, "parameter_invalid_blank", "title"),
        (409, "input_field_duplicate", ""),
        (404, "resource_missing", "visibleForLines"),
        (400, "parameter_invalid_blank", "options"),
        (400, "parameter_invalid_blank", "options"),
    ]
