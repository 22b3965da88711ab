"""What visitors answer by text: which visit it belongs to, and what its keyword asks for."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import instants, outbox
from tickets.actions import lifecycle, messages, privacy, remote, texts
from tickets.exceptions import NobodyBehind, NoMoreTime, Refusal
from tickets.models import (
    VISITOR,
    Direction,
    Location,
    Message,
    SpentToken,
    StoppedNumber,
    StrayText,
    Ticket,
    secret_hash,
)
from tickets.sms import keywords
from tickets.sms.keywords import Keyword
from tickets.sms.providers import Incoming
from tickets.sms.wording import Moment
from tickets.states import Status

#: What no location's own retention is about.
KEPT = timedelta(days=30)

STEPS = {
    Keyword.LEAVE: lifecycle.cancel,
    Keyword.MORE_TIME: remote.delay,
    Keyword.HERE: remote.arrive,
}
DONE: dict[Keyword, Promise] = {
    # Translators: for visitors
    Keyword.LEAVE: _("You have left the line."),
    # Translators: for visitors
    Keyword.MORE_TIME: _("Others go before you now. You keep your number."),
    # Translators: for visitors
    Keyword.HERE: _("The staff know that you are here."),
    # Translators: for visitors
    Keyword.START: _("You get texts about your visit again."),
}


def receive(text: Incoming) -> Message | StrayText | None:
    """Keep a text once, however often it is brought; None if it is here already.

    It goes to the newest open visit of that number in the locations that own the number it was
    sent to, else to the inbox. What its keyword asks for is done by the worker; STOP holds at once.
    """
    try:
        with transaction.atomic():
            token = secret_hash(f"text:{text.provider_id}")
            SpentToken.objects.create(token=token, spent_at=instants.now())
            return _keep(text)
    except IntegrityError:
        if SpentToken.objects.filter(token=token).exists():
            return None
        raise


def _keep(text: Incoming) -> Message | StrayText:
    body = text.body.replace("\x00", "")[: messages.MOST_LETTERS]
    keyword = keywords.of(body)
    _heed(keyword, text.number)
    owners = _owners_of(text.to)
    ticket = _newest_open(text.number, owners)
    if ticket is None:
        return StrayText.objects.create(
            location=owners.get() if owners.count() == 1 else None,
            number=text.number[:16],
            to=text.to[:16],
            body=body,
            provider_id=text.provider_id[:64],
            received_at=instants.now(),
        )
    message = messages.receive(ticket, body=body)
    if keyword and keyword != Keyword.STOP and not _answers_a_clerk(ticket, body):
        outbox.put("message.obey", due_at=instants.now(), message=message.pk)
    return message


def _answers_a_clerk(ticket: Ticket, body: str) -> bool:
    """One letter says nothing by itself: a clerk may have asked for the size."""
    written = ticket.messages.filter(direction=Direction.OUTGOING)
    last = written.exclude(moment=Moment.REPLY).order_by("-id").first()
    return len(body.strip()) == 1 and last is not None and not last.moment


def forget_old() -> None:
    """Delete texts that belong to no visit when a visit of their day would have been redacted."""
    now = instants.now()
    StrayText.objects.filter(location=None, received_at__lt=now - KEPT).delete()
    for location in Location.objects.filter(stray_texts__isnull=False).distinct():
        location.stray_texts.filter(received_at__lt=privacy.kept_from(location, now)).delete()


def _heed(keyword: Keyword | None, number: str) -> None:
    """After STOP nothing more is sent to the number, not even a confirmation, until START."""
    stopped = StoppedNumber(number_hash=StoppedNumber.hashed(number), stopped_at=instants.now())
    if keyword == Keyword.STOP:
        StoppedNumber.objects.bulk_create([stopped], ignore_conflicts=True)
    elif keyword == Keyword.START:
        StoppedNumber.objects.filter(pk=stopped.pk).delete()


def _owners_of(number: str) -> QuerySet[Location]:
    is_theirs = Q(sms_number=number)
    if number == settings.SMS_NUMBER:
        is_theirs |= Q(sms_number="")
    return Location.objects.filter(is_theirs, is_active=True, has_messages=True)


def _newest_open(number: str, owners: QuerySet[Location]) -> Ticket | None:
    if not number:
        return None
    tickets = Ticket.objects.active().filter(location__in=owners, phone_number=number)
    return tickets.order_by("-created_at", "-id").first()


@outbox.does("message.obey")
def obey(*, message: int) -> None:
    """Do what a keyword asks for as the status page does it, and answer by a short text."""
    text = Message.objects.select_related("ticket__location", "ticket__desk").get(pk=message)
    keyword = keywords.of(text.body)
    if keyword is None:  # redacted meanwhile
        return
    ticket = text.ticket
    with translation.override(texts.language_of(ticket)):
        answer = _answer(ticket, keyword)
    messages.reply(ticket, body=answer)


def _answer(ticket: Ticket, keyword: Keyword) -> str:
    if keyword == Keyword.HELP:
        # Translators: for visitors
        said = gettext(
            "%(location)s: text LEAVE to leave the line, MORE for more time, HERE when you are "
            "here, STOP for no more texts."
        )
        return said % {"location": ticket.location.name}
    if keyword == Keyword.START:
        return str(DONE[keyword])
    try:
        STEPS[keyword](ticket, by=VISITOR)
    except (NoMoreTime, NobodyBehind) as refusal:
        return str(refusal.message)
    except Refusal:
        ticket.refresh_from_db()
        return _why_not(ticket)
    return str(DONE[keyword])


def _why_not(ticket: Ticket) -> str:
    if ticket.status == Status.CALLED and ticket.desk:
        # Translators: for visitors
        return gettext("It is your turn: %(desk)s") % {"desk": ticket.desk}
    if ticket.status == Status.CALLED:
        # Translators: for visitors
        return gettext("It is your turn")
    # Translators: for visitors
    return gettext("Your visit is over. Sign in again for a new place in the line.")
