"""Refusals of the domain: each has a stable code, a sentence for people, and the input it is about."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.states import Transition


class Refusal(Exception):
    """The action was not taken and nothing was changed.

    `code` is stable and goes to programs, `message` is a translated sentence for people,
    `param` names the input that it is about, where there is one.
    """

    code = "refused"
    message: Promise | str = _("This is not possible.")
    param = ""

    def __init__(self, message: Promise | str = "", *, param: str = "") -> None:
        self.message = message or self.message
        self.param = param or self.param
        super().__init__(str(self.message))


class TransitionNotAllowed(Refusal):
    """The ticket is not in a status from which this step leads, or somebody was faster."""

    code = "ticket_status"

    def __init__(self, transition: Transition, whereabouts: str = "") -> None:
        super().__init__(f"{transition.refusal} {whereabouts}".strip())
        self.transition = transition


class TicketStatus(Refusal):
    """A step that is no transition (recall, reorder, assign, edit of the line) in the wrong status."""

    code = "ticket_status"


class TicketChanged(Refusal):
    code = "ticket_changed"
    message = _("Somebody else changed this visit at the same moment. Look again.")


class VisitRedacted(Refusal):
    code = "visit_redacted"
    message = _("The personal data of this visit was deleted, so it cannot be changed any more.")


class VisitNotOver(Refusal):
    """Whose data is to be deleted still waits, or is being served."""

    code = "visit_not_over"
    message = _("This visit is not over. Serve the visitor or remove them from the line first.")


class LineClosed(Refusal):
    code = "line_closed"
    param = "line"
    # Translators: for visitors
    message = _("This line takes no new visitors.")


class LineFull(Refusal):
    """As many visitors as the location lets join from afar are on their way."""

    code = "line_full"
    param = "line"
    # Translators: for visitors
    message = _(
        "All places for joining from afar are taken in this line. Come in person: at the "
        "location you can always join, or look here again in a few minutes."
    )


class AlreadyInLine(Refusal):
    """The same visitor has a place in this line. Only `is_own` tickets may be shown to who asks."""

    code = "already_in_line"
    # Translators: for visitors
    message = _("You are in this line already.")

    def __init__(self, ticket: Any, *, is_own: bool) -> None:
        super().__init__()
        self.ticket = ticket
        self.is_own = is_own


class NoMoreTime(Refusal):
    code = "no_more_time"
    # Translators: for visitors
    message = _("You have moved back twice already. Your place stays as it is.")


class NobodyBehind(Refusal):
    code = "nobody_behind"
    # Translators: for visitors
    message = _("Nobody waits behind you, so there is no place further back.")


class LineHasActiveTickets(Refusal):
    code = "line_has_active_tickets"
    message = _("Visitors are still in this line. Serve, forward or remove them first.")


class LineNotFound(Refusal):
    code = "line_not_found"
    param = "line"
    message = _("There is no such line in this location.")


class LineNameTaken(Refusal):
    code = "line_exists"
    param = "name"
    message = _("This location has a line of this name already.")


class TooManyLines(Refusal):
    code = "too_many_lines"
    message = _("Every letter is taken. Delete a line that is no longer used.")


class UserRequired(Refusal):
    code = "user_required"
    param = "user"
    message = _("Say which user does this: the ticket records it.")


class DeskRequired(Refusal):
    code = "desk_required"
    param = "desk"
    message = _("Choose your desk first: this location calls visitors to a desk.")


class DeskNotFound(Refusal):
    code = "desk_not_found"
    param = "desk"
    message = _("There is no such desk in this location.")


class DeskTaken(Refusal):
    code = "desk_taken"
    param = "desk"


class AssigneeNotHere(Refusal):
    code = "assignee_not_here"
    param = "assignee"
    message = _("This person does not work at this location.")


class UserExists(Refusal):
    code = "user_exists"
    param = "email"
    message = _("Somebody with this e-mail address is there already.")


class OwnerStays(Refusal):
    code = "owner_stays"
    message = _("An owner is never switched off.")


class OwnAccount(Refusal):
    code = "own_account"
    message = _("Nobody switches themselves off.")


class NotSameLocation(Refusal):
    code = "other_location"
    param = "after"
    message = _("There is no such visitor waiting in this location.")


class RejoinTooLate(Refusal):
    code = "rejoin_too_late"
    # Translators: for visitors
    message = _("It is too late to rejoin. Sign in again for a new place in the line.")


class NoPhoneNumber(Refusal):
    code = "no_phone_number"
    message = _("This visitor left no mobile number.")


class NoteChanged(Refusal):
    code = "note_changed"
    message = _(
        "Somebody changed this note at the same moment. Read theirs, then save yours again."
    )


class NoteFixed(Refusal):
    code = "note_fixed"
    message = _("Another program keeps this note. Write yours as a label.")


class MessagesOff(Refusal):
    code = "messages_off"
    message = _("Text messages are switched off at this location.")


class MandatoryFieldMissing(Refusal):
    code = "mandatory_field_missing"


class FieldNotHere(Refusal):
    code = "field_not_here"
    param = "inputFieldId"
    message = _("This question belongs to another location.")


class InputFieldDuplicate(Refusal):
    code = "input_field_duplicate"
    message = _("This location has that question already.")


class NotUndoable(Refusal):
    code = "not_undoable"
    message = _("This step cannot be undone.")


class UndoTooLate(NotUndoable):
    code = "undo_too_late"
    message = _("A step can be undone for 24 hours.")


class UndoNotYours(NotUndoable):
    code = "undo_not_yours"
    message = _("Only the person who took this step can undo it.")


class UndoConflict(NotUndoable):
    """A later step wrote the same things; the message names who and what."""

    code = "undo_conflict"


class PairingFailed(Refusal):
    code = "pairing_failed"
    param = "code"
    message = _("This code is not right, or it is older than 10 minutes. Ask for a new one.")


class HelpPromised(Refusal):
    code = "help_promised"
    message = _("Somebody else is on the way to this kiosk already.")


class PinWrong(Refusal):
    code = "pin_wrong"
    param = "pin"
    message = _("This is not the PIN of this location. Try again.")


class PinPaused(Refusal):
    code = "pin_paused"
    param = "pin"
    message = _("Too many wrong PINs. Wait 5 minutes, then try again.")
