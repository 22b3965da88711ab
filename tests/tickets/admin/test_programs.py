"""API keys and devices in the admin."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.test import Client

from tests.conftest import Figure
from tests.factories import DeviceFactory, LocationFactory
from tests.tickets.admin.conftest import Office, SignIn, url, written_meanwhile
from tickets import access, instants
from tickets.actions import programs
from tickets.api.authentication import HEADER
from tickets.models import ApiKey, Device, DeviceKind, TvSound, User


def act(client: Any, model: str, action: str, pk: int) -> list[str]:
    posted = {"action": action, "_selected_action": [pk], "index": 0}
    answer = client.post(url(f"{model}_changelist"), posted)
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_z10_key_is_shown_once_and_not_stored(
    office: Office, administrator: User, sign_in: SignIn, figure: Figure
) -> None:
    client = sign_in(administrator)
    posted = {"name": "Signage", "user": office.clerk.pk, "locations": [office.location.pk]}

    answer = client.post(url("apikey_add"), posted)

    said = [str(message) for message in get_messages(answer.wsgi_request)]
    secret = said[0].rpartition(" ")[2]
    key = ApiKey.objects.get(name="Signage")
    assert access.key_for(secret) == key
    assert (key.user, list(key.locations.all())) == (office.clerk, [office.location])
    stored = [*ApiKey.objects.values(), *LogEntry.objects.values(), *Session.objects.values()]
    assert secret not in str(stored)
    pages = [url("apikey_changelist")] * 3 + [url("apikey_change", key.pk)]
    shown = [secret in client.get(page).content.decode() for page in pages]
    assert shown == [True, False, False, False]
    figure("Z10 times that a key is shown", shown.count(True))


def test_key_has_a_rate_limit_as_the_form_says(administrator: User, sign_in: SignIn) -> None:
    client = sign_in(administrator)
    limits = []

    for path, ticked in [("add", "on"), ("change", ""), ("change", "on"), ("change", "")]:
        args = [ApiKey.objects.get().pk] if path == "change" else []
        posted = {"name": "Signage", **({"is_rate_limited": ticked} if ticked else {})}
        client.post(url(f"apikey_{path}", *args), posted)
        limits.append(ApiKey.objects.get().is_rate_limited)

    assert limits == [True, False, True, False]


def test_key_added_without_a_rate_limit_has_none(administrator: User, sign_in: SignIn) -> None:
    sign_in(administrator).post(url("apikey_add"), {"name": "Signage"})

    assert ApiKey.objects.get().is_rate_limited is False


def test_key_bound_to_other_locations_is_so_from_the_next_request_on(
    office: Office, administrator: User, sign_in: SignIn
) -> None:
    key, secret = programs.issue_key(name="Program")
    program, elsewhere = Client(headers={HEADER: secret}), LocationFactory.create()
    path = f"/v1/locations/{office.location.pk}"
    before = program.get(path).status_code

    posted = {"name": "Program", "locations": [elsewhere.pk]}
    sign_in(administrator).post(url("apikey_change", key.pk), posted)

    assert (before, program.get(path).status_code) == (200, 404)


def test_z10_key_is_known_by_its_beginning_and_its_last_use(
    office: Office, administrator: User, sign_in: SignIn, figure: Figure
) -> None:
    used_at = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    ApiKey.objects.filter(pk=office.key.pk).update(last_used_at=used_at)
    client = sign_in(administrator)

    pages = [client.get(url("apikey_changelist")), client.get(url("apikey_change", office.key.pk))]

    shown = [
        [text in page.content.decode() for text in (office.key.prefix, "Jan. 5, 2026, 9:30")]
        for page in pages
    ]
    assert shown == [[True, True], [True, True]]
    figure("Z10 beginning and last use of a key on its list, on its page", shown)


def test_key_keeps_its_person(office: Office, administrator: User, sign_in: SignIn) -> None:
    posted = {"name": "New name", "user": administrator.pk}

    sign_in(administrator).post(url("apikey_change", office.key.pk), posted)

    office.key.refresh_from_db()
    assert (office.key.name, office.key.user) == ("New name", office.clerk)


def test_revoke_ends_a_key(office: Office, administrator: User, sign_in: SignIn) -> None:
    act(sign_in(administrator), "apikey", "revoke", office.key.pk)

    office.key.refresh_from_db()
    assert office.key.revoked_at is not None
    assert [entry.user for entry in LogEntry.objects.all()] == [administrator]


def test_issue_code_shows_a_code_that_pairs(office: Office, manager: User, sign_in: SignIn) -> None:
    said = act(sign_in(manager), "device", "issue_code", office.device.pk)

    office.device.refresh_from_db()
    code = office.device.code
    assert said == [f"Type {code} on {office.device} within 10 minutes."]
    assert programs.pair(code, kind=DeviceKind.KIOSK)[0] == office.device


def test_issue_code_for_a_device_switched_off_is_refused(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    office.device.is_active = False
    office.device.save()

    said = act(sign_in(manager), "device", "issue_code", office.device.pk)

    assert said == [f"{office.device}: This device is switched off."]


def test_unpair_shuts_a_device_out(office: Office, manager: User, sign_in: SignIn) -> None:
    secret = programs.renew_secret(office.device)

    act(sign_in(manager), "device", "unpair", office.device.pk)

    assert access.device_for(secret, kind=DeviceKind.KIOSK) is None


def test_device_saved_keeps_what_others_wrote_meanwhile(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    posted = {"kind": "KIOSK", "name": "New", "is_active": "on"}

    with written_meanwhile(office.device, code="123456", secret_hash="hash", wrong_guesses=3):
        sign_in(manager).post(url("device_change", office.device.pk), posted)

    office.device.refresh_from_db()
    written = (office.device.code, office.device.secret_hash, office.device.wrong_guesses)
    assert office.device.name == "New"
    assert written == ("123456", "hash", 3)


def test_device_list_shows_the_sound(office: Office, manager: User, sign_in: SignIn) -> None:
    DeviceFactory.create(location=office.location, kind=DeviceKind.TV, sound=TvSound.OFF)

    html = sign_in(manager).get(url("device_changelist")).content.decode()

    assert html.count('<span class="chip chip--danger">Off</span>') == 1


@pytest.mark.parametrize(
    ("told", "chip", "said"),
    [
        ({"keeps_sign_ins": True}, "good", "Ready"),
        ({"keeps_sign_ins": False}, "warn", "Online only: open it by https"),
        ({"keeps_sign_ins": True, "waiting_sign_ins": 3}, "warn", "3 to be sent"),
        (
            {"keeps_sign_ins": True, "waiting_sign_ins": 3, "refused_sign_ins": 1},
            "danger",
            "1 not taken",
        ),
    ],
)
def test_device_list_shows_what_a_kiosk_does_without_network(
    office: Office, manager: User, sign_in: SignIn, told: dict[str, int], chip: str, said: str
) -> None:
    Device.objects.filter(pk=office.device.pk).update(**told)

    html = sign_in(manager).get(url("device_changelist")).content.decode()

    assert html.count(f'<span class="chip chip--{chip}">{said}</span>') == 1


def test_device_list_shows_which_are_online(office: Office, manager: User, sign_in: SignIn) -> None:
    programs.renew_secret(office.device)
    shown = []

    for ago in (timedelta(seconds=20), timedelta(seconds=40), timedelta(minutes=5)):
        Device.objects.filter(pk=office.device.pk).update(last_seen_at=instants.now() - ago)
        html = sign_in(manager).get(url("device_changelist")).content.decode()
        shown += re.findall(r'field-state"><span class="chip chip--(\w+)">(.*?)</span>', html)

    assert shown == [
        ("good", "Online"),
        ("danger", "Offline for 0\xa0minutes"),
        ("danger", "Offline for 5\xa0minutes"),
    ]


@pytest.mark.parametrize(
    ("keeps", "said"),
    [
        (True, "It keeps signing people in, and sends them when it is back."),
        (False, "Nobody can sign in there."),
    ],
)
def test_kiosk_that_is_offline_is_told_where_managers_look(
    office: Office, manager: User, sign_in: SignIn, *, keeps: bool, said: str
) -> None:
    programs.renew_secret(office.device)
    ago = instants.now() - timedelta(minutes=5)
    Device.objects.filter(pk=office.device.pk).update(keeps_sign_ins=keeps, last_seen_at=ago)
    client = sign_in(manager)

    pages = [client.get(path).content.decode() for path in ("/admin/", url("device_changelist"))]

    assert [page.count(said) for page in pages] == [1, 1]


def test_tv_is_set_up_and_a_kiosk_has_nothing_of_it(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    tv = DeviceFactory.create(location=office.location, kind=DeviceKind.TV, name="Room")
    posted = {"name": "Room", "kind": "TV", "is_active": "on"}

    client.post(url("device_change", tv.pk), {**posted, "layout": "WAITING_LIST", "theme": "LIGHT"})

    tv.refresh_from_db()
    assert (tv.layout, tv.theme) == ("WAITING_LIST", "LIGHT")
    pages = [client.get(url("device_change", each.pk)) for each in (tv, office.device)]
    assert ["id_layout" in page.content.decode() for page in pages] == [True, False]
