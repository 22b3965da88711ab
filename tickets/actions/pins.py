"""The PIN of a location, by which its staff leave the visitors' pages of a kiosk."""

from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.db.models import F

from tickets import instants
from tickets.exceptions import PinPaused, PinWrong
from tickets.models import Device

TRIES = 5
PAUSE = timedelta(minutes=5)


def check(device: Device, pin: str) -> None:
    """Let in who knows the PIN. Raises PinWrong; after five of them PinPaused, for five minutes.

    A try is counted before it is looked at, so that tries at the same moment are counted, too.
    """
    now = instants.now()
    this = Device.objects.filter(pk=device.pk)
    this.filter(pin_guessed_at__lte=now - PAUSE).update(pin_guesses=0)
    counted = this.filter(pin_guesses__lt=TRIES)
    if not counted.update(pin_guesses=F("pin_guesses") + 1, pin_guessed_at=now):
        raise PinPaused
    if not check_password(pin, device.location.staff_pin):
        raise PinWrong
    this.update(pin_guesses=0)
