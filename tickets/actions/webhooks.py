"""Register the addresses that programs want to be told at, and take them away."""

import base64
import secrets

from tickets.models import ApiKey, Webhook


def register(url: str, *, key: ApiKey) -> Webhook:
    """Tell `url` what happens where `key` manages; its secret is in the result, and shown once."""
    # The form of Standard Webhooks: what follows the mark is 32 bytes in Base64.
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return Webhook.objects.create(url=url, key=key, secret=secret)


def remove(webhook: Webhook) -> None:
    """Tell this address nothing any more."""
    Webhook.objects.filter(pk=webhook.pk).update(is_active=False)
