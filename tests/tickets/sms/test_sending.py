"""The way to the provider: what it answers, what it does not, and what must never be sent twice."""

import logging
import multiprocessing
import os
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests import databases
from tests.conftest import Figure, Threads
from tests.tickets.actions.conftest import Office, make_office
from tests.tickets.sms import sender_process, twilio_server
from tests.tickets.sms.conftest import queued, try_to_send
from tests.tickets.sms.twilio_server import Answer, Handler, Server
from tickets import instants, outbox
from tickets.actions import intake, lifecycle, messages, remote, sending
from tickets.models import Job, Location, Message, MessageStatus, Reason, TextDay
from tickets.outbox import NotYet
from tickets.sms import breaker as breaker_module
from tickets.sms.breaker import breaker
from tickets.sms.providers import Outcome

S = MessageStatus
#: M2 asks for 50, M8 for 500: `TEXTS=long`.
IS_LONG = os.environ.get("TEXTS") == "long"
KILLS = 50 if IS_LONG else 5
STRANGERS = 500 if IS_LONG else 100


def test_accepted_text_is_sent_once_with_its_callback(office: Office, far_end: Server) -> None:
    text = try_to_send(queued(office))
    try_to_send(text)

    assert (text.status, text.provider_id) == (S.SENT, f"SM{1:032}")
    assert far_end.asked == [
        {
            "To": "+3725123456",
            "From": twilio_server.NUMBER,
            "Body": "Come to the door.",
            "StatusCallback": f"https://queue.example.org/texts/twilio/{text.pk}/",
        }
    ]


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (twilio_server.fail(400, 21211), S.INVALID_NUMBER, ""),
        (twilio_server.fail(400, 21614), S.INVALID_NUMBER, ""),
        (twilio_server.fail(400, 21610), S.NOT_SENT, Reason.STOPPED),
        (twilio_server.fail(400, 21408), S.NOT_SENT, Reason.FAILED),
        (twilio_server.fail(401, 20003), S.NOT_SENT, Reason.FAILED),
        (twilio_server.fail(500), S.UNSURE, ""),
        (twilio_server.fail(502), S.UNSURE, ""),
        (twilio_server.fail(503, code=503), S.UNSURE, ""),  # a gateway's
        (twilio_server.garbage, S.UNSURE, ""),
        (twilio_server.reset, S.UNSURE, ""),
        (twilio_server.hang, S.UNSURE, ""),
    ],
)
def test_answer_decides_what_becomes_of_a_text(
    office: Office, far_end: Server, answer: Answer, status: str, reason: str
) -> None:
    far_end.answer = answer

    text = try_to_send(queued(office))

    assert (text.status, text.reason) == (status, reason)
    assert len(far_end.asked) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_text_that_was_not_taken_is_tried_again(
    office: Office, far_end: Server, status: int
) -> None:
    far_end.answer = twilio_server.fail(status)
    text = queued(office)

    with pytest.raises(NotYet):
        try_to_send(text)
    text.refresh_from_db()
    held = text.status
    far_end.answer = twilio_server.accept

    assert (held, try_to_send(text, 2).status) == (S.QUEUED, S.SENT)


def test_m1_trouble_rests_the_provider_and_ends_after_minutes(
    office: Office, far_end: Server, figure: Figure
) -> None:
    far_end.answer = twilio_server.fail(503)
    texts = [queued(office, number=f"+372500000{each}") for each in range(8)]
    with time_machine.travel(instants.now() - timedelta(minutes=2)):
        old = queued(office)
    for text in texts:
        with pytest.raises(NotYet):
            try_to_send(text)
    asked = len(far_end.asked)
    version = Location.objects.get().version

    with time_machine.travel(instants.now() + timedelta(minutes=8, seconds=1)):
        given_up = try_to_send(old, 2)
        began = time.monotonic()
        told = Location.objects.get().version - version

    assert asked == breaker_module.FAILURES
    assert (given_up.status, given_up.reason, told) == (S.NOT_SENT, Reason.LATE, 1)
    figure("M1 failures until the provider is left alone", asked)
    figure("M1 given up, clerk told after, s", round(time.monotonic() - began, 2))


