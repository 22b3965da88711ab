"""Tickets created and edited by version 2020-09-01."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import InputFieldFactory, LineFactory, LocationFactory
from tests.tickets.api.conftest import refusal, reply
from tests.tickets.api.v2020.conftest import NO_FIELD, answered, choice, send
from tickets.actions import lifecycle
from tickets.models import InputField, Line, Location, Ticket, User


def create(api: Client, line: Line, **body: Any) -> Any:
    return send(api, "POST", "/tickets", {"lineId": line.pk, "firstName": "Jane"} | body)


def edit(api: Client, ticket: Ticket, **body: Any) -> Any:
    return send(api, "PATCH", f"/tickets/{ticket.pk}", body)


def extras_of(ticket: Ticket) -> list[tuple[str, str]]:
    return list(ticket.extras.values_list("title", "value"))


def test_create_with_everything_makes_the_ticket(
    api: Client, line: Line, place: Location, text_field: InputField
) -> None:
    place.languages = ["en", "et"]
    place.save()
    _, options = choice(place, "Visit", "Renewal", is_multiple=True)
    reason = place.input_fields.get(title="Reason")

    body = answered(
        create(
            api,
            line,
            lineId=str(line.pk),
            lastName="O'Eyre",
            phoneNumber="+13185551234",
            email="j@e.com",
            languageCode="et",
            source="MICROSITE",
            fields=[
                {"inputFieldId": str(text_field.pk), "value": "wheelchair"},
                {"inputFieldId": str(reason.pk), "optionIds": options},
            ],
            labels=[{"value": "VIP"}, {"value": "Late"}],
        ),
        201,
    )

    ticket = Ticket.objects.get(pk=body["id"])
    assert body == {"id": str(ticket.pk), "publicId": f"{line.letter}-1"}
    assert reply(api.get(f"/v1/tickets/{ticket.pk}")) == {
        "statusCode": 200,
        "id": str(ticket.pk),
        "status": "NEW",
        "source": "MICROSITE",
        "line": line.pk,
        "firstName": "Jane",
        "lastName": "O'Eyre",
        "phoneNumber": 13185551234,
        "email": "j@e.com",
        "created": reply(api.get(f"/v1/tickets/{ticket.pk}"))["created"],
        "extra": [
            {"title": "Notes", "value": "wheelchair"},
            {"title": "Reason", "value": "Visit"},
            {"title": "Reason", "value": "Renewal"},
        ],
        "labels": [
            {"value": each.value, "color": each.color} for each in ticket.labels.order_by("id")
        ],
        "interactions": [],
        "messages": [],
    }
    assert (ticket.language, [each.value for each in ticket.labels.all()]) == (
        "et",
        ["VIP", "Late"],
    )


def test_first_name_may_have_one_letter(api: Client, line: Line) -> None:
    body = answered(create(api, line, firstName="Ö"), 201)

    ticket = Ticket.objects.get(pk=body["id"])
    assert (ticket.first_name, ticket.source, ticket.language) == ("Ö", "MANUAL", "en")


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"firstName": ""}, 400, "parameter_invalid_blank", "firstName"),
        ({"firstName": None}, 400, "parameter_invalid_blank", "firstName"),
        ({"firstName": "x" * 51}, 400, "parameter_invalid_size", "firstName"),
        ({"firstName": True}, 400, "parameter_invalid", "firstName"),
        ({"firstName": "a\x00b"}, 400, "parameter_invalid", "firstName"),
        ({"lastName": "x" * 51}, 400, "parameter_invalid_size", "lastName"),
        ({"lineId": None}, 400, "parameter_invalid_blank", "lineId"),
        ({"lineId": "first"}, 400, "parameter_invalid", "lineId"),
        ({"lineId": 10**17}, 404, "resource_missing", "lineId"),
        ({"phoneNumber": "1234"}, 400, "parameter_invalid", "phoneNumber"),
        ({"phoneNumber": "12345678901234567890"}, 400, "parameter_invalid", "phoneNumber"),
        ({"phoneNumber": "+372 555"}, 400, "parameter_invalid", "phoneNumber"),
        ({"email": "nobody"}, 400, "parameter_invalid", "email"),
        ({"email": "x" * 101}, 400, "parameter_invalid_size", "email"),
        ({"languageCode": "et"}, 404, "resource_missing", "languageCode"),
        ({"source": "PRINTER"}, 400, "parameter_invalid", "source"),
        ({"labels": ["VIP"]}, 400, "invalid_arguments", "labels[0]"),
        ({"labels": [{"value": "x" * 51}]}, 400, "parameter_invalid_size", "labels[0].value"),
        ({"fields": {}}, 400, "parameter_invalid", "fields"),
        (
            {"fields": [{"inputFieldId": NO_FIELD, "value": "x"}]},
            404,
            "resource_missing",
            "fields[0].inputFieldId",
        ),
        (
            {"fields": [{"inputFieldId": "1", "value": "x"}]},
            400,
            "parameter_invalid",
            "fields[0].inputFieldId",
        ),
    ],
)
def test_create_is_refused_by_the_place_of_what_is_wrong(
    api: Client, line: Line, body: Any, status: int, code: str, param: str
) -> None:
    assert refusal(create(api, line, **body)) == (status, code, param)
    assert not Ticket.objects.exists()


def test_create_in_a_closed_line_is_refused(api: Client) -> None:
    line = LineFactory.create(status="DISABLED")

    assert refusal(create(api, line)) == (409, "line_closed", "line")


def test_create_answers_a_question_once(api: Client, line: Line, text_field: InputField) -> None:
    part = {"inputFieldId": str(text_field.pk), "value": "x"}

    response = create(api, line, fields=[part, part])

    assert refusal(response) == (400, "duplicate_items_in_request", "fields")


def test_create_takes_a_name_as_an_answer(api: Client, line: Line, place: Location) -> None:
    field = InputFieldFactory.create(location=place, type="LAST_NAME", title="Family name")
    part = {"inputFieldId": str(field.pk), "value": "Doe"}

    body = answered(create(api, line, fields=[part]), 201)
    twice = create(api, line, fields=[part], lastName="Smith")

    ticket = Ticket.objects.get()
    assert (body["id"], ticket.last_name, extras_of(ticket)) == (str(ticket.pk), "Doe", [])
    assert refusal(twice) == (400, "duplicate_items_in_request", "fields")


def test_question_of_another_location_does_not_exist(api: Client, line: Line) -> None:
    foreign = InputFieldFactory.create(location=LocationFactory.create())
    part = {"inputFieldId": str(foreign.pk), "value": "x"}

    response = create(api, line, fields=[part])

    assert refusal(response) == (404, "resource_missing", "fields[0].inputFieldId")


def test_edit_changes_what_is_sent(api: Client, ticket: Ticket) -> None:
    body = answered(edit(api, ticket, lastName="Doe", phoneNumber="3725551234", email="j@e.com"))

    ticket.refresh_from_db()
    told = (ticket.first_name, ticket.last_name, ticket.phone_number, ticket.email)
    assert (body, told) == ({}, ("Jane", "Doe", "+3725551234", "j@e.com"))


def test_edit_clears_by_null(api: Client, ticket: Ticket) -> None:
    nothing = dict.fromkeys(("firstName", "lastName", "phoneNumber", "email", "languageCode"))

    answered(edit(api, ticket, **nothing))

    ticket.refresh_from_db()
    told = (ticket.first_name, ticket.last_name, ticket.phone_number, ticket.email, ticket.language)
    assert told == ("", "", "", "", "en")


def test_edit_moves_a_waiting_visitor_to_another_line(api: Client, ticket: Ticket) -> None:
    other = LineFactory.create(location=ticket.location)

    answered(edit(api, ticket, line=str(other.pk)))

    ticket.refresh_from_db()
    assert ticket.line == other


def test_edit_is_refused(api: Client, ticket: Ticket, clerk: User) -> None:
    closed = LineFactory.create(location=ticket.location, status="DISABLED")
    elsewhere = LineFactory.create()
    blank = edit(api, ticket, firstName="")
    missing = edit(api, ticket, line=10**17)
    into_closed = edit(api, ticket, line=closed.pk)
    away = edit(api, ticket, line=elsewhere.pk)
    lifecycle.call(ticket, by=clerk)

    too_late = edit(api, ticket, line=LineFactory.create(location=ticket.location).pk)

    assert [refusal(each) for each in (blank, missing, into_closed, away, too_late)] == [
        (400, "parameter_invalid_blank", "firstName"),
        (404, "resource_missing", "line"),
        (409, "line_closed", "line"),
        (404, "resource_missing", "line"),
        (409, "ticket_status", ""),
    ]


def answer(api: Client, ticket: Ticket, field: InputField, **body: Any) -> Any:
    return send(api, "POST", f"/tickets/{ticket.pk}/fields/{field.pk}", body)


def test_answer_takes_the_place_of_the_one_before(api: Client, ticket: Ticket) -> None:
    first, second = (
        InputFieldFactory.create(location=ticket.location, title=title) for title in "AB"
    )
    for field in (first, second):
        answered(answer(api, ticket, field, value="old"))

    body = answered(answer(api, ticket, first, value="new"))

    assert (body, extras_of(ticket)) == ({}, [("A", "new"), ("B", "old")])


def test_answer_goes_on_record_as_an_edit(
    api: Client, ticket: Ticket, text_field: InputField
) -> None:
    answered(answer(api, ticket, text_field, value="wheelchair"))

    row = ticket.activities.latest("id")
    assert (row.event, list(row.personal)) == ("ticket.edited", ["extras"])


def test_answer_to_a_choice_is_its_options(api: Client, ticket: Ticket) -> None:
    field, options = choice(ticket.location, "Visit", "Renewal")

    answered(answer(api, ticket, field, optionIds=options[:1]))

    assert extras_of(ticket) == [("Reason", "Visit")]


def test_answer_to_a_name_fills_the_column(api: Client, ticket: Ticket) -> None:
    field = InputFieldFactory.create(location=ticket.location, type="EMAIL", title="E-mail")

    answered(answer(api, ticket, field, value="jane@example.com"))

    ticket.refresh_from_db()
    assert (ticket.email, extras_of(ticket)) == ("jane@example.com", [])


@pytest.mark.parametrize(
    ("columns", "value", "kept"),
    [
        ({"type": "NUMERIC"}, 12, "12"),
        ({"type": "NUMERIC"}, "12.5", "12.5"),
        ({"type": "NUMERIC"}, "twelve", None),
        ({"type": "NUMERIC", "constraints": {"min": 18}}, 17, None),
        ({"type": "NUMERIC", "constraints": {"max": 18}}, 18.5, None),
        ({"type": "NUMERIC", "constraints": {"min": 0.1, "max": 0.3}}, 0.1, "0.1"),
        ({"type": "NUMERIC", "constraints": {"min": 0.1, "max": 0.3}}, 0.3, "0.3"),
        ({"type": "NUMERIC", "constraints": {"scale": 0}}, 17.5, None),
        ({"type": "DATE"}, "2026-02-29", None),
        ({"type": "DATE"}, "2026-02-28", "2026-02-28"),
        ({"type": "URL"}, "https://example.com/a", "https://example.com/a"),
        ({"type": "URL"}, "javascript:alert(1)", None),
        ({"type": "PHONE_NUMBER"}, "letters", None),
    ],
)
def test_answer_is_judged_by_the_type_of_the_question(
    api: Client, ticket: Ticket, columns: Any, value: Any, kept: str | None
) -> None:
    field = InputFieldFactory.create(location=ticket.location, title="Q", **columns)

    response = answer(api, ticket, field, value=value)

    if kept is None:
        assert refusal(response) == (400, "parameter_invalid", "value")
    assert extras_of(ticket) == ([] if kept is None else [("Q", kept)])


def test_answer_is_refused(api: Client, ticket: Ticket, text_field: InputField) -> None:
    field, options = choice(ticket.location, "Visit", "Renewal")
    foreign = InputFieldFactory.create()

    refusals = [
        refusal(each)
        for each in (
            answer(api, ticket, text_field),
            answer(api, ticket, text_field, value="x" * 501),
            answer(api, ticket, field, optionIds=[]),
            answer(api, ticket, field, optionIds=options),
            answer(api, ticket, field, optionIds=[options[0], options[0]]),
            answer(api, ticket, field, optionIds=[NO_FIELD]),
            answer(api, ticket, foreign, value="x"),
        )
    ]

    assert refusals == [
        (400, "parameter_invalid_blank", "value"),
        (400, "parameter_invalid_size", "value"),
        (400, "parameter_invalid_blank", "optionIds"),
        (400, "parameter_invalid", "optionIds"),
        (400, "duplicate_items_in_request", "optionIds"),
        (404, "resource_missing", "optionIds"),
        (409, "field_not_here", "inputFieldId"),
    ]


def test_answer_is_taken_away(api: Client, ticket: Ticket, text_field: InputField) -> None:
    answered(answer(api, ticket, text_field, value="wheelchair"))

    body = answered(send(api, "DELETE", f"/v1/tickets/{ticket.pk}/fields/{text_field.pk}"))

    assert (body, extras_of(ticket)) == ({}, [])


@pytest.mark.parametrize("flag", ["is_mandatory_before_added", "is_mandatory_before_served"])
def test_mandatory_answer_stays(api: Client, ticket: Ticket, flag: str) -> None:
    field = InputFieldFactory.create(location=ticket.location, **{flag: True})
    answered(answer(api, ticket, field, value="x"))

    response = send(api, "DELETE", f"/tickets/{ticket.pk}/fields/{field.pk}")

    assert refusal(response) == (400, "parameter_invalid", "inputFieldId")
    assert extras_of(ticket) == [(field.title, "x")]
