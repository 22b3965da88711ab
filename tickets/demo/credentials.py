"""How the demo is entered: links, a key and a password that follow from SECRET_KEY."""

from django.contrib.auth.hashers import make_password
from django.utils.crypto import salted_hmac

from tickets.actions import programs
from tickets.models import ApiKey, Device, User, secret_hash

KEY_NAME = "Demo"


def password() -> str:
    """The one password of everybody in the demo."""
    return f"demo-{_derived('password')[:10]}"


def api_key() -> str:
    return _derived("key")


def device_secret(device: Device) -> str:
    return _derived(f"device {device.pk}")


def _derived(name: str) -> str:
    """128 bits that stay the same as long as SECRET_KEY does."""
    return salted_hmac("tickets.demo", name, algorithm="sha256").hexdigest()[:32]


def let_in(*emails: str) -> None:
    """Make the links, the key and the password work, once for each SECRET_KEY.

    What somebody revokes, pairs anew or changes later stays so.
    """
    if ApiKey.objects.filter(secret_hash=secret_hash(api_key())).exists():
        return
    for key in ApiKey.objects.filter(name=KEY_NAME):
        programs.revoke_key(key)
    # Without a limit: a demo is where people try out scripts, and measure.
    programs.issue_key(name=KEY_NAME, secret=api_key(), is_rate_limited=False)
    for device in Device.objects.filter(location__roles__user__email__in=emails).distinct():
        programs.renew_secret(device, secret=device_secret(device))
    User.objects.filter(email__in=emails).update(password=make_password(password()))
