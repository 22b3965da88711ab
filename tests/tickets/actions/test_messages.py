"""Messages: held for five seconds before they go out, and refused where they cannot."""

from datetime import timedelta

import pytest

from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import latest
from tickets.actions import details, messages
from tickets.exceptions import MessagesOff, NoPhoneNumber
from tickets.models import ActorType, Direction, Message, MessageStatus


def test_send_holds_the_message_for_five_seconds(office: Office) -> None:
    ticket = details.edit(office.waiting(), phone_number="+3725123456", by=office.clerk)

    message = messages.send(ticket, body="Come to the door.", by=office.clerk)

    message.refresh_from_db()
    assert (message.direction, message.status) == (Direction.OUTGOING, MessageStatus.QUEUED)
    assert message.not_before == message.created_at + timedelta(seconds=5)
    assert message.user == office.clerk
    assert latest(ticket).message == message
    assert latest(ticket).changes == {}


def test_send_without_a_number_is_refused(office: Office) -> None:
    with pytest.raises(NoPhoneNumber):
        messages.send(office.waiting(), body="Come.", by=office.clerk)


def test_send_where_messages_are_off_is_refused(office: Office) -> None:
    ticket = details.edit(office.waiting(), phone_number="+3725123456", by=office.clerk)
    ticket.location.has_messages = False

    with pytest.raises(MessagesOff):
        messages.send(ticket, body="Come.", by=office.clerk)

    assert Message.objects.count() == 0


def test_receive_is_the_visitors_own_step(office: Office) -> None:
    ticket = office.waiting()

    message = messages.receive(ticket, body="I am late.")

    assert (message.direction, message.status) == (Direction.INCOMING, MessageStatus.DELIVERED)
    assert latest(ticket).event == "message.received"
    assert (latest(ticket).actor_type, latest(ticket).user) == (ActorType.VISITOR, None)
