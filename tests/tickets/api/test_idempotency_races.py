"""One effect for one `Idempotency-Key`: at the same moment, and after a crash."""

import http.client
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from qminder_site import urls
from tests import databases
from tests.bench import server
from tests.conftest import Figure, Threads
from tests.factories import LineFactory, clerk_of, waiting_ticket
from tests.tickets.api import held
from tests.tickets.api.conftest import FORM, post, program, refusal, reply
from tests.tickets.api.test_idempotency import keyed
from tickets import instants
from tickets.actions import intake
from tickets.api import repeats
from tickets.api.authentication import HEADER
from tickets.api.endpoints import endpoint
from tickets.models import Activity, IdempotencyKey, Line, Message, Ticket, User

TIMES = 100


@pytest.fixture
def line(transactional_db: None) -> Line:
    return LineFactory.create(location__has_messages=True)


@pytest.fixture
def clerk(line: Line) -> User:
    return clerk_of(line.location)


def called() -> int:
    return Activity.objects.filter(event="ticket.called").count()


#: By its name: where it goes, what it sends, and how often it happened.
CALLS: dict[str, tuple[str, str, Callable[[], int]]] = {
    "create": ("/v1/lines/{line}/ticket", "firstName=Joan", lambda: Ticket.objects.count() - 3),
    "call next": ("/v1/tickets/call", "lines={line}", called),
    "message": ("/v1/tickets/{ticket}/messages", "message=Hello", lambda: Message.objects.count()),
}


def without_failures(results: list[Any]) -> list[Any]:
    assert [each for each in results if isinstance(each, Exception)] == []
    return results


@pytest.mark.parametrize("name", CALLS)
def test_post_in_parallel_has_one_effect(
    name: str, line: Line, clerk: User, in_threads: Threads, figure: Figure
) -> None:
    waiting = [waiting_ticket(line, by=clerk, phone_number="+3725551234") for _ in range(3)]
    address, body, effects = CALLS[name]
    names = {"line": line.pk, "ticket": waiting[2].pk}
    sender = program(clerk)
    sender.handler.load_middleware()

    def send() -> Any:
        own = keyed(sender)
        return own.post(address.format(**names), body.format(**names), content_type=FORM)

    answers = without_failures(in_threads(*[send] * TIMES))

    statuses = Counter(answer.status_code for answer in answers)
    assert effects() == 1
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
    assert {refusal(answer)[1] for answer in answers if answer.status_code != 200} <= {
        "idempotency_in_flight"
    }
    assert {answer["Retry-After"] for answer in answers if answer.status_code == 409} <= {"1"}
    assert statuses[200] + statuses[409] == TIMES
    figure(
        f"I1 {TIMES} × {name} at once",
        f"1 effect, {statuses[200]} × the same bytes, {statuses[409]} × 409",
    )


def test_call_next_with_keys_calls_nobody_twice(
    line: Line, in_threads: Threads, figure: Figure
) -> None:
    clerks = [clerk_of(line.location) for _ in range(8)]
    for _ in range(24):
        waiting_ticket(line, by=clerks[0])
    senders = [program(clerk) for clerk in clerks]
    for sender in senders:
        sender.handler.load_middleware()

    def work(own: Client, number: int) -> list[str]:
        """Call until nobody waits, each call twice as if the answer had been lost."""
        ids = []
        for turn in range(100):
            sender = keyed(own, f"{number}-{turn}")
            answers = [reply(post(sender, "/v1/tickets/call", lines=line.pk)) for _ in range(2)]
            assert answers[0] == answers[1]
            if "id" not in answers[0]:
                break
            ids.append(answers[0]["id"])
        return ids

    found = in_threads(*(partial(work, own, n) for n, own in enumerate(senders)))

    ids = [pk for each in without_failures(found) for pk in each]
    assert sorted(ids) == sorted(str(pk) for pk in line.tickets.values_list("pk", flat=True))
    twice, lost = len(ids) - len(set(ids)), line.tickets.waiting().count()
    figure("I1 call next by 8 clerks, each sent twice", f"{twice} of 24 called twice, {lost} lost")


