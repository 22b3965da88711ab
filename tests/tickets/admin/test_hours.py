"""Opening hours and languages on a location's page."""

from typing import Any

import pytest

from tests.tickets.admin.conftest import Office, SignIn, location_form, url
from tickets.models import Activity, EventName, Location, OpeningDay, User


def posted(client: Any, office: Office, **typed: Any) -> Any:
    """The page sent with what was typed: `day_0_intervals` is of the first weekday's row."""
    names = {"day": "opening_days", "date": "opening_exceptions"}
    form = location_form(client, office.location)
    for name, value in typed.items():
        kind, _, rest = name.partition("_")
        row, _, column = rest.partition("_")
        form[f"{names[kind]}-{row}-{column}" if kind in names else name] = value
    return client.post(url("location_change", office.location.pk), form)


def hours_of(location: Location) -> list[tuple[int, Any]]:
    return list(location.opening_days.values_list("weekday", "intervals"))


def test_hours_are_set_as_people_write_them(office: Office, manager: User, sign_in: SignIn) -> None:
    client = sign_in(manager)

    answer = posted(client, office, day_0_weekday="0", day_0_intervals="9:00–12:00, 13–17")

    assert answer.status_code == 302
    assert hours_of(office.location) == [(0, [[540, 720], [780, 1020]])]
    page = client.get(url("location_change", office.location.pk)).content.decode()
    assert 'value="9:00–12:00, 13:00–17:00"' in page


def test_weekday_without_hours_is_closed(office: Office, manager: User, sign_in: SignIn) -> None:
    posted(sign_in(manager), office, day_0_weekday="6")

    assert hours_of(office.location) == [(6, [])]


def test_exception_is_set_with_its_reason(office: Office, manager: User, sign_in: SignIn) -> None:
    posted(sign_in(manager), office, date_0_date="2026-12-24", date_0_reason="Christmas")

    day = office.location.opening_exceptions.get()
    assert (day.date.isoformat(), day.intervals, day.reason) == ("2026-12-24", [], "Christmas")


def test_hours_go_on_record_once(office: Office, manager: User, sign_in: SignIn) -> None:
    posted(sign_in(manager), office, name="New name", day_0_weekday="0", day_0_intervals="9–17")

    row = Activity.objects.get(event=EventName.LOCATION_CHANGED)
    assert (row.user, row.changes) == (
        manager,
        {"name": [office.location.name, "New name"], "opening_hours": [{}, {"0": [[540, 1020]]}]},
    )


def test_nothing_typed_is_nothing_on_record(office: Office, manager: User, sign_in: SignIn) -> None:
    OpeningDay.objects.create(location=office.location, weekday=0, intervals=[[540, 1020]])

    answer = posted(sign_in(manager), office)

    assert answer.status_code == 302
    assert not Activity.objects.filter(event=EventName.LOCATION_CHANGED).exists()


def test_hours_are_taken_away(office: Office, manager: User, sign_in: SignIn) -> None:
    OpeningDay.objects.create(location=office.location, weekday=0, intervals=[[540, 1020]])

    posted(sign_in(manager), office, day_0_DELETE="on")

    assert hours_of(office.location) == []


@pytest.mark.parametrize("text", ["nine to five", "9–9:30", "9–12, 11–13", "\x00"])
def test_hours_that_are_none_are_refused(
    text: str, office: Office, manager: User, sign_in: SignIn
) -> None:
    answer = posted(sign_in(manager), office, day_0_weekday="0", day_0_intervals=text)

    assert (answer.status_code, hours_of(office.location)) == (200, [])


def test_weekday_twice_is_refused(office: Office, manager: User, sign_in: SignIn) -> None:
    OpeningDay.objects.create(location=office.location, weekday=0, intervals=[[540, 1020]])

    answer = posted(sign_in(manager), office, day_1_weekday="0", day_1_intervals="9–17")

    assert (answer.status_code, hours_of(office.location)) == (200, [(0, [[540, 1020]])])


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


def test_location_is_opened_on_record(owner: User, sign_in: SignIn) -> None:
    form = {"name": "Harbour", "slug": "harbour", "timezone": "Europe/Tallinn", "country": "EE"}
    form |= {"languages": "en", "name_form": "FIRST"}
    for prefix in ("opening_days", "opening_exceptions"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}

    answer = sign_in(owner).post(url("location_add"), form)

    assert answer.status_code == 302
    assert Activity.objects.get().event == EventName.LOCATION_CREATED
