"""The automatic texts in the admin: each location's own, with what may be put in."""

from tests.tickets.admin.conftest import Office, SignIn, filled_form, open_office, url
from tickets.models import Activity, Location, TextDay, User, Wording

TEXT = "text-CALLED-en"


def test_texts_and_switches_are_kept(office: Office, manager: User, sign_in: SignIn) -> None:
    row = office.location.wordings.get()
    client, path = sign_in(manager), url("wording_change", row.pk)

    form = filled_form(client, path) | {TEXT: " Come, {first_name}!\r\n", "switch-SERVED": "on"}
    client.post(path, form | {"switch-ADDED": "off"})

    row.refresh_from_db()
    assert row.texts == {"en": {"CALLED": "Come, {first_name}!"}}
    assert row.switches == {"SERVED": True, "ADDED": False}
    recorded = Activity.objects.latest("id")
    assert recorded.changes["text-CALLED-en"] == ["", "Come, {first_name}!"]


def test_unknown_placeholder_is_refused_by_name(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    row = office.location.wordings.get()
    client, path = sign_in(manager), url("wording_change", row.pk)

    page = client.post(path, filled_form(client, path) | {TEXT: "Go to {desk}"})

    said = page.context["adminform"].form.errors[TEXT]
    assert said == [
        "{desk} stands for nothing here. Use {first_name}, {number}, {line}, {location}, {link}."
    ]
    assert office.location.wordings.get().texts == {}


def test_m9_preview_shows_the_text_and_its_length(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    Location.objects.filter(pk=office.location.pk).update(languages=["en", "et", "xx"])
    row = office.location.wordings.get()
    Wording.objects.update(texts={"et": {"CALLED": "Tere, {first_name} õ"}})

    page = sign_in(manager).get(url("wording_change", row.pk))

    html = " ".join(page.content.decode().split())
    assert "Tere, Jane õ</div>" in html
    assert "12 characters · 1 message" in html
    assert "olete järjekorras" in html
    assert "text-CALLED-xx" not in html


def test_words_of_a_language_that_is_not_offered_now_are_kept(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    row = office.location.wordings.get()
    Wording.objects.update(texts={"et": {"CALLED": "Tule"}})
    client, path = sign_in(manager), url("wording_change", row.pk)

    client.post(path, filled_form(client, path) | {TEXT: "You are in line."})

    kept = office.location.wordings.get().texts
    assert (kept["et"], len(kept)) == ({"CALLED": "Tule"}, 2)


def test_line_of_another_location_is_refused(office: Office, owner: User, sign_in: SignIn) -> None:
    other = open_office()

    page = sign_in(owner).post(
        url("wording_add"), {"location": office.location.pk, "line": other.line.pk}
    )

    assert page.context["adminform"].form.errors["line"] == ["Choose a line of this location."]


def test_m8_admin_is_told_that_the_texts_of_the_day_are_used_up(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    location = office.location
    TextDay.objects.create(location=location, day=location.today(), count=500, refused=2)

    page = sign_in(manager).get("/admin/")

    html = " ".join(page.content.decode().split())
    assert "All 500 texts of today are used up: 2 were not sent." in html
