"""An office of the demo: its location, lines, desks, questions, people and devices."""

from dataclasses import dataclass, field
from typing import Any

from tickets.demo.languages import translated
from tickets.models import Desk, Device, DeviceKind, InputField, Line, Location, RoleType, User


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the staff; a clerk works at a desk and calls from the lines with these letters."""

    email: str
    first_name: str
    last_name: str
    role: RoleType = RoleType.CLERK
    desk: str = ""
    letters: str = ""
    leaves: int = 0  # minutes before the end of the morning


@dataclass(frozen=True, kw_only=True)
class Question:
    """An input field; `letters` are the lines in which it is asked, none for all of them."""

    type: str
    title: str
    columns: dict[str, Any] = field(default_factory=dict)
    letters: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Office:
    """`lines` are letter, name, colour and expected minutes."""

    slug: str
    columns: dict[str, Any]
    lines: tuple[tuple[str, str, str, int], ...]
    desks: tuple[str, ...]
    questions: tuple[Question, ...]
    people: tuple[Person, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """An office in the database: its lines by letter, its people by first name."""

    office: Office
    location: Location
    lines: dict[str, Line]
    people: dict[str, User]
    kiosk: Device


def make(office: Office) -> Place:
    """Write the office, over the rows of an earlier time where there are any."""
    location, _ = Location.objects.update_or_create(slug=office.slug, defaults=office.columns)
    lines = _make_lines(office, location)
    desks = {
        name: Desk.objects.get_or_create(
            location=location, name=name, defaults={"position": position}
        )[0]
        for position, name in enumerate(office.desks)
    }
    for position, question in enumerate(office.questions):
        _make_question(question, location, lines, position)
    kiosk, _ = Device.objects.get_or_create(
        location=location, kind=DeviceKind.KIOSK, name="Front door"
    )
    Device.objects.get_or_create(location=location, kind=DeviceKind.TV, name="Waiting room")
    people = {
        person.first_name: _make_person(person, location, desks, lines) for person in office.people
    }
    return Place(office=office, location=location, lines=lines, people=people, kiosk=kiosk)


def _make_lines(office: Office, location: Location) -> dict[str, Line]:
    return {
        letter: Line.objects.update_or_create(
            location=location,
            letter=letter,
            defaults={
                "name": name,
                "color": color,
                "expected_minutes": minutes,
                "position": position,
                "translations": translated("name", name),
            },
        )[0]
        for position, (letter, name, color, minutes) in enumerate(office.lines)
    }


def _make_question(
    question: Question, location: Location, lines: dict[str, Line], position: int
) -> None:
    facing = question.columns.get("visitor_facing_title", "")
    made, _ = InputField.objects.update_or_create(
        location=location,
        title=question.title,
        defaults={
            "type": question.type,
            "position": position,
            "translations": translated("visitorFacingTitle", facing),
            **question.columns,
        },
    )
    made.lines.set(lines[letter] for letter in question.letters)
    for place, title in enumerate(question.options):
        columns = {"position": place, "translations": translated("title", title)}
        made.options.update_or_create(title=title, defaults=columns)


def _make_person(
    person: Person, location: Location, desks: dict[str, Desk], lines: dict[str, Line]
) -> User:
    columns = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "selected_location": location,
        "desk": desks.get(person.desk),
    }
    user: User = User.objects.update_or_create(email=person.email, defaults=columns)[0]
    user.roles.get_or_create(type=person.role, location=location)
    user.selected_lines.set(lines[letter] for letter in person.letters)
    return user