class Crash(BaseException):
    """What no program handles: the process is gone."""


#: What the view of these tests does once the visitor is added; set by each test.
then: Callable[[], None] = lambda: None


@endpoint("POST")
def add(request: Request, line: int) -> Response:
    ticket = intake.create(Line.objects.get(pk=line), by=clerk_of(Line.objects.get().location))
    then()
    return Response({"statusCode": 200, "id": ticket.pk})


urlpatterns = [path("v1/add/<int:line>", add), *urls.urlpatterns]


def crash() -> None:
    raise Crash


@pytest.fixture
def crashed(line: Line, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A program whose request added a visitor and crashed before the commit."""
    sender = keyed(program())
    monkeypatch.setitem(globals(), "then", crash)
    with pytest.raises(Crash):
        sender.post(f"/v1/add/{line.pk}")
    monkeypatch.setitem(globals(), "then", lambda: None)
    return sender


@pytest.mark.urls(__name__)
def test_crashed_request_is_taken_over_when_its_lease_is_over(line: Line, crashed: Client) -> None:
    nothing = line.tickets.count()
    meanwhile = crashed.post(f"/v1/add/{line.pk}")

    with time_machine.travel(instants.now() + repeats.LEASE, tick=False):
        other = crashed.post(f"/v1/add/{line.pk}", "a=1", content_type=FORM)
        later = crashed.post(f"/v1/add/{line.pk}")
        once_more = crashed.post(f"/v1/add/{line.pk}")

    assert nothing == 0
    assert refusal(meanwhile) == (409, "idempotency_in_flight", repeats.HEADER)
    assert meanwhile["Retry-After"] == "1"
    assert refusal(other)[:2] == (422, "idempotency_key_reused")
    assert reply(later)["id"] == line.tickets.get().pk
    assert once_more.content == later.content


@pytest.mark.urls(__name__)
def test_crashed_request_is_taken_over_by_one(
    line: Line, crashed: Client, in_threads: Threads, figure: Figure
) -> None:
    IdempotencyKey.objects.update(leased_until=instants.now())

    def send() -> Any:
        return keyed(crashed).post(f"/v1/add/{line.pk}")

    answers = without_failures(in_threads(*[send] * 8))

    assert sorted({answer.status_code for answer in answers}) in ([200], [200, 409])
    assert line.tickets.count() == 1
    figure("I1 a crashed request taken over by 8 at once", "1 effect")


@pytest.mark.urls(__name__)
def test_request_that_was_taken_over_leaves_nothing_behind(
    line: Line, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    sender = keyed(program())

    def take_over() -> None:
        """As another process does it; here in the transaction, since SQLite has one writer."""
        later = instants.now() + 2 * repeats.LEASE
        assert IdempotencyKey.objects.update(leased_until=later) == 1

    monkeypatch.setitem(globals(), "then", take_over)
    response = sender.post(f"/v1/add/{line.pk}")

    assert refusal(response) == (409, "idempotency_in_flight", repeats.HEADER)
    assert (line.tickets.count(), Activity.objects.count()) == (0, 0)
    figure("I1 effects of a request that was taken over", line.tickets.count())


@pytest.mark.urls(__name__)
def test_failure_of_ours_leaves_nothing_behind(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    sender = keyed(program())
    monkeypatch.setitem(globals(), "then", fail)
    failed = sender.post(f"/v1/add/{line.pk}")
    left = (line.tickets.count(), IdempotencyKey.objects.count())

    monkeypatch.setitem(globals(), "then", lambda: None)
    second = sender.post(f"/v1/add/{line.pk}")

    assert (refusal(failed)[:2], left) == ((500, "internal"), (0, 0))
    assert reply(second)["id"] == line.tickets.get().pk


@pytest.mark.urls(__name__)
def test_answer_too_large_to_keep_is_given_once(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "LARGEST_BODY", 10)
    sender = keyed(program())

    first, second = (sender.post(f"/v1/add/{line.pk}") for _ in range(2))

    assert reply(first)["id"] == line.tickets.get().pk
    assert refusal(second)[:2] == (409, "idempotency_answer_gone")


class Remote:
    """A program that talks to a server process, each request on a connection of its own."""

    def __init__(self, api: Client, port: int) -> None:
        self.secret = api.defaults[f"HTTP_{HEADER.upper().replace('-', '_')}"]
        self.port = port

    def send(self, path: str, body: str, key: str, **headers: str) -> http.client.HTTPConnection:
        sent = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        own = {HEADER: self.secret, repeats.HEADER: key, "Content-Type": FORM, **headers}
        sent.request("POST", path, body, own)
        return sent

    def ask(self, path: str, body: str, key: str) -> tuple[int, bytes, str | None]:
        with closing(self.send(path, body, key)) as sent:
            response = sent.getresponse()
            return response.status, response.read(), response.getheader(repeats.REPLAYED)


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def received(sent: http.client.HTTPConnection) -> bytes:
    """The first byte of the answer, if one ever arrived; the server is gone."""
    with closing(sent), suppress(ConnectionResetError):
        return bytes(sent.sock.recv(1))
    return b""


def test_killed_server_does_nothing_twice(
    line: Line, clerk: User, tmp_path: Path, figure: Figure
) -> None:
    tickets = [waiting_ticket(line, by=clerk, phone_number="+3725551234") for _ in range(4)]
    own = program(clerk)
    requests = {
        "create": (f"/v1/lines/{line.pk}/ticket", "firstName=Joan", held.AFTER),
        "call-next": ("/v1/tickets/call", f"lines={line.pk}", held.AFTER),
        "message": (f"/v1/tickets/{tickets[3].pk}/messages", "message=Hello", held.AFTER),
        "torn": (f"/v1/lines/{line.pk}/ticket", "firstName=Jack", held.BEFORE),
    }
    environment = {"DATABASE_URL": databases.address(), held.HELD: str(tmp_path)}
    slow = environment | {"DJANGO_SETTINGS_MODULE": "tests.tickets.api.held"}

    with server.serving(workers=1, environment=slow) as first:
        remote = Remote(own, first.port)
        sent = []
        for key, (address, body, point) in requests.items():
            sent.append(remote.send(address, body, key, **{held.HOLD: point}))
            until((tmp_path / key).exists)
        os.killpg(first.pid, signal.SIGKILL)
        arrived = [received(each) for each in sent]
    committed = effects()
    with server.serving(workers=1, environment=environment) as second:
        remote = Remote(own, second.port)
        leased = remote.ask(*requests["torn"][:2], "torn")
        IdempotencyKey.objects.filter(status=None).update(leased_until=instants.now())
        answers = {key: remote.ask(*requests[key][:2], key) for key in requests}
        repeated = {key: remote.ask(*requests[key][:2], key) for key in requests}

    assert arrived == [b""] * 4
    assert committed == {"create": 1, "call-next": 1, "message": 1, "torn": 0}
    assert effects() == {"create": 1, "call-next": 1, "message": 1, "torn": 1}
    assert leased[0] == 409
    replayed = {key: (status, mark) for key, (status, _body, mark) in answers.items()}
    assert replayed == {key: (200, None if key == "torn" else "true") for key in requests}
    assert {key: each[:2] for key, each in repeated.items()} == {
        key: each[:2] for key, each in answers.items()
    }
    ghosts = effects()["call-next"] - 1
    figure(
        "I1 server killed after the commit, before the answer: ghost calls after a retry", ghosts
    )


def effects() -> dict[str, int]:
    return {
        "create": Ticket.objects.filter(first_name="Joan").count(),
        "call-next": called(),
        "message": Message.objects.count(),
        "torn": Ticket.objects.filter(first_name="Jack").count(),
    }
