"""Who is signed in: Django's own sessions and accounts, read by statements of a fixed shape.

Every refetch of a screen and every open stream asks for both.
"""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from tickets import prepared
from tickets.models import User
from tickets.prepared import Parameter

_session = prepared.Select(
    lambda: Session.objects.filter(
        session_key=Parameter("session_key"), expire_date__gt=Parameter("now")
    )
)
_user = prepared.Select(lambda: User.objects.filter(pk=Parameter("pk")))


class SessionStore(db.SessionStore):
    """What is signed out, or over, is not there with the next request."""

    def _get_session_from_db(self) -> Session | None:
        found = _session.first(session_key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found


class AccountBackend(ModelBackend):
    def get_user(self, user_id: Any) -> User | None:
        user = _user.first(pk=int(user_id))
        return user if user and self.user_can_authenticate(user) else None
