"""Signs what is sent to a webhook, in Qminder's form and in that of the Standard Webhooks."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"


def new_secret() -> str:
    """In the form of the Standard Webhooks: what follows the mark is 32 bytes in Base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(
    body: bytes, *, url: str, message_id: str, at: datetime, keys: Sequence[str]
) -> dict[str, str]:
    """What proves that `body` was sent to `url` by who has one of these secrets.

    Qminder's header has room for one signature, that of the first of them.
    """
    sent_at = str(int(at.timestamp()))
    signed = f"{message_id}.{sent_at}.".encode() + body
    signatures = [
        base64.b64encode(_hmac(base64.b64decode(key.removeprefix(PREFIX)), signed)).decode()
        for key in keys
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": sent_at,
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
        "X-Qminder-Signature": _hmac(keys[0].encode(), url.encode() + body).hex(),
    }


def _hmac(key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, signed, hashlib.sha256)
