"""API keys and devices in the admin."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session

from tests.tickets.admin.conftest import Office, SignIn, url, written_meanwhile
from tickets import access
from tickets.actions import programs
from tickets.models import ApiKey, DeviceKind, User


def act(client: Any, model: str, action: str, pk: int) -> list[str]:
    posted = {"action": action, "_selected_action": [pk], "index": 0}
    answer = client.post(url(f"{model}_changelist"), posted)
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_key_is_shown_once_and_not_stored(
    office: Office, administrator: User, sign_in: SignIn
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
    first, second = client.get(url("apikey_changelist")), client.get(url("apikey_changelist"))
    assert secret in first.content.decode()
    assert secret not in second.content.decode()
    assert secret not in client.get(url("apikey_change", key.pk)).content.decode()


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
