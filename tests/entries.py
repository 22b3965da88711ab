"""Every way in which anything is changed, as rows: which verb of the domain it takes, and how."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

import time_machine
from django.test import Client, RequestFactory, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.views.generic import RedirectView

from kiosk import door
from tests.factories import (
    DeskFactory,
    DeviceFactory,
    InputFieldFactory,
    LineFactory,
    UserFactory,
    clerk_of,
    manager_of,
)
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import STEPS
from tests.tickets.admin.conftest import filled_form, url
from tests.tickets.api import calls as v1
from tests.tickets.api.conftest import program
from tests.tickets.api.v2020 import calls as v2020
from tickets import access, actions, instants, outbox, worker
from tickets.actions import (
    assistance,
    closing,
    deliveries,
    details,
    fields,
    inbound,
    labels,
    lines,
    messages,
    privacy,
    programs,
    remote,
    routing,
    webhooks,
)
from tickets.actions.extras import ExtraValue
from tickets.admin.site import site
from tickets.models import (
    VISITOR,
    Delivery,
    DeliveryState,
    DeviceKind,
    EventName,
    Job,
    Ticket,
    User,
    Webhook,
    Wording,
)
from tickets.sms import development

#: Asks when it is called; what comes back has no status if no request was made.
Ask = Callable[[], Any]

E = EventName
#: All ask through one: to load the middleware takes longer than a request.
HANDLER = Client().handler
#: What each verb publishes, in order.
VERBS: dict[str, tuple[EventName, ...]] = {
    "assistance.ask": (E.HELP_WANTED,),
    "assistance.promise": (E.HELP_PROMISED,),
    "details.edit": (E.EDITED,),
    "details.reveal": (E.REVEALED,),
    "details.write_note": (E.EDITED,),
    "external.put": (E.EXTERNAL_CHANGED,),
    "fields.answer": (E.EDITED,),
    "fields.create": (E.LOCATION_CHANGED,),
    "fields.edit": (E.LOCATION_CHANGED,),
    "intake.create": (E.CREATED,),
    "labels.add": (E.LABELED,),
    "labels.remove": (E.LABELED,),
    "labels.replace": (E.LABELED,),
    "lifecycle.call": (E.CALLED,),
    "lifecycle.call_next": (E.CALLED,),
    "lifecycle.cancel": (E.CANCELLED,),
    "lifecycle.mark_no_show": (E.NO_SHOW,),
    "lifecycle.recall": (E.RECALLED,),
    "lifecycle.rejoin": (E.REJOINED,),
    "lifecycle.return_to_queue": (E.RETURNED,),
    "lifecycle.serve": (E.SERVED,),
    "lines.archive": (E.LINE_CHANGED,),
    "lines.create": (E.LINE_CREATED,),
    "lines.delete": (E.LINE_CHANGED,),
    "lines.disable": (E.LINE_CHANGED,),
    "lines.edit": (E.LINE_CHANGED,),
    "lines.enable": (E.LINE_CHANGED,),
    "lines.unarchive": (E.LINE_CHANGED,),
    "locations.create": (E.LOCATION_CREATED,),
    "locations.edit": (E.LOCATION_CHANGED,),
    "locations.set_exceptions": (E.LOCATION_CHANGED,),
    "locations.set_week": (E.LOCATION_CHANGED,),
    "messages.hand_over": (),  # no step of a visit, but the screens look again
    "messages.mark_read": (E.MESSAGE_READ,),
    "messages.receive": (E.MESSAGE_RECEIVED,),
    "messages.reply": (E.MESSAGE_SENT,),
    "messages.send": (E.MESSAGE_SENT,),
    "privacy.erase": (E.REDACTED,),
    "privacy.export": (E.EXPORTED,),
    "privacy.redact_due": (E.REDACTED,),
    "sending.settle": (),  # likewise
    "sending.transmit": (),
    "programs.pair": (E.DEVICE_PAIRED,),
    "programs.remove": (E.DEVICE_UNPAIRED,),
    "programs.rename": (E.DEVICE_CHANGED,),
    "programs.unpair": (E.DEVICE_UNPAIRED,),
    "remote.arrive": (E.EDITED,),
    "remote.delay": (E.REORDERED,),
    "remote.join": (E.CREATED,),
    "remote.take_arrival_back": (E.EDITED,),
    "routing.assign": (E.ASSIGNED,),
    "routing.forward": (E.FORWARDED,),
    "routing.move": (E.REORDERED,),
    "routing.reorder": (E.REORDERED,),
    "routing.unassign": (E.UNASSIGNED,),
    "staff.choose_desk": (E.DESK_SELECTED,),
    "staff.deactivate": (E.USER_DEACTIVATED,),
    "staff.give_role": (E.ROLE_GRANTED,),
    "staff.hand_back": (E.DESK_SELECTED,),
    "staff.invite": (E.USER_INVITED,),
    "staff.welcome": (E.USER_INVITED,),
    "undo.undo": (E.UNDONE,),
    # What a form of the admin writes past the actions.
    "a desk": (E.LOCATION_CHANGED,),
    "a question": (E.LOCATION_CHANGED,),
    "a device": (E.DEVICE_CHANGED,),
    "a wording": (E.LOCATION_CHANGED,),
}
#: Verbs that no screen shows anything of.
SILENT = {
    "closing.close_day": "leaves the end of each visit to the worker",
    "closing.close_days": "leaves the end of each visit to the worker",
    "inbound.forget_old": "texts that belong to no visit",
    "passwords.send_link": "a mail",
    "pins.check": "lets in whoever stands at the kiosk",
    "programs.note_late": "a part of taking somebody in",
    "programs.note_outbox": "a sign of life, for the admin",
    "programs.note_sound": "a sign of life, for the admin",
    "programs.issue_code": "a code that one person reads out",
    "programs.issue_key": "keys are of no location",
    "programs.renew_secret": "the device shows the same",
    "programs.revoke_key": "keys are of no location",
    "staff.choose_lines": "only what the clerk's own next call takes",
    "staff.choose_location": "only where the clerk's own page begins",
    "staff.remove_picture": "no screen has pictures",
    "staff.set_picture": "no screen has pictures",
    "deliveries.forget_old": "what hooks were told, which no screen shows",
    "deliveries.replay": "what hooks were told, which no screen shows",
    "deliveries.send": "what hooks were told, which no screen shows",
    "webhooks.register": "hooks are of no location",
    "webhooks.remove": "hooks are of no location",
    "webhooks.rotate": "hooks are of no location",
    "webhooks.send_notice": "a mail",
    "webhooks.switch_off": "hooks are of no location",
    "webhooks.switch_on": "hooks are of no location",
    # What a route or a form does without an action.
    "a sign-in": "sessions are of no location",
    "a key": "keys are of no location",
    "a person": "names and rights, which are looked at with the next request",
    "a sign of life": "once in eight seconds, for the staff",
    "a telling": "what hooks are told, which no screen shows",
    "a count": "a question that is asked by POST",
    "a piece of work": "the worker does it, and tells what it does",
    "a trial": "asks for what the provider's callback does",
}
#: Parts of verbs, which have no transaction of their own, and questions.
PARTS = {
    "closing.end_if_late",
    "closing.end_visit",
    "deliveries.put",
    "details.note_of",
    "extras.add",
    "extras.from_record",
    "extras.of",
    "extras.on_record",
    "extras.replace",
    "fields.add",
    "inbound.obey",
    "inbound.receive",
    "labels.attach",
    "labels.rewrite",
    "labels.suggestions",
    "lifecycle.clerk_of",
    "lifecycle.may_rejoin",
    "privacy.due",
    "privacy.kept_from",
    "messages.put",
    "sending.is_stopped",
    "sending.number_of",
    *(f"texts.{name}" for name in ("language_of", "link_to", "sample", "worded", "wordings")),
    "texts.write",
    "locations.hours_on_record",
    "locations.write_hours",
    "remote.behind",
    "remote.full_lines",
    "routing.clear_assignment",
    "routing.hold_open",
    "undo.last_undoable",
    "undo.text_went_out",
    "undo.undoable",
    *(f"webhooks.{name}" for name in ("note_failure", "note_gone", "note_success")),
    *(f"places.{name}" for name in ("behind", "first_of", "last_of")),
    *(f"places.{name}" for name in ("lock_line", "lock_lines", "lock_location")),
    *(f"steps.{name}" for name in ("end_interaction", "step")),
    *(f"turns.{name}" for name in ("free_head", "head", "instant_of_call", "served_by")),
}


@dataclass(frozen=True)
class Entry:
    """`ready` arranges what is needed in the office, and returns what asks for the change."""

    verbs: str
    ready: Callable[[Office], Ask]

    @property
    def published(self) -> list[EventName]:
        return [event for verb in self.verbs.split(", ") for event in VERBS.get(verb, ())]


# ---- the API


def _api(name: str, arrange: Callable[[Office, Ticket], None]) -> Callable[[Office], Ask]:
    def ready(office: Office) -> Ask:
        ticket = v1.arranged(name, office.line, office.clerk)
        call = v1.call_of(name, ticket)
        arrange(office, ticket)
        client = v1.right_key(name, office.clerk, office.location)
        client.handler = HANDLER
        return lambda: call.by(client)

    return ready


def _nothing(office: Office, ticket: Ticket) -> None:
    pass


def _of_empty_line(take: Callable[..., None]) -> Callable[[Office, Ticket], None]:
    """The newest line is the one that the call is about."""
    return lambda office, ticket: take(office.location.lines.latest("id"), by=office.clerk)


def _assigned(office: Office, ticket: Ticket) -> None:
    routing.assign(ticket, assignee=office.colleague, by=office.clerk)


def _labeled(office: Office, ticket: Ticket) -> None:
    labels.add(ticket, value="VIP", by=office.clerk)


Arrange = Callable[[Office, Ticket], None]
V1: dict[str, tuple[str, Arrange]] = {
    name: (verb, _nothing)
    for name, verb in {
        "create-ticket": "intake.create",
        "count-tickets POST": "a count",
        "call-next": "lifecycle.call_next",
        "call-ticket": "lifecycle.call",
        "recall-ticket": "lifecycle.recall",
        "serve-ticket": "lifecycle.serve",
        "no-show-ticket": "lifecycle.mark_no_show",
        "cancel-ticket": "lifecycle.cancel",
        "return-ticket": "lifecycle.return_to_queue",
        "ticket-labels": "labels.replace",
        "add-label": "labels.add",
        "forward-ticket": "routing.forward",
        "reorder-ticket": "routing.reorder",
        "assign-ticket": "routing.assign",
        "edit-ticket": "details.edit",
        "ticket-messages POST": "messages.send",
        "ticket-external": "external.put",
        "ticket-external PUT": "external.put",
        "location-lines POST": "lines.create",
        "line POST": "lines.edit",
        "line DELETE": "lines.delete",
        "disable-line": "lines.disable",
        "archive-line": "lines.archive",
        "users POST": "staff.invite",
        "user DELETE": "staff.deactivate",
        "user-roles": "staff.give_role",
        "user-desk POST": "staff.choose_desk",
        "user-desk DELETE": "staff.choose_desk",
        "user-lines POST": "staff.choose_lines",
        "user-picture": "staff.set_picture",
        "user-picture DELETE": "staff.remove_picture",
        "webhooks": "webhooks.register",
        "webhook": "webhooks.remove",
        "tv POST": "programs.rename",
        "tv DELETE": "programs.remove",
        "tv-heartbeat": "a sign of life",
    }.items()
} | {
    "remove-label": ("labels.remove", _labeled),
    "unassign-ticket": ("routing.unassign", _assigned),
    "enable-line": ("lines.enable", _of_empty_line(lines.disable)),
    "unarchive-line": ("lines.unarchive", _of_empty_line(lines.archive)),
}

V2020 = {
    "create-ticket": "intake.create",
    "create-ticket-old": "intake.create",
    "edit-ticket": "details.edit",
    "answer": "fields.answer",
    "answer DELETE": "fields.answer",
    "v1-answer": "fields.answer",
    "v1-answer DELETE": "fields.answer",
    "create-location": "locations.create, lines.create, lines.create",
    "edit-location": "locations.edit",
    "create-line": "lines.create",
    "v1-create-line": "lines.create",
    "hours PUT": "locations.set_week",
    "exceptions PUT": "locations.set_exceptions",
    "create-field": "fields.create",
    "edit-field": "fields.edit",
}


def _api_2020(name: str) -> Callable[[Office], Ask]:
    def ready(office: Office) -> Ask:
        field = InputFieldFactory.create(location=office.location)
        ticket = office.waiting()
        if name.endswith("answer DELETE"):
            fields.answer(
                ticket, field, [ExtraValue(title=field.title, value="x")], by=office.clerk
            )
        is_account_wide = v2020.ROWS[name].rights == "account"
        client = program(None if is_account_wide else manager_of(office.location))
        client.handler = HANDLER
        call = v2020.call_of(name, ticket, field)
        return lambda: call.by(client)

    return ready


# ---- pages


Fill = Callable[[Office], dict[str, Any]]


def _empty(office: Office) -> dict[str, Any]:
    return {}


def browser() -> Client:
    client = Client()
    client.handler = HANDLER
    return client


def signed_in(user: User) -> Client:
    client = browser()
    client.force_login(user)
    return client


def _page(
    name: str, arrange: Callable[[Office], Ticket], fill: Fill = _empty
) -> Callable[[Office], Ask]:
    """A form about the ticket that is arranged, sent by the clerk."""

    def ready(office: Office) -> Ask:
        path = reverse(f"tickets:{name}", args=[arrange(office).pk])
        client, form = signed_in(office.clerk), fill(office)
        return lambda: client.post(path, form)

    return ready


def _place_page(name: str, fill: Fill = _empty) -> Callable[[Office], Ask]:
    def ready(office: Office) -> Ask:
        path = reverse(f"tickets:{name}", args=[office.location.pk])
        client, form = signed_in(office.clerk), fill(office)
        return lambda: client.post(path, form)

    return ready


def _call_next(office: Office) -> dict[str, Any]:
    office.waiting()
    return {}


def _asked_for_a_name(office: Office) -> dict[str, Any]:
    InputFieldFactory.create(location=office.location, type="FIRST_NAME")
    return {"first_name": "Joan"}


def _undo_a_call(office: Office) -> dict[str, Any]:
    return {"activity": office.called().activities.latest("id").pk}


def _kiosk(office: Office) -> Ask:
    client = paired(office, DeviceKind.KIOSK)
    client.cookies[door.VISIT] = "this"
    form = {door.VISIT: "this", "step": "line", "line": office.line.pk}
    return lambda: client.post(reverse("kiosk:sign-in"), form)


def _call_for_help(office: Office) -> Ask:
    client = paired(office, DeviceKind.KIOSK)
    return lambda: client.post(reverse("kiosk:call-staff"))


def _pin(office: Office) -> Ask:
    client = paired(office, DeviceKind.KIOSK)
    return lambda: client.post(reverse("kiosk:staff"), {"pin": "4071"})


def _help_wanted(office: Office) -> dict[str, Any]:
    kiosk = DeviceFactory.create(location=office.location)
    assistance.ask(kiosk)
    return {"kiosk": kiosk.pk}


def paired(office: Office, kind: DeviceKind) -> Client:
    device = DeviceFactory.create(location=office.location, kind=kind)
    client = browser()
    client.cookies[access.DEVICE_COOKIES[kind]] = programs.renew_secret(device)
    return client


def _kiosk_later(office: Office) -> Ask:
    client = paired(office, DeviceKind.KIOSK)
    sign_in = {"token": "t" * 24, "line": office.line.pk, "age": 60_000, "answers": []}
    sent = {"keeps": True, "waiting": 0, "refused": 0, "sign_ins": [sign_in]}
    return lambda: client.post(reverse("kiosk:sync"), sent, content_type="application/json")


def _tell_sound(office: Office) -> Ask:
    client = paired(office, DeviceKind.TV)
    return lambda: client.post(reverse("kiosk:tell-sound"), {"sound": "ON"})


def _pair(kind: DeviceKind, page: str) -> Callable[[Office], Ask]:
    def ready(office: Office) -> Ask:
        device = DeviceFactory.create(location=office.location, kind=kind)
        code = programs.issue_code(device)
        return lambda: browser().post(reverse(f"kiosk:{page}"), {"code": code})

    return ready


def _microsite(office: Office) -> Ask:
    path = reverse("kiosk:remote", args=[office.location.slug])
    location = office.location
    type(location).objects.filter(pk=location.pk).update(is_remote_sign_in_open=True)
    client = browser()
    once = client.get(path, {"line": office.line.pk}).context["once"]
    return lambda: client.post(path, {"line": office.line.pk, "once": once})


def _arrived(office: Office) -> Ticket:
    return remote.arrive(office.waiting(), by=VISITOR)


def _visit_page(name: str, arrange: Callable[[Office], Ticket]) -> Callable[[Office], Ask]:
    def ready(office: Office) -> Ask:
        path = reverse(f"kiosk:{name}", args=[arrange(office).visit_token])
        return lambda: browser().post(path)

    return ready


def _nobody(path: str, *, who: str = "") -> Callable[[Office], Ask]:
    """A form that is about no location: it need not even be filled in."""

    def ready(office: Office) -> Ask:
        args = ["x", "y"] if "password" in path and "set" in path else []
        client = signed_in(office.clerk) if who else browser()
        return lambda: client.post(reverse(path, args=args))

    return ready


def _read_messages(office: Office) -> Ask:
    ticket = office.waiting()
    message = messages.receive(ticket, body="On my way")
    path = reverse("tickets:read-messages", args=[ticket.pk])
    return partial(signed_in(office.clerk).post, path, {"upto": message.pk})


def _by_text(office: Office) -> Ticket:
    """Somebody who waits and has a number, in our only location with its number."""
    number = f"+372{5_000_000 + office.location.pk}"
    type(office.location).objects.filter(pk=office.location.pk).update(sms_number=number)
    return details.edit(office.waiting(), phone_number=number, by=office.clerk)


def _called_back(name: str, form: Callable[[Ticket], dict[str, str]], *about: str) -> Any:
    """What the development provider asks, with its signature."""

    def ready(office: Office) -> Ask:
        ticket = _by_text(office)
        with override_settings(SMS_PROVIDER=development.NAME):
            message = messages.send(ticket, body="Hello", by=office.clerk)
        args = [development.NAME, *(getattr(message, each) for each in about)]
        path = reverse(f"tickets:{name}", args=args)

        def ask() -> Any:
            body = urlencode(form(Ticket.objects.get(pk=ticket.pk))).encode()
            _address, headers = development.signed(path, body)
            with override_settings(SMS_PROVIDER=development.NAME):
                return browser().generic(
                    "POST", path, body, headers["Content-Type"], headers=headers
                )

        return ask

    return ready


def _text_of(ticket: Ticket) -> dict[str, str]:
    to = ticket.location.sms_number
    return {"id": f"in-{ticket.pk}", "from": ticket.phone_number, "to": to, "body": "On my way"}


PAGES = {
    "tickets:sign-in": Entry("a sign-in", _nobody("tickets:sign-in")),
    "tickets:sign-out": Entry("a sign-in", _nobody("tickets:sign-out", who="clerk")),
    "tickets:forgot-password": Entry("passwords.send_link", _nobody("tickets:forgot-password")),
    "tickets:set-password": Entry("a sign-in", _nobody("tickets:set-password")),
    "tickets:choose-location": Entry(
        "staff.choose_location",
        lambda o: partial(
            signed_in(o.clerk).post,
            reverse("tickets:choose-location"),
            {"location": o.location.pk},
        ),
    ),
    "tickets:workplace": Entry(
        "staff.choose_desk",
        _place_page("workplace", lambda o: {"desk": o.desk.pk, "lines": [o.line.pk]}),
    ),
    "tickets:add-visitor": Entry(
        "intake.create", _place_page("add-visitor", lambda o: {"line": o.line.pk})
    ),
    "tickets:call-next": Entry("lifecycle.call_next", _place_page("call-next", _call_next)),
    "tickets:promise-help": Entry("assistance.promise", _place_page("promise-help", _help_wanted)),
    "tickets:undo": Entry("undo.undo", _place_page("undo", _undo_a_call)),
    "tickets:edit-visitor": Entry(
        "details.edit", _page("edit-visitor", Office.waiting, _asked_for_a_name)
    ),
    "tickets:call-ticket": Entry("lifecycle.call", _page("call-ticket", Office.waiting)),
    "tickets:recall-ticket": Entry("lifecycle.recall", _page("recall-ticket", Office.called)),
    "tickets:serve-ticket": Entry("lifecycle.serve", _page("serve-ticket", Office.called)),
    "tickets:no-show-ticket": Entry(
        "lifecycle.mark_no_show", _page("no-show-ticket", Office.called)
    ),
    "tickets:return-ticket": Entry(
        "lifecycle.return_to_queue", _page("return-ticket", Office.called)
    ),
    "tickets:forward-ticket": Entry(
        "routing.forward",
        _page("forward-ticket", Office.called, lambda o: {"line": o.other_line.pk}),
    ),
    "tickets:cancel-ticket": Entry("lifecycle.cancel", _page("cancel-ticket", Office.waiting)),
    "tickets:rejoin-ticket": Entry("lifecycle.rejoin", _page("rejoin-ticket", Office.no_show)),
    "tickets:add-label": Entry(
        "labels.add", _page("add-label", Office.waiting, lambda o: {"value": "VIP"})
    ),
    "tickets:remove-label": Entry(
        "labels.remove",
        _page("remove-label", STEPS["remove label"].arrange, lambda o: {"value": "VIP"}),
    ),
    "tickets:reveal-number": Entry(
        "details.reveal", _page("reveal-number", STEPS["message"].arrange)
    ),
    "tickets:change-line": Entry(
        "details.edit",
        _page("change-line", Office.waiting, lambda o: {"line": o.other_line.pk}),
    ),
    "tickets:move-ticket": Entry(
        "routing.move", _page("move-ticket", STEPS["reorder"].arrange, lambda o: {"to": "UP"})
    ),
    "tickets:assign-ticket": Entry(
        "routing.assign",
        _page("assign-ticket", Office.waiting, lambda o: {"assignee": o.colleague.pk}),
    ),
    "tickets:unassign-ticket": Entry(
        "routing.unassign", _page("unassign-ticket", STEPS["unassign"].arrange)
    ),
    "tickets:write-note": Entry(
        "details.write_note", _page("write-note", Office.waiting, lambda o: {"text": "deaf"})
    ),
    "tickets:write-message": Entry(
        "messages.send",
        _page("write-message", STEPS["message"].arrange, lambda o: {"body": "Hello"}),
    ),
    "tickets:read-messages": Entry("messages.mark_read", _read_messages),
    "tickets:text-in": Entry("messages.receive", _called_back("text-in", _text_of)),
    "tickets:text-status": Entry(
        "sending.settle", _called_back("text-status", lambda t: {"status": "DELIVERED"}, "pk")
    ),
    "tickets:fake-phone": Entry(
        "a trial", lambda o: partial(browser().post, reverse("tickets:fake-phone", args=["372"]))
    ),
    "kiosk:sign-in": Entry("intake.create", _kiosk),
    "kiosk:call-staff": Entry("assistance.ask", _call_for_help),
    "kiosk:staff": Entry("pins.check", _pin),
    "kiosk:sync": Entry("intake.create", _kiosk_later),
    "kiosk:pair-kiosk": Entry("programs.pair", _pair(DeviceKind.KIOSK, "pair-kiosk")),
    "kiosk:pair-tv": Entry("programs.pair", _pair(DeviceKind.TV, "pair-tv")),
    "kiosk:tell-sound": Entry("programs.note_sound", _tell_sound),
    "kiosk:remote": Entry("remote.join", _microsite),
    "kiosk:arrive-visit": Entry("remote.arrive", _visit_page("arrive-visit", Office.waiting)),
    "kiosk:take-arrival-back": Entry(
        "remote.take_arrival_back", _visit_page("take-arrival-back", _arrived)
    ),
    "kiosk:delay-visit": Entry(
        "remote.delay", _visit_page("delay-visit", STEPS["more time"].arrange)
    ),
    "kiosk:leave-visit": Entry("lifecycle.cancel", _visit_page("leave-visit", Office.waiting)),
    "kiosk:rejoin-visit": Entry("lifecycle.rejoin", _visit_page("rejoin-visit", Office.no_show)),
}


# ---- the admin


def _admin_action(
    model: str, action: str, arrange: Callable[[Office], Any], **more: Any
) -> Callable[[Office], Ask]:
    def ready(office: Office) -> Ask:
        form = {"action": action, "_selected_action": [arrange(office).pk], "index": 0, **more}
        client = signed_in(_owner())
        return lambda: client.post(url(f"{model}_changelist"), form)

    return ready


def _admin_form(
    model: str, arrange: Callable[[Office], Any], fill: Callable[[Office], dict[str, Any]]
) -> Callable[[Office], Ask]:
    """The page of a row, or of a new one (None), sent with these values in it."""

    def ready(office: Office) -> Ask:
        row = arrange(office)
        path = url(f"{model}_change", row.pk) if row else url(f"{model}_add")
        client = signed_in(_owner())
        form = filled_form(client, path) | fill(office)
        return lambda: client.post(path, form)

    return ready


def _owner() -> User:
    owner = UserFactory.create()
    owner.roles.create(type="OWNER")
    return owner


def _none(office: Office) -> None:
    return None


def _at(office: Office, **values: Any) -> dict[str, Any]:
    return {"location": office.location.pk, **values}


def _empty_line(office: Office) -> Any:
    return LineFactory.create(location=office.location)


def _closed_line(office: Office) -> Any:
    line = _empty_line(office)
    lines.disable(line, by=office.clerk)
    return line


def _device(office: Office) -> Any:
    return DeviceFactory.create(location=office.location)


def _key(office: Office) -> Any:
    return programs.issue_key(name="Program")[0]


def _given_up(office: Office) -> Job:
    return Job.objects.create(kind="visit.end", created_at=instants.now(), due_at=None)


def _seated_elsewhere(office: Office) -> User:
    """Somebody at a desk, whose only role there the form takes away."""
    return clerk_of(office.location, desk=DeskFactory.create(location=office.location))


def _without_role(office: Office) -> dict[str, Any]:
    return {"roles-0-DELETE": "on"}


def _new_person(office: Office) -> dict[str, Any]:
    return {
        "first_name": "Kai",
        "email": UserFactory.build().email,
        "password1": "a long way home 7",
        "password2": "a long way home 7",
        "roles-TOTAL_FORMS": 1,
        "roles-INITIAL_FORMS": 0,
        "roles-0-type": "CLERK",
        "roles-0-location": office.location.pk,
    }


def _hook(office: Office) -> Webhook:
    """Nobody answers there."""
    return webhooks.register("http://127.0.0.1:9/", key=programs.issue_key(name="Program")[0])


def _hook_that_is_off(office: Office) -> Webhook:
    hook = _hook(office)
    webhooks.remove(hook)
    return hook


def _delivery(office: Office) -> Delivery:
    place = office.location
    deliveries.put([_hook(office)], event="line_changed", body="{}", location=place, ticket=None)
    return Delivery.objects.latest("id")


def _not_delivered(office: Office) -> Delivery:
    delivery = _delivery(office)
    Delivery.objects.update(state=DeliveryState.FAILED)
    return delivery


ADMIN = {
    "ticket serve": Entry("lifecycle.serve", _admin_action("ticket", "serve", Office.called)),
    "ticket no_show": Entry(
        "lifecycle.mark_no_show", _admin_action("ticket", "no_show", Office.called)
    ),
    "ticket return_first": Entry(
        "lifecycle.return_to_queue", _admin_action("ticket", "return_first", Office.called)
    ),
    "ticket return_last": Entry(
        "lifecycle.return_to_queue", _admin_action("ticket", "return_last", Office.called)
    ),
    "ticket rejoin": Entry("lifecycle.rejoin", _admin_action("ticket", "rejoin", Office.no_show)),
    "ticket unassign": Entry(
        "routing.unassign", _admin_action("ticket", "unassign", STEPS["unassign"].arrange)
    ),
    "ticket cancel": Entry("lifecycle.cancel", _admin_action("ticket", "cancel", Office.waiting)),
    "ticket export": Entry("privacy.export", _admin_action("ticket", "export", Office.served)),
    "ticket erase": Entry("privacy.erase", _admin_action("ticket", "erase", Office.served, sure=1)),
    "line enable": Entry("lines.enable", _admin_action("line", "enable", _closed_line)),
    "line disable": Entry("lines.disable", _admin_action("line", "disable", _empty_line)),
    "line archive": Entry("lines.archive", _admin_action("line", "archive", _empty_line)),
    "line add": Entry(
        "lines.create",
        _admin_form(
            "line", _none, lambda o: _at(o, name="New", letter="ZZ", color="#00ff7f", position=1)
        ),
    ),
    "line change": Entry(
        "lines.edit", _admin_form("line", lambda o: o.line, lambda o: {"color": "#00ff7f"})
    ),
    "location add": Entry(
        "locations.create",
        _admin_form(
            "location",
            _none,
            lambda o: {"name": "New", "slug": f"new-{o.location.pk}", "country": "EE"},
        ),
    ),
    "location change": Entry(
        "locations.edit",
        _admin_form("location", lambda o: o.location, lambda o: {"name": "Renamed"}),
    ),
    "desk add": Entry(
        "a desk", _admin_form("desk", _none, lambda o: _at(o, name="New", position=1))
    ),
    "desk change": Entry(
        "a desk", _admin_form("desk", lambda o: o.desk, lambda o: {"name": "Renamed"})
    ),
    "inputfield add": Entry(
        "a question",
        _admin_form("inputfield", _none, lambda o: _at(o, type="TEXT", title="New", position=1)),
    ),
    "inputfield change": Entry(
        "a question",
        _admin_form(
            "inputfield",
            lambda o: InputFieldFactory.create(location=o.location),
            lambda o: {"title": "Renamed"},
        ),
    ),
    "wording add": Entry("a wording", _admin_form("wording", _none, lambda o: _at(o, line=""))),
    "wording change": Entry(
        "a wording",
        _admin_form(
            "wording",
            lambda o: Wording.objects.create(location=o.location),
            lambda o: {"switch-SERVED": "on"},
        ),
    ),
    "device add": Entry(
        "a device", _admin_form("device", _none, lambda o: _at(o, kind="TV", name="New"))
    ),
    "device change": Entry(
        "a device", _admin_form("device", _device, lambda o: {"name": "Renamed"})
    ),
    "device issue_code": Entry(
        "programs.issue_code", _admin_action("device", "issue_code", _device)
    ),
    "device unpair": Entry("programs.unpair", _admin_action("device", "unpair", _device)),
    "user add": Entry("staff.welcome", _admin_form("user", _none, _new_person)),
    "user change": Entry("staff.hand_back", _admin_form("user", _seated_elsewhere, _without_role)),
    "user deactivate": Entry(
        "staff.deactivate", _admin_action("user", "deactivate", lambda o: o.colleague)
    ),
    "user activate": Entry("a person", _admin_action("user", "activate", lambda o: o.colleague)),
    "apikey add": Entry("a key", _admin_form("apikey", _none, lambda o: {"name": "New"})),
    "apikey change": Entry("a key", _admin_form("apikey", _key, lambda o: {"name": "Renamed"})),
    "job try_again": Entry("a piece of work", _admin_action("job", "try_again", _given_up)),
    "apikey revoke": Entry("programs.revoke_key", _admin_action("apikey", "revoke", _key)),
    "webhook rotate": Entry("webhooks.rotate", _admin_action("webhook", "rotate", _hook)),
    "webhook switch_on": Entry(
        "webhooks.switch_on", _admin_action("webhook", "switch_on", _hook_that_is_off)
    ),
    "webhook switch_off": Entry(
        "webhooks.switch_off", _admin_action("webhook", "switch_off", _hook)
    ),
    "delivery replay": Entry(
        "deliveries.replay", _admin_action("delivery", "replay", _not_delivered)
    ),
}


# ---- jobs, and undo


def _job(kind: str, arrange: Callable[[Office], Any]) -> Callable[[Office], Ask]:
    """The newest row of this kind that `arrange` leaves, done as the worker does it."""

    def ready(office: Office) -> Ask:
        arrange(office)
        job = Job.objects.filter(kind=kind).latest("id")
        return lambda: outbox.do(job)

    return ready


def _day_closed(arrange: Callable[[Office], Ticket]) -> Callable[[Office], None]:
    def close(office: Office) -> None:
        arrange(office)
        at = instants.now() + timedelta(seconds=1)
        closing.close_day(office.location, office.location.today(), at)

    return close


def _told_of(office: Office) -> Ticket:
    _hook(office)
    return office.waiting()


def _sent_text(office: Office) -> Ask:
    with override_settings(SMS_PROVIDER=development.NAME):
        messages.send(_by_text(office), body="Hello", by=office.clerk)
    job = Job.objects.filter(kind="message.send").latest("id")

    def ask() -> None:
        with override_settings(SMS_PROVIDER=development.NAME):
            outbox.do(job)

    return ask


def _keyword(office: Office) -> None:
    text = _text_of(_by_text(office)) | {"body": "here"}
    inbound.receive(development.PROVIDER.incoming(text))


def _receive(office: Office) -> Ask:
    ticket = office.waiting()
    return lambda: messages.receive(ticket, body="On my way")


#: By the kind of the worker's row, and what stands beside it where that takes several ways.
JOBS = {
    "visit.end": Entry("lifecycle.cancel", _job("visit.end", _day_closed(Office.waiting))),
    "visit.end, called": Entry("lifecycle.serve", _job("visit.end", _day_closed(Office.called))),
    "webhook.tell": Entry("a telling", _job("webhook.tell", _told_of)),
    "webhook.send": Entry("deliveries.send", _job("webhook.send", _delivery)),
    "webhook.notice": Entry(
        "webhooks.send_notice", _job("webhook.notice", lambda o: webhooks.note_gone(_hook(o).pk))
    ),
    "message.send": Entry("sending.transmit", _sent_text),
    "message.obey": Entry("remote.arrive, messages.reply", _job("message.obey", _keyword)),
    "message.hand_over": Entry(
        "messages.hand_over",
        _job("message.hand_over", lambda o: STEPS["message"].take(STEPS["message"].arrange(o), o)),
    ),
}


def _over_long_ago(office: Office) -> Ask:
    with time_machine.travel(instants.now() - timedelta(days=40)):
        office.cancelled()
    return privacy.redact_due


OTHERS = {
    "message of a visitor": Entry("messages.receive", _receive),
    "end of the retention": Entry("privacy.redact_due", _over_long_ago),
}


def _undo(name: str) -> Callable[[Office], Ask]:
    """The step `name`, and its undo from the page."""

    def ready(office: Office) -> Ask:
        ticket = STEPS[name].arrange(office)
        STEPS[name].take(ticket, office)
        return _undo_of(ticket, office)

    return ready


def _undo_of(ticket: Ticket, office: Office) -> Ask:
    path = reverse("tickets:undo", args=[office.location.pk])
    client, form = signed_in(office.clerk), {"activity": ticket.activities.latest("id").pk}
    return lambda: client.post(path, form)


#: By the event that is taken back.
UNDOS = {step.event: Entry("undo.undo", _undo(name)) for name, step in STEPS.items()} | {
    E.CREATED: Entry("undo.undo", lambda o: _undo_of(o.waiting(), o)),
}
UNDOS = {event: UNDOS[event] for event in UNDOS if event not in {E.RECALLED, E.EXTERNAL_CHANGED}}


# ---- all of it, and what the code says that there is

Name = tuple[str, str]
ENTRIES: dict[Name, Entry] = {
    **{("API v1", name): Entry(verb, _api(name, how)) for name, (verb, how) in V1.items()},
    **{("API 2020", name): Entry(verb, _api_2020(name)) for name, verb in V2020.items()},
    **{("page", name): entry for name, entry in PAGES.items()},
    **{("admin", name): entry for name, entry in ADMIN.items()},
    **{("job", name): entry for name, entry in JOBS.items()},
    **{("other", name): entry for name, entry in OTHERS.items()},
    **{("undo", event.value): entry for event, entry in UNDOS.items()},
}


def entries_in_code() -> set[Name]:
    """Each method of each route that may write, each form and action of the admin, each job."""
    found = {("API v1", name) for name, row in v1.ROWS.items() if row.method != "GET"}
    found |= {("API 2020", name) for name, row in v2020.ROWS.items() if row.method != "GET"}
    found |= {("page", name) for name, view in _pages() if "POST" in _methods(view)}
    assert worker.WORKS  # once these are imported, the outbox knows their kinds
    found |= {
        ("job", kind)
        for kind, work in (outbox._works | outbox._calls).items()
        if work.__module__.startswith("tickets.")  # tests have kinds of their own
    }
    request = RequestFactory().get("/")
    request.user = _owner()
    for admin in site._registry.values():
        found |= {("admin", name) for name in _admin_entries(admin, request)}
    return found


def verbs_in_code() -> set[str]:
    """Every public function of the actions, by its module and name."""
    modules = [
        import_module(f"tickets.actions.{m.name}") for m in pkgutil.iter_modules(actions.__path__)
    ]
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


def _pages(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, Any]]:
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver) and str(each.pattern) not in ("admin/", "v1/"):
            yield from _pages(each, f"{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern) and each.name:
            yield space + each.name, each.callback


def _methods(view: Any) -> set[str]:
    """What `require_http_methods` lets through; of a class, what it answers."""
    if kind := getattr(view, "view_class", None):
        is_elsewhere = issubclass(kind, RedirectView)
        return {"GET"} if is_elsewhere or not hasattr(kind, "post") else {"GET", "POST"}
    while view:
        names = inspect.getclosurevars(view).nonlocals.get("request_method_list")
        if names:
            return set(names)
        view = getattr(view, "__wrapped__", None)
    return {"GET", "POST"}


def _admin_entries(admin: Any, request: Any) -> Iterator[str]:
    model = admin.model._meta.model_name
    for action in admin.actions:
        yield f"{model} {action if isinstance(action, str) else action.__name__}"
    if admin.has_add_permission(request):
        yield f"{model} add"
    if admin.has_change_permission(request):
        yield f"{model} change"
