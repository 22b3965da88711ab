"""Real rows for tests, as small as the rules allow."""

from typing import Any

import factory

from tickets.actions import intake
from tickets.models import (
    Desk,
    Device,
    DeviceKind,
    InputField,
    Line,
    Location,
    RoleType,
    Ticket,
    User,
)


class LocationFactory(factory.django.DjangoModelFactory[Location]):
    class Meta:
        model = Location

    name = factory.Sequence(lambda n: f"Office {n}")
    slug = factory.Sequence(lambda n: f"office-{n}")
    timezone = "Europe/Tallinn"
    country = "EE"


class LineFactory(factory.django.DjangoModelFactory[Line]):
    class Meta:
        model = Line

    location = factory.SubFactory(LocationFactory)
    name = factory.Sequence(lambda n: f"Line {n}")
    letter = factory.Sequence(lambda n: chr(65 + n // 26 % 26) + chr(65 + n % 26))
    color = "3355CC"
    position = factory.Sequence(lambda n: n % 1000)


class DeskFactory(factory.django.DjangoModelFactory[Desk]):
    class Meta:
        model = Desk

    location = factory.SubFactory(LocationFactory)
    name = factory.Sequence(lambda n: f"Desk {n}")


class InputFieldFactory(factory.django.DjangoModelFactory[InputField]):
    class Meta:
        model = InputField

    location = factory.SubFactory(LocationFactory)
    type = "TEXT"
    title = factory.Sequence(lambda n: f"Field {n}")


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    first_name = factory.Sequence(lambda n: f"Person{n}")
    password = "!"


class DeviceFactory(factory.django.DjangoModelFactory[Device]):
    class Meta:
        model = Device

    location = factory.SubFactory(LocationFactory)
    kind = DeviceKind.KIOSK
    name = "Door"


def clerk_of(location: Location, **columns: Any) -> User:
    """Somebody who works at `location` as a clerk."""
    user = UserFactory.create(**columns)
    user.roles.create(type=RoleType.CLERK, location=location)
    return user


def manager_of(location: Location, **columns: Any) -> User:
    """Somebody who works at `location` as a manager."""
    user = UserFactory.create(**columns)
    user.roles.create(type=RoleType.MANAGER, location=location)
    return user


def waiting_ticket(line: Line, **details: Any) -> Ticket:
    """A visitor who has just signed in to `line`, put there by a clerk of the location."""
    details.setdefault("first_name", "Jane")
    return intake.create(line, by=details.pop("by", None) or clerk_of(line.location), **details)
