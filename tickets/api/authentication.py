"""Who calls the API: the key in the header, and nowhere else."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from tickets import access, instants
from tickets.api import parsing
from tickets.api.errors import ApiError
from tickets.models import ApiKey

HEADER = "X-Qminder-REST-API-Key"
QUERY = "rest-api-key"


@dataclass(frozen=True)
class Program:
    """What DRF calls the user of a request: the program that holds the key."""

    key: ApiKey
    is_authenticated: bool = True


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Program, ApiKey]:
        refuse_key_in_address(request)
        key = access.key_for(request.headers.get(HEADER, ""))
        if key is None:
            raise ApiError(
                401,
                "not_authenticated",
                _("Please authenticate"),
                developer=f"Set {HEADER} HTTP header with API key",
            )
        _note_use(key)
        return Program(key), key

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


def _note_use(key: ApiKey) -> None:
    now = instants.now()
    if key.last_used_at is None or now - key.last_used_at >= access.SEEN_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
