"""The link by which somebody of the staff sets a password of their own, sent by mail."""

from email import policy as mail_policy
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext

from tickets.models import User


class PlainMail(EmailMessage):
    """Keeps a long link in one piece, for whoever reads the mail as it was sent: on the console, say."""

    def message(self, *, policy: Any = mail_policy.default) -> Any:
        return super().message(policy=policy.clone(max_line_length=998))


def send_link(user: User, *, site: str) -> None:
    """With the commit, mail `user` a link to `site`, which works once and for PASSWORD_RESET_TIMEOUT.

    The mail's failure is logged and fails nothing else: the sign-in page sends another link.
    """
    name = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("tickets:set-password", args=[name, default_token_generator.make_token(user)])
    text = gettext(
        "Hello %(name)s!\n\n"
        "Set your password for the visitor queue here:\n\n%(link)s\n\n"
        "The link works once, within three days. If you expected no such mail, do nothing.\n"
    )
    mail = PlainMail(
        subject=gettext("Set your password"),
        body=text % {"name": user.first_name, "link": site.rstrip("/") + path},
        to=[user.email],
    )
    transaction.on_commit(mail.send, robust=True)
