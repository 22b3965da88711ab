"""Staff at the kiosk: the call for help, from every page and until somebody comes; the PIN (K4)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db.models import F
from django.test import Client

from tests.conftest import Figure
from tests.factories import DeviceFactory, LineFactory, clerk_of
from tests.kiosk.test_devices import browser_of
from tests.kiosk.test_sign_in import press
from tickets import instants
from tickets.actions import assistance, pins, programs
from tickets.exceptions import PinPaused, PinWrong
from tickets.models import Activity, Device, EventName, Line, Location, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    return LineFactory.create()


@pytest.fixture
def device(line: Line) -> Device:
    line.location.staff_pin = make_password("4071")
    line.location.save()
    return DeviceFactory.create(location=line.location, name="Front door")


@pytest.fixture
def kiosk(device: Device) -> Client:
    return browser_of(device)


def staff(device: Device) -> Client:
    client = Client()
    client.force_login(clerk_of(device.location))
    return client


def service(client: Client, device: Device) -> str:
    html: str = client.get(f"/service/{device.location_id}/").content.decode()
    return html


def promise(client: Client, device: Device) -> Any:
    return client.post(f"/service/{device.location_id}/help/", {"kiosk": device.pk})


@pytest.mark.parametrize("page", ["welcome", "done", "staff", "elsewhere"])
def test_call_reaches_the_clerks(kiosk: Client, device: Device, page: str) -> None:
    clerk = staff(device)
    before = service(clerk, device)

    answer = kiosk.post("/kiosk/help/", {"page": page})

    paths = {"welcome": "/kiosk/", "done": "/kiosk/done/", "staff": "/kiosk/staff/"}
    assert answer["Location"] == paths.get(page, "/kiosk/")
    after = service(clerk, device)
    assert [html.count("On my way") for html in (before, after)] == [0, 1]
    assert after.count("<bdi>Front door</bdi>") == 1
    assert Activity.objects.get().event == EventName.HELP_WANTED


def test_call_from_a_question_keeps_what_was_typed(
    kiosk: Client, device: Device, line: Line
) -> None:
    other = LineFactory.create(location=line.location)
    line.location.input_fields.create(type="FIRST_NAME", title="First name")
    page = press(kiosk, kiosk.get("/kiosk/sign-in/"), line=str(other.pk))

    answer = press(kiosk, page, help="1", first_name="Ja")

    assert (answer.status_code, answer.context["field"].value()) == (200, "Ja")
    assert answer.content.decode().count("The staff know that somebody needs help here.") == 1
    assert Ticket.objects.count() == 0


def test_call_twice_is_one_call(kiosk: Client, device: Device) -> None:
    kiosk.post("/kiosk/help/")
    since = Device.objects.get().help_wanted_at

    kiosk.post("/kiosk/help/")

    assert Device.objects.get().help_wanted_at == since
    assert Activity.objects.count() == 1


def test_promise_tells_the_visitor_and_ends_the_call(kiosk: Client, device: Device) -> None:
    clerk = staff(device)
    kiosk.post("/kiosk/help/")

    answer = promise(clerk, device)

    said = "Somebody is coming to help."
    assert answer["Location"] == f"/service/{device.location_id}/"
    assert service(clerk, device).count("On my way") == 0
    part = kiosk.get("/kiosk/help/", headers={"HX-Request": "true"}).content.decode()
    assert (part.count(said), part.count("<html"), part.count("hx-get")) == (1, 0, 1)
    with time_machine.travel(instants.now() + timedelta(minutes=4)):
        assert kiosk.get("/kiosk/").content.decode().count(said) == 0


def test_promise_of_a_second_clerk_is_refused(kiosk: Client, device: Device) -> None:
    kiosk.post("/kiosk/help/")
    answers = [promise(staff(device), device) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 409]
    said = "Somebody else is on the way to this kiosk already."
    assert answers[1].content.decode().count(said) == 1


def test_call_of_another_location_does_not_exist(kiosk: Client, device: Device) -> None:
    kiosk.post("/kiosk/help/")
    stranger = DeviceFactory.create()
    client = staff(stranger)

    there = promise(client, device)
    here = client.post(f"/service/{stranger.location_id}/help/", {"kiosk": device.pk})

    assert [there.status_code, here.status_code] == [404, 404]
    assert Device.objects.get(pk=device.pk).help_wanted_at


def test_call_of_a_kiosk_that_was_switched_off_is_not_shown(kiosk: Client, device: Device) -> None:
    clerk = staff(device)
    kiosk.post("/kiosk/help/")

    Device.objects.update(is_active=False)
    Location.objects.update(version=F("version") + 1)

    assert service(clerk, device).count("On my way") == 0


def test_unpairing_ends_the_call(kiosk: Client, device: Device) -> None:
    assistance.ask(device)

    programs.unpair(device, by=device)

    assert device.help_wanted_at is None


def test_pin_shows_the_kiosk_and_lets_unpair_it(kiosk: Client, device: Device) -> None:
    asked = kiosk.get("/kiosk/staff/")

    inside = kiosk.post("/kiosk/staff/", {"pin": "٤٠٧١"})
    out = kiosk.post("/kiosk/staff/", {"let_in": inside.context["let_in"]})

    assert asked.content.decode().count("Unpair") == 0
    assert inside.content.decode().count("<bdi>Front door</bdi>") == 1
    assert out["Location"] == "/kiosk/pair/"
    assert Device.objects.get().secret_hash is None
    assert kiosk.get("/kiosk/")["Location"] == "/kiosk/pair/"


@pytest.mark.parametrize("pin", ["", "4072", "407", "40711", "abcd"])
def test_wrong_pin_lets_nobody_in(kiosk: Client, device: Device, pin: str) -> None:
    answer = kiosk.post("/kiosk/staff/", {"pin": pin})

    assert (answer.status_code, answer.context["let_in"]) == (422, "")
    assert len(answer.context["form"].errors["pin"]) == 1


def test_unpairing_wants_the_pin_of_lately_and_of_here(kiosk: Client, device: Device) -> None:
    let_in = signing.dumps(device.pk, salt="kiosk.staff")
    other = signing.dumps(device.pk + 1, salt="kiosk.staff")

    with time_machine.travel(instants.now() + timedelta(minutes=3)):
        late = kiosk.post("/kiosk/staff/", {"let_in": let_in})
    answers = [kiosk.post("/kiosk/staff/", {"let_in": each}) for each in ("", "made up", other)]

    assert [answer.status_code for answer in (late, *answers)] == [200] * 4
    assert Device.objects.get().secret_hash


def test_without_a_pin_the_page_says_how_to_set_one(kiosk: Client, device: Device) -> None:
    Location.objects.update(staff_pin="")

    answers = [kiosk.get("/kiosk/staff/"), kiosk.post("/kiosk/staff/", {"pin": ""})]

    assert [each.content.decode().count("No PIN is set") for each in answers] == [1, 1]
    assert answers[1].context["let_in"] == ""


def test_k4_pin_gives_five_tries_and_then_a_pause(device: Device, figure: Figure) -> None:
    hits = tried = 0

    for guess in range(1000):
        try:
            pins.check(device, f"{guess:04}")
            hits += 1
        except PinWrong:
            tried += 1
        except PinPaused:
            pass
    with pytest.raises(PinPaused):
        pins.check(device, "4071")

    figure("K4 guesses of a PIN in a row, looked at, hits", (1000, tried, hits))
    assert (tried, hits) == (5, 0)
    with time_machine.travel(instants.now() + timedelta(minutes=5, seconds=1)):
        pins.check(device, "4071")
    device.refresh_from_db()
    assert device.pin_guesses == 0
