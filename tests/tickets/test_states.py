"""The table of steps, and the page of documentation made from it."""

from io import StringIO
from pathlib import Path

from django.core.management import call_command

from tickets.states import ACTIVE, CALL, SERVE, TRANSITIONS, Outcome, Status

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "states.md"


def test_document_is_up_to_date() -> None:
    made = StringIO()

    call_command("states", stdout=made)

    assert DOCUMENT.read_text() == made.getvalue(), "manage.py states > docs/states.md"


def test_steps_are_those_of_the_product() -> None:
    steps = {(step.name, step.sources, step.target) for step in TRANSITIONS}

    assert steps == {
        ("call", (Status.NEW,), Status.CALLED),
        ("serve", (Status.CALLED,), Status.SERVED),
        ("no_show", (Status.CALLED,), Status.NOSHOW),
        ("return", (Status.CALLED,), Status.NEW),
        ("forward", (Status.CALLED,), Status.NEW),
        ("rejoin", (Status.NOSHOW,), Status.NEW),
        ("cancel", (Status.NEW,), Status.CANCELLED_BY_CLERK),
    }


def test_every_step_out_of_called_ends_the_interaction() -> None:
    ending = {step.name: step.outcome for step in TRANSITIONS if Status.CALLED in step.sources}

    assert set(ending.values()) == set(Outcome)
    assert [step.name for step in TRANSITIONS if step.outcome and step.name not in ending] == []


def test_undone_leads_back() -> None:
    back = SERVE.undone(Status.CALLED)

    assert (back.sources, back.target) == ((Status.SERVED,), Status.CALLED)
    assert CALL.undone(Status.NEW).target == Status.NEW


def test_active_are_those_whom_somebody_must_still_look_after() -> None:
    assert ACTIVE == (Status.NEW, Status.CALLED)
