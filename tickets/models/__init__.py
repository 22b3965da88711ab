"""The tables: one file per aggregate."""

from tickets.models.activity import (
    SYSTEM,
    VISITOR,
    Activity,
    Actor,
    ActorType,
    By,
    EventName,
)
from tickets.models.buckets import Bucket
from tickets.models.colors import LineColor
from tickets.models.external import ExternalData
from tickets.models.hours import OpeningDay, OpeningException, Weekday, timetable
from tickets.models.idempotency import IdempotencyKey, SpentToken
from tickets.models.interactions import Interaction
from tickets.models.jobs import Heartbeat, Job
from tickets.models.locations import (
    FIELD_COLUMNS,
    Desk,
    FieldType,
    InputField,
    InputFieldOption,
    Line,
    LineStatus,
    Location,
    NameForm,
    NumberCounter,
)
from tickets.models.messages import (
    Direction,
    Message,
    MessageStatus,
    Reason,
    StoppedNumber,
    StrayText,
    TextDay,
    Wording,
)
from tickets.models.opening import Opening, OpeningState, opening
from tickets.models.people import ACCOUNT_ROLES, LOCAL_ROLES, Role, RoleType, User, UserPicture
from tickets.models.programs import (
    ApiKey,
    Device,
    DeviceKind,
    TvLayout,
    TvSound,
    TvTheme,
    secret_hash,
)
from tickets.models.tickets import Extra, Label, Source, Ticket
from tickets.models.webhooks import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    OffBecause,
    Webhook,
)

__all__ = [
    "ACCOUNT_ROLES",
    "FIELD_COLUMNS",
    "LOCAL_ROLES",
    "SYSTEM",
    "VISITOR",
    "Activity",
    "Actor",
    "ActorType",
    "ApiKey",
    "Bucket",
    "By",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryState",
    "Desk",
    "Device",
    "DeviceKind",
    "Direction",
    "EventName",
    "ExternalData",
    "Extra",
    "FieldType",
    "Heartbeat",
    "IdempotencyKey",
    "InputField",
    "InputFieldOption",
    "Interaction",
    "Job",
    "Label",
    "Line",
    "LineColor",
    "LineStatus",
    "Location",
    "Message",
    "MessageStatus",
    "NameForm",
    "NumberCounter",
    "OffBecause",
    "Opening",
    "OpeningDay",
    "OpeningException",
    "OpeningState",
    "Reason",
    "Role",
    "RoleType",
    "Source",
    "SpentToken",
    "StoppedNumber",
    "StrayText",
    "TextDay",
    "Ticket",
    "TvLayout",
    "TvSound",
    "TvTheme",
    "User",
    "UserPicture",
    "Webhook",
    "Weekday",
    "Wording",
    "opening",
    "secret_hash",
    "timetable",
]
