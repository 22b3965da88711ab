"""Where a clerk sits, and the lines they call from."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import DeskFactory, LineFactory, clerk_of
from tickets.models import Line, User


def test_workplace_remembers_desk_and_lines(staff: Client, line: Line, clerk: User) -> None:
    desk = DeskFactory.create(location=line.location)
    LineFactory.create(location=line.location)
    url = reverse("tickets:workplace", args=[line.location_id])

    response = staff.post(url, {"desk": desk.pk, "lines": [line.pk]})

    clerk.refresh_from_db()
    assert response["Location"] == reverse("tickets:service", args=[line.location_id])
    assert clerk.desk == desk
    assert list(clerk.selected_lines.all()) == [line]


def test_workplace_names_who_sits_at_a_taken_desk(staff: Client, line: Line, clerk: User) -> None:
    desk = DeskFactory.create(location=line.location, name="Desk 7")
    clerk_of(line.location, first_name="Jaan", last_name="Kask", desk=desk)
    url = reverse("tickets:workplace", args=[line.location_id])

    response = staff.post(url, {"desk": desk.pk, "lines": [line.pk]})

    clerk.refresh_from_db()
    assert (response.status_code, clerk.desk) == (422, None)
    assert response.context["form"].errors["desk"] == [
        "Jaan Kask is at Desk 7. Choose another desk."
    ]


@pytest.mark.parametrize("field", ["desk", "lines"])
def test_workplace_refuses_what_is_elsewhere(
    staff: Client, line: Line, clerk: User, field: str
) -> None:
    other = LineFactory.create()
    elsewhere = {"desk": DeskFactory.create(location=other.location).pk, "lines": other.pk}
    url = reverse("tickets:workplace", args=[line.location_id])

    response = staff.post(url, {"lines": line.pk, field: elsewhere[field]})

    clerk.refresh_from_db()
    assert (response.status_code, clerk.desk) == (422, None)


def test_workplace_asks_for_a_line(staff: Client, line: Line) -> None:
    response = staff.post(reverse("tickets:workplace", args=[line.location_id]), {"desk": ""})

    assert response.status_code == 422
    assert response.context["form"].errors == {"lines": ["Choose at least one line."]}


def test_workplace_of_another_location_does_not_exist(staff: Client) -> None:
    other = LineFactory.create()

    assert staff.get(reverse("tickets:workplace", args=[other.location_id])).status_code == 404


@pytest.mark.parametrize("pk", ["x", "9" * 25, "-1"])
def test_workplace_refuses_odd_ids(staff: Client, line: Line, pk: str) -> None:
    url = reverse("tickets:workplace", args=[line.location_id])

    response = staff.post(url, {"desk": pk, "lines": [pk]})

    assert set(response.context["form"].errors) == {"desk", "lines"}
