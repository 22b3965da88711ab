"""Lines and questions in the languages of their location, written by a person."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests.conftest import CountQueries, Figure
from tests.factories import InputFieldFactory
from tests.tickets.admin.conftest import Office, SignIn, filled_form, url, written_meanwhile
from tickets.models import Activity, EventName, InputField, Line, Location, User


@pytest.fixture
def client(office: Office, manager: User, sign_in: SignIn) -> Client:
    """A manager of a location that speaks English, Estonian and Brazilian, of which there are no pages."""
    Location.objects.filter(pk=office.location.pk).update(languages=["en", "et", "pt-BR"])
    return sign_in(manager)


def posted(client: Client, kind: str, row: Any, **typed: Any) -> Any:
    """The page sent with what was typed; `in_et` is the field of Estonian."""
    path = url(f"{kind}_change", row.pk)
    form = filled_form(client, path)
    form |= {name.replace("in_", "in-"): value for name, value in typed.items()}
    return client.post(path, form)


def offered(client: Client, kind: str, row: Any) -> list[str]:
    form = client.get(url(f"{kind}_change", row.pk)).context["adminform"].form
    return [name for name in form.fields if name.startswith("in-")]


def shown(form: Any, name: str) -> tuple[str, str]:
    """What is written, and what visitors read as long as nothing is."""
    return form[name].value(), form.fields[name].widget.attrs["placeholder"]


def test_line_is_translated_on_record(client: Client, office: Office) -> None:
    answer = posted(client, "line", office.line, in_et="  Passid ")

    line = Line.objects.get(pk=office.line.pk)
    row = Activity.objects.get(event=EventName.LINE_CHANGED)
    assert (answer.status_code, line.translations) == (302, {"et": {"name": "Passid"}})
    assert row.changes["translations"] == [{}, {"et": {"name": "Passid"}}]
    with translation.override("et"):
        assert line.public_name == "Passid"


def test_translation_is_taken_away_and_the_others_stay(client: Client, office: Office) -> None:
    kept = {"fi": {"name": "Passit"}, "en": {"note": "of a program"}}
    Line.objects.filter(pk=office.line.pk).update(translations=kept | {"et": {"name": "Passid"}})

    posted(client, "line", office.line, in_et="")

    assert Line.objects.get(pk=office.line.pk).translations == kept


def test_nothing_typed_is_nothing_on_record(client: Client, office: Office) -> None:
    Line.objects.filter(pk=office.line.pk).update(translations={"et": {"name": "Passid"}})

    posted(client, "line", office.line)

    assert not Activity.objects.filter(event=EventName.LINE_CHANGED).exists()


def test_translation_that_is_too_long_comes_back_as_typed(client: Client, office: Office) -> None:
    answer = posted(client, "line", office.line, in_et="x" * 31, in_en="Passports, please")

    form = answer.context["adminform"].form
    assert (answer.status_code, list(form.errors)) == (200, ["in-et"])
    assert (form["in-et"].value(), form["in-en"].value()) == ("x" * 31, "Passports, please")
    assert Line.objects.get(pk=office.line.pk).translations == {}


@pytest.mark.parametrize("code", ["et", "et-EE"])
def test_what_a_program_wrote_is_found_and_replaced(
    code: str, client: Client, office: Office
) -> None:
    Line.objects.filter(pk=office.line.pk).update(translations={code: {"name": "Passid"}})

    form = client.get(url("line_change", office.line.pk)).context["adminform"].form
    posted(client, "line", office.line, in_et="Pass")

    assert shown(form, "in-et") == ("Passid", office.line.name)
    assert Line.objects.get(pk=office.line.pk).translations == {code: {"name": "Pass"}}


def test_languages_are_those_that_the_location_offers(client: Client, office: Office) -> None:
    assert offered(client, "line", office.line) == ["in-en", "in-et"]

    Location.objects.filter(pk=office.location.pk).update(languages=["en", "pt-BR"])
    assert offered(client, "line", office.line) == []
    assert client.get(url("line_add")).status_code == 200


def test_translated_line_keeps_what_others_wrote_meanwhile(client: Client, office: Office) -> None:
    with written_meanwhile(office.line, expected_minutes=20):
        posted(client, "line", office.line, in_et="Passid")

    line = Line.objects.get(pk=office.line.pk)
    assert (line.expected_minutes, line.translations) == (20, {"et": {"name": "Passid"}})


def test_question_and_its_options_are_translated_on_record(client: Client, office: Office) -> None:
    field = InputFieldFactory.create(location=office.location, type="SELECT", title="Reason")
    field.options.create(title="Renewal")
    of_program = {"et": {"title": "Põhjus"}}
    InputField.objects.filter(pk=field.pk).update(translations=of_program)
    page = client.get(url("inputfield_change", field.pk))
    before = shown(page.context["adminform"].form, "in-et")

    answer = posted(
        client,
        "inputfield",
        field,
        in_et="Miks te tulite?",
        **{"options-0-in-et": "Uuendamine"},
    )

    field.refresh_from_db()
    row = Activity.objects.get(event=EventName.LOCATION_CHANGED)
    both = {"et": {"title": "Põhjus", "visitorFacingTitle": "Miks te tulite?"}}
    assert (before, answer.status_code) == (("", "Põhjus"), 302)
    assert (field.translations, row.changes["translations"]) == (both, [of_program, both])
    with translation.override("et"):
        assert field.question == "Miks te tulite?"
        assert [option.public_title for option in field.options.all()] == ["Uuendamine"]


def test_new_option_is_translated_at_once(client: Client, office: Office) -> None:
    options = {"options-0-title": "Renewal", "options-0-in-et": "Uuendamine"}
    posted(client, "inputfield", office.field, **options)

    option = office.field.options.get()
    assert (option.title, option.translations) == ("Renewal", {"et": {"title": "Uuendamine"}})


def test_question_of_a_name_shows_our_own_words_until_there_are_others(
    client: Client, office: Office
) -> None:
    field = InputFieldFactory.create(
        location=office.location, type="FIRST_NAME", title="First name"
    )

    form = client.get(url("inputfield_change", field.pk)).context["adminform"].form

    assert shown(form, "in-et") == ("", "Eesnimi")


def test_page_costs_the_same_for_more_languages(
    client: Client, office: Office, count_queries: CountQueries, figure: Figure
) -> None:
    field = InputFieldFactory.create(location=office.location, type="SELECT")
    for title in ("A", "B", "C"):
        field.options.create(title=title)
    path = url("inputfield_change", field.pk)
    with_two = count_queries(lambda: client.get(path))
    Location.objects.filter(pk=office.location.pk).update(
        languages=["en", "et", "ru", "es", "de", "fr", "ar", "zh"]
    )

    with_eight = count_queries(lambda: client.get(path))

    figure("admin input field, queries with 2 and 8 languages", f"{with_two} and {with_eight}")
    assert with_eight == with_two
