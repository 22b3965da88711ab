"""Automatic texts: written with the step, in the visitor's language, by the line's own words."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.conftest import CountQueries, Figure
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import latest
from tickets.actions import intake, lifecycle, remote, undo
from tickets.models import Job, Location, Message, MessageStatus, Source, Ticket, Wording
from tickets.sms.wording import Moment

NUMBER = "+3725123456"


def signed_in(office: Office, **details: object) -> Ticket:
    given = {"first_name": "Jane", "phone_number": NUMBER, **details}
    return intake.create(office.line, by=office.clerk, **given)  # type: ignore[arg-type]


def bodies() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("id").values_list("moment", "body"))


def test_every_moment_has_its_text(office: Office) -> None:
    Wording.objects.create(location=office.location, switches={"SERVED": True})
    place = office.location.name

    ticket = signed_in(office)
    lifecycle.call(ticket, by=office.clerk, desk=office.desk)
    lifecycle.serve(ticket, by=office.clerk)
    other = signed_in(office, phone_number="+3725000000")
    lifecycle.call(other, by=office.colleague)

    link = "https://queue.example.org/visit/"
    number, next_number = ticket.public_id, other.public_id
    assert bodies() == [
        (
            "ADDED",
            f"{place}: you are in line. Number {number}, place 1. {link}{ticket.visit_token}/",
        ),
        ("CALLED_TO_DESK", f"{place}: it is your turn, {number}. Go to: {office.desk}."),
        ("SERVED", f"{place}: thank you for your visit!"),
        (
            "ADDED",
            f"{place}: you are in line. Number {next_number}, place 1. {link}{other.visit_token}/",
        ),
        ("CALLED", f"{place}: it is your turn, {next_number}. Come in now."),
    ]
    lanes = Job.objects.filter(kind="message.send").order_by("id").values_list("lane", flat=True)
    assert list(lanes) == ["sms-patient:", "sms:", "sms-patient:", "sms-patient:", "sms:"]


def test_who_is_served_by_the_next_call_is_thanked_too(office: Office) -> None:
    Wording.objects.create(location=office.location, switches={"SERVED": True})
    lifecycle.call(signed_in(office), by=office.clerk)
    waiting = signed_in(office, phone_number="+3725000000")

    lifecycle.call(waiting, by=office.clerk)

    assert [moment for moment, _body in bodies()][-2:] == ["CALLED", "SERVED"]


def test_recall_texts_nobody_again(office: Office) -> None:
    ticket = signed_in(office)
    lifecycle.call(ticket, by=office.clerk)
    before = bodies()

    lifecycle.recall(ticket, by=office.clerk)

    assert bodies() == before


@pytest.mark.parametrize(
    ("language", "begins"),
    [("et", "olete järjekorras"), ("ar", "أنت في الطابور"), ("xx", "you are in line")],
)
def test_text_is_in_the_visitors_language(office: Office, language: str, begins: str) -> None:
    signed_in(office, language=language)

    assert bodies()[0][1].startswith(f"{office.location.name}: {begins}")


def test_the_lines_words_go_before_those_of_the_location(office: Office) -> None:
    Wording.objects.create(
        location=office.location,
        texts={"en": {"ADDED": "All: {place}", "CALLED": "Come, {first_name}"}},
    )
    Wording.objects.create(
        location=office.location, line=office.line, texts={"en": {"ADDED": "{line}: {place} {x"}}
    )

    lifecycle.call(signed_in(office), by=office.clerk)
    intake.create(office.other_line, by=office.clerk, phone_number=NUMBER)

    assert [body for _moment, body in bodies()] == [
        f"{office.line}: 1 {{x",
        "Come, Jane",
        "All: 1",
    ]


def test_a_text_is_switched_off_for_all_lines_or_for_one(office: Office) -> None:
    Wording.objects.create(location=office.location, switches={"ADDED": False})
    Wording.objects.create(
        location=office.location, line=office.other_line, switches={"ADDED": True}
    )

    signed_in(office)
    intake.create(office.other_line, by=office.clerk, phone_number=NUMBER)

    assert Message.objects.get().ticket.line == office.other_line


@pytest.mark.parametrize("off", ["provider", "location", "number"])
def test_nothing_is_sent_where_texts_are_off(office: Office, settings: Settings, off: str) -> None:
    if off == "provider":
        settings.SMS_PROVIDER = ""
    Location.objects.update(has_messages=off != "location")
    office.line.refresh_from_db()

    ticket = signed_in(office, phone_number="" if off == "number" else NUMBER)
    lifecycle.call(ticket, by=office.clerk)

    assert bodies() == []


def test_texts_of_all_sources_are_alike(office: Office) -> None:
    remote.join(office.line, phone_number=NUMBER)
    for source in Source.values:
        signed_in(office, source=source)

    assert [moment for moment, _body in bodies()] == ["ADDED"] * 4


def test_us5_a_call_undone_within_five_seconds_sends_no_text(
    office: Office, figure: Figure
) -> None:
    ticket = signed_in(office)
    lifecycle.call(ticket, by=office.clerk)

    undo.undo(latest(ticket), by=office.clerk)

    assert [moment for moment, _body in bodies()] == ["ADDED"]
    figure("US5 texts of a call undone within 5 s", 0)


def test_a_call_is_undone_after_its_text_went_out(office: Office) -> None:
    ticket = signed_in(office)
    lifecycle.call(ticket, by=office.clerk)
    Message.objects.update(status=MessageStatus.SENT)

    undo.undo(latest(ticket), by=office.clerk)

    ticket.refresh_from_db()
    assert (ticket.status, len(bodies())) == ("NEW", 2)


def test_clerk_who_undoes_too_late_is_told_that_the_text_went_out(office: Office) -> None:
    ticket = signed_in(office)
    lifecycle.call(ticket, by=office.clerk)
    Message.objects.update(status=MessageStatus.SENT)
    client = Client()
    client.force_login(office.clerk)

    page = client.post(
        reverse("tickets:undo", args=[office.location.pk]),
        {"activity": latest(ticket).pk},
        follow=True,
    )

    assert "The text message about it had gone out already." in page.content.decode()


def test_a_rolled_back_step_leaves_no_text(office: Office) -> None:
    ticket = signed_in(office)
    Ticket.objects.filter(pk=ticket.pk).update(status="CANCELLED_BY_CLERK")

    with pytest.raises(Exception, match=r"no longer in the line"):
        lifecycle.call(ticket, by=office.clerk)

    assert len(bodies()) == 1


def test_texts_cost_queries_only_where_they_are_on(
    office: Office, settings: Settings, count_queries: CountQueries, figure: Figure
) -> None:
    def cost(**details: str) -> tuple[int, int]:
        def join() -> None:
            made.append(signed_in(office, **details))

        def call() -> None:
            lifecycle.call_next([office.line], by=office.clerk, keep_open=True)

        made: list[Ticket] = []
        signed_in(office)  # the first of the day has a counter to make
        Ticket.objects.waiting().update(status="CANCELLED_BY_CLERK")
        return count_queries(join), count_queries(call)

    settings.SMS_PROVIDER = ""
    off = cost()
    settings.SMS_PROVIDER = "twilio"
    nobody, on = cost(phone_number=""), cost()

    assert nobody == off
    assert (on[0] - off[0], on[1] - off[1]) == (4, 3)
    figure(
        "texts: queries more of a sign-in, of a call next; where they are off",
        f"{on[0] - off[0]}, {on[1] - off[1]}; 0",
    )


def test_moments_are_those_that_a_ticket_goes_through() -> None:
    assert {*Moment} == {"ADDED", "CALLED", "CALLED_TO_DESK", "SERVED", "REPLY"}