def test_m1_pages_do_not_wait_for_the_provider(
    office: Office, far_end: Server, figure: Figure
) -> None:
    far_end.answer = twilio_server.hang
    ticket = intake.create(office.line, by=office.clerk, phone_number="+3725123456")
    client = Client()
    client.force_login(office.clerk)

    began = time.monotonic()
    path = reverse("tickets:write-message", args=[ticket.pk])
    answers = [client.post(path, {"body": "Come."}).status_code for _time in range(5)]
    answers.append(client.post(reverse("tickets:call-ticket", args=[ticket.pk])).status_code)

    assert answers == [302] * 6
    assert far_end.asked == []
    figure(
        "M1 a provider that hangs: pages that asked it; ms for each",
        f"0; {(time.monotonic() - began) / 6 * 1000:.0f}",
    )


def test_p5_no_number_and_no_text_is_in_the_log(
    office: Office, far_end: Server, caplog: pytest.LogCaptureFixture, figure: Figure
) -> None:
    caplog.set_level(logging.DEBUG)
    for answer in (twilio_server.accept, twilio_server.fail(400, 21211), twilio_server.fail(503)):
        far_end.answer = answer
        messages.put(queued(office).ticket, body="Come to the door.", at=instants.now())
        for job in Job.objects.filter(kind="message.send"):
            Job.objects.filter(pk=job.pk).update(attempts=1)
            job.attempts = 1
            outbox.do(job)

    said = caplog.text + "".join(Job.objects.values_list("error", flat=True))
    assert "is tried again" in said
    assert [secret for secret in ("5123456", "door", twilio_server.TOKEN) if secret in said] == []
    figure("P5 numbers, texts, tokens in the log of sending", "0, 0, 0")


def test_breaker_asks_again_after_the_rest(office: Office, far_end: Server) -> None:
    for _failure in range(breaker_module.FAILURES):
        breaker.failed()
    rest = breaker.rest_left()
    breaker._rests_until = 0.0

    text = try_to_send(queued(office))

    assert timedelta(seconds=29) < rest <= breaker_module.REST
    assert (text.status, breaker.rest_left()) == (S.SENT, timedelta())


def test_pauses_never_reach_beyond_the_end(office: Office, far_end: Server) -> None:
    far_end.answer = twilio_server.fail(503)
    text = queued(office)
    at, attempt = text.created_at, 1

    while text.status == S.QUEUED:
        breaker.succeeded()
        with time_machine.travel(at, tick=False):
            try:
                try_to_send(text, attempt)
            except NotYet as again:
                at, attempt = at + (again.pause or sending.TOO_OLD * 2), attempt + 1
        text.refresh_from_db()

    assert (text.status, text.reason) == (S.NOT_SENT, Reason.LATE)
    assert at - text.created_at <= sending.TOO_OLD


def test_text_of_yesterday_is_not_sent(office: Office, far_end: Server) -> None:
    with time_machine.travel(instants.now() - timedelta(minutes=11)):
        text = queued(office)

    assert try_to_send(text).reason == Reason.LATE
    assert far_end.asked == []


Change = Callable[[Message, Office], object]


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        (Reason.OFF, lambda t, o: Location.objects.update(has_messages=False)),
        (Reason.NO_NUMBER, lambda t, o: type(t.ticket).objects.update(phone_number="")),
        (Reason.COUNTRY, lambda t, o: Location.objects.update(sms_countries="LV, LT")),
        (Reason.DAY_FULL, lambda t, o: Location.objects.update(texts_per_day=0)),
    ],
)
def test_what_may_not_be_sent_says_why(
    office: Office, far_end: Server, reason: Reason, change: Change
) -> None:
    text = queued(office)
    change(text, office)

    assert try_to_send(text).reason == reason
    assert far_end.asked == []


