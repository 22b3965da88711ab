"""A manager meets only their locations' rows; clerks and strangers meet nothing."""

import pytest
from django.test import Client

from tests.tickets.admin.conftest import (
    ALL_MODELS,
    MANAGED_MODELS,
    Office,
    SignIn,
    open_office,
    url,
)
from tickets.models import RoleType, User


@pytest.fixture
def foreign(office: Office) -> Office:
    return open_office()


MISSING = {"inputfield": "00000000-0000-0000-0000-000000000000"}


@pytest.mark.parametrize("name", MANAGED_MODELS)
def test_own_row_answers_a_manager(
    name: str, office: Office, manager: User, sign_in: SignIn
) -> None:
    assert sign_in(manager).get(url(f"{name}_change", office.rows[name])).status_code == 200


@pytest.mark.parametrize("name", MANAGED_MODELS)
@pytest.mark.parametrize("page", ["change", "history"])
def test_foreign_row_is_as_good_as_missing(
    name: str, page: str, foreign: Office, manager: User, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    missing = client.get(url(f"{name}_{page}", MISSING.get(name, 999999)))

    answer = client.get(url(f"{name}_{page}", foreign.rows[name]))

    assert (answer.status_code, answer.content) == (404, missing.content)
    assert client.post(url(f"{name}_{page}", foreign.rows[name])).status_code in (404, 403)


@pytest.mark.parametrize("name", MANAGED_MODELS)
def test_list_holds_own_rows_only(
    name: str, foreign: Office, manager: User, sign_in: SignIn
) -> None:
    rows = sign_in(manager).get(url(f"{name}_changelist")).context["cl"].queryset

    assert foreign.rows[name] not in rows.values_list("pk", flat=True)
    assert rows.exists()


@pytest.mark.parametrize("name", MANAGED_MODELS)
def test_list_does_not_name_a_foreign_location(
    name: str, foreign: Office, manager: User, sign_in: SignIn
) -> None:
    html = sign_in(manager).get(url(f"{name}_changelist")).content.decode()

    assert foreign.location.name not in html
    assert foreign.line.name not in html


@pytest.mark.parametrize(
    ("model", "field"), [("line", "location"), ("apikey", "user"), ("inputfield", "lines")]
)
def test_autocomplete_offers_own_rows_only(
    model: str, field: str, office: Office, foreign: Office, manager: User, sign_in: SignIn
) -> None:
    asked = {"app_label": "tickets", "model_name": model, "field_name": field, "term": ""}
    own = {
        "location": [office.location.pk],
        "user": sorted([office.clerk.pk, manager.pk]),
        "lines": [office.line.pk],
    }

    results = sign_in(manager).get("/admin/autocomplete/", asked).json()["results"]

    assert sorted(int(row["id"]) for row in results) == own[field]


def test_foreign_location_cannot_be_posted(
    office: Office, foreign: Office, manager: User, sign_in: SignIn
) -> None:
    posted = {"location": foreign.location.pk, "name": "Spy", "position": 1, "is_active": "on"}

    answer = sign_in(manager).post(url("desk_add"), posted)

    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == ["location"]
    assert not foreign.location.desks.filter(name="Spy").exists()


def test_action_passes_foreign_rows_over(
    office: Office, foreign: Office, manager: User, sign_in: SignIn
) -> None:
    chosen = [office.ticket.pk, foreign.ticket.pk]

    sign_in(manager).post(
        url("ticket_changelist"), {"action": "serve", "_selected_action": chosen, "index": 0}
    )

    office.ticket.refresh_from_db()
    foreign.ticket.refresh_from_db()
    assert (office.ticket.status, foreign.ticket.status) == ("SERVED", "CALLED")


@pytest.mark.parametrize(
    ("name", "lookup"),
    [
        ("ticket", "visit_token__startswith"),
        ("device", "secret_hash__startswith"),
        ("user", "password__startswith"),
        ("user", "roles__location__name__startswith"),
    ],
)
def test_secrets_cannot_be_guessed_by_filters(
    name: str, lookup: str, office: Office, manager: User, sign_in: SignIn
) -> None:
    assert sign_in(manager).get(url(f"{name}_changelist"), {lookup: "a"}).status_code == 400


@pytest.mark.parametrize("name", ALL_MODELS)
def test_clerk_is_refused(name: str, office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.clerk)

    answers = [
        client.get(url(f"{name}_changelist"), follow=True),
        client.get(url(f"{name}_change", office.rows[name]), follow=True),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_stranger_is_sent_to_the_sign_in_page(db: None) -> None:
    answer = Client().get("/admin/tickets/ticket/", follow=True)

    assert answer.redirect_chain[-1] == ("/sign-in/?next=%2Fadmin%2Ftickets%2Fticket%2F", 302)
    assert answer.status_code == 200


def test_switched_off_manager_is_out(office: Office, manager: User, sign_in: SignIn) -> None:
    client = sign_in(manager)
    User.objects.filter(pk=manager.pk).update(is_active=False)

    assert client.get("/admin/").status_code == 302


def test_keys_are_for_account_wide_people(office: Office, manager: User, sign_in: SignIn) -> None:
    client = sign_in(manager)

    paths = [url("apikey_changelist"), url("apikey_add"), url("apikey_change", office.key.pk)]

    assert [client.get(path).status_code for path in paths] == [403, 403, 403]
    assert client.post(url("apikey_add"), {"name": "Mine"}).status_code == 403


def test_manager_of_two_locations_meets_both(
    office: Office, foreign: Office, manager: User, sign_in: SignIn
) -> None:
    manager.roles.create(type=RoleType.MANAGER, location=foreign.location)

    rows = sign_in(manager).get(url("ticket_changelist")).context["cl"].queryset

    assert set(rows) == {office.ticket, foreign.ticket}
