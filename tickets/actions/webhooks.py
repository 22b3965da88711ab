"""The addresses that programs want to be told at: registered, taken away, and switched off by themselves."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import instants, outbox, prepared, signing
from tickets.exceptions import Refusal
from tickets.models import ACCOUNT_ROLES, ApiKey, OffBecause, User, Webhook
from tickets.prepared import Parameter

#: So long both secrets sign after a rotation.
OVERLAP = timedelta(hours=24)
#: Nothing but failures for so long, and nobody is asked any more.
PATIENCE = timedelta(days=5)


_succeed = prepared.Update(
    Webhook, Q(pk=Parameter("pk")), ("id",), last_success_at=Parameter("now"), failing_since=None
)


def register(url: str, *, key: ApiKey) -> Webhook:
    """Tell `url` what happens where `key` manages; its secret is in the result, and shown once."""
    return Webhook.objects.create(url=url, key=key, secret=signing.new_secret())


def remove(webhook: Webhook) -> None:
    """Tell this address nothing any more: so its program wishes."""
    _switch_off(webhook.pk, OffBecause.PROGRAM)


def switch_off(webhook: Webhook) -> None:
    """Tell this address nothing any more, until it is switched on; of one that is off, this is known."""
    Webhook.objects.filter(pk=webhook.pk).update(is_active=False, off_because=OffBecause.STAFF)


def switch_on(webhook: Webhook) -> None:
    """Tell it again what happens from now on. Raises Refusal if its program's key was revoked."""
    if webhook.key.revoked_at:
        raise Refusal(
            _("The key of its program was revoked. Register the address with another key.")
        )
    Webhook.objects.filter(pk=webhook.pk, is_active=False).update(
        is_active=True, off_because="", failing_since=None
    )


def rotate(webhook: Webhook) -> str:
    """A new secret, which is in the result and shown once. The one before signs, too, for OVERLAP."""
    secret, now = signing.new_secret(), instants.now()
    changes: dict[str, object] = {"secret": secret}
    if not (webhook.old_secret_until and now < webhook.old_secret_until):
        # Of two in a row the first has reached nobody: the receiver still has the one before.
        changes |= {"old_secret": webhook.secret, "old_secret_until": now + OVERLAP}
    mine = Webhook.objects.filter(pk=webhook.pk, secret=webhook.secret)
    rotated = mine.update(**changes)
    if not rotated:
        raise Refusal(
            _("Somebody else has just made a new secret. Look who, before you make another.")
        )
    return secret


def note_success(pk: int) -> None:
    """Part of the end of a delivery."""
    _succeed(pk=pk, now=instants.now())


def note_failure(pk: int) -> None:
    """Part of a failed try: after PATIENCE with nothing else, the hook is off, and its people are told."""
    now = instants.now()
    Webhook.objects.filter(pk=pk, failing_since=None).update(failing_since=now)
    _give_up(pk, OffBecause.FAILING, failing_since__lte=now - PATIENCE)


def note_gone(pk: int) -> None:
    """Part of a try that was answered with 410: nobody is to ask there again."""
    _give_up(pk, OffBecause.GONE)


@outbox.calls("webhook.notice")
def send_notice(*, attempt: outbox.Attempt, webhook: int) -> Callable[[], object]:
    """Mail whoever may do everything that a hook is off, and why."""
    hook = Webhook.objects.select_related("key").get(pk=webhook)
    administrators = User.objects.filter(is_active=True, roles__type__in=ACCOUNT_ROLES)
    addresses = list(administrators.order_by("email").distinct().values_list("email", flat=True))
    text = gettext(
        "%(address)s, registered by %(program)s, is told nothing any more.\n\n"
        "Why: %(reason)s.\n\n"
        "What could not be delivered until now is kept for 30 days; what happens from now on is not. "
        "Once the receiver works again, switch the webhook on in the admin, and send there again what "
        "is kept.\n"
    )
    names = {"address": hook.url, "program": hook.key, "reason": hook.get_off_because_display()}
    EmailMessage(subject=gettext("A webhook is off"), body=text % names, bcc=addresses).send()
    return lambda: None


def _give_up(pk: int, reason: OffBecause, **only_if: datetime) -> None:
    if _switch_off(pk, reason, **only_if):
        outbox.put("webhook.notice", due_at=instants.now(), lane="mail", webhook=pk)


def _switch_off(pk: int, reason: OffBecause, **only_if: datetime) -> bool:
    on = Webhook.objects.filter(pk=pk, is_active=True, **only_if)
    return bool(on.update(is_active=False, off_because=reason))
