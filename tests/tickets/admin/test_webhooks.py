"""Webhooks in the admin: their state, a new secret, what they were told, and sending again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session

from tests.factories import LocationFactory, manager_of
from tests.tickets.admin.conftest import Office, SignIn, open_office, url
from tests.tickets.admin.test_programs import act
from tickets import access, instants
from tickets.actions import programs, webhooks
from tickets.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Job,
    Location,
    OffBecause,
    User,
    Webhook,
)


@pytest.fixture
def hook(office: Office) -> Webhook:
    return office.delivery.webhook


def hook_of(*places: Location, user: User | None = None) -> Webhook:
    key, _secret = programs.issue_key(name="Program", user=user)
    key.locations.set(places)
    return webhooks.register("https://hook.example.org/", key=key)


def test_new_secret_is_shown_once_and_not_in_the_log(
    hook: Webhook, manager: User, sign_in: SignIn
) -> None:
    client, old = sign_in(manager), hook.secret

    (said,) = act(client, "webhook", "rotate", hook.pk)

    hook.refresh_from_db()
    assert hook.secret in said
    assert hook.keys == [hook.secret, old]
    assert [entry.user for entry in LogEntry.objects.all()] == [manager]
    stored = str([*LogEntry.objects.values(), *Session.objects.values()])
    assert hook.secret not in stored
    pages = [url("webhook_changelist")] * 2 + [url("webhook_change", hook.pk)]
    shown = [client.get(page).content.decode() for page in pages]
    assert [hook.secret in page for page in shown] == [True, False, False]
    assert not any(old in page for page in shown)


def test_hook_is_switched_off_and_on(hook: Webhook, manager: User, sign_in: SignIn) -> None:
    client, states = sign_in(manager), []

    for action in ("switch_off", "switch_on"):
        act(client, "webhook", action, hook.pk)
        hook.refresh_from_db()
        states.append((hook.is_active, hook.off_because))

    assert states == [(False, OffBecause.STAFF), (True, "")]


@pytest.mark.parametrize(
    ("columns", "chip", "said"),
    [
        ({}, "plain", "Nothing delivered yet"),
        ({"last_success_at": instants.now()}, "good", "Working"),
        ({"failing_since": instants.now()}, "danger", "Failing"),
        ({"is_active": False}, "plain", "Off"),
    ],
)
def test_list_shows_the_state(
    hook: Webhook,
    owner: User,
    sign_in: SignIn,
    columns: dict[str, object],
    chip: str,
    said: str,
) -> None:
    Webhook.objects.update(**columns)

    html = sign_in(owner).get(url("webhook_changelist")).content.decode()

    assert html.count(f'<span class="chip chip--{chip}">{said}</span>') == 1


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, ""),
        ({"failing_since": timedelta(minutes=14)}, ""),
        ({"failing_since": timedelta(minutes=16)}, "every delivery has failed for 16"),
        ({"is_active": False, "off_because": OffBecause.PROGRAM}, ""),
        ({"is_active": False, "off_because": OffBecause.STAFF}, ""),
        ({"is_active": False, "off_because": OffBecause.GONE}, "receiver said that it is gone"),
        ({"is_active": False, "off_because": OffBecause.FAILING}, "Nothing but failures for five"),
    ],
)
def test_first_page_tells_of_hooks_in_trouble(
    hook: Webhook, manager: User, sign_in: SignIn, columns: dict[str, object], said: str
) -> None:
    if isinstance(ago := columns.get("failing_since"), timedelta):
        columns = {"failing_since": instants.now() - ago}
    Webhook.objects.update(**columns)

    html = sign_in(manager).get("/admin/").content.decode()

    assert (hook.url in html) == bool(said)
    assert said in html


def test_manager_looks_after_hooks_for_their_places_alone(office: Office, manager: User) -> None:
    elsewhere = LocationFactory.create()
    own = [office.delivery.webhook, hook_of(office.location), hook_of(user=manager)]
    for others in ([elsewhere], [office.location, elsewhere], []):
        hook_of(*others)
    hook_of(user=manager_of(elsewhere))

    assert list(access.webhooks_for(manager)) == own


def test_delivery_shows_its_tries_and_its_body(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    Delivery.objects.update(body='{"type":"ticket_called","data":{"firstName":"<b>Jõrgen"}}')
    for status, trouble in ((500, ""), (None, "TIMEOUT")):
        DeliveryAttempt.objects.create(
            delivery=office.delivery,
            at=instants.now(),
            milliseconds=42,
            status_code=status,
            trouble=trouble,
            answer="<script>",
        )

    html = sign_in(manager).get(url("delivery_change", office.delivery.pk)).content.decode()

    shown = ("No answer in time", "500", "42", "&lt;b&gt;Jõrgen", "&lt;script&gt;")
    assert [each for each in shown if each not in html] == []
    assert "<script>" not in html


def test_delivery_whose_body_was_erased_says_so(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    Delivery.objects.update(body="")

    html = sign_in(manager).get(url("delivery_change", office.delivery.pk)).content.decode()

    assert "Erased" in html


def test_one_is_sent_again(office: Office, manager: User, sign_in: SignIn) -> None:
    client = sign_in(manager)
    Job.objects.all().delete()

    waiting = act(client, "delivery", "replay", office.delivery.pk)
    Delivery.objects.update(state=DeliveryState.FAILED)
    failed = act(client, "delivery", "replay", office.delivery.pk)

    assert waiting == [
        "1 is not: it is on its way, its webhook is off, or it was erased.",
    ]
    assert failed[-1] == "1 delivery is sent again."
    assert Job.objects.get().arguments == {"delivery": office.delivery.pk}


def test_a_stretch_of_time_is_sent_again(office: Office, manager: User, sign_in: SignIn) -> None:
    Job.objects.all().delete()
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    rows = Delivery.objects.bulk_create(
        Delivery(
            webhook=office.delivery.webhook,
            location=office.location,
            type="line_changed",
            body="{}",
            state=DeliveryState.FAILED,
            created_at=noon + timedelta(minutes=minute),
        )
        for minute in range(120)
    )
    # The location's clock, in Tallinn, is two hours ahead.
    stretch = "?since=2026-03-02T14:30&until=2026-03-02T15:00&state__exact=FAILED"
    posted = {"action": "replay", "select_across": 1, "_selected_action": [rows[30].pk], "index": 0}

    sign_in(manager).post(url("delivery_changelist") + stretch, posted)

    again = [job.arguments["delivery"] for job in Job.objects.all()]
    assert sorted(again) == [row.pk for row in rows[30:61]]


def test_the_form_of_a_stretch_keeps_the_other_filters(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    asked = {"since": "2026-03-02T14:30", "state__exact": "FAILED", "q": "line"}

    html = sign_in(manager).get(url("delivery_changelist"), asked).content.decode()

    assert 'name="since" value="2026-03-02T14:30"' in html
    assert '<input type="hidden" name="state__exact" value="FAILED">' in html
    assert "Europe/Tallinn" in html


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("odd", ["2026-13-02T14:30", "2026-03-02", "0001-01-01T00:00", "x"])
def test_a_stretch_that_is_none_finds_something_or_nothing(
    name: str, odd: str, office: Office, manager: User, sign_in: SignIn
) -> None:
    assert sign_in(manager).get(url("delivery_changelist"), {name: odd}).status_code == 200


def test_deliveries_of_other_peoples_hooks_are_not_listed(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    key = open_office().delivery.webhook
    Delivery.objects.filter(webhook=key).update(location=office.location)

    rows = sign_in(manager).get(url("delivery_changelist")).context["cl"].queryset

    assert list(rows) == [office.delivery]
