"""Undo: restore exactly what one step changed, unless a later step wrote the same things."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext

from tickets import events, instants
from tickets.actions import extras as extra_values
from tickets.actions import labels as label_values
from tickets.actions import lifecycle, places
from tickets.exceptions import (
    AssigneeNotHere,
    NotUndoable,
    UndoConflict,
    UndoNotYours,
    UndoTooLate,
)
from tickets.models import (
    Activity,
    By,
    EventName,
    Interaction,
    Line,
    LineStatus,
    Message,
    MessageStatus,
    Ticket,
    User,
)
from tickets.states import (
    ACTIVE,
    CALL,
    CANCEL,
    FORWARD,
    NO_SHOW,
    REJOIN,
    RETURN,
    SERVE,
    Status,
    Transition,
)

UNDO_WITHIN = timedelta(hours=24)

TRANSITION_OF: dict[str, Transition] = {
    EventName.CALLED: CALL,
    EventName.SERVED: SERVE,
    EventName.NO_SHOW: NO_SHOW,
    EventName.RETURNED: RETURN,
    EventName.FORWARDED: FORWARD,
    EventName.REJOINED: REJOIN,
    EventName.CANCELLED: CANCEL,
}
#: Steps that change a ticket without changing its status.
WRITES = (
    EventName.REORDERED,
    EventName.ASSIGNED,
    EventName.UNASSIGNED,
    EventName.EDITED,
    EventName.LABELED,
)
UNDOABLE = (EventName.CREATED, *TRANSITION_OF, *WRITES, EventName.MESSAGE_SENT)


def undo(activity: Activity, *, by: By) -> Ticket:
    """Take back `activity`, within 24 hours, by who did it; labels and notes added since stay.

    Undoing the adding of a visitor removes them from the line; undoing a call also takes up
    again whom that call had ended. Raises NotUndoable, UndoTooLate, UndoNotYours, UndoConflict
    naming who changed the same things since and how, or AssigneeNotHere.
    """
    ticket = activity.ticket
    if ticket is None or activity.event not in UNDOABLE or activity.part_of_id:
        raise NotUndoable
    if activity.user_id is None or activity.user_id != lifecycle.clerk_of(by).pk:
        raise UndoNotYours
    if instants.now() - activity.at > UNDO_WITHIN:
        raise UndoTooLate
    try:
        with transaction.atomic():
            lines = places.lock_location(ticket.location_id)
            parts = activity.parts.select_related("ticket").order_by("-id")
            steps = [(part, part.ticket) for part in parts if part.ticket]
            steps.append((activity, ticket))
            for _step, each in sorted(steps, key=lambda pair: pair[1].pk):
                each.lock()
            for step, each in steps:
                _restore(each, step, by=by)
                _refuse_deleted_line(each, lines)
    except IntegrityError as error:  # `undoes` is unique: somebody undid it at the same moment
        raise NotUndoable from error
    ticket.refresh_from_db()
    return ticket


def text_went_out(activity: Activity) -> bool:
    """Whether a text that was written with this step may have reached the visitor."""
    out = (MessageStatus.SENDING, MessageStatus.UNSURE, MessageStatus.SENT, MessageStatus.DELIVERED)
    texts = Message.objects.filter(pk=activity.message_id or 0, status__in=out)
    return activity.event != EventName.MESSAGE_SENT and texts.exists()


def last_undoable(location_id: int) -> dict[int | None, Activity]:
    """By clerk, the newest step here that counts, if nobody changed the same things since."""
    now = instants.now()
    is_held = Q(message__status=MessageStatus.QUEUED)
    steps = Activity.objects.standing().filter(
        ~Q(event=EventName.MESSAGE_SENT) | is_held,
        user__isnull=False,
        location=location_id,
        event__in=UNDOABLE,
        part_of=None,
        at__gte=now - UNDO_WITHIN,
    )
    newest = steps.order_by().values("user").annotate(newest=Max("pk")).values("newest")
    latest = list(Activity.objects.filter(pk__in=newest).select_related("ticket"))
    since = Activity.objects.standing().filter(ticket__in={each.ticket_id for each in latest})
    later = list(since.filter(pk__gt=min((each.pk for each in latest), default=0)))
    return {
        step.user_id: step
        for step in latest
        if step.ticket
        and not step.ticket.redacted_at
        and not any(
            each.pk > step.pk and each.ticket_id == step.ticket_id and _touch(step, each)
            for each in later
        )
    }


def undoable(timeline: Sequence[Activity], *, by: User) -> set[int]:
    """Of all steps of one visit, the ids of those that this clerk can take back at this moment."""
    now = instants.now()
    standing = [each for each in timeline if each.is_standing]
    return {
        step.pk
        for step in standing
        if step.user_id == by.pk
        and step.event in UNDOABLE
        and step.part_of_id is None
        and now - step.at <= UNDO_WITHIN
        and (step.event != EventName.MESSAGE_SENT or _is_held(step))
        and not any(_touch(step, later) for later in standing if later.pk > step.pk)
    }


def _is_held(step: Activity) -> bool:
    return step.message is not None and step.message.status == MessageStatus.QUEUED


def _restore(ticket: Ticket, activity: Activity, *, by: By) -> None:
    _refuse_conflict(activity)
    if activity.event == EventName.CREATED:
        after: dict[str, list[Any]] = events.changed(ticket, status=CANCEL.target)
        ticket.apply(CANCEL)
    else:
        after = {name: [pair[1], pair[0]] for name, pair in activity.changes.items()}
        _restore_columns(ticket, activity)
    _restore_rest(ticket, activity)
    events.record(
        EventName.UNDONE,
        by=by,
        ticket=ticket,
        location_id=ticket.location_id,
        changes=after,
        personal={name: [pair[1], pair[0]] for name, pair in activity.personal.items()},
        undoes=activity,
    )


def _refuse_conflict(activity: Activity) -> None:
    if activity.is_undone:
        raise NotUndoable(gettext("This step was undone already."))
    if later := _conflict(activity):
        what = {"who": later.who, "what": later.get_event_display()}
        raise UndoConflict(gettext("%(who)s changed this since: %(what)s.") % what)


def _conflict(activity: Activity) -> Activity | None:
    """The first later step that wrote the same things."""
    later = Activity.objects.standing().filter(ticket=activity.ticket_id, id__gt=activity.pk)
    later = later.select_related("user", "key", "device").order_by("id")
    return next((each for each in later if _touch(activity, each)), None)


def _touch(step: Activity, later: Activity) -> bool:
    """Whether both wrote the same thing; labels are the same thing only if the label is.

    A message is never the same as another. The line of somebody who was called since stands
    in that call's interaction, so it is what the call wrote, too.
    """
    written, rewritten = step.written(), later.written()
    if step.event == EventName.CREATED:
        return "status" in rewritten
    if "line_id" in written and "status" in rewritten:
        return True
    shared = (written.keys() & rewritten.keys()) - {"message"}
    if shared == {"labels"}:
        return bool(_label_difference(written["labels"]) & _label_difference(rewritten["labels"]))
    return bool(shared)


def _label_difference(pair: list[list[str]]) -> set[str]:
    return set(pair[0]) ^ set(pair[1])


def _restore_columns(ticket: Ticket, activity: Activity) -> None:
    before = {
        column.attname: column.to_python(written[column.attname][0])
        for written in [activity.written()]
        for column in Ticket._meta.concrete_fields
        if column.attname in written
    }
    _refuse_absent_assignee(ticket, before.get("assignee_id"))
    status = before.pop("status", None)
    if status:
        transition = TRANSITION_OF[activity.event]
        ticket.apply(transition.undone(Status(status)), **before)
        _restore_interaction(activity, transition)
    elif before:
        Ticket.objects.filter(pk=ticket.pk).update(**before)


def _refuse_deleted_line(ticket: Ticket, lines: dict[int, Line]) -> None:
    """Nobody comes back into a line that was deleted meanwhile: no page shows it, nobody calls from it."""
    ticket.refresh_from_db(fields=["status", "line"])
    if ticket.status in ACTIVE and lines[ticket.line_id].status == LineStatus.DELETED:
        raise NotUndoable(gettext("The line of this visit was deleted since."))


def _refuse_absent_assignee(ticket: Ticket, assignee_id: int | None) -> None:
    """Nobody gets a visitor back who was switched off meanwhile: call next would skip the visitor."""
    staff = User.objects.working_at(ticket.location)
    if assignee_id and not staff.filter(pk=assignee_id).exists():
        raise AssigneeNotHere


def _restore_interaction(activity: Activity, transition: Transition) -> None:
    if activity.interaction_id is None:
        return
    interaction = Interaction.objects.filter(pk=activity.interaction_id)
    if transition is CALL:
        interaction.delete()
    elif transition.outcome:
        interaction.update(ended_at=None, outcome="", called_ticket=activity.ticket_id)


def _restore_rest(ticket: Ticket, activity: Activity) -> None:
    personal = activity.personal
    if extras := personal.get("extras"):
        extra_values.replace(ticket, extra_values.from_record(extras[0]))
    if labels := personal.get("labels"):
        before, after = labels
        there = list(ticket.labels.values_list("value", flat=True))
        kept = [value for value in before if value in there or value not in after]
        since = [value for value in there if value not in before and value not in after]
        label_values.rewrite(ticket, kept + since)
    is_held = _hold_back(activity)
    if activity.event == EventName.MESSAGE_SENT and not is_held:
        raise NotUndoable(gettext("This message has gone out already."))


def _hold_back(activity: Activity) -> bool:
    """Take back the message that the step wrote, unless it has gone out."""
    held = Message.objects.filter(pk=activity.message_id or 0, status=MessageStatus.QUEUED)
    # Written first: a worker that hands it over at this moment came before, or finds nothing.
    is_held = bool(activity.message_id and held.update(status=MessageStatus.QUEUED))
    if is_held:
        held.delete()
    return is_held
