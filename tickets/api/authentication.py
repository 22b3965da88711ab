"""Who calls the API: the key in the header, and nowhere else."""

from copy import copy
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from tickets import access, instants, remembered
from tickets.api import parsing
from tickets.api.errors import ApiError
from tickets.models import ApiKey, secret_hash

HEADER = "X-Qminder-REST-API-Key"
QUERY = "rest-api-key"


@dataclass(frozen=True)
class Program:
    """What DRF calls the user of a request: the program that holds the key, and what it reaches."""

    key: ApiKey
    reach: access.Reach
    is_authenticated: bool = True


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Program, ApiKey]:
        refuse_key_in_address(request)
        secret = request.headers.get(HEADER, "")
        program = remembered.KEYS.get(secret_hash(secret), lambda: _live(secret))
        if program is None:
            raise ApiError(
                401,
                "not_authenticated",
                _("Please authenticate"),
                developer=f"Set {HEADER} HTTP header with API key",
            )
        key = copy(program.key)  # the request's own, whose user is read when somebody asks
        return Program(key, program.reach), key

    def authenticate_header(self, request: Request) -> str:
        return "Key"


def refuse_key_in_address(request: Request) -> None:
    if QUERY in parsing.query(request):
        raise ApiError(
            400,
            "key_in_query",
            _("The API key does not belong into the address, where logs keep it."),
            developer=f"Send it in the {HEADER} header. Treat the key as known to others.",
            param=QUERY,
        )


def _live(secret: str) -> Program | None:
    key = access.key_for(secret)
    if key is None:
        return None
    note_use(key)
    return Program(key, access.reach_of(copy(key)))


def note_use(key: ApiKey) -> None:
    """Write down that the key is in use, unless that was done within the last minute."""
    now = instants.now()
    is_due = Q(last_used_at=None) | Q(last_used_at__lte=now - access.SEEN_EVERY)
    if key.last_used_at is None or now - key.last_used_at >= access.SEEN_EVERY:
        ApiKey.objects.filter(is_due, pk=key.pk).update(last_used_at=now)
