"""Let programs and devices in: API keys, and the pairing of kiosks and TVs."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from tickets import events, instants, remembered
from tickets.exceptions import PairingFailed
from tickets.models import (
    ApiKey,
    By,
    Device,
    EventName,
    OffBecause,
    TvSound,
    User,
    secret_hash,
)

CODE_VALID_FOR = timedelta(minutes=10)
GUESSES = 5


def issue_key(
    *, name: str, user: User | None = None, secret: str = "", is_rate_limited: bool = True
) -> tuple[ApiKey, str]:
    """Make an API key; returns it with its secret, which is not kept and cannot be shown again."""
    secret = secret or secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name,
        user=user,
        prefix=secret[:6],
        secret_hash=secret_hash(secret),
        is_rate_limited=is_rate_limited,
    )
    return key, secret


def revoke_key(key: ApiKey) -> None:
    """End a key, and its hooks: in this process at once, in every other one within five seconds."""
    with transaction.atomic():
        ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=instants.now())
        hooks = key.webhooks.filter(is_active=True)
        hooks.update(is_active=False, off_because=OffBecause.PROGRAM)
    remembered.KEYS.forget()


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
        sound="",
        help_wanted_at=None,
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
            _record(EventName.DEVICE_PAIRED, device, by=device)
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
        Device.objects.filter(pk=device.pk).update(
            secret_hash=None, paired_at=None, code="", sound="", help_wanted_at=None
        )
        _record(EventName.DEVICE_UNPAIRED, device, by=by)
    device.refresh_from_db()


def rename(device: Device, *, name: str, by: By) -> None:
    """Call a device by another name; nothing is on record if it is the same."""
    with transaction.atomic():
        if Device.objects.exclude(name=name).filter(pk=device.pk).update(name=name):
            _record(EventName.DEVICE_CHANGED, device, by=by, name=[device.name, name])
    device.refresh_from_db()


def note_sound(device: Device, sound: TvSound) -> None:
    """Keep what a TV tells of its loudspeaker. Nothing is on record: it is a sign of life."""
    Device.objects.exclude(sound=sound).filter(pk=device.pk).update(sound=sound)


def note_outbox(device: Device, *, keeps: bool, waiting: int, refused: int) -> None:
    """Keep what a kiosk tells of the sign-ins on it. Nothing is on record: it is a sign of life."""
    told = {"keeps_sign_ins": keeps, "waiting_sign_ins": waiting, "refused_sign_ins": refused}
    Device.objects.filter(pk=device.pk).update(**told)


def note_late(device: Device, signed_in_at: datetime) -> None:
    """Keep when the last visitor signed in whom a kiosk sent late, as part of taking them in."""
    Device.objects.filter(pk=device.pk).update(late_until=signed_in_at)


def remove(device: Device, *, by: By) -> None:
    """Shut a device out for good: its pages ask for a code that nobody can make any more."""
    with transaction.atomic():
        if Device.objects.filter(pk=device.pk, is_active=True).update(
            is_active=False, secret_hash=None, paired_at=None, code="", help_wanted_at=None
        ):
            _record(EventName.DEVICE_UNPAIRED, device, by=by, is_active=[True, False])
    device.refresh_from_db()


def _record(event: EventName, device: Device, *, by: By, **changes: list[Any]) -> None:
    changes = {"device_id": [device.pk, device.pk], **changes}
    events.record(event, by=by, location_id=device.location_id, changes=changes)
