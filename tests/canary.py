"""A visitor whose every value is unlike any other, and every table of the database to look for them in."""

import json
import uuid
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse

from kiosk import door
from tests.entries import browser, paired, signed_in
from tests.factories import InputFieldFactory
from tests.receiver import receiving
from tests.tickets.actions.conftest import Office
from tests.tickets.api.conftest import JSON, program
from tests.tickets.api.v2020.conftest import NEWER
from tickets import outbox
from tickets.actions import lifecycle, messages, programs, webhooks
from tickets.models import SYSTEM, DeviceKind, FieldType, Job, Ticket, Webhook
from tickets.states import Status

#: Stands in every text of the canary, and nowhere else.
MARK = "zyxq"
DIGITS = "55598761"
PHONE = f"+372{DIGITS}"


@dataclass
class Texts:
    """Each is asked for once, so that what a text was given to can be told."""

    given: list[str] = field(default_factory=list)

    def new(self, what: str) -> str:
        self.given.append(f"{MARK}{len(self.given)}{what}")
        return self.given[-1]


def drench(office: Office, texts: Texts) -> None:
    """Whoever is here is the canary."""
    here = office.location.tickets.all()
    here.update(
        first_name=texts.new("first"),
        last_name=texts.new("last"),
        email=f"{texts.new('mail')}@e.org",
        phone_number=PHONE,
    )
    for ticket in here:
        ticket.extras.create(title=texts.new("title"), value=texts.new("value"))
        ticket.labels.create(value=texts.new("label"), color="AA0000")


def sign_in_everywhere(office: Office, texts: Texts) -> None:
    """The canary comes by each way in that asks for anything."""
    location = office.location
    type(location).objects.filter(pk=location.pk).update(is_remote_sign_in_open=True)
    for position, kind in enumerate(
        (FieldType.FIRST_NAME, FieldType.LAST_NAME, FieldType.PHONE_NUMBER, FieldType.EMAIL)
    ):
        InputFieldFactory.create(location=location, type=kind, title=kind.label, position=position)
    asked = InputFieldFactory.create(location=location, title="Reason", position=9)

    def answers() -> dict[str, str]:
        return {
            "first_name": texts.new("first"),
            "last_name": texts.new("last"),
            "phone_number": PHONE,
            "email": f"{texts.new('mail')}@e.org",
            f"field-{asked.pk}": texts.new("reason"),
        }

    api = program()
    _once(
        api,
        f"/v1/lines/{office.line.pk}/ticket",
        {
            "firstName": texts.new("first"),
            "lastName": texts.new("last"),
            "phoneNumber": int(PHONE[1:]),
            "email": f"{texts.new('mail')}@e.org",
            "extra": [
                {
                    "title": texts.new("title"),
                    "value": texts.new("value"),
                    "url": f"https://e.org/{texts.new('url')}",
                }
            ],
            "labels": [{"value": texts.new("label")}],
        },
    )
    _once(
        api,
        "/tickets",
        {
            "lineId": office.line.pk,
            "firstName": texts.new("first"),
            "phoneNumber": PHONE,
            "fields": [{"inputFieldId": str(asked.pk), "value": texts.new("answer")}],
        },
        **NEWER,
    )
    kiosk = paired(office, DeviceKind.KIOSK)
    kiosk.cookies[door.VISIT] = "this"
    form = {door.VISIT: "this", "step": "line", "line": office.line.pk}
    for step, value in answers().items():
        form |= {"step": step, step: value}
        kiosk.post(reverse("kiosk:sign-in"), form)
    wrong = answers() | {"phone_number": texts.new("no phone")}
    kiosk.post(
        reverse("kiosk:sync"),
        {
            "keeps": True,
            "waiting": 0,
            "refused": 0,
            "sign_ins": [
                {
                    "token": f"{number:024}",
                    "line": office.line.pk,
                    "age": 60_000,
                    "answers": list(each.items()),
                }
                for number, each in enumerate((answers(), wrong))
            ],
        },
        content_type=JSON,
    )
    path = reverse("kiosk:remote", args=[location.slug])
    phone = browser()
    line = office.other_line.pk  # a number has one place in a line
    once = phone.get(path, {"line": line}).context["once"]
    phone.post(path, {"line": line, "once": once} | answers())
    signed_in(office.clerk).post(
        reverse("tickets:add-visitor", args=[location.pk]), {"line": office.line.pk} | answers()
    )


