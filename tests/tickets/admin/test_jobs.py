"""Whoever runs the place sees that the worker is gone, and what it could not do."""

from datetime import timedelta

import time_machine
from django.test import Client
from django.urls import reverse

from tests.tickets.admin.conftest import Office, SignIn, url
from tickets import heartbeat, instants, outbox
from tickets.models import EventName, Job, User
from tickets.states import Status

LIST = url("job_changelist")
ALARM = "No worker is running."


def make_job(due_in: timedelta | None, **columns: object) -> Job:
    now = instants.now()
    due_at = None if due_in is None else now + due_in
    return Job.objects.create(kind="visit.end", created_at=now, due_at=due_at, **columns)


def chosen(client: Client, job: Job) -> list[str]:
    """What the page says after the job was chosen to be tried again."""
    form = {"action": "try_again", "index": 0, "_selected_action": [job.pk]}
    return [str(m) for m in client.post(LIST, form, follow=True).context["messages"]]


def test_x7_every_page_says_so_while_no_worker_is_heard_of(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    pages = ["/admin/", url("ticket_changelist"), url("ticket_change", office.ticket.pk)]
    heartbeat.beat()
    alive = [ALARM in client.get(page).content.decode() for page in pages]

    with time_machine.travel(instants.now() + heartbeat.SILENT_AFTER):
        dead = [ALARM in client.get(page).content.decode() for page in pages]

    assert (alive, dead) == ([False] * 3, [True] * 3)


def test_x7_visitors_are_called_while_no_worker_runs(office: Office) -> None:
    client = Client()
    client.force_login(office.clerk)

    added = client.post(
        reverse("tickets:add-visitor", args=[office.location.pk]), {"line": office.line.pk}
    )
    called = client.post(reverse("tickets:call-next", args=[office.location.pk]))

    visit = office.line.tickets.latest("id")
    assert heartbeat.is_silent()
    assert (added.status_code, called.status_code) == (302, 302)
    assert visit.status == Status.CALLED


def test_list_counts_what_waits_is_late_and_was_given_up(
    office: Office, owner: User, sign_in: SignIn
) -> None:
    Job.objects.all().delete()
    for due_in in (timedelta(hours=1), timedelta(), -timedelta(hours=1), None, None, None):
        make_job(due_in)

    page = sign_in(owner).get(LIST)

    assert [(name, count) for name, _title, count in page.context["states"]] == [
        ("waiting", 2),
        ("late", 1),
        ("given-up", 3),
    ]


def test_what_was_given_up_is_tried_again(office: Office, owner: User, sign_in: SignIn) -> None:
    job = make_job(None, attempts=10, arguments={"pk": office.ticket.pk, "status": Status.CALLED})

    told = chosen(sign_in(owner), job)
    while taken := outbox.take():
        outbox.do(taken)

    assert told == ["Try again: done for 1."]
    assert office.ticket.activities.latest("id").event == EventName.SERVED


def test_what_was_not_given_up_is_left_to_the_worker(
    office: Office, owner: User, sign_in: SignIn
) -> None:
    job = make_job(timedelta(hours=1), attempts=3)

    [told] = chosen(sign_in(owner), job)

    assert told.endswith("This was not given up: it is tried again by itself.")
    assert Job.objects.get(pk=job.pk).attempts == 3


def test_work_is_for_account_wide_people(office: Office, manager: User, sign_in: SignIn) -> None:
    job = make_job(None)
    client = sign_in(manager)

    answers = [client.get(LIST), client.get(url("job_change", job.pk)), client.post(LIST)]

    assert [answer.status_code for answer in answers] == [403] * 3
