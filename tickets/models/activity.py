"""The story of every visit: one row for each action, who took it, and what it changed."""

from dataclasses import dataclass
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from tickets.models.fields import InstantField
from tickets.models.interactions import Interaction
from tickets.models.locations import Location
from tickets.models.messages import Message
from tickets.models.people import User
from tickets.models.programs import ApiKey, Device
from tickets.models.tickets import Ticket


class ActorType(models.TextChoices):
    USER = "USER", _("Staff")
    KEY = "KEY", _("Program")
    DEVICE = "DEVICE", _("Device")
    VISITOR = "VISITOR", _("Visitor")
    SYSTEM = "SYSTEM", _("System")


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts. A program may act on behalf of a user; then both are set."""

    type: ActorType
    user: User | None = None
    key: ApiKey | None = None
    device: Device | None = None

    @classmethod
    def of(cls, by: "Actor | User | Device") -> "Actor":
        if isinstance(by, User):
            return cls(type=ActorType.USER, user=by)
        if isinstance(by, Device):
            return cls(type=ActorType.DEVICE, device=by)
        return by

    @classmethod
    def program(cls, key: ApiKey, user: User | None) -> "Actor":
        return cls(type=ActorType.KEY, key=key, user=user or key.user)


VISITOR = Actor(type=ActorType.VISITOR)
SYSTEM = Actor(type=ActorType.SYSTEM)

#: Whatever an action takes as its `by=`.
By = Actor | User | Device


class EventName(models.TextChoices):
    """What happened, in the past tense; also the names that hooks and streams use."""

    CREATED = "ticket.created", _("Signed in")
    CALLED = "ticket.called", _("Called")
    RECALLED = "ticket.recalled", _("Called again")
    SERVED = "ticket.served", _("Served")
    NO_SHOW = "ticket.no_show", _("Marked as no-show")
    RETURNED = "ticket.returned", _("Returned to the line")
    FORWARDED = "ticket.forwarded", _("Forwarded")
    REJOINED = "ticket.rejoined", _("Rejoined the line")
    CANCELLED = "ticket.cancelled", _("Removed from the line")
    REORDERED = "ticket.reordered", _("Moved in the line")
    ASSIGNED = "ticket.assigned", _("Assigned")
    UNASSIGNED = "ticket.unassigned", _("Assignment removed")
    EDITED = "ticket.edited", _("Edited")
    LABELED = "ticket.labeled", _("Labels changed")
    MESSAGE_SENT = "message.sent", _("Message written")
    MESSAGE_RECEIVED = "message.received", _("Message received")
    MESSAGE_READ = "message.read", _("Message read")
    REVEALED = "ticket.revealed", _("Mobile number shown")
    UNDONE = "ticket.undone", _("Undone")
    EXTERNAL_CHANGED = "external.changed", _("Data of another program changed")
    LOCATION_CREATED = "location.created", _("Location opened")
    LOCATION_CHANGED = "location.changed", _("Location changed")
    LINE_CREATED = "line.created", _("Line added")
    LINE_CHANGED = "line.changed", _("Line changed")
    DESK_SELECTED = "desk.selected", _("Desk chosen")
    USER_INVITED = "user.invited", _("Invited")
    ROLE_GRANTED = "role.granted", _("Role granted")
    USER_DEACTIVATED = "user.deactivated", _("Switched off")
    DEVICE_PAIRED = "device.paired", _("Paired")
    DEVICE_CHANGED = "device.changed", _("Device changed")
    DEVICE_UNPAIRED = "device.unpaired", _("Shut out")
    REDACTED = "visits.redacted", _("Personal data deleted")
    EXPORTED = "visits.exported", _("Personal data handed out")
    HELP_WANTED = "help.wanted", _("Help wanted")
    HELP_PROMISED = "help.promised", _("Help promised")


class ActivityQuerySet(models.QuerySet["Activity"]):
    def standing(self) -> Self:
        """Steps that count: neither an undo, nor undone by one."""
        return self.filter(undoes=None, undone_by=None)


class Activity(models.Model):
    """One action. `changes` and `personal` map a name to [before, after]; the second is redacted."""

    PERSONAL = ("personal",)

    location = models.ForeignKey(Location, models.PROTECT, related_name="activities")
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="activities")
    event = models.CharField(_("what"), max_length=20, choices=EventName)
    sequence = models.PositiveBigIntegerField(
        null=True, editable=False, help_text=_("The location's version: in commit order.")
    )
    at = InstantField(_("when"))
    actor_type = models.CharField(_("by"), max_length=7, choices=ActorType)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="activities")
    key = models.ForeignKey(ApiKey, models.PROTECT, null=True, related_name="+", db_index=False)
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+", db_index=False)
    changes = models.JSONField(default=dict)
    personal = models.JSONField(default=dict)
    interaction = models.ForeignKey(
        Interaction, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    message = models.ForeignKey(
        Message, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    part_of = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="parts", help_text=_("The step it was in.")
    )
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone_by")

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("activity")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=Q(event__in=EventName.values), name="activity_event"),
            models.CheckConstraint(
                condition=Q(actor_type__in=ActorType.values), name="activity_actor_type"
            ),
            models.UniqueConstraint(fields=("location", "sequence"), name="activity_sequence"),
            models.CheckConstraint(
                condition=~Q(actor_type=ActorType.USER) | Q(user__isnull=False),
                name="activity_actor_user",
            ),
            models.CheckConstraint(
                condition=~Q(actor_type=ActorType.KEY) | Q(key__isnull=False),
                name="activity_actor_key",
            ),
            models.CheckConstraint(
                condition=~Q(actor_type=ActorType.DEVICE) | Q(device__isnull=False),
                name="activity_actor_device",
            ),
        ]
        indexes = [
            models.Index(fields=("location", "at"), name="activity_location_at"),
            # Without it SQLite looks through all of the history with every call: the new
            # interaction may be the one that a row named before it was there.
            models.Index(
                fields=("interaction",),
                condition=Q(interaction__isnull=False),
                name="activity_interaction",
            ),
            models.Index(
                fields=("message",),
                condition=Q(message__isnull=False),
                name="activity_message",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()}, {self.who}"

    @property
    def who(self) -> str:
        """The actor, in words."""
        match self.actor_type:
            case ActorType.VISITOR:
                return gettext("the visitor")
            case ActorType.SYSTEM:
                return gettext("the system")
            case ActorType.DEVICE:
                return str(self.device)
            case ActorType.KEY if self.user:
                names = {"user": self.user, "program": self.key.name if self.key else ""}
                return pgettext("actor", "%(user)s by %(program)s") % names
            case ActorType.KEY:
                return self.key.name if self.key else ""
            case _:
                return str(self.user)

    @property
    def is_undone(self) -> bool:
        return hasattr(self, "undone_by")

    @property
    def is_standing(self) -> bool:
        """A step that counts, as `ActivityQuerySet.standing` has it."""
        return self.undoes_id is None and not self.is_undone

    def written(self) -> dict[str, list[Any]]:
        """Everything that this step changed, personal or not."""
        return {**self.changes, **self.personal}
