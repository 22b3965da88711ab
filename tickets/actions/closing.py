"""The close of a location's day."""

from tickets.actions import lifecycle
from tickets.exceptions import TransitionNotAllowed
from tickets.models import SYSTEM, Location, Ticket
from tickets.states import Status


def close_day(location: Location) -> int:
    """Remove whoever still waits and end what is being served; returns how many visits ended.

    Each visit is a transaction of its own: one that a clerk ends at the same moment is left alone.
    """
    ended = 0
    for ticket in Ticket.objects.active().filter(location=location).in_order():
        step = lifecycle.cancel if ticket.status == Status.NEW else lifecycle.serve
        try:
            step(ticket, by=SYSTEM)
        except TransitionNotAllowed:
            continue
        ended += 1
    return ended
