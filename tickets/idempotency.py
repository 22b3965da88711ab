"""A second submit of the same form shows the result of the first."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from tickets import instants
from tickets.models import SpentToken, Ticket, secret_hash

#: The form field that carries a token.
FIELD = "once"


@dataclass(frozen=True)
class Result:
    ticket: Ticket | None
    is_repeated: bool


def new_token() -> str:
    """A token for one rendered form."""
    return secrets.token_urlsafe(18)


def once(token: str, action: Callable[[], Ticket | None]) -> Result:
    """Take `action` unless `token` is spent; then return the ticket of the first time.

    The token is spent in the action's transaction: after a refusal, and where there was nothing
    to do (None), it is as good as new, and of two submits at the same moment the second waits for
    the first and shows its result. A form without a token is taken as it comes.
    """
    if not token:
        return Result(action(), is_repeated=False)
    key = secret_hash(token)
    if spent := _spent(key):
        return spent
    try:
        with transaction.atomic():
            row = SpentToken.objects.create(token=key, spent_at=instants.now())
            ticket = action()
            if ticket:
                row.ticket = ticket
                row.save(update_fields=["ticket"])
            else:
                row.delete()
    except IntegrityError:
        if spent := _spent(key):
            return spent
        raise
    return Result(ticket, is_repeated=False)


def _spent(key: str) -> Result | None:
    row = SpentToken.objects.select_related("ticket").filter(token=key).first()
    return Result(row.ticket, is_repeated=True) if row else None
