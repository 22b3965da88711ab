"""Opening hours and languages on a location's page."""

from typing import Any

import pytest
import time_machine

from tests.tickets.admin.conftest import Office, SignIn, location_form, url
from tickets.admin.hours import WEEK
from tickets.models import Activity, EventName, Location, OpeningDay, User


def posted(client: Any, office: Office, **typed: Any) -> Any:
    """The page sent with what was typed: `date_0_reason` is of the first date's row."""
    form = location_form(client, office.location)
    for name, value in typed.items():
        kind, _, rest = name.partition("_")
        row, _, column = rest.partition("_")
        form[f"opening_exceptions-{row}-{column}" if kind == "date" else name] = value
    return client.post(url("location_change", office.location.pk), form)


def hours_of(location: Location) -> list[tuple[int, Any]]:
    return list(location.opening_days.values_list("weekday", "intervals"))


NEVER: list[tuple[int, Any]] = [(day, []) for day in range(7)]
OFFICE = [(0, [[540, 720], [780, 1020]]), *NEVER[1:]]


def test_hours_are_set_as_people_write_them(office: Office, manager: User, sign_in: SignIn) -> None:
    client = sign_in(manager)

    answer = posted(client, office, monday="9:00–12:00, 13–17")

    assert answer.status_code == 302
    assert hours_of(office.location) == OFFICE
    form = location_form(client, office.location)
    assert (form["monday"], form["sunday"]) == ("9:00–12:00, 13:00–17:00", "closed")


@pytest.mark.parametrize("text", ["closed", " Closed", "-"])
def test_week_of_closed_days_is_no_empty_week(
    text: str, office: Office, manager: User, sign_in: SignIn
) -> None:
    posted(sign_in(manager), office, sunday=text)

    assert hours_of(office.location) == NEVER


def test_weekday_that_a_program_left_out_is_shown_open(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    OpeningDay.objects.create(location=office.location, weekday=0, intervals=[])
    client = sign_in(manager)

    assert location_form(client, office.location)["friday"] == "0:00–24:00"

    posted(client, office, tuesday="9–17")
    assert hours_of(office.location) == [
        (0, []),
        (1, [[540, 1020]]),
        *[(day, [[0, 1440]]) for day in range(2, 7)],
    ]


def test_exception_is_set_with_its_reason(office: Office, manager: User, sign_in: SignIn) -> None:
    posted(sign_in(manager), office, date_0_date="2026-12-24", date_0_reason="Christmas")

    day = office.location.opening_exceptions.get()
    assert (day.date.isoformat(), day.intervals, day.reason) == ("2026-12-24", [], "Christmas")


def test_hours_go_on_record_once(office: Office, manager: User, sign_in: SignIn) -> None:
    posted(sign_in(manager), office, name="New name", monday="9–17")

    row = Activity.objects.get(event=EventName.LOCATION_CHANGED)
    closed: dict[str, Any] = {str(day): [] for day in range(1, 7)}
    assert (row.user, row.changes) == (
        manager,
        {
            "name": [office.location.name, "New name"],
            "opening_hours": [{}, {"0": [[540, 1020]]} | closed],
        },
    )


def test_nothing_typed_is_nothing_on_record(office: Office, manager: User, sign_in: SignIn) -> None:
    OpeningDay.objects.create(location=office.location, weekday=0, intervals=[[540, 1020]])

    answer = posted(sign_in(manager), office)

    assert answer.status_code == 302
    assert not Activity.objects.filter(event=EventName.LOCATION_CHANGED).exists()


def test_hours_are_taken_away(office: Office, manager: User, sign_in: SignIn) -> None:
    client = sign_in(manager)
    posted(client, office, monday="9–17")

    posted(client, office, **dict.fromkeys(WEEK.values(), ""))

    assert hours_of(office.location) == []


@pytest.mark.parametrize("text", ["nine to five", "9–9:30", "9–12, 11–13", "\x00"])
def test_hours_that_are_none_are_refused_beside_their_day(
    text: str, office: Office, manager: User, sign_in: SignIn
) -> None:
    answer = posted(sign_in(manager), office, monday=text)

    assert (answer.status_code, hours_of(office.location)) == (200, [])
    assert list(answer.context["adminform"].form.errors) == ["monday"]


def test_hours_of_a_date_that_are_none_are_refused_by_the_name_of_the_date(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    answer = posted(sign_in(manager), office, date_0_date="2026-12-24", date_0_intervals="late")

    (errors,) = answer.context["inline_admin_formsets"][0].formset.errors
    assert errors["intervals"] == [
        "Dec. 24, 2026: Write opening hours such as 9:00–12:00, 13:00–17:00."
    ]


@time_machine.travel("2026-12-27T12:00:00Z")
def test_dates_that_are_over_are_not_shown_and_stay(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    for day in ("2026-12-24", "2027-01-01"):
        office.location.opening_exceptions.create(date=day, intervals=[])
    client = sign_in(manager)

    form = location_form(client, office.location)
    posted(client, office, monday="9–17")

    assert str(form["opening_exceptions-0-date"]) == "2027-01-01"
    assert office.location.opening_exceptions.count() == 2


@pytest.mark.parametrize(
    ("text", "status", "languages"),
    [("en, et,pt-BR", 302, ["en", "et", "pt-BR"]), ("et", 200, ["en"]), ("en, Est", 200, ["en"])],
)
def test_languages_are_codes_with_english(
    text: str, status: int, languages: Any, office: Office, manager: User, sign_in: SignIn
) -> None:
    answer = posted(sign_in(manager), office, languages=text)

    office.location.refresh_from_db()
    assert (answer.status_code, office.location.languages) == (status, languages)


def test_manager_does_not_set_the_number_and_the_bill_of_texts(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    typed = {"sms_number": "+3725123456", "texts_per_day": "9999", "sms_countries": "US"}

    answer = posted(sign_in(manager), office, monday="9–17", **typed)

    location = Location.objects.get(pk=office.location.pk)
    kept = (location.sms_number, location.texts_per_day, location.sms_countries)
    assert (answer.status_code, kept) == (302, ("", 500, ""))


def test_location_is_opened_on_record(owner: User, sign_in: SignIn) -> None:
    form = {"name": "Harbour", "slug": "harbour", "timezone": "Europe/Tallinn", "country": "EE"}
    form |= {"languages": "en", "name_form": "FIRST", "retention_days": "30"}
    form |= {"texts_per_day": "500"}
    form |= {f"opening_exceptions-{each}_FORMS": "0" for each in ("TOTAL", "INITIAL")}

    answer = sign_in(owner).post(url("location_add"), form)

    assert answer.status_code == 302
    assert Activity.objects.get().event == EventName.LOCATION_CREATED
