"""Addresses and choices that no page of the admin offers: nothing found or refused, never a failure."""

import pytest
from django.contrib.admin import ModelAdmin

from tests.conftest import Figure
from tests.tickets.admin.conftest import ALL_MODELS, Office, SignIn, url
from tickets.admin.site import site
from tickets.models import User

ODD = ["9" * 25, "9" * 5_000, "-1", "٣", "a", "", "1,2", "' OR 1=1 --"]


def admin_of(name: str) -> ModelAdmin:  # type: ignore[type-arg]
    return next(each for model, each in site._registry.items() if model._meta.model_name == name)


def parameters(model_admin: ModelAdmin) -> list[str]:  # type: ignore[type-arg]
    """What the filters of a list, its pages and its order read from the address."""
    names = ["p", "o", "q", "all", "e"]
    for offered in model_admin.list_filter:
        if isinstance(offered, str):
            names += [f"{offered}__exact", f"{offered}__isnull"]
        elif isinstance(offered, tuple):
            names += [f"{offered[0]}__id__exact", f"{offered[0]}__isempty"]
        else:
            names.append(str(offered.parameter_name))  # type: ignore[union-attr]
    return names


@pytest.mark.parametrize("name", ALL_MODELS)
def test_list_never_fails_over_its_address(
    name: str, office: Office, owner: User, sign_in: SignIn, figure: Figure
) -> None:
    client = sign_in(owner)
    client.raise_request_exception = False
    asked = [{key: value} for key in parameters(admin_of(name)) for value in ODD]

    answers = [client.get(url(f"{name}_changelist"), each).status_code for each in asked]

    failed = [each for each, status in zip(asked, answers, strict=True) if status >= 500]
    figure(f"admin {name} list, odd addresses that fail", f"{len(failed)} of {len(asked)}")
    assert failed == []


@pytest.mark.parametrize("name", ALL_MODELS)
def test_list_refuses_a_value_that_is_no_text(
    name: str, office: Office, owner: User, sign_in: SignIn
) -> None:
    client = sign_in(owner)
    path = url(f"{name}_changelist")

    answers = {client.get(path, {key: "\0"}).status_code for key in parameters(admin_of(name))}

    assert answers == {400}


@pytest.mark.parametrize("name", [name for name in ALL_MODELS if admin_of(name).actions])
def test_action_on_what_is_no_key_is_refused(
    name: str, office: Office, owner: User, sign_in: SignIn
) -> None:
    client = sign_in(owner)
    first = next(iter(admin_of(name).actions or ()))
    posted = {"action": getattr(first, "__name__", first), "index": 0}
    odd = ["abc", "", "1.5", "9" * 25, "9" * 5_000, "-" + "9" * 25, "\0"]
    chosen = [{"_selected_action": [office.rows[name], each]} for each in odd]

    answers = [client.post(url(f"{name}_changelist"), posted | each) for each in chosen]

    assert [answer.status_code for answer in answers] == [400] * len(odd)


@pytest.mark.parametrize("name", ALL_MODELS)
def test_row_that_cannot_be_is_missing(
    name: str, office: Office, owner: User, sign_in: SignIn
) -> None:
    client = sign_in(owner)
    pages = [
        url(f"{name}_{page}", pk)
        for pk in ("abc", "9" * 25, "9" * 5_000, "-1", "1.5")
        for page in ("change", "history")
    ]

    answers = [client.get(page).status_code for page in pages]

    assert answers == [404] * len(pages)


@pytest.mark.parametrize(
    ("filtered", "found"),
    [
        ({"role": "CLERK"}, 1),
        ({"role": "NOBODY"}, 0),
        ({"location": "9" * 25}, 0),
        ({"role": ""}, 2),
    ],
)
def test_people_are_filtered_by_what_is_offered(
    filtered: dict[str, str], found: int, office: Office, owner: User, sign_in: SignIn
) -> None:
    rows = sign_in(owner).get(url("user_changelist"), filtered).context["cl"].queryset

    assert rows.count() == found