def test_called_text_of_a_visit_that_went_on_is_not_sent(office: Office, far_end: Server) -> None:
    ticket = intake.create(office.line, by=office.clerk, phone_number="+3725123456")
    lifecycle.call(ticket, by=office.clerk)
    lifecycle.return_to_queue(ticket, position="FIRST", by=office.clerk)
    added, called = ticket.messages.order_by("id")

    assert (try_to_send(added).status, try_to_send(called).reason) == (S.SENT, Reason.OVER)


def test_text_of_an_earlier_call_is_not_sent_after_the_next(
    office: Office, far_end: Server
) -> None:
    ticket = intake.create(office.line, by=office.clerk, phone_number="+3725123456")
    for _call in range(2):
        time.sleep(0.002)  # another millisecond, another call
        ticket = lifecycle.call(ticket, by=office.clerk)
        if _call == 0:
            ticket = lifecycle.return_to_queue(ticket, position="FIRST", by=office.clerk)
    earlier, later = ticket.messages.filter(moment="CALLED").order_by("id")

    assert (try_to_send(earlier).reason, try_to_send(later).status) == (Reason.OVER, S.SENT)


def test_texts_to_one_visitor_go_out_in_their_order(office: Office, far_end: Server) -> None:
    first = queued(office)
    second = messages.send(first.ticket, body="No, desk 5.", by=office.clerk)
    with pytest.raises(NotYet, match="an earlier text"):
        try_to_send(second)
    try_to_send(first)

    try_to_send(second, 2)

    assert [each["Body"] for each in far_end.asked] == ["Come to the door.", "No, desk 5."]


def test_texts_that_are_refused_one_by_one_stop_nobody_elses(
    office: Office, far_end: Server
) -> None:
    far_end.answer = twilio_server.fail(400, 21606)
    for number in range(breaker_module.FAILURES):
        try_to_send(queued(office, number=f"+372500000{number}"))
    far_end.answer = twilio_server.accept

    assert try_to_send(queued(office)).status == S.SENT


def test_limits_hold_where_the_first_try_did_not_come_so_far(
    office: Office, far_end: Server
) -> None:
    text = queued(office)
    Location.objects.update(sms_countries="LV")

    assert try_to_send(text, 2).reason == Reason.COUNTRY


def test_m2_killed_between_the_call_and_its_record_never_sends_twice(
    transactional_db: None,
    far_end: Server,
    monkeypatch: pytest.MonkeyPatch,
    figure: Figure,
) -> None:
    office = make_office()
    texts = [queued(office) for _each in range(KILLS)]
    monkeypatch.setenv("DATABASE_URL", databases.address())
    has_it, over = Event(), Event()

    def hold(_handler: Handler) -> None:
        has_it.set()
        over.wait(20)

    far_end.answer = hold
    fork = multiprocessing.get_context("forkserver")
    fork.set_forkserver_preload(["tests.tickets.worker_process"])
    Job.objects.all().delete()
    for text in texts:
        has_it.clear()
        outbox.put("message.send", due_at=instants.now(), lane="sms", message=text.pk)
        process = fork.Process(target=sender_process.run, args=(0.2, far_end.server_port))
        process.start()
        assert has_it.wait(30)
        process.kill()
        process.join()
    over.set()
    far_end.answer = twilio_server.accept
    deadline = time.monotonic() + 20
    while Job.objects.exists() and time.monotonic() < deadline:
        Job.objects.update(due_at=instants.now())
        job = outbox.take()
        assert job
        outbox.do(job)

    statuses = list(Message.objects.order_by("id").values_list("status", flat=True))
    sent = len(far_end.asked)
    assert (sent, statuses) == (KILLS, [S.UNSURE] * KILLS)
    figure("M2 kills, texts at the provider, sent twice, unsure", f"{KILLS}, {sent}, 0, {KILLS}")


