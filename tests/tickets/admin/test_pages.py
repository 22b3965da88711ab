"""Every page of the admin: it answers, costs the same for more rows, and keeps to the CSP."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import Figure
from tests.tickets.admin.conftest import ALL_MODELS, Office, SignIn, open_office, url
from tickets.admin.site import site
from tickets.models import User

ADDED = ("location", "line", "desk", "inputfield", "wording", "user", "device", "apikey")


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_every_registered_model_is_tested_here() -> None:
    registered = [str(model._meta.model_name) for model in site._registry]

    assert sorted(registered) == sorted(ALL_MODELS)


@pytest.mark.parametrize("name", ALL_MODELS)
def test_list_and_detail_answer_the_owner(
    name: str, office: Office, owner: User, sign_in: SignIn
) -> None:
    client = sign_in(owner)
    pk = office.rows[name]

    paths = [url(f"{name}_changelist"), url(f"{name}_change", pk), url(f"{name}_history", pk)]

    assert [client.get(path).status_code for path in paths] == [200, 200, 200]


@pytest.mark.parametrize("name", ALL_MODELS)
def test_search_answers_the_owner(name: str, office: Office, owner: User, sign_in: SignIn) -> None:
    client = sign_in(owner)

    found = [client.get(url(f"{name}_changelist"), {"q": q}).status_code for q in ("a", "9" * 30)]

    assert found == [200, 200]


@pytest.mark.parametrize("name", ADDED)
def test_add_page_answers_the_owner(
    name: str, office: Office, owner: User, sign_in: SignIn
) -> None:
    assert sign_in(owner).get(url(f"{name}_add")).status_code == 200


@pytest.mark.parametrize("name", sorted(set(ALL_MODELS) - set(ADDED)))
def test_records_cannot_be_added(name: str, office: Office, owner: User, sign_in: SignIn) -> None:
    assert sign_in(owner).get(url(f"{name}_add")).status_code == 403


@pytest.mark.parametrize("name", ALL_MODELS)
def test_nothing_can_be_deleted(name: str, office: Office, owner: User, sign_in: SignIn) -> None:
    client = sign_in(owner)
    pk = office.rows[name]

    answers = [client.get(url(f"{name}_delete", pk)), client.post(url(f"{name}_delete", pk))]

    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.parametrize("name", ALL_MODELS)
def test_list_costs_the_same_for_more_rows(
    name: str, office: Office, owner: User, sign_in: SignIn, figure: Figure
) -> None:
    client = sign_in(owner)
    path = url(f"{name}_changelist")
    queries(client, path)
    with_one = queries(client, path)
    open_office()
    open_office()

    with_three = queries(client, path)

    figure(f"admin {name} list, queries with 1 and 3 rows", f"{with_one} and {with_three}")
    assert with_three == with_one
    assert with_one <= 15


def test_first_page_costs_the_same_for_more_locations(
    office: Office, owner: User, sign_in: SignIn, figure: Figure
) -> None:
    client = sign_in(owner)
    queries(client, "/admin/")
    with_one = queries(client, "/admin/")
    open_office()
    open_office()

    with_three = queries(client, "/admin/")

    figure("admin Today, queries with 1 and 3 locations", f"{with_one} and {with_three}")
    assert with_three == with_one


def test_pages_hold_nothing_inline(office: Office, owner: User, sign_in: SignIn) -> None:
    client = sign_in(owner)
    paths = ["/admin/", url("user_add"), url("user_change", office.clerk.pk)]
    for name in ALL_MODELS:
        paths += [url(f"{name}_changelist"), url(f"{name}_change", office.rows[name])]

    for path in paths:
        response = client.get(path)
        html = response.content.decode()
        assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)[^>]*>", html) == [], (
            path
        )
        assert "unsafe" not in response["Content-Security-Policy"], path
