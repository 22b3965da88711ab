"""Hooks while workers are killed and receivers fail: nothing is lost, and nobody waits for who hangs."""

import json
import multiprocessing
import os
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from math import ceil
from threading import Event, Thread

import pytest
from django.db import connections, transaction

from tests import databases
from tests.conftest import Figure
from tests.receiver import OK, Got, Receiver, Reply, receiving
from tests.tickets import worker_process
from tests.tickets.actions.conftest import Office, make_office
from tickets import worker
from tickets.actions import intake, lifecycle, programs, routing, webhooks
from tickets.models import Activity, Delivery, DeliveryState, Job, Webhook

#: The figures of RELIABILITY.md in full, for whoever has the time.
IS_LONG = os.environ.get("HOOKS") == "long"
CHANGES = 2000 if IS_LONG else 300
KILLS = 10 if IS_LONG else 3
DROPPED = 0.3
GHOST = "Nobody"
#: Servers, browsers and other tests share the cores of a test machine.
SLOWER = 3


@pytest.fixture
def office(transactional_db: None) -> Office:
    return make_office()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def register(url: str) -> Webhook:
    return webhooks.register(url, key=programs.issue_key(name="Program")[0])


def change(office: Office, number: int) -> None:
    """Steps of visits; of five who come, one is rolled back."""
    is_rolled_back = number % 5 == 0
    with transaction.atomic():
        name = GHOST if is_rolled_back else "Jane"
        ticket = intake.create(office.line, by=office.clerk, first_name=name)
        transaction.set_rollback(is_rolled_back)
    if number % 5 == 1:
        lifecycle.call(ticket, by=office.clerk, keep_open=True)
    if number % 5 == 2:
        routing.reorder(ticket, after=None, by=office.clerk)


def test_w2_each_change_arrives_while_workers_are_killed(
    office: Office, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    chance = random.Random(2)
    taken: set[str] = set()

    def answer(got: Got) -> Reply | None:
        if chance.random() < DROPPED:
            return chance.choice([None, (503, {}, b"")])
        taken.add(got.message_id)
        return OK

    receiver.answer = answer
    register(receiver.url)
    monkeypatch.setenv("DATABASE_URL", databases.address())
    fork = multiprocessing.get_context("forkserver")
    fork.set_forkserver_preload(["tests.tickets.worker_process"])
    number = 0
    began = time.monotonic()

    for stretch in range(1, KILLS + 2):
        process = fork.Process(target=worker_process.run, args=(2.0, 0.2))
        process.start()
        while Activity.objects.count() < CHANGES * stretch // (KILLS + 1):
            number += 1
            change(office, number)
        wanted = CHANGES * (stretch - 0.5) / (KILLS + 1) if stretch <= KILLS else CHANGES
        while len(taken) < wanted or (stretch > KILLS and Job.objects.exists()):
            assert time.monotonic() < began + CHANGES * 0.5, "it did not happen"
            time.sleep(0.05)
        process.kill()
        process.join()

    seconds = time.monotonic() - began
    made = set(Activity.objects.values_list("sequence", flat=True))
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for got in receiver.got:
        bodies[got.message_id].add(got.body)
    told = [json.loads(body) for message_id in taken for body in bodies[message_id]]
    of_ticket: dict[str, list[str]] = defaultdict(list)
    for each in sorted(told, key=lambda body: body["sequence"]):
        of_ticket[each["data"]["id"]].append(each["type"])
    assert {each["sequence"] for each in told} == made
    assert len(told) == len(taken) == len(made)
    assert max(len(each) for each in bodies.values()) == 1
    assert {types[0] for types in of_ticket.values()} == {"ticket_created"}
    assert {len(types) for types in of_ticket.values()} <= {1, 2}
    assert Delivery.objects.exclude(state=DeliveryState.DELIVERED).count() == 0
    ghosts = sum(GHOST.encode() in got.body for got in receiver.got)
    assert ghosts == 0
    again = len(receiver.got) - len(taken)
    figure(
        f"W2 {KILLS} kills, {DROPPED:.0%} dropped: changes, delivered, of rolled-back ones, sent again; s",
        f"{len(made)}, {len(taken)}, {ghosts}, {again}; {seconds:.0f}",
    )


def test_w4_who_hangs_keeps_nobody_else(office: Office, figure: Figure) -> None:
    events, over = 12, Event()
    with ExitStack() as stack:
        hanging, *healthy = [stack.enter_context(receiving()) for _ in range(4)]
        hanging.answer = lambda got: OK if over.wait(30) else None
        for each in (hanging, *healthy):
            register(each.url)
        thread = Thread(target=work, args=(over,))
        thread.start()
        began: dict[int, float] = {}
        for _ in range(events):
            ticket = office.waiting()
            began[ticket.pk] = time.monotonic()
            time.sleep(0.05)
        until = time.monotonic() + 30
        while any(len(each.got) < events for each in healthy) and time.monotonic() < until:
            time.sleep(0.02)
        asked = len(hanging.got)
        over.set()
        thread.join(20)

    delays = sorted(
        got.at - began[int(json.loads(got.body)["data"]["id"])]
        for each in healthy
        for got in each.got
    )
    p95 = delays[ceil(len(delays) * 0.95) - 1]
    assert len(delays) == events * 3
    assert asked == 1
    assert p95 <= 2 * SLOWER
    figure("W4 one hangs: p95 of 3 healthy, s; calls at who hangs", f"{p95:.2f}; {asked}")


def work(over: Event) -> None:
    worker.work(over.is_set)
    connections.close_all()
