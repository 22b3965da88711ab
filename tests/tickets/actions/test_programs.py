"""Keys are shown once, devices are paired once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.conftest import Threads
from tests.factories import DeviceFactory
from tests.tickets.actions.conftest import Office
from tickets import access
from tickets.actions import programs
from tickets.exceptions import PairingFailed
from tickets.models import Activity, ApiKey, Device, DeviceKind, secret_hash


@pytest.mark.django_db
def test_issue_key_keeps_only_the_hash() -> None:
    key, secret = programs.issue_key(name="Import")

    stored = ApiKey.objects.values().get(pk=key.pk)
    assert stored["secret_hash"] == secret_hash(secret)
    assert secret not in map(str, stored.values())
    assert access.key_for(secret) == key


@pytest.mark.django_db
def test_revoke_key_ends_it() -> None:
    key, secret = programs.issue_key(name="Import")

    programs.revoke_key(key)

    assert access.key_for(secret) is None


def test_pair_lets_the_device_in_once(office: Office) -> None:
    device = DeviceFactory.create(location=office.location)
    code = programs.issue_code(device)

    paired, secret = programs.pair(code, kind=DeviceKind.KIOSK)

    assert paired == device == access.device_for(secret, kind=DeviceKind.KIOSK)
    assert Activity.objects.get().event == "device.paired"
    with pytest.raises(PairingFailed):
        programs.pair(code, kind=DeviceKind.KIOSK)


def test_pair_of_two_at_once_lets_one_in(office: Office, in_threads: Threads) -> None:
    code = programs.issue_code(DeviceFactory.create(location=office.location))

    results = in_threads(*[lambda: programs.pair(code, kind=DeviceKind.KIOSK)] * 4)

    assert [type(result) for result in results].count(tuple) == 1


def test_pair_as_another_kind_is_refused(office: Office) -> None:
    code = programs.issue_code(DeviceFactory.create(location=office.location))

    with pytest.raises(PairingFailed):
        programs.pair(code, kind=DeviceKind.TV)


def test_pair_after_ten_minutes_is_refused(office: Office) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=10)):
        code = programs.issue_code(DeviceFactory.create(location=office.location))

    with pytest.raises(PairingFailed):
        programs.pair(code, kind=DeviceKind.KIOSK)


@pytest.mark.parametrize(("guesses", "is_paired"), [(4, True), (5, False)])
def test_pair_after_wrong_guesses(office: Office, guesses: int, is_paired: object) -> None:
    code = programs.issue_code(DeviceFactory.create(location=office.location))
    wrong = "000000" if code != "000000" else "000001"
    for _guess in range(guesses):
        with pytest.raises(PairingFailed):
            programs.pair(wrong, kind=DeviceKind.KIOSK)

    try:
        programs.pair(code, kind=DeviceKind.KIOSK)
    except PairingFailed:
        assert not is_paired
    else:
        assert is_paired


def test_pair_with_an_empty_code_is_refused(office: Office) -> None:
    DeviceFactory.create(location=office.location)

    with pytest.raises(PairingFailed):
        programs.pair("", kind=DeviceKind.KIOSK)


def test_unpair_shuts_the_device_out(office: Office) -> None:
    device = DeviceFactory.create(location=office.location)
    _device, secret = programs.pair(programs.issue_code(device), kind=DeviceKind.KIOSK)

    programs.unpair(device, by=office.clerk)

    assert access.device_for(secret, kind=DeviceKind.KIOSK) is None
    assert Activity.objects.latest("id").event == "device.unpaired"


def test_a_new_code_ends_the_earlier_pairing(office: Office) -> None:
    device = DeviceFactory.create(location=office.location)
    _device, secret = programs.pair(programs.issue_code(device), kind=DeviceKind.KIOSK)

    programs.issue_code(device)

    assert access.device_for(secret, kind=DeviceKind.KIOSK) is None


def test_renew_secret_replaces_the_old_one(office: Office) -> None:
    device = DeviceFactory.create(location=office.location)
    _device, old = programs.pair(programs.issue_code(device), kind=DeviceKind.KIOSK)

    new = programs.renew_secret(Device.objects.get(pk=device.pk))

    found = [access.device_for(secret, kind=DeviceKind.KIOSK) for secret in (old, new)]
    assert found == [None, device]
