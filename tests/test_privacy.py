"""What a visitor tells is gone when its time is over, or when they ask, and the figures stay (P1 to P4)."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.apps import apps

from tests import canary
from tests.conftest import CountQueries, Figure, Threads
from tests.factories import LineFactory, waiting_ticket
from tests.tickets.actions.conftest import Office, make_office
from tickets import access, instants, personal, worker
from tickets.actions import details, labels, lifecycle, privacy, undo
from tickets.exceptions import NotUndoable, VisitNotOver, VisitRedacted
from tickets.models import (
    SYSTEM,
    Activity,
    EventName,
    Interaction,
    Line,
    Location,
    StrayText,
    Ticket,
)
from tickets.states import Status

DAY = timedelta(days=1)
NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
OVERDUE = timedelta(hours=6)


@pytest.fixture
def office(db: None) -> Office:
    return make_office()


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def texts(office: Office) -> canary.Texts:
    """What is given to a canary that comes by every way and leaves."""
    texts = canary.Texts()
    canary.sign_in_everywhere(office, texts)
    canary.take_every_note(office, texts)
    return texts


def purge() -> int:
    redacted = 0
    while some := privacy.redact_due():
        redacted += some
    return redacted


def statistics() -> str:
    """A hash of all that is kept of visits and is not personal."""
    told = (EventName.REDACTED, EventName.EXPORTED)
    rows = [
        *_impersonal(Ticket, ["redacted_at"], Ticket.objects.all()),
        *_impersonal(Interaction, [], Interaction.objects.all()),
        *_impersonal(Activity, [], Activity.objects.exclude(event__in=told)),
    ]
    return sha256(repr(rows).encode()).hexdigest()


def _impersonal(model: Any, but: list[str], rows: Any) -> Iterator[Any]:
    names = (column.attname for column in model._meta.concrete_fields)
    kept = [name for name in names if name not in (*model.PERSONAL, *but)]
    yield from rows.order_by("pk").values_list(*kept)


def served(line: Line, at: datetime, **columns: Any) -> Ticket:
    """A visit that began and ended at that moment."""
    with time_machine.travel(at, tick=False):
        ticket = waiting_ticket(line, **columns)
        return lifecycle.cancel(ticket, by=SYSTEM)


def test_every_model_with_personal_data_is_reached_from_the_ticket() -> None:
    declared = {
        model for model in apps.get_app_config("tickets").get_models() if vars(model)["PERSONAL"]
    }

    # A text without a visit goes by its number, and by itself (sending: `inbound.forget_old`).
    assert {holder.model for holder in personal.holders()} == declared - {StrayText}


def test_p1_p2_purge_leaves_nothing_of_a_visitor_and_all_figures(
    office: Office, texts: canary.Texts, figure: Figure
) -> None:
    links = canary.links()
    canary.end_all_visits()
    before, figures = canary.found(links), statistics()

    with time_machine.travel(instants.now() + 32 * DAY):
        visits = purge()

    after = canary.found(links)
    holders = {holder.model._meta.db_table for holder in personal.holders()}
    assert before.keys() == holders
    assert (visits, after) == (Ticket.objects.count(), {})
    assert statistics() == figures
    assert set(Ticket.objects.values_list("first_name", "last_name")) == {("Redacted", "")}
    figure(
        "P1 texts of a visitor, tables and values that held them, after the purge",
        f"{len(texts.given)}, {len(before)} and {sum(before.values())}, {sum(after.values())}",
    )
    figure("P2 figures of visits before and after the purge", "equal")


def test_p4_export_tells_all_that_is_kept_and_erase_deletes_it(
    office: Office, texts: canary.Texts, figure: Figure
) -> None:
    links, visits = canary.links(), list(Ticket.objects.select_related("location"))
    kept = {text for text in texts.given for _table, value in canary.cells() if text in value}
    canary.end_all_visits()
    began = time.monotonic()

    told = json.dumps(privacy.export(visits, by=office.clerk), default=str)
    erased = privacy.erase(Ticket.objects.all(), by=office.clerk)

    seconds = time.monotonic() - began
    left = canary.found(links)
    on_record = Activity.objects.filter(event__in=(EventName.EXPORTED, EventName.REDACTED))
    assert {text for text in kept if text not in told} == set()
    assert (erased, left) == (len(visits), {})
    assert [(each.user, each.changes["visits"]) for each in on_record] == [
        (office.clerk, [None, len(visits)])
    ] * 2
    assert seconds <= 60
    figure(
        "P4 texts kept, of them in the export, left after erasing; s",
        f"{len(kept)}, {len(kept)}, {sum(left.values())}; {seconds:.2f}",
    )


def test_p3_visit_is_redacted_in_the_night_after_its_last_day(clock: Any, figure: Figure) -> None:
    worst = timedelta()
    lines = {days: LineFactory.create(location__retention_days=days) for days in (0, 1, 30)}
    visits = {days: served(line, NOON) for days, line in lines.items()}
    gone: dict[int, datetime] = {}

    nights = [NOON + day * DAY for day in (0, 1, 15, 30)]
    for now in (night + timedelta(hours=hour) for night in nights for hour in range(18)):
        clock.move_to(now)
        if purge():
            redacted = Ticket.objects.filter(redacted_at=now)
            gone |= {visit.location.retention_days: now for visit in redacted}

    for days in lines:
        # Tallinn is three hours ahead in May: the night begins at 21:00.
        due = datetime(2026, 5, 5, 21, tzinfo=UTC) + days * DAY
        worst = max(worst, gone[days] - due)
    assert len(visits) == len(gone)
    assert timedelta() <= worst
    assert worst + timedelta(seconds=worker.REDACT_EVERY) <= OVERDUE
    figure("P3 overdue at most", worst + timedelta(seconds=worker.REDACT_EVERY))


def test_purge_passes_over_who_waits_or_is_served(office: Office, clock: Any) -> None:
    waiting, called = office.waiting(), office.called()
    clock.shift(4000 * DAY)

    visits = purge()

    assert visits == 0
    assert [Ticket.objects.get(pk=each.pk).first_name for each in (waiting, called)] == ["Jane"] * 2


def test_purge_counts_from_the_end_of_the_visit(clock: Any) -> None:
    line = LineFactory.create(location__retention_days=1)
    ticket = waiting_ticket(line)
    clock.shift(5 * DAY)
    lifecycle.cancel(ticket, by=SYSTEM)
    clock.shift(DAY)
    early = purge()
    clock.shift(DAY)

    visits = purge()

    assert (early, visits) == (0, 1)


def test_purge_is_on_record_once_for_all_of_a_location(clock: Any) -> None:
    line = LineFactory.create()
    for _visit in range(3):
        served(line, NOON - 40 * DAY)
    version = Location.objects.get().version

    purge()

    step = Activity.objects.latest("id")
    assert (step.event, step.actor_type, step.ticket) == (EventName.REDACTED, "SYSTEM", None)
    assert step.changes == {"visits": [None, 3]}
    assert Location.objects.get().version == version + 1


def test_purge_takes_equally_many_queries_for_many_visits(
    clock: Any, count_queries: CountQueries
) -> None:
    line = LineFactory.create()
    counts = []
    for visits in (1, 3):
        for _visit in range(visits):
            served(line, NOON - 40 * DAY, labels=["VIP", "Late"])
        counts.append(count_queries(privacy.redact_due))

    assert counts[0] == counts[1]


def test_purge_of_very_many_holds_the_database_for_a_moment_at_a_time(
    clock: Any, figure: Figure
) -> None:
    line = LineFactory.create()
    begun = NOON - 40 * DAY
    many = 5 * privacy.TOGETHER
    visits = Ticket.objects.bulk_create(
        Ticket(
            location=line.location,
            line=line,
            number=number,
            numbered_on=begun.date(),
            public_id=f"A-{number}",
            created_at=begun,
            first_name="Jane",
            status=Status.CANCELLED_BY_CLERK,
        )
        for number in range(1, many + 1)
    )
    Activity.objects.bulk_create(
        Activity(
            location=line.location,
            ticket=ticket,
            event=EventName.CANCELLED,
            at=begun,
            actor_type="SYSTEM",
            changes={"status": ["NEW", ticket.status]},
            personal={"first_name": ["", "Jane"]},
        )
        for ticket in visits
        for _step in range(3)
    )
    batches = []
    while True:
        began = time.perf_counter()
        if not privacy.redact_due():
            break
        batches.append(time.perf_counter() - began)

    assert len(batches) == many / privacy.TOGETHER
    assert not Ticket.objects.exclude(first_name="Redacted").exists()
    assert not Activity.objects.exclude(personal={}).exists()
    figure(
        f"purge of {many} visits with {3 * many} steps: transactions, the longest, ms",
        f"{len(batches)}, {max(batches) * 1000:.0f}",
    )


def test_erase_of_a_visit_that_is_not_over_is_refused(office: Office) -> None:
    over, waiting = office.served(), office.waiting()

    with pytest.raises(VisitNotOver):
        privacy.erase([over, waiting], by=office.clerk)

    assert not Ticket.objects.exclude(redacted_at=None).exists()


def test_erase_and_export_take_what_a_number_wrote_without_a_visit(office: Office) -> None:
    ticket = served(office.line, NOON, phone_number="+37255598761")
    elsewhere = LineFactory.create().location
    now = instants.now()
    for number, location, body in (
        ("+37255598761", office.location, "Here"),
        ("+37255598761", None, "Anybody"),
        ("+37255598761", elsewhere, "Elsewhere"),
        ("+37255598762", office.location, "Another"),
    ):
        StrayText.objects.create(
            number=number, location=location, body=body, to="+1", provider_id=body, received_at=now
        )

    exported = privacy.export([ticket], by=office.clerk)
    privacy.erase([ticket], by=office.clerk)

    handed_out = [text["text"] for text in exported["texts_without_a_visit"]]
    assert sorted(handed_out) == ["Anybody", "Here"]
    left = StrayText.objects.order_by("body").values_list("body", flat=True)
    assert list(left) == ["Another", "Elsewhere"]


def test_erase_again_does_nothing(office: Office) -> None:
    ticket = office.served()
    privacy.erase([ticket], by=office.clerk)
    steps = Activity.objects.count()

    again = privacy.erase([ticket], by=office.clerk)

    assert (again, Activity.objects.count()) == (0, steps)


def test_redacted_visit_takes_nothing_any_more(office: Office) -> None:
    ticket = office.no_show()
    edited = details.edit(ticket, first_name="Joan", by=office.clerk).activities.latest("id")
    link = ticket.visit_token
    privacy.erase([ticket], by=office.clerk)

    for take in (
        lambda: details.edit(ticket, first_name="Jane", by=office.clerk),
        lambda: labels.add(ticket, value="Jane", by=office.clerk),
        lambda: lifecycle.rejoin(ticket, by=office.clerk),
        lambda: undo.undo(Activity.objects.get(pk=edited.pk), by=office.clerk),
    ):
        with pytest.raises((VisitRedacted, NotUndoable)):
            take()

    ticket = Ticket.objects.get()
    assert (ticket.first_name, ticket.status) == ("Redacted", Status.NOSHOW)
    assert undo.last_undoable(office.location.pk) == {}
    assert [access.ticket_by_visit_token(token) for token in (link, ticket.visit_token)] == [
        None
    ] * 2


def test_erase_and_rejoin_at_once_never_both_win(in_threads: Threads, figure: Figure) -> None:
    office = make_office()
    rejoined = 0
    for _round in range(10):
        ticket = office.no_show()

        erased, joined = in_threads(
            lambda ticket=ticket: privacy.erase([ticket], by=office.clerk),  # type: ignore[misc]
            lambda ticket=ticket: lifecycle.rejoin(
                Ticket.objects.get(pk=ticket.pk), by=office.clerk
            ),  # type: ignore[misc]
        )

        row = Ticket.objects.get(pk=ticket.pk)
        is_back = row.status == Status.NEW
        assert isinstance(joined, VisitRedacted) is not is_back
        assert (erased, row.first_name) == ((0, "Jane") if is_back else (1, "Redacted"))
        rejoined += is_back

    figure("erasing beside rejoining, both won, rejoined of 10", f"0, {rejoined}")


def test_worker_redacts_what_is_due_and_leaves_a_sign_of_life(office: Office) -> None:
    served(office.line, instants.now() - 40 * DAY, by=office.clerk)
    looks = iter((False, False, True))

    worker.work(lambda: next(looks))

    assert Ticket.objects.get().first_name == "Redacted"
