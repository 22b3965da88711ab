"""People at the admin's door, and one row of everything at a location."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import Model
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse

from tests.factories import (
    DeskFactory,
    DeviceFactory,
    InputFieldFactory,
    LineFactory,
    LocationFactory,
    UserFactory,
    clerk_of,
    manager_of,
    waiting_ticket,
)
from tickets import instants
from tickets.actions import deliveries, lifecycle, messages, programs, webhooks
from tickets.models import (
    Activity,
    ApiKey,
    Delivery,
    Desk,
    Device,
    InputField,
    Interaction,
    Job,
    Line,
    Location,
    Message,
    Role,
    RoleType,
    StrayText,
    Ticket,
    User,
    Webhook,
    Wording,
)

SignIn = Callable[[User], Client]


@dataclass(frozen=True)
class Office:
    """A location with a row of every model that the admin lists."""

    location: Location
    line: Line
    desk: Desk
    field: InputField
    clerk: User
    ticket: Ticket
    device: Device
    key: ApiKey
    delivery: Delivery

    @property
    def rows(self) -> dict[str, object]:
        """By the name of the model, the primary key of this office's row."""
        rows = [self.location, self.line, self.desk, self.field, self.ticket, self.clerk]
        rows += [self.device, self.key, self.ticket.interactions.get(), self.ticket.messages.get()]
        rows += [self.delivery, self.delivery.webhook]
        rows += [self.location.wordings.get(), self.location.stray_texts.get()]
        rows.append(Activity.objects.filter(ticket=self.ticket).latest("id"))
        rows.append(Job.objects.get(arguments={"message": self.ticket.messages.get().pk}))
        return {str(row._meta.model_name): row.pk for row in rows}


def open_office() -> Office:
    location = LocationFactory.create(has_messages=True)
    line = LineFactory.create(location=location)
    desk = DeskFactory.create(location=location)
    field = InputFieldFactory.create(location=location)
    clerk = clerk_of(location, desk=desk)
    ticket = waiting_ticket(
        line, by=clerk, last_name="Doe", phone_number="+37255512345", labels=["VIP"]
    )
    lifecycle.call(ticket, by=clerk)
    messages.send(ticket, body="Hello!", by=clerk)
    device = DeviceFactory.create(location=location)
    Wording.objects.create(location=location)
    now = instants.now()
    StrayText.objects.create(location=location, number="+3725123456", body="Hi", received_at=now)
    key, _ = programs.issue_key(name=f"Program of {location}", user=clerk)
    key.locations.add(location)
    hook = webhooks.register(f"https://{location.slug}.example.org/hook", key=key)
    deliveries.put([hook], event="ticket_called", body="{}", location=location, ticket=ticket)
    return Office(*(location, line, desk, field, clerk, ticket, device, key), hook.deliveries.get())


#: Every model in the admin; a manager sees all but the keys of programs and the worker's work.
MODELS = (
    *(Location, Line, Desk, InputField, Wording, StrayText, Ticket),
    *(Activity, Interaction, Message, User, Device, Webhook, Delivery),
)
ALL_MODELS = [str(model._meta.model_name) for model in (*MODELS, ApiKey, Job)]
MANAGED_MODELS = [str(model._meta.model_name) for model in MODELS]


def url(name: str, *args: object) -> str:
    return reverse(f"admin:tickets_{name}", args=args)


def location_form(client: Client, location: Location) -> dict[str, Any]:
    return filled_form(client, url("location_change", location.pk))


def filled_form(client: Client, path: str) -> dict[str, Any]:
    """What a browser sends of a page with a form when nothing was typed into it."""
    page = client.get(path)
    form = page.context["adminform"].form
    posted = {name: form[name].value() for name in form.fields}
    for inline in page.context["inline_admin_formsets"]:
        forms = [inline.formset.management_form, *inline.formset.forms]
        posted |= {each.add_prefix(n): each[n].value() for each in forms for n in each.fields}
    return {
        name: value for name, value in posted.items() if value is not None and value is not False
    }


@contextmanager
def written_meanwhile(row: Model, **columns: object) -> Iterator[None]:
    """Somebody else writes these columns of `row` after a page has read it, and before it saves."""

    def write(sender: Any, **_signal: object) -> None:
        sender.objects.filter(pk=row.pk).update(**columns)

    pre_save.connect(write, sender=type(row))
    try:
        yield
    finally:
        pre_save.disconnect(write, sender=type(row))


def with_role(role: RoleType) -> User:
    person = UserFactory.create()
    Role.objects.create(user=person, type=role)
    return person


@pytest.fixture
def office(db: None) -> Office:
    return open_office()


@pytest.fixture
def owner(db: None) -> User:
    return with_role(RoleType.OWNER)


@pytest.fixture
def administrator(db: None) -> User:
    return with_role(RoleType.ADMIN)


@pytest.fixture
def manager(office: Office) -> User:
    return manager_of(office.location)


@pytest.fixture
def sign_in() -> SignIn:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
