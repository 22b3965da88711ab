"""The way of a text to the provider, and what the provider tells of it afterwards (ADR 0026)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import phonenumbers
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from tickets import events, instants, limits, outbox
from tickets.actions import messages
from tickets.limits import Limit
from tickets.models import (
    Location,
    Message,
    MessageStatus,
    Reason,
    Source,
    StoppedNumber,
    TextDay,
    Ticket,
)
from tickets.outbox import Attempt, NotYet
from tickets.sms import providers
from tickets.sms.breaker import breaker
from tickets.sms.providers import Outcome, Refused, Trouble
from tickets.sms.wording import Moment
from tickets.states import Status

#: A text that is older helps nobody any more.
TOO_OLD = timedelta(minutes=10)
#: Between the tries, in seconds; the last ones reach TOO_OLD.
PAUSES = (5, 10, 20, 40, 80, 120, 120, 120, 120)
#: Of texts that a stranger can cause at a public form or by a keyword, to one number.
PER_NUMBER = Limit("texts", burst=3, interval=timedelta(hours=1))
#: A text of this moment is sent as long as the visit stands so.
STANDS = {
    Moment.ADDED: Status.NEW,
    Moment.CALLED: Status.CALLED,
    Moment.CALLED_TO_DESK: Status.CALLED,
    Moment.SERVED: Status.SERVED,
}

#: The part of a location's day that texts of strangers may use; calls and clerks have the rest.
SHARE_OF_STRANGERS = 0.5

Write = Callable[[], object]


@outbox.calls("message.send")
def transmit(*, attempt: Attempt, message: int) -> Write:
    """Hand a text to the provider, once at most: what is not known to have failed is not repeated.

    Nothing if an undo took it back meanwhile.
    """
    text = Message.objects.select_related("ticket__location").filter(pk=message).first()
    if text is None or text.status not in (MessageStatus.QUEUED, MessageStatus.SENDING):
        return _nothing
    if text.status == MessageStatus.SENDING:  # whoever was sending it was killed meanwhile
        return partial(_end, text, MessageStatus.UNSURE)
    if reason := _reason_against(text):
        return partial(_end, text, MessageStatus.NOT_SENT, reason=reason)
    if rest := breaker.rest_left():
        return _later(text, attempt, "the provider is left alone", at_least=rest)
    if _comes_after_another(text):
        return _later(text, attempt, "an earlier text goes first")
    if not _begin(text):
        return _nothing
    try:
        accepted = providers.current().send(
            sender=number_of(text.ticket.location),
            number=text.ticket.phone_number,
            body=text.body,
            callback=_callback(text),
        )
    except Refused as refused:
        return _refused(text, attempt, refused)
    breaker.succeeded()
    status = MessageStatus(accepted.outcome)
    return partial(_end, text, status, provider_id=accepted.provider_id)


def settle(*, message: int, outcome: Outcome) -> bool:
    """What the provider reports of a text; False if something later is known already."""
    text = Message.objects.select_related("ticket").filter(pk=message).first()
    if text is None:
        return False
    with transaction.atomic():
        return _end(text, MessageStatus(outcome))


def number_of(location: Location | None) -> str:
    """The number that a location writes from, and is written to."""
    own: str = location.sms_number if location else ""
    return own or settings.SMS_NUMBER


def _nothing() -> None:
    pass


def _begin(text: Message) -> bool:
    """From here on it may have gone out. The commit comes before the call."""
    held = Message.objects.filter(pk=text.pk, status=MessageStatus.QUEUED)
    return bool(held.update(status=MessageStatus.SENDING))


def _refused(text: Message, attempt: Attempt, refused: Refused) -> Write:
    match refused.trouble:
        case Trouble.INVALID_NUMBER:
            breaker.succeeded()
            return partial(_end, text, MessageStatus.INVALID_NUMBER)
        case Trouble.STOPPED:
            breaker.succeeded()
            return partial(_end, text, MessageStatus.NOT_SENT, reason=Reason.STOPPED)
        case Trouble.UNSURE:
            breaker.failed()
            return partial(_end, text, MessageStatus.UNSURE)
        case Trouble.PERMANENT:  # of this text: the provider answers
            breaker.succeeded()
            return partial(_end, text, MessageStatus.NOT_SENT, reason=Reason.FAILED)
        case Trouble.TEMPORARY:
            breaker.failed()
            sending = Message.objects.filter(pk=text.pk, status=MessageStatus.SENDING)
            sending.update(status=MessageStatus.QUEUED)
            return _later(text, attempt, str(refused))


def _later(
    text: Message, attempt: Attempt, why: str, *, at_least: timedelta = timedelta()
) -> Write:
    """Another try, or the end of them. Raises NotYet."""
    left = text.created_at + TOO_OLD - instants.now()
    if attempt.number > len(PAUSES) or left <= timedelta():
        return partial(_end, text, MessageStatus.NOT_SENT, reason=Reason.LATE)
    pause = max(timedelta(seconds=PAUSES[attempt.number - 1]), at_least)
    raise NotYet(why, pause=min(pause, left))


def _comes_after_another(text: Message) -> bool:
    """Whether one that was written to the visitor before, and is as urgent, is still on its way."""
    if text.moment in messages.PATIENT:
        return False
    before = Message.objects.filter(ticket=text.ticket_id, pk__lt=text.pk)
    on_their_way = before.filter(status__in=(MessageStatus.QUEUED, MessageStatus.SENDING))
    return on_their_way.exclude(moment__in=messages.PATIENT).exists()


def _reason_against(text: Message) -> Reason | None:
    """Why it is not to be sent. It is counted once, with the first try that comes so far."""
    ticket, location = text.ticket, text.ticket.location
    if not (location.has_messages and providers.is_there()):
        return Reason.OFF
    if not ticket.phone_number:
        return Reason.NO_NUMBER
    if is_stopped(ticket.phone_number):
        return Reason.STOPPED
    if text.moment in STANDS and not _stands(text, ticket):
        return Reason.OVER
    if instants.now() >= text.created_at + TOO_OLD:
        return Reason.LATE
    if _country_of(ticket.phone_number) not in location.countries_of_texts:
        return Reason.COUNTRY
    if not Message.objects.filter(pk=text.pk, is_counted=False).update(is_counted=True):
        return None
    most = location.texts_per_day
    if _is_of_a_stranger(text):
        if not limits.take(PER_NUMBER, ticket.phone_number):
            return Reason.TOO_MANY
        most = int(most * SHARE_OF_STRANGERS)
    return None if _count(location, most) else Reason.DAY_FULL


def _stands(text: Message, ticket: Ticket) -> bool:
    """Whether the visit is where the text says; a call is one call, not the next one."""
    status = STANDS[Moment(text.moment)]
    is_this_call = status != Status.CALLED or ticket.called_at == text.created_at
    return ticket.status == status and is_this_call


def is_stopped(number: str) -> bool:
    """Whether the owner of this number wrote STOP, and not START since."""
    return StoppedNumber.objects.filter(pk=StoppedNumber.hashed(number)).exists()


def _is_of_a_stranger(text: Message) -> bool:
    is_sign_in = text.moment == Moment.ADDED and text.ticket.source != Source.MANUAL
    return is_sign_in or text.moment == Moment.REPLY


def _country_of(number: str) -> str:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""


def _count(location: Location, most: int) -> bool:
    """Count one more text of the location's day, if there are fewer than `most`."""
    day = location.today()
    mine = TextDay.objects.filter(location=location, day=day)
    free = mine.filter(count__lt=most)
    one_more = {"count": F("count") + 1}
    if free.update(**one_more):
        return True
    TextDay.objects.bulk_create([TextDay(location=location, day=day)], ignore_conflicts=True)
    if free.update(**one_more):
        return True
    mine.update(refused=F("refused") + 1)
    return False


def _callback(text: Message) -> str:
    path = reverse("tickets:text-status", args=[settings.SMS_PROVIDER, text.pk])
    return providers.public_address(path)


def _end(text: Message, status: MessageStatus, *, reason: str = "", provider_id: str = "") -> bool:
    """Write how far it is, unless more is known already. Part of a transaction."""
    mine = Message.objects.filter(pk=text.pk)
    if provider_id:
        mine.update(provider_id=provider_id)
    if not mine.filter(status__in=status.earlier).update(status=status, reason=reason):
        return False
    location_id = Ticket.objects.values_list("location_id", flat=True).get(pk=text.ticket_id)
    events.raise_version(location_id)
    return True