@pytest.mark.parametrize(
    "order", ["SENT DELIVERED", "DELIVERED SENT", "UNDELIVERED DELIVERED SENT"]
)
def test_m3_status_never_goes_back(office: Office, far_end: Server, order: str) -> None:
    text = try_to_send(queued(office))

    for outcome in order.split():
        sending.settle(message=text.pk, outcome=Outcome(outcome))

    text.refresh_from_db()
    assert text.status == S.DELIVERED


def test_m3_reports_at_the_same_moment_end_delivered(
    far_end: Server, in_threads: Threads, figure: Figure
) -> None:
    text = try_to_send(queued(make_office()))
    version = Location.objects.get().version
    outcomes = [Outcome.SENT, Outcome.DELIVERED, Outcome.UNDELIVERED, Outcome.DELIVERED] * 5

    results = in_threads(
        *(lambda each=each: sending.settle(message=text.pk, outcome=each) for each in outcomes)
    )

    text.refresh_from_db()
    told = Location.objects.get().version - version
    assert (text.status, told) == (S.DELIVERED, results.count(True))
    assert told <= 2
    figure(f"M3 {len(outcomes)} reports at once: ends", text.status)


def test_unsure_text_is_settled_by_a_later_report(office: Office, far_end: Server) -> None:
    far_end.answer = twilio_server.garbage
    text = try_to_send(queued(office))

    sending.settle(message=text.pk, outcome=Outcome.DELIVERED)

    text.refresh_from_db()
    assert text.status == S.DELIVERED


def test_m8_sign_ins_run_up_no_bill(office: Office, far_end: Server, figure: Figure) -> None:
    Location.objects.update(texts_per_day=100, remote_limit=None)
    office.line.refresh_from_db()

    def joined(number: str) -> Message:
        details = {"first_name": "Bot", "phone_number": number}
        return remote.join(office.line, **details).messages.get()

    one = []
    for _time in range(STRANGERS // 10):
        one.append(try_to_send(joined("+3725000000")))
        one[-1].ticket.__class__.objects.update(status="CANCELLED_BY_CLERK")
    many = [try_to_send(joined(f"+37251{each:05}")) for each in range(STRANGERS)]

    day = TextDay.objects.get()
    assert [each.status for each in one].count(S.SENT) == 3
    assert {each.reason for each in one} == {"", Reason.TOO_MANY}
    assert [each.status for each in many].count(S.SENT) == 47
    assert (len(far_end.asked), day.count, day.refused) == (50, 50, STRANGERS - 47)
    lifecycle.call(many[-1].ticket, by=office.clerk)
    assert try_to_send(many[-1].ticket.messages.latest("id")).status == S.SENT
    figure(
        f"M8 one number {STRANGERS // 10}×: sent; {STRANGERS} numbers more at a cap of 100: "
        "strangers' in all, a clerk's call then",
        "3; 50, sent",
    )


def test_a_clerks_call_is_texted_however_often_the_number_signed_in(
    office: Office, far_end: Server
) -> None:
    for _time in range(4):
        ticket = intake.create(
            office.line, by=office.clerk, source="NAME", phone_number="+3725123456"
        )
        try_to_send(ticket.messages.get())
    lifecycle.call(ticket, by=office.clerk)

    assert try_to_send(ticket.messages.latest("id")).status == S.SENT


def test_day_is_counted_once_for_a_text_that_is_tried_again(
    office: Office, far_end: Server
) -> None:
    far_end.answer = twilio_server.fail(503)
    text = queued(office)
    with pytest.raises(NotYet):
        try_to_send(text)
    far_end.answer = twilio_server.accept

    try_to_send(text, 2)

    assert TextDay.objects.get().count == 1


def test_without_a_provider_a_message_stands_on_the_page(
    office: Office, settings: Settings
) -> None:
    settings.SMS_PROVIDER = ""

    text = queued(office)
    messages.hand_over(message=text.pk)

    assert Job.objects.get().kind == "message.hand_over"
    assert Message.objects.get().status == S.SENT
