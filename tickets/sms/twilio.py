"""Twilio, through its own SDK and its own validator of signatures."""

import hmac
import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tickets.sms.providers import Accepted, Incoming, Outcome, Refused, Trouble, public_address

#: In seconds, for the connection and for the answer: less than 15 together, as the outbox asks.
WITHIN = 7.0

#: The SDK writes what it sends into the log.
_silent = logging.getLogger(f"{__name__}.silent")
_silent.disabled = True

#: Error codes: of a call, and in the report on a text that was taken.
NO_SUCH_NUMBER = {21211, 21214, 21217, 21614, 30005}
STOPPED = {21610}
#: The answers that a text was not taken now, but may be later: 503 only with a code of Twilio's own.
#: What a gateway before it says tells nothing about the text.
LATER = {429, 503}
OWN_CODES = 10_000

OUTCOMES = {
    "sent": Outcome.SENT,
    "delivered": Outcome.DELIVERED,
    "read": Outcome.DELIVERED,
    "undelivered": Outcome.UNDELIVERED,
    "failed": Outcome.UNDELIVERED,
}


class Twilio:
    """The account that the settings name."""

    def send(self, *, sender: str, number: str, body: str, callback: str) -> Accepted:
        # Imported here: the callbacks need none of it.
        from requests.exceptions import ConnectionError as Unreachable
        from requests.exceptions import ConnectTimeout, RequestException
        from urllib3.exceptions import NewConnectionError

        client = _client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
        try:
            sent = client.messages.create(
                to=number, from_=sender, body=body, status_callback=callback
            )
        except TwilioRestException as error:
            raise Refused(_trouble(error), f"Twilio {error.status}, code {error.code}") from None
        except ConnectTimeout:
            raise Refused(Trouble.TEMPORARY, "Twilio is out of reach") from None
        except Unreachable as error:
            reason = getattr(error.args[0] if error.args else None, "reason", None)
            is_before = isinstance(reason, NewConnectionError)
            trouble = Trouble.TEMPORARY if is_before else Trouble.UNSURE
            raise Refused(trouble, "the connection to Twilio failed") from None
        except (RequestException, ValueError, KeyError, TypeError) as error:
            raise Refused(Trouble.UNSURE, f"no answer of Twilio: {type(error).__name__}") from None
        if not sent.sid:
            raise Refused(Trouble.UNSURE, "an answer of Twilio without an id")
        return Accepted(sent.sid)

    def is_genuine(self, request: HttpRequest) -> bool:
        """Signed by our account's token, over the address that the world outside knows."""
        validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
        signature = request.headers.get("X-Twilio-Signature", "")
        address = public_address(request.get_full_path())
        account = request.POST.get("AccountSid", "")
        is_ours = hmac.compare_digest(account.encode(), settings.TWILIO_ACCOUNT_SID.encode())
        return is_ours and bool(validator.validate(address, request.POST, signature))

    def incoming(self, form: Mapping[str, str]) -> Incoming:
        return Incoming(
            provider_id=form.get("MessageSid", ""),
            number=form.get("From", ""),
            to=form.get("To", ""),
            body=form.get("Body", ""),
        )

    def outcome(self, form: Mapping[str, str]) -> Outcome | None:
        outcome = OUTCOMES.get(form.get("MessageStatus", ""))
        code = form.get("ErrorCode", "")
        if outcome == Outcome.UNDELIVERED and code.isdecimal() and int(code) in NO_SUCH_NUMBER:
            return Outcome.INVALID_NUMBER
        return outcome


def _trouble(error: TwilioRestException) -> Trouble:
    if error.code in NO_SUCH_NUMBER:
        return Trouble.INVALID_NUMBER
    if error.code in STOPPED:
        return Trouble.STOPPED
    if error.status in LATER and (error.status == 429 or (error.code or 0) >= OWN_CODES):
        return Trouble.TEMPORARY
    return Trouble.PERMANENT if 400 <= error.status < 500 else Trouble.UNSURE


@lru_cache(maxsize=2)
def _client(account: str, token: str) -> Any:
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    http = TwilioHttpClient(timeout=WITHIN, logger=_silent, max_retries=0)
    return Client(account, token, http_client=http)


PROVIDER = Twilio()
