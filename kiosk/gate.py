"""Who may join from afar: a browser that was given the page, and past a number per network one that works for it.

A page for joining carries a token that is signed for the browser that it was given to, and good for
one visit. The first visitors from a network are let in by that alone. Further ones let their phone
find a number for which the hash of token and number begins with zeros: nobody is shut out because
a whole waiting room shares an address, and a flood pays for each ticket. Without JavaScript they
wait until the network has a turn again (docs/adr/0023).
"""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from tickets import idempotency, limits
from tickets.exceptions import Refusal
from tickets.limits import Limit

#: Names a browser for as long as somebody may need to fill in the form.
COOKIE = "browser"
KEPT_FOR = timedelta(hours=12)

#: So many join from one network at once, then one after each interval.
FREELY = Limit("join", burst=40, interval=timedelta(seconds=2))

#: What was worked for is good for so many tries, such as after a number that is in line already.
TRIES = Limit("work", burst=3, interval=KEPT_FOR)

#: The field with the number that was found, and how many bits of the hash are zeros.
WORK = "work"
BITS = 16


def browser_of(request: HttpRequest) -> str:
    """The name that this browser was given, or a new one."""
    return request.COOKIES.get(COOKIE, "") or get_random_string(22)


def remember(response: HttpResponse, browser: str) -> None:
    """Let the browser keep its name."""
    response.set_cookie(
        COOKIE,
        browser,
        max_age=KEPT_FOR,
        path="/at/",
        httponly=True,
        samesite="Lax",
        secure=not settings.INSECURE_HTTP,
    )


def new_token(browser: str) -> str:
    return _signer(browser).sign(idempotency.new_token())


def is_genuine(token: str, browser: str) -> bool:
    """Whether this browser was given a page with that token, not too long ago."""
    try:
        _signer(browser).unsign(token, max_age=KEPT_FOR)
    except signing.BadSignature:
        return False
    return True


class Busy(Refusal):
    """The network has no turn left, and nobody worked for one, or what was worked for is used up."""

    code = "busy"
    message = _(
        "Many people are joining from your network right now. Nothing is lost: join again in a "
        "few seconds."
    )

    def __init__(self, *, is_worked_for: bool) -> None:
        super().__init__()
        self.is_worked_for = is_worked_for


def pass_through(request: HttpRequest, token: str) -> None:
    """Count one more from the network that the request comes from. Raises Busy."""
    is_worked_for = _is_worked_for(token, request.POST.get(WORK, ""))
    if is_worked_for and limits.take(TRIES, token):
        return
    if not limits.take(FREELY, request.META.get("REMOTE_ADDR", "")):
        raise Busy(is_worked_for=is_worked_for)


def _is_worked_for(token: str, number: str) -> bool:
    digest = hashlib.sha256(f"{token} {number}".encode()).digest()
    return bool(number) and int.from_bytes(digest) >> (len(digest) * 8 - BITS) == 0


def _signer(browser: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"kiosk.gate {browser}")
