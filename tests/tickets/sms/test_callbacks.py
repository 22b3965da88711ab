"""What Twilio asks here: signed by its own validator, kept once, and never across locations."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from tests.conftest import Figure, Threads
from tests.tickets.actions.conftest import Office, make_office
from tests.tickets.sms.conftest import queued, try_to_send
from tests.tickets.sms.twilio_server import ACCOUNT, NUMBER, TOKEN, Server, signature
from tickets import instants, outbox
from tickets.actions import inbound, intake, lifecycle, messages
from tickets.models import (
    Activity,
    Job,
    Location,
    Message,
    MessageStatus,
    Reason,
    StoppedNumber,
    StrayText,
    Ticket,
)
from tickets.sms import keywords
from tickets.sms.keywords import Keyword

SITE = "https://queue.example.org"
IN = "/texts/twilio/in/"
JANE = "+3725123456"


def text_in(body: str, *, number: str = JANE, to: str = NUMBER, sid: str = "") -> dict[str, str]:
    sid = sid or f"SM{abs(hash((body, number))):032}"
    return {"AccountSid": ACCOUNT, "MessageSid": sid, "From": number, "To": to, "Body": body}


def ask(path: str, form: dict[str, str], **how: str) -> Any:
    """As Twilio asks: signed over the public address, arriving by a proxy at another one."""
    address = how.get("address", f"{SITE}{path}")
    signed = how.get("signature") or signature(address, form, how.get("token", TOKEN))
    headers = {"X-Twilio-Signature": signed}
    return Client().post(path, form, headers=headers)


def rows() -> list[int]:
    models = (Message, StrayText, Activity, Job, StoppedNumber)
    return [model.objects.count() for model in models]


def jane(office: Office, **details: Any) -> Ticket:
    return intake.create(office.line, by=office.clerk, phone_number=JANE, **details)


def obeyed() -> list[str]:
    """What was answered once the worker has done what keywords asked for."""
    for job in Job.objects.filter(kind="message.obey"):
        Job.objects.filter(pk=job.pk).update(attempts=1)
        job.attempts = 1
        outbox.do(job)
    replies = Message.objects.filter(moment="REPLY").order_by("id")
    return list(replies.values_list("body", flat=True))


def test_answer_of_a_visitor_is_on_the_newest_visit(office: Office) -> None:
    jane(office)
    ticket = jane(office)

    answer = ask(IN, text_in("On my way"))

    message = Message.objects.get(direction="INCOMING")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    assert (message.ticket, message.body, message.is_unread) == (ticket, "On my way", True)


FORGED: dict[str, Callable[[], Any]] = {
    "no signature": lambda: Client().post(IN, text_in("Hi")),
    "bad signature": lambda: ask(IN, text_in("Hi"), signature="AAAA"),
    "not ASCII": lambda: ask(IN, text_in("Hi"), signature="ä"),
    "the address behind the proxy": lambda: ask(
        IN, text_in("Hi"), address=f"http://testserver{IN}"
    ),
    "another path": lambda: ask(IN, text_in("Hi"), address=f"{SITE}/texts/twilio/1/"),
    "another token": lambda: ask(IN, text_in("Hi"), token="x" * 32),
    "another account": lambda: ask(IN, text_in("Hi") | {"AccountSid": "AC" + "2" * 32}),
    "no account": lambda: ask(IN, {"MessageSid": "SM1", "From": JANE, "To": NUMBER, "Body": "Hi"}),
    "a word added": lambda: ask(
        IN, text_in("STOP"), signature=signature(f"{SITE}{IN}", text_in("Hi"))
    ),
    "a report": lambda: ask("/texts/twilio/1/", {"MessageStatus": "sent"}, signature="AAAA"),
}


@pytest.mark.parametrize("how", FORGED)
def test_m4_forged_callback_is_refused_and_leaves_nothing(
    office: Office, figure: Figure, how: str
) -> None:
    jane(office)
    before = rows()

    answer = FORGED[how]()

    assert (answer.status_code, rows()) == (403, before)
    figure(f"M4 {how}: status, rows", "403, 0")


@pytest.mark.parametrize("provider", ["", "development"])
def test_callback_of_a_provider_that_is_not_in_use_does_not_exist(
    office: Office, settings: Settings, provider: str
) -> None:
    settings.SMS_PROVIDER = provider

    assert ask(IN, text_in("Hi")).status_code == 404


def test_m3_same_text_brought_a_hundred_times_is_kept_once(
    transactional_db: None, carried: None, in_threads: Threads, figure: Figure
) -> None:
    office = make_office()
    jane(office)
    form = text_in("On my way")

    answers: list[Any] = []
    for _round in range(10):
        answers += in_threads(*[lambda: ask(IN, form)] * 10)

    assert [answer.status_code for answer in answers] == [200] * 100
    kept = Message.objects.filter(direction="INCOMING").count()
    assert kept == 1
    figure("M3 one text brought 100×, kept", kept)


@pytest.mark.parametrize(
    ("status", "code", "becomes"),
    [
        ("delivered", "", MessageStatus.DELIVERED),
        ("undelivered", "30003", MessageStatus.UNDELIVERED),
        ("failed", "30005", MessageStatus.INVALID_NUMBER),
        ("queued", "", MessageStatus.SENT),
    ],
)
def test_report_of_twilio_is_shown(
    office: Office, far_end: Server, status: str, code: str, becomes: str
) -> None:
    text = try_to_send(queued(office))
    form = {"AccountSid": ACCOUNT, "MessageSid": text.provider_id, "MessageStatus": status}

    answer = ask(f"/texts/twilio/{text.pk}/", form | ({"ErrorCode": code} if code else {}))

    text.refresh_from_db()
    assert (answer.status_code, text.status) == (200, becomes)


STOPS = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT")


def test_m6_stop_words_stop_everything_and_start_allows_it_again(
    office: Office, far_end: Server, figure: Figure
) -> None:
    sent = 0
    spelled = [form for word in STOPS for form in (word, word.lower(), f"  {word.title()}\n")]
    for count, word in enumerate(spelled[::3] + spelled[1:6:3]):
        number = f"+37250{count:05}"
        ask(IN, text_in(word, number=number))
        text = try_to_send(queued(office, number=number))
        assert (text.status, text.reason) == (MessageStatus.NOT_SENT, Reason.STOPPED)
        sent = len(far_end.asked)

    ask(IN, text_in("Start", number=number))
    again = try_to_send(queued(office, number=number))

    assert (sent, again.status) == (0, MessageStatus.SENT)
    assert {keywords.of(word) for word in spelled} == {Keyword.STOP}
    figure(
        "M6 spellings understood as STOP; numbers that wrote one, texts sent to them",
        f"{len(spelled)}; {count + 1}, {sent}",
    )


@pytest.mark.parametrize("body", ["stop texting me", "Please stop", "STOP.", "don’t stop", "ends"])
def test_m6_a_sentence_is_an_ordinary_message(office: Office, body: str) -> None:
    ticket = jane(office)

    ask(IN, text_in(body))

    assert StoppedNumber.objects.count() == 0
    assert ticket.messages.get(direction="INCOMING").body == body
    assert obeyed() == []


def test_m6_the_number_is_not_kept_in_the_clear(office: Office) -> None:
    ask(IN, text_in("STOP"))

    stopped = StoppedNumber.objects.get()
    assert JANE[1:] not in stopped.pk
    assert len(stopped.pk) == 64


def test_every_word_means_one_thing() -> None:
    words = [word for each in keywords.WORDS.values() for word in each]

    assert [keywords.of(word.lower()) for word in words] == [
        keyword for keyword, each in keywords.WORDS.items() for _word in each
    ]
    assert {keywords.of(word) for word in STOPS} == {Keyword.STOP}


def test_keyword_leave_ends_the_visit(office: Office) -> None:
    ticket = jane(office)

    ask(IN, text_in("Leave"))

    assert obeyed() == ["You have left the line."]
    ticket.refresh_from_db()
    assert ticket.status == "CANCELLED_BY_CLERK"
    assert ticket.activities.get(event="ticket.cancelled").actor_type == "VISITOR"


def test_one_letter_after_a_clerks_question_is_an_ordinary_message(office: Office) -> None:
    ticket = jane(office)
    messages.send(ticket, body="Size S, M or L?", by=office.clerk)

    ask(IN, text_in("L"))

    assert obeyed() == []
    ticket.refresh_from_db()
    assert ticket.status == "NEW"


def test_keyword_more_time_lets_others_pass_twice(office: Office) -> None:
    jane(office)
    office.waiting()
    office.waiting()
    office.waiting()
    office.waiting()

    for sid in ("SM1", "SM2", "SM3"):
        ask(IN, text_in("more  time", sid=sid))
        said = obeyed()

    assert said == [
        "Others go before you now. You keep your number.",
        "Others go before you now. You keep your number.",
        "You have moved back twice already. Your place stays as it is.",
    ]


def test_keyword_here_says_so_in_the_visitors_language(office: Office) -> None:
    ticket = jane(office, language="et")

    ask(IN, text_in("kohal"))

    assert obeyed() == ["Töötajad teavad, et olete kohal."]
    ticket.refresh_from_db()
    assert ticket.arrived_at


def test_keyword_of_somebody_who_was_called_names_the_desk(office: Office) -> None:
    lifecycle.call(jane(office), by=office.clerk, desk=office.desk)

    ask(IN, text_in("leave"))

    assert obeyed() == [f"It is your turn: {office.desk}"]


def test_keyword_help_says_what_may_be_asked(office: Office) -> None:
    jane(office)

    ask(IN, text_in("info"))

    (said,) = obeyed()
    assert said.startswith(f"{office.location.name}: text LEAVE to leave the line")


def test_m7_text_never_crosses_locations(
    office: Office, settings: Settings, figure: Figure
) -> None:
    other, shared = make_office(), make_office()
    Location.objects.filter(pk=other.location.pk).update(sms_number="+37261111111")
    jane(office)
    elsewhere = jane(other)
    newest = jane(shared)

    ask(IN, text_in("to the shared number"))
    ask(IN, text_in("to the other’s own", to="+37261111111"))
    lifecycle.cancel(elsewhere, by=other.clerk)
    ask(IN, text_in("nobody there", to="+37261111111"))
    ask(IN, text_in("a stranger", number="+3725999999"))
    ask(IN, text_in("a number of nobody", to="+37262222222"))

    kept = {each.body: each.ticket for each in Message.objects.filter(direction="INCOMING")}
    strays = {each.body: each.location for each in StrayText.objects.all()}
    assert kept == {"to the shared number": newest, "to the other’s own": elsewhere}
    assert strays == {
        "nobody there": other.location,
        "a stranger": None,
        "a number of nobody": None,
    }
    figure("M7 texts to two visits of one phone, in the wrong location", "5, 0")


def test_p3_text_without_a_visit_goes_with_the_visits_of_its_day(office: Office) -> None:
    Location.objects.update(retention_days=2)
    for days, number in ((3, "+3725000003"), (1, "+3725000001")):
        with time_machine.travel(instants.now() - timedelta(days=days)):
            ask(IN, text_in("Hi", number=number))

    inbound.forget_old()

    assert StrayText.objects.get().number == "+3725000001"


@pytest.mark.parametrize("body", ["", "x" * 5000, "a\x00b", "\ud83d\ude00", "=cmd()", "<b>"])
def test_odd_texts_are_kept_as_they_are(office: Office, body: str) -> None:
    body = body.encode("utf-16", "surrogatepass").decode("utf-16")
    ticket = jane(office)

    answer = ask(IN, text_in(body))

    assert answer.status_code == 200
    kept = ticket.messages.get(direction="INCOMING").body
    assert kept == body.replace("\x00", "")[:1600]
