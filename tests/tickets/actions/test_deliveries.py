"""Deliveries of hooks: sent, tried again by the schedule, given up, sent once more, and forgotten."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from django.core import mail
from django.db import connection
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from tests.conftest import CountQueries, Figure
from tests.factories import LocationFactory, UserFactory, manager_of
from tests.receiver import OK, Got, Receiver, Reply, receiving
from tickets import access, outbox
from tickets.actions import deliveries, programs, webhooks
from tickets.exceptions import Refusal
from tickets.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Job,
    Location,
    OffBecause,
    RoleType,
    User,
    Webhook,
)
from tickets.outbox import PAUSES
from tickets.outgoing import Trouble

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FAULT: Reply = (500, {}, b"no")


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def receiver(clock: time_machine.Traveller) -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def hook(receiver: Receiver) -> Webhook:
    return webhooks.register(receiver.url, key=programs.issue_key(name="Program")[0])


@pytest.fixture
def location(db: None) -> Location:
    return LocationFactory.create()


def put(hook: Webhook, location: Location) -> Delivery:
    deliveries.put([hook], event="line_changed", body='{"a":"õ"}', location=location, ticket=None)
    return Delivery.objects.latest("id")


def work() -> None:
    """All that is due, as a worker does it."""
    while job := outbox.take():
        outbox.do(job)


def work_until_it_ends(clock: time_machine.Traveller) -> list[float]:
    """The seconds from each try to the next."""
    pauses = []
    work()
    while (left := outbox.seconds_left()) is not None:
        pauses.append(left)
        clock.shift(left)
        work()
    return pauses


def refused_with(code: int, **headers: str) -> Reply:
    return code, {name.replace("_", "-"): value for name, value in headers.items()}, b""


def test_w1_delivery_is_verified_by_an_outside_library(
    hook: Webhook, location: Location, receiver: Receiver, figure: Figure
) -> None:
    delivery = put(hook, location)

    work()

    (got,) = receiver.got
    assert Verifier(hook.secret).verify(got.body, dict(got.headers)) == {"a": "õ"}
    assert (got.message_id, got.headers["Content-Type"]) == (
        delivery.message_id,
        "application/json",
    )
    delivery.refresh_from_db()
    attempt = delivery.attempts.get()
    assert (delivery.state, attempt.status_code, attempt.answer) == ("DELIVERED", 200, "ok")
    hook.refresh_from_db()
    assert (hook.last_success_at, hook.failing_since) == (NOON, None)
    figure("W1 deliveries verified by standardwebhooks", "1 of 1")


def test_w3_ten_tries_by_the_schedule_and_then_it_is_given_up(
    hook: Webhook,
    location: Location,
    receiver: Receiver,
    clock: time_machine.Traveller,
    figure: Figure,
) -> None:
    receiver.answer = lambda got: FAULT
    delivery = put(hook, location)

    pauses = work_until_it_ends(clock)

    ratios = [each / due.total_seconds() for each, due in zip(pauses, PAUSES, strict=True)]
    assert 0.8 <= min(ratios) < max(ratios) <= 1.2
    assert {got.message_id for got in receiver.got} == {delivery.message_id}
    assert len({got.headers["webhook-timestamp"] for got in receiver.got}) == 10
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts.count(), len(receiver.got)) == ("FAILED", 10, 10)
    assert Job.objects.count() == 0
    hook.refresh_from_db()
    assert (hook.is_active, hook.failing_since) == (True, NOON)
    figure("W3 tries, pauses by the schedule", f"{len(receiver.got)}, ±{outbox.JITTER:.0%}")


@pytest.mark.parametrize("code", [204, 299, 199 + 1])
def test_any_2xx_is_a_success(
    code: int, hook: Webhook, location: Location, receiver: Receiver
) -> None:
    receiver.answer = lambda got: (code, {}, b"")
    put(hook, location)

    work()

    assert Delivery.objects.get().state == DeliveryState.DELIVERED


def test_w3_redirect_is_a_failure_and_not_followed(
    hook: Webhook, location: Location, receiver: Receiver, figure: Figure
) -> None:
    receiver.answer = lambda got: refused_with(308, Location="/elsewhere")
    put(hook, location)

    work()

    assert [got.path for got in receiver.got] == ["/hook"]
    assert Delivery.objects.get().state == DeliveryState.WAITING
    assert DeliveryAttempt.objects.get().status_code == 308
    figure("W3 redirects followed", 0)


def test_w3_410_switches_the_hook_off_and_administrators_are_told(
    hook: Webhook, location: Location, receiver: Receiver, figure: Figure
) -> None:
    for role in (RoleType.OWNER, RoleType.ADMIN):
        UserFactory.create(email=f"{role.lower()}@example.org").roles.create(type=role)
    UserFactory.create(is_active=False).roles.create(type=RoleType.ADMIN)
    receiver.answer = lambda got: refused_with(410)
    put(hook, location)
    put(hook, location)

    work()

    hook.refresh_from_db()
    assert (hook.is_active, hook.off_because) == (False, OffBecause.GONE)
    states = list(Delivery.objects.order_by("id").values_list("state", flat=True))
    assert (states, len(receiver.got)) == (["FAILED", "DROPPED"], 1)
    (notice,) = mail.outbox
    assert notice.bcc == ["admin@example.org", "owner@example.org"]
    assert "Its receiver said that it is gone" in str(notice.body)
    figure("W3 requests after a 410, notices", (len(receiver.got) - 1, len(mail.outbox)))


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("600", 600),
        ("1", None),
        ("0", None),
        (format_datetime(NOON + timedelta(hours=2), usegmt=True), 7200),
        (format_datetime(NOON - timedelta(hours=2), usegmt=True), None),
        ("9" * 400, 24 * 3600),
        (format_datetime(NOON + timedelta(days=300), usegmt=True), 24 * 3600),
        ("-5", None),
        ("²", None),
        ("soon", None),
        ("Mon, 99 Foo 2026 25:61:61 GMT", None),
        (f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT", None),
    ],
)
def test_w3_retry_after_is_kept_within_a_day(
    asked: str, kept: int | None, hook: Webhook, location: Location, receiver: Receiver
) -> None:
    receiver.answer = lambda got: refused_with(429, Retry_After=asked)
    put(hook, location)

    work()

    left = outbox.seconds_left() or 0
    assert left == kept if kept else 4 <= left <= 6
    assert DeliveryAttempt.objects.get().status_code == 429


def test_w3_five_days_of_nothing_but_failures_switch_it_off(
    hook: Webhook,
    location: Location,
    receiver: Receiver,
    clock: time_machine.Traveller,
    figure: Figure,
) -> None:
    UserFactory.create(email="owner@example.org").roles.create(type=RoleType.OWNER)
    receiver.answer = lambda got: FAULT
    is_on = []

    for _day in range(6):
        put(hook, location)
        work()
        hook.refresh_from_db()
        is_on.append(hook.is_active)
        clock.shift(timedelta(days=1))

    assert is_on == [True] * 5 + [False]
    assert hook.off_because == OffBecause.FAILING
    (notice,) = mail.outbox
    assert notice.subject == "A webhook is off"
    assert "Nothing but failures for five days" in str(notice.body)
    figure("W3 days of failures until it is off", is_on.index(False))


def test_w3_sporadic_failures_never_switch_it_off(
    hook: Webhook,
    location: Location,
    receiver: Receiver,
    clock: time_machine.Traveller,
    figure: Figure,
) -> None:
    days = 12
    receiver.answer = lambda got: FAULT if len(receiver.got) % 5 else OK

    for _day in range(days):
        put(hook, location)
        work()
        clock.shift(timedelta(days=1))

    hook.refresh_from_db()
    failed = DeliveryAttempt.objects.filter(status_code=500).count()
    assert hook.is_active
    assert failed > days
    figure(f"W3 failures in {days} days with some successes, is it off", f"{failed}, no")


def test_receiver_that_cannot_be_reached_is_on_record(
    hook: Webhook, location: Location, receiver: Receiver
) -> None:
    Webhook.objects.update(url="http://user@127.0.0.1/")
    put(hook, location)

    work()

    attempt = DeliveryAttempt.objects.get()
    assert (attempt.status_code, attempt.trouble) == (None, Trouble.ADDRESS)


@pytest.mark.django_db(transaction=True)
def test_answer_that_comes_after_the_visit_was_redacted_is_not_kept(
    hook: Webhook, location: Location, receiver: Receiver
) -> None:
    def redact(_got: Got) -> Reply:  # in a thread of the receiver
        Delivery.objects.update(body="")
        connection.close()
        return 400, {}, b"first_name Jane is too short"

    receiver.answer = redact
    put(hook, location)

    work()

    attempt = DeliveryAttempt.objects.get()
    assert (attempt.status_code, attempt.answer) == (400, "")


@pytest.mark.parametrize("end", ["remove", "switch_off", "revoke", "erase", "close"])
def test_nothing_is_sent_once_the_hook_may_not_be_told(
    end: str, hook: Webhook, location: Location, receiver: Receiver
) -> None:
    put(hook, location)
    match end:
        case "remove":
            webhooks.remove(hook)
        case "switch_off":
            webhooks.switch_off(hook)
        case "revoke":
            programs.revoke_key(hook.key)
        case "erase":
            Delivery.objects.update(body="")
        case "close":
            Location.objects.update(is_active=False)

    work()

    assert (Delivery.objects.get().state, receiver.got) == (DeliveryState.DROPPED, [])


def test_hook_switched_on_is_told_what_comes(
    hook: Webhook, location: Location, receiver: Receiver
) -> None:
    Webhook.objects.update(is_active=False, off_because=OffBecause.FAILING, failing_since=NOON)

    webhooks.switch_on(hook)

    put(hook, location)
    work()
    hook.refresh_from_db()
    assert (hook.is_active, hook.off_because, hook.failing_since) == (True, "", None)
    assert len(receiver.got) == 1


def test_hook_of_a_revoked_key_is_off_and_not_switched_on(hook: Webhook) -> None:
    programs.revoke_key(hook.key)
    hook.refresh_from_db()

    assert (hook.is_active, hook.off_because) == (False, OffBecause.PROGRAM)
    with pytest.raises(Refusal, match="was revoked"):
        webhooks.switch_on(hook)


def verifies(got: Got, secret: str) -> bool:
    try:
        Verifier(secret).verify(got.body, dict(got.headers))
    except WebhookVerificationError:
        return False
    return True


def test_w5_both_secrets_verify_for_a_day_after_a_rotation(
    hook: Webhook,
    location: Location,
    receiver: Receiver,
    clock: time_machine.Traveller,
    figure: Figure,
) -> None:
    old = hook.secret
    new = webhooks.rotate(hook)
    verified = {}

    for hours in (0, 12, 23.99, 24):
        clock.move_to(NOON + timedelta(hours=hours))
        put(hook, location)
        work()
        verified[hours] = [verifies(receiver.got[-1], each) for each in (new, old)]

    assert verified == {0: [True] * 2, 12: [True] * 2, 23.99: [True] * 2, 24: [True, False]}
    figure("W5 verified with (new, old) secret, by hours after a rotation", verified)


def test_rotate_twice_keeps_the_secret_that_the_receiver_has(hook: Webhook) -> None:
    old = hook.secret
    webhooks.rotate(hook)
    hook.refresh_from_db()

    new = webhooks.rotate(hook)

    hook.refresh_from_db()
    assert hook.keys == [new, old]


def test_rotate_at_once_by_two_makes_one_secret(hook: Webhook) -> None:
    same = Webhook.objects.get()
    secret = webhooks.rotate(hook)

    with pytest.raises(Refusal, match="Somebody else"):
        webhooks.rotate(same)

    assert Webhook.objects.get().secret == secret


def failed(hook: Webhook, location: Location, number: int) -> list[Delivery]:
    return Delivery.objects.bulk_create(
        Delivery(
            webhook=hook,
            location=location,
            type="line_changed",
            body="{}",
            state=DeliveryState.FAILED,
            created_at=NOON,
        )
        for _ in range(number)
    )


@pytest.mark.once
def test_w6_a_thousand_failed_are_sent_again_once_each(
    hook: Webhook, location: Location, receiver: Receiver, figure: Figure
) -> None:
    rows = failed(hook, location, 1000)

    again = deliveries.replay([row.pk for row in rows])
    work()

    times = Counter(got.message_id for got in receiver.got)
    assert again == 1000
    assert times == Counter(row.message_id for row in rows)
    assert not Delivery.objects.exclude(state=DeliveryState.DELIVERED).exists()
    figure("W6 failed, sent again, times each", f"1000, {len(times)}, {max(times.values())}")


def test_replay_of_the_same_at_once_sends_each_once(
    hook: Webhook, location: Location, count_queries: CountQueries
) -> None:
    ids = [row.pk for row in failed(hook, location, 4)]

    one, three = (
        count_queries(lambda: deliveries.replay(ids[:1])),
        count_queries(lambda: deliveries.replay(ids)),
    )

    assert one == three
    assert deliveries.replay(ids) == 0
    assert Job.objects.count() == 4


@pytest.mark.parametrize("end", ["off", "erased", "waiting"])
def test_what_cannot_be_sent_is_not_replayed(
    end: str, hook: Webhook, location: Location, receiver: Receiver
) -> None:
    delivery = put(hook, location)
    if end != "waiting":
        work()
    if end == "off":
        webhooks.switch_off(hook)
    if end == "erased":
        Delivery.objects.update(body="")

    assert deliveries.replay([delivery.pk]) == 0


def test_deliveries_are_forgotten_after_a_month(
    hook: Webhook, location: Location, receiver: Receiver, clock: time_machine.Traveller
) -> None:
    put(hook, location)
    work()
    clock.shift(deliveries.KEPT)
    deliveries.forget_old()
    kept = DeliveryAttempt.objects.count()
    clock.shift(timedelta(milliseconds=1))

    deliveries.forget_old()

    assert (kept, Delivery.objects.count(), DeliveryAttempt.objects.count()) == (1, 0, 0)


def test_told_of_is_what_the_key_manages(location: Location) -> None:
    elsewhere, closed = LocationFactory.create(), LocationFactory.create(is_active=False)
    people: list[User | None] = [None, manager_of(location), manager_of(closed)]
    for role, where in ((RoleType.CLERK, location), (RoleType.ADMIN, None), (RoleType.OWNER, None)):
        person = UserFactory.create()
        person.roles.create(type=role, location=where)
        people.append(person)
    gone = manager_of(location)
    places = [location, elsewhere, closed]
    for owner in [*people, gone]:
        for scope in ([], [location], [elsewhere], places):
            key, _secret = programs.issue_key(name="Program", user=owner)
            key.locations.set(scope)
            webhooks.register("https://example.org/", key=key)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    programs.revoke_key(Webhook.objects.earliest("id").key)

    told = {place.pk: set(Webhook.objects.told_of(place.pk)) for place in places}

    for hook in Webhook.objects.all():
        managed = set(access.managed_by_key(hook.key).values_list("pk", flat=True))
        managed = managed if access.key_anew(hook.key) else set()
        assert {pk for pk, hooks in told.items() if hook in hooks} == managed
