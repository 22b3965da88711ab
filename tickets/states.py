"""The statuses of a ticket and the steps between them: the table that everything else obeys."""

from dataclasses import dataclass, replace

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    NEW = "NEW", _("Waiting")
    CALLED = "CALLED", _("Being served")
    SERVED = "SERVED", _("Served")
    NOSHOW = "NOSHOW", _("No-show")
    CANCELLED_BY_CLERK = "CANCELLED_BY_CLERK", _("Removed")


class Outcome(TextChoices):
    """How an interaction ended."""

    SERVED = "SERVED", _("Served")
    RETURNED = "RETURNED", _("Returned to the line")
    FORWARDED = "FORWARDED", _("Forwarded")
    NOSHOW = "NOSHOW", _("No-show")


@dataclass(frozen=True, kw_only=True)
class Transition:
    name: str
    sources: tuple[Status, ...]
    target: Status
    refusal: Promise | str
    outcome: Outcome | None = None  # what becomes of the open interaction, where this step ends one

    def undone(self, source: Status) -> "Transition":
        """The way back of this step, for a ticket that came from `source`."""
        return replace(self, name=f"undo_{self.name}", sources=(self.target,), target=source)


CALL = Transition(
    name="call",
    sources=(Status.NEW,),
    target=Status.CALLED,
    refusal=_("Only a visitor who is waiting can be called."),
)
SERVE = Transition(
    name="serve",
    sources=(Status.CALLED,),
    target=Status.SERVED,
    outcome=Outcome.SERVED,
    refusal=_("Only a visitor who was called can be marked as served."),
)
NO_SHOW = Transition(
    name="no_show",
    sources=(Status.CALLED,),
    target=Status.NOSHOW,
    outcome=Outcome.NOSHOW,
    refusal=_("Only a visitor who was called can be marked as a no-show."),
)
RETURN = Transition(
    name="return",
    sources=(Status.CALLED,),
    target=Status.NEW,
    outcome=Outcome.RETURNED,
    refusal=_("Only a visitor who was called can be returned to the line."),
)
FORWARD = Transition(
    name="forward",
    sources=(Status.CALLED,),
    target=Status.NEW,
    outcome=Outcome.FORWARDED,
    refusal=_("Only a visitor who was called can be forwarded."),
)
REJOIN = Transition(
    name="rejoin",
    sources=(Status.NOSHOW,),
    target=Status.NEW,
    refusal=_("Only a visitor who missed the call can rejoin."),
)
CANCEL = Transition(
    name="cancel",
    sources=(Status.NEW,),
    target=Status.CANCELLED_BY_CLERK,
    refusal=_("Only a visitor who is waiting can be removed from the line."),
)

TRANSITIONS = (CALL, SERVE, NO_SHOW, RETURN, FORWARD, REJOIN, CANCEL)
ACTIVE = (Status.NEW, Status.CALLED)
ENDED = (Status.SERVED, Status.NOSHOW, Status.CANCELLED_BY_CLERK)
