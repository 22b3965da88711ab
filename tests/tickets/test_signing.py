"""What we sign: an outside library verifies it, and refuses whatever was changed on the way (W1)."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.conftest import Figure
from tickets import signing

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://example.org/hook?a=b"
QMINDER = "X-Qminder-Signature"
BODY = '{"type":"ticket_called","data":{"firstName":"Jõrgen 李"}}'.encode()
KEY, OLD_KEY = signing.new_secret(), signing.new_secret()


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def signed(keys: list[str] | None = None) -> dict[str, str]:
    return signing.headers(BODY, url=URL, message_id="msg_1", at=NOON, keys=keys or [KEY])


def is_verified(body: bytes, headers: dict[str, str], key: str = KEY) -> bool:
    try:
        Webhook(key).verify(body, headers)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def qminder_signature(body: bytes, key: str = KEY) -> str:
    """As Qminder documents it, for a receiver of Qminder's."""
    return hmac.new(key.encode(), URL.encode() + body, hashlib.sha256).hexdigest()


def changed_bytes(text: bytes) -> Iterator[bytes]:
    for place, byte in enumerate(text):
        yield text[:place] + bytes([byte ^ 1]) + text[place + 1 :]


def test_w1_whatever_is_changed_on_the_way_is_refused(figure: Figure) -> None:
    headers = signed()
    bodies = [(each, headers) for each in changed_bytes(BODY)]
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    heads = [
        (BODY, headers | {name: each.decode()})
        for name in names
        for each in changed_bytes(headers[name].encode())
    ]

    passed = [each for each in bodies + heads if is_verified(*each)]
    qminder = [body for body, _ in bodies if qminder_signature(body) == signed()[QMINDER]]

    assert is_verified(BODY, headers)
    assert (passed, qminder) == ([], [])
    figure(
        "W1 changed bytes of headers and body, passed; by Qminder's header, passed",
        f"{len(bodies + heads)}, {len(passed)}; {len(bodies)}, {len(qminder)}",
    )


def test_w1_what_is_sent_again_six_minutes_later_is_refused(
    clock: time_machine.Traveller, figure: Figure
) -> None:
    headers = signed()
    passed = []
    for minutes in (0, 4, 6):
        clock.move_to(NOON + timedelta(minutes=minutes))
        passed.append(is_verified(BODY, headers))

    assert passed == [True, True, False]
    figure("W1 taken after 0, 4, 6 minutes", passed)


def test_w5_both_secrets_verify_while_they_are_exchanged(figure: Figure) -> None:
    headers = signed([KEY, OLD_KEY])

    verified = [is_verified(BODY, headers, key) for key in (KEY, OLD_KEY, signing.new_secret())]

    assert verified == [True, True, False]
    assert headers[QMINDER] == qminder_signature(BODY)
    figure("W5 verified with the new secret, the old one, another", verified)


def test_qminders_header_is_over_address_and_body() -> None:
    assert signed()[QMINDER] == qminder_signature(BODY)
