"""Let programs and devices in: API keys, and the pairing of kiosks and TVs."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from tickets import events, instants
from tickets.exceptions import PairingFailed
from tickets.models import ApiKey, By, Device, EventName, User, secret_hash

CODE_VALID_FOR = timedelta(minutes=10)
GUESSES = 5


def issue_key(*, name: str, user: User | None = None, secret: str = "") -> tuple[ApiKey, str]:
    """Make an API key; returns it with its secret, which is not kept and cannot be shown again."""
    secret = secret or secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name, user=user, prefix=secret[:6], secret_hash=secret_hash(secret)
    )
    return key, secret


def revoke_key(key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=instants.now())


def issue_code(device: Device) -> str:
    """A six-digit code that pairs this device within 10 minutes; ends an earlier pairing."""
    while True:
        code = f"{secrets.randbelow(10**6):06}"
        if not Device.objects.filter(code=code).exists():
            break
    Device.objects.filter(pk=device.pk).update(
        code=code,
        code_expires_at=instants.now() + CODE_VALID_FOR,
        wrong_guesses=0,
        secret_hash=None,
        paired_at=None,
    )
    device.refresh_from_db()
    return code


def pair(code: str, *, kind: str) -> tuple[Device, str]:
    """Redeem a code once; returns the device and the secret that its browser keeps.

    Every wrong guess counts against all codes that are out, so that a code dies after five and
    guessing leads nowhere. Raises PairingFailed.
    """
    now = instants.now()
    waiting = Device.objects.exclude(code="").filter(
        is_active=True, kind=kind, code_expires_at__gt=now, wrong_guesses__lt=GUESSES
    )
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        device = waiting.filter(code=code).first() if code else None
        if device and waiting.filter(pk=device.pk, code=code).update(
            code="", code_expires_at=None, secret_hash=secret_hash(secret), paired_at=now
        ):
            device.refresh_from_db()
            events.record(EventName.DEVICE_PAIRED, by=device, location_id=device.location_id)
            return device, secret
    waiting.update(wrong_guesses=F("wrong_guesses") + 1)
    raise PairingFailed


def renew_secret(device: Device, *, secret: str = "") -> str:
    """A new secret for a device that stays paired; the old one is worth nothing from now on."""
    secret = secret or secrets.token_urlsafe(32)
    Device.objects.filter(pk=device.pk).update(
        secret_hash=secret_hash(secret), paired_at=instants.now(), code="", code_expires_at=None
    )
    device.refresh_from_db()
    return secret


def unpair(device: Device, *, by: By) -> None:
    """Shut a device out; its pages ask for a new code."""
    with transaction.atomic():
        Device.objects.filter(pk=device.pk).update(secret_hash=None, paired_at=None, code="")
        events.record(EventName.DEVICE_UNPAIRED, by=by, location_id=device.location_id)
    device.refresh_from_db()
