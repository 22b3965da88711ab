"""Text messages of a visit: written to the visitor, and received."""

from datetime import datetime, timedelta

from django.db import transaction

from tickets import events, instants, outbox
from tickets.exceptions import MessagesOff, NoPhoneNumber
from tickets.models import (
    SYSTEM,
    VISITOR,
    Actor,
    By,
    Direction,
    EventName,
    Message,
    MessageStatus,
    Ticket,
    User,
)
from tickets.sms import providers
from tickets.sms.wording import Moment

#: An outgoing message is held so long that an undo at once still stops it.
HOLD = timedelta(seconds=5)
#: What can wait while others hear that it is their turn.
PATIENT = (Moment.ADDED, Moment.SERVED)
MOST_LETTERS = 1600


def send(ticket: Ticket, *, body: str, by: By) -> Message:
    """Write a message to the visitor; it goes out 5 s later, by the worker. Raises MessagesOff, NoPhoneNumber."""
    if not ticket.location.has_messages:
        raise MessagesOff
    now = instants.now()
    with transaction.atomic():
        ticket.lock()
        if not ticket.phone_number:
            raise NoPhoneNumber
        message = put(ticket, body=body, at=now, user=Actor.of(by).user)
        _record(EventName.MESSAGE_SENT, message, by=by)
    return message


def reply(ticket: Ticket, *, body: str) -> Message:
    """Answer a keyword of the visitor, at once."""
    now = instants.now()
    with transaction.atomic():
        ticket.lock()
        message = put(ticket, body=body, at=now, moment=Moment.REPLY)
        _record(EventName.MESSAGE_SENT, message, by=SYSTEM)
    return message


def put(
    ticket: Ticket, *, body: str, at: datetime, moment: str = "", user: User | None = None
) -> Message:
    """A message that the worker sends when it is due. Part of a transaction.

    Without a provider it goes nowhere: it stands on the visitor's status page.
    """
    due_at = at if moment == Moment.REPLY else at + HOLD
    message = ticket.messages.create(
        direction=Direction.OUTGOING,
        moment=moment,
        body=body[:MOST_LETTERS],
        created_at=at,
        not_before=due_at,
        user=user,
    )
    if providers.is_there():
        outbox.put("message.send", due_at=due_at, lane=_lane(message), message=message.pk)
    else:
        outbox.put("message.hand_over", due_at=due_at, message=message.pk)
    return message


def _lane(message: Message) -> str:
    """Texts from one number go out one at a time, in their order; a rush at the door delays no call."""
    name = "sms-patient" if message.moment in PATIENT else "sms"
    return f"{name}:{message.ticket.location.sms_number}"


@outbox.does("message.hand_over")
def hand_over(*, message: int) -> None:
    """End the hold: the message stands on the visitor's status page. Nothing if it was taken back."""
    held = Message.objects.filter(pk=message, status=MessageStatus.QUEUED)
    with transaction.atomic():
        if held.update(status=MessageStatus.SENT):
            events.raise_version(Ticket.objects.get(messages=message).location_id)


def receive(ticket: Ticket, *, body: str) -> Message:
    """Put what the visitor wrote on the ticket."""
    with transaction.atomic():
        ticket.lock()
        message = ticket.messages.create(
            direction=Direction.INCOMING,
            body=body,
            status=MessageStatus.DELIVERED,
            created_at=instants.now(),
        )
        _record(EventName.MESSAGE_RECEIVED, message, by=VISITOR)
    return message


def mark_read(ticket: Ticket, *, upto: int, by: By) -> bool:
    """The staff has seen what the visitor wrote, up to the message with id `upto`.

    False, and nothing on record, if all of it was read already.
    """
    with transaction.atomic():
        ticket.lock()
        unread = ticket.messages.filter(direction=Direction.INCOMING, read_at=None, pk__lte=upto)
        if not unread.update(read_at=instants.now()):
            return False
        events.record(EventName.MESSAGE_READ, by=by, ticket=ticket, location_id=ticket.location_id)
    return True


def _record(event: EventName, message: Message, *, by: By) -> None:
    events.record(
        event,
        by=by,
        ticket=message.ticket,
        location_id=message.ticket.location_id,
        at=message.created_at,
        message=message,
        personal={"message": [None, message.body]},
    )
