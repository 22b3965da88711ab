"""What hooks are told: put beside each other for all of them, sent, tried again, and sent once more."""

from collections.abc import Callable, Collection
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from time import monotonic

from django.db import transaction
from django.db.models import F, Q

from tickets import instants, outbox, outgoing, prepared, signing
from tickets.actions import webhooks
from tickets.models import Delivery, DeliveryAttempt, DeliveryState, Location, Ticket, Webhook
from tickets.outbox import PAUSES, Attempt, NotYet
from tickets.prepared import Among, Numbers, Parameter

#: So long it is kept what was sent, and what was answered.
KEPT = timedelta(days=30)
#: A receiver who asks for more time gets it, up to the longest pause between two tries.
LONGEST_WAIT = max(PAUSES)
GONE = 410

_waiting = prepared.Select(
    lambda: Delivery.objects.filter(pk=Parameter("pk"), state=DeliveryState.WAITING).select_related(
        "webhook"
    )
)
_told = prepared.Select(
    lambda: Webhook.objects.told_of(Parameter("location")).filter(pk=Parameter("webhook"))
)
_end_with = prepared.Update(Delivery, Q(pk=Parameter("pk")), ("id",), state=Parameter("state"))
_put_again = prepared.Update(
    Delivery,
    Q(Among(F("pk"), Numbers("ids")), webhook__in=Webhook.objects.filter(is_active=True))
    & ~Q(state=DeliveryState.WAITING)
    & ~Q(body=""),
    returning=("id", "webhook"),
    state=DeliveryState.WAITING,
)


def put(
    hooks: Collection[Webhook], *, event: str, body: str, location: Location, ticket: Ticket | None
) -> None:
    """Tell these hooks the same, each with an id of its own. Part of the caller's transaction."""
    now = instants.now()
    rows = Delivery.objects.bulk_create(
        Delivery(
            webhook=hook, type=event, body=body, location=location, ticket=ticket, created_at=now
        )
        for hook in hooks
    )
    _leave(rows)


def replay(ids: Collection[int]) -> int:
    """Send again those of these deliveries that are over and whose hook is on, with their old ids.

    How many these are.
    """
    with transaction.atomic():
        rows = _put_again(ids=ids)
        _leave(rows)
    return len(rows)


@outbox.calls("webhook.send")
def send(*, attempt: Attempt, delivery: int) -> Callable[[], object]:
    """Send it once; whatever is answered is on record."""
    row = _waiting.first(pk=delivery)
    if row is None:
        return lambda: None
    if not row.body or not _told(location=row.location_id, webhook=row.webhook_id):
        return partial(_end, row, DeliveryState.DROPPED)
    tried, retry_after = _try(row)
    if tried.trouble == outgoing.Trouble.TIMEOUT:
        outbox.put_behind(_lane(row))
    if tried.is_success:
        return partial(_end, row, DeliveryState.DELIVERED, tried)
    if attempt.is_last or tried.status_code == GONE:
        return partial(_end, row, DeliveryState.FAILED, tried)
    with transaction.atomic():
        _note(tried)
        webhooks.note_failure(row.webhook_id)
    later = min(retry_after, LONGEST_WAIT)
    raise NotYet(str(tried), pause=later if later > PAUSES[attempt.number - 1] else None)


def forget_old() -> None:
    """Delete what was to be told long ago."""
    Delivery.objects.filter(created_at__lt=instants.now() - KEPT).delete()


def _leave(rows: Collection[Delivery]) -> None:
    """A call for each of these deliveries."""
    calls = [{"delivery": row.pk} for row in rows]
    outbox.put_all("webhook.send", calls, due_at=instants.now(), lanes=map(_lane, rows))


def _lane(row: Delivery) -> str:
    """One for each hook: who hangs keeps nobody else."""
    return f"{outbox.WEBHOOK}{row.webhook_id}"


def _try(row: Delivery) -> tuple[DeliveryAttempt, timedelta]:
    """One try, not written yet, and for how long the receiver asks to be left alone."""
    hook, body, now = row.webhook, row.body.encode(), instants.now()
    signed = signing.headers(body, url=hook.url, message_id=row.message_id, at=now, keys=hook.keys)
    plain = {"Content-Type": "application/json", "User-Agent": "visitor-queue-webhooks/1"}
    tried, retry_after = DeliveryAttempt(delivery=row, at=now), timedelta()
    began = monotonic()
    try:
        answer = outgoing.post(hook.url, body, plain | signed)
    except outgoing.NoAnswer as error:
        tried.trouble = error.trouble
    else:
        tried.status_code, tried.answer = answer.status, answer.text
        if not tried.is_success:
            retry_after = _asked_for(answer.headers.get("Retry-After", ""))
    tried.milliseconds = round((monotonic() - began) * 1000)
    return tried, retry_after


def _asked_for(retry_after: str) -> timedelta:
    """Seconds, or a date; nothing of what is neither."""
    try:
        if retry_after.strip().isascii() and retry_after.strip().isdecimal():
            return timedelta(seconds=min(int(retry_after[:9]), LONGEST_WAIT.total_seconds()))
        return parsedate_to_datetime(retry_after) - instants.now()
    except (TypeError, ValueError, OverflowError):
        return timedelta()


def _note(tried: DeliveryAttempt) -> None:
    """Put a try on record; without the answer if the visit was redacted meanwhile: it may quote it."""
    told = Delivery.objects.select_for_update().filter(pk=tried.delivery_id).exclude(body="")
    if told.first() is None:
        tried.answer = ""
    prepared.insert(tried)


def _end(row: Delivery, state: DeliveryState, tried: DeliveryAttempt | None = None) -> None:
    if tried:
        _note(tried)
        if state == DeliveryState.DELIVERED:
            webhooks.note_success(row.webhook_id)
        elif tried.status_code == GONE:
            webhooks.note_gone(row.webhook_id)
        else:
            webhooks.note_failure(row.webhook_id)
    _end_with(pk=row.pk, state=state)
