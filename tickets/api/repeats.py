"""A POST that is repeated with its `Idempotency-Key` has one effect and gets the first answer again.

It takes two transactions (docs/adr/0013): the first claims the key for a while, so that whoever
repeats the request meanwhile is told to wait; the second commits the effect and the answer together.
"""

import functools
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import ResolverMatch
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import instants
from tickets.api import handler, parsing
from tickets.api.errors import ApiError, bad_input
from tickets.exceptions import Refusal
from tickets.models import ApiKey, IdempotencyKey, Ticket

logger = logging.getLogger(__name__)

View = Callable[..., Any]

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

#: So long may a request take; what has not answered by then has crashed.
LEASE = timedelta(seconds=30)
KEPT = timedelta(hours=24)
LONGEST_KEY = 255
#: Bytes of an answer that are kept; a reply is a ticket at most.
LARGEST_BODY = 256 * 1024

SWEEP_EVERY = 100  # keys
SWEPT_AT_ONCE = 1000


def safe_to_repeat(view: View) -> View:
    """The view, with one effect for each key; without the header nothing is different.

    Success and refusals of the domain are kept and replayed. Any other error leaves nothing
    behind, and the key may be used again.
    """

    @functools.wraps(view)
    def answer(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get(HEADER)
        if request.method != "POST" or key is None:
            return cast("HttpResponse", view(request, *args, **kwargs))
        asked = Asked.of(request, key, kwargs)
        leased_until = _claim(asked)
        if leased_until is None:
            return _first_answer(asked)
        try:
            with transaction.atomic():
                response = _rendered(request, view(request, *args, **kwargs))
                _keep(asked, leased_until, response, about=getattr(request, "visit", None))
        except Refusal as refusal:
            response = _rendered(request, handler.handle(refusal, {}))
            _keep(asked, leased_until, response, about=getattr(request, "visit", None))
        except Exception:
            asked.rows.filter(leased_until=leased_until).delete()
            raise
        return response

    return answer


def about(request: Request, ticket: Ticket) -> Ticket:
    """The answer may say something of this visitor: it is deleted with all else that is personal."""
    cast("Any", request).visit = ticket
    return ticket


@dataclass(frozen=True)
class Asked:
    """A request as it is told from others: who asks where under which key, and for what."""

    scope: str
    key: str
    request_hash: str

    @classmethod
    def of(cls, request: Request, key: str, kwargs: dict[str, Any]) -> "Asked":
        """Raises ApiError for a key that is none."""
        if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
            raise bad_input(HEADER, _("Send a key of 1 to 255 printable ASCII characters."))
        # The route, not the path: an address has one meaning, however it is written.
        matched = cast("ResolverMatch", request.resolver_match)
        route = (getattr(request, "urlconf", None), matched.route, kwargs)
        actor = cast("ApiKey", request.auth).pk
        sent = (request.META.get("QUERY_STRING", ""), request.content_type, parsing.body(request))
        return cls(_digest(actor, route), key, _digest(*sent))

    @property
    def rows(self) -> QuerySet[IdempotencyKey]:
        return IdempotencyKey.objects.filter(scope=self.scope, key=self.key)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _claim(asked: Asked) -> datetime | None:
    """Until when the key is ours: it is new, or older than is kept, or who had it crashed.

    None if somebody is at it, or has answered. The end of the lease tells one holder from the next.
    """
    now = instants.now()
    claim = {
        "request_hash": asked.request_hash,
        "leased_until": now + LEASE,
        "created_at": now,
    }
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(scope=asked.scope, key=asked.key, **claim)
    except IntegrityError:
        crashed = Q(status=None, leased_until__lte=now, request_hash=asked.request_hash)
        expired = Q(created_at__lte=now - KEPT)
        if not asked.rows.filter(crashed | expired).update(
            **claim, status=None, body=None, ticket=None
        ):
            return None
    else:
        if row.pk % SWEEP_EVERY == 0:
            _sweep_in_passing()
    return now + LEASE


def _keep(
    asked: Asked, leased_until: datetime, response: HttpResponse, *, about: Ticket | None
) -> None:
    """Put the answer beside the key, unless somebody took the key over: then nothing was done here."""
    body = response.content
    if not asked.rows.filter(leased_until=leased_until).update(
        status=response.status_code,
        body=body if len(body) <= LARGEST_BODY else None,
        ticket=about,
        leased_until=None,
    ):
        raise _in_flight()


def _first_answer(asked: Asked) -> HttpResponse:
    """What the first request with this key was answered. Raises ApiError if there is nothing to show."""
    row = asked.rows.first()
    if row and row.request_hash != asked.request_hash:
        raise ApiError(
            422,
            "idempotency_key_reused",
            _("This key was used for another request."),
            developer=f"Make a new {HEADER} for each request; repeat one with all that it had.",
            param=HEADER,
        )
    if row is None or row.status is None:
        raise _in_flight()
    if row.body is None:
        raise ApiError(
            409,
            "idempotency_answer_gone",
            _("This request was done already; its answer is no longer kept."),
            param=HEADER,
        )
    body = bytes(row.body)
    response = HttpResponse(body, status=row.status, content_type="application/json")
    if not body:
        del response["Content-Type"]
    response[REPLAYED] = "true"
    return response


def _in_flight() -> ApiError:
    return ApiError(
        409,
        "idempotency_in_flight",
        _("The first request with this key is not done yet. Repeat it in a moment."),
        param=HEADER,
        retry_after=1,
    )


def _rendered(request: Request, response: HttpResponse) -> HttpResponse:
    """The response with its bytes, which DRF makes only after the view."""
    if isinstance(response, Response):
        request.parser_context["view"].finalize_response(request, response).render()
    return response


def _sweep_in_passing() -> None:
    """The request that happens to do it goes on, whatever becomes of the old keys."""
    try:
        sweep()
    except DatabaseError:
        logger.warning("Old idempotency keys were not deleted; a later request tries again.")


def sweep() -> None:
    """Delete some of the keys that are older than is kept."""
    with transaction.atomic():
        old = IdempotencyKey.objects.filter(created_at__lte=instants.now() - KEPT)
        # Whom two sweeps would both delete, the second leaves to the first.
        some = old.order_by("created_at").select_for_update(skip_locked=True)[:SWEPT_AT_ONCE]
        IdempotencyKey.objects.filter(pk__in=some.values("pk")).delete()