def take_every_note(office: Office, texts: Texts) -> None:
    """Whatever may be written about a visitor, and what is answered that names one."""
    with _told_to_a_hook():
        _take_every_note(office, texts)


@contextmanager
def _told_to_a_hook() -> Iterator[None]:
    """What happens meanwhile goes to a receiver that says all of it back."""
    with receiving() as receiver:
        receiver.answer = lambda got: (200, {}, got.body)
        webhooks.register(receiver.url, key=programs.issue_key(name="Program")[0])
        yield
        for kind in ("webhook.tell", "webhook.send"):
            for job in Job.objects.filter(kind=kind):
                outbox.do(job)
    Webhook.objects.update(is_active=False)


def _take_every_note(office: Office, texts: Texts) -> None:
    ticket = office.location.tickets.waiting().order_by("-id")[0]
    page = signed_in(office.clerk)
    for name, form in {
        "add-label": {"value": texts.new("label")},
        "remove-label": {"value": texts.given[-1]},
        "write-note": {"text": texts.new("note")},
        "write-message": {"body": texts.new("message")},
        "edit-visitor": {"first_name": texts.new("first"), "email": f"{texts.new('mail')}@e.org"},
    }.items():
        page.post(reverse(f"tickets:{name}", args=[ticket.pk]), form)
    page.get(reverse("tickets:search", args=[office.location.pk]), {"q": texts.given[0]})
    messages.receive(ticket, body=texts.new("answer"))
    api = program(office.clerk)
    _once(
        api,
        f"/v1/tickets/{ticket.pk}/external",
        {
            "provider": "crm",
            "title": texts.new("record"),
            "data": {
                "fields": [
                    {"type": "text", "title": texts.new("field"), "value": texts.new("value")}
                ]
            },
        },
    )
    for number in (1, 2):  # the second is refused, and says by whom the visitor is served
        _once(api, f"/v1/tickets/{ticket.pk}/call", {"number": number})
    _once(api, "/v1/tickets/call", {"lines": str(office.line.pk)})


def _once(api: Client, path: str, body: Any, **headers: str) -> Any:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    return api.generic("POST", path, json.dumps(body), content_type=JSON, headers=headers | key)


def cells() -> Iterator[tuple[str, str]]:
    """Every value of every table that the database says that it has, by the table's name."""
    with connection.cursor() as cursor:
        names = [each.name for each in connection.introspection.get_table_list(cursor)]
        for name in names:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            for row in cursor.fetchall():
                yield from ((name, _read(value)) for value in row if value is not None)
    for session in Session.objects.all():
        yield "django_session", json.dumps(session.get_decoded())
    for name in default_storage.listdir("")[1]:
        yield "media", default_storage.open(name).read().decode("latin-1")


def _read(value: Any) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def found(more: Collection[str] = ()) -> dict[str, int]:
    """How many cells of each table hold something of the canary, or one of these secrets."""
    hits = (
        name
        for name, value in cells()
        if any(map(value.lower().__contains__, (MARK, DIGITS, *more)))
    )
    return dict(Counter(hits))


def links() -> list[str]:
    """The secrets of all private links, and what kiosks made of their own for each sign-in."""
    secrets = Ticket.objects.filter(redacted_at=None).values_list("visit_token", "nonce")
    return [each.lower() for row in secrets for each in row if each]


def end_all_visits() -> None:
    for ticket in Ticket.objects.active():
        (lifecycle.cancel if ticket.status == Status.NEW else lifecycle.serve)(ticket, by=SYSTEM)
