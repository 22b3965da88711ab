"""Pairing of kiosks and TVs, and what a browser that is none of them gets to see."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client, override_settings
from django.urls import URLResolver, get_resolver, reverse

from tests.conftest import Figure
from tests.factories import DeviceFactory, LineFactory, LocationFactory, waiting_ticket
from tickets import access, instants
from tickets.actions import programs
from tickets.exceptions import PairingFailed
from tickets.models import Device, DeviceKind, Ticket, secret_hash

pytestmark = pytest.mark.django_db

KINDS = pytest.mark.parametrize(
    ("kind", "home", "pair"),
    [
        (DeviceKind.KIOSK, "/kiosk/", "/kiosk/pair/"),
        (DeviceKind.TV, "/tv/", "/tv/pair/"),
    ],
)


def browser_of(device: Device) -> Client:
    """A browser that is paired as `device`."""
    client = Client()
    kind = DeviceKind(device.kind)
    client.cookies[access.DEVICE_COOKIES[kind]] = programs.renew_secret(device)
    return client


@KINDS
def test_pair_opens_the_page(client: Client, kind: DeviceKind, home: str, pair: str) -> None:
    device = DeviceFactory.create(kind=kind)
    code = programs.issue_code(device)

    answer = client.post(pair, {"code": f" {code[:3]} {code[3:]}"})

    assert (answer.status_code, answer["Location"]) == (302, home)
    assert client.get(home).status_code == 200
    cookie = client.cookies[access.DEVICE_COOKIES[kind]]
    device.refresh_from_db()
    assert device.secret_hash == secret_hash(cookie.value)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] == 400 * 24 * 3600


@pytest.mark.parametrize(("variable", "secure"), [({"INSECURE_HTTP": True}, ""), ({}, True)])
def test_pair_keeps_the_cookie_to_tls(
    client: Client, variable: dict[str, bool], secure: object
) -> None:
    code = programs.issue_code(DeviceFactory.create())

    with override_settings(**{"INSECURE_HTTP": False} | variable):
        client.post("/kiosk/pair/", {"code": code})

    assert client.cookies["kiosk_device"]["secure"] == secure


@pytest.mark.parametrize(
    ("kind", "address", "told"),
    [
        ("kiosk", "http://192.168.1.20:8000", 1),
        ("kiosk", "https://192.168.1.20", 0),
        ("kiosk", "http://localhost:8000", 0),
        ("kiosk", "http://[::1]:8000", 0),
        ("tv", "http://192.168.1.20:8000", 0),
    ],
)
def test_pair_says_where_a_kiosk_can_only_work_online(
    client: Client, settings: LazySettings, kind: str, address: str, told: int
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    scheme, _, host = address.partition("://")

    page = client.get(f"/{kind}/pair/", headers={"Host": host}, secure=scheme == "https")

    assert page.content.decode().count("only while it has network") == told


@KINDS
def test_pair_refuses_a_code_of_the_other_kind(
    client: Client, kind: DeviceKind, home: str, pair: str
) -> None:
    other = next(each for each in DeviceKind if each != kind)
    code = programs.issue_code(DeviceFactory.create(kind=other))

    answer = client.post(pair, {"code": code})

    assert answer.status_code == 422
    assert client.get(home)["Location"] == pair


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Enter the six digits of the code."),
        ("12345", "Enter the six digits of the code."),
        (
            "000000",
            "This code is not right, or it is older than 10 minutes. Ask for a new one.",
        ),
    ],
)
def test_pair_says_what_is_wrong(client: Client, typed: str, error: str) -> None:
    answer = client.post("/kiosk/pair/", {"code": typed})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"code": [error]}
    assert answer.context["form"]["code"].value() == typed


def test_pair_takes_a_code_once() -> None:
    code = programs.issue_code(DeviceFactory.create())

    answers = [Client().post("/kiosk/pair/", {"code": code}).status_code for _ in range(2)]

    assert answers == [302, 422]


def test_pair_refuses_a_code_after_ten_minutes(client: Client) -> None:
    code = programs.issue_code(DeviceFactory.create())

    with time_machine.travel(instants.now() + timedelta(minutes=10, seconds=1)):
        answer = client.post("/kiosk/pair/", {"code": code})

    assert answer.status_code == 422


def test_pair_refuses_the_code_after_five_wrong_guesses(client: Client) -> None:
    code = programs.issue_code(DeviceFactory.create())
    wrong = next(each for each in ("000000", "111111") if each != code)
    for _ in range(5):
        client.post("/kiosk/pair/", {"code": wrong})

    answer = client.post("/kiosk/pair/", {"code": code})

    assert answer.status_code == 422


def test_pair_gives_1000_guesses_no_hit(figure: Figure) -> None:
    codes = [programs.issue_code(DeviceFactory.create()) for _ in range(5)]
    wrong = [each for each in (f"{n:06}" for n in range(1000)) if each not in codes]
    hits = []

    for guess in [*wrong[:5], *codes, *wrong[5:995]]:
        with suppress(PairingFailed):
            hits.append(programs.pair(guess, kind=DeviceKind.KIOSK))

    figure("K1 hits in 1,000 guesses, 5 codes out", len(hits))
    assert hits == []


@KINDS
def test_page_without_a_device_leads_to_pairing(
    client: Client, kind: DeviceKind, home: str, pair: str
) -> None:
    client.cookies[access.DEVICE_COOKIES[kind]] = "made up"

    answer = client.get(home)

    assert (answer.status_code, answer["Location"]) == (302, pair)


@KINDS
def test_part_without_a_device_leads_the_whole_page_to_pairing(
    client: Client, kind: DeviceKind, home: str, pair: str
) -> None:
    answer = client.get(home, headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"], answer.content) == (200, pair, b"")


@pytest.mark.parametrize("path", ["/kiosk/sign-in/", "/kiosk/done/"])
def test_every_kiosk_page_wants_a_device(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer["Location"] == "/kiosk/pair/"


@KINDS
def test_page_refuses_the_cookie_of_the_other_kind(
    client: Client, kind: DeviceKind, home: str, pair: str
) -> None:
    other = next(each for each in DeviceKind if each != kind)
    secret = programs.renew_secret(DeviceFactory.create(kind=other))
    client.cookies[access.DEVICE_COOKIES[kind]] = secret

    answer = client.get(home)

    assert answer["Location"] == pair


@KINDS
def test_page_of_a_deactivated_location_is_gone(kind: DeviceKind, home: str, pair: str) -> None:
    device = DeviceFactory.create(kind=kind, location=LocationFactory.create(is_active=False))

    answer = browser_of(device).get(home)

    assert answer["Location"] == pair


@KINDS
def test_page_of_a_device_that_was_shut_out_is_gone(kind: DeviceKind, home: str, pair: str) -> None:
    device = DeviceFactory.create(kind=kind)
    browser = browser_of(device)
    programs.unpair(device, by=device)

    answer = browser.get(home)

    assert answer["Location"] == pair


@KINDS
def test_demo_link_pairs_without_a_write(
    client: Client,
    settings: LazySettings,
    django_assert_num_queries: object,
    kind: DeviceKind,
    home: str,
    pair: str,
) -> None:
    settings.DEMO = True
    secret = programs.renew_secret(DeviceFactory.create(kind=kind))
    link = reverse(f"kiosk:demo-{kind.lower()}", args=[secret])

    with django_assert_num_queries(0):  # type: ignore[operator]
        answer = client.get(link)

    assert answer["Location"] == home
    assert client.get(home).status_code == 200


@KINDS
def test_demo_link_is_nowhere_but_in_the_demo(
    client: Client, settings: LazySettings, kind: DeviceKind, home: str, pair: str
) -> None:
    settings.DEMO = False

    answer = client.get(f"{home}demo/secret/")

    assert answer.status_code == 404
    assert dict(client.cookies) == {}


def every_address(ticket: Ticket) -> Iterator[tuple[str, str]]:
    """Each route by its name, as an address at which there is something to be had."""
    known = {"token": ticket.visit_token, "slug": ticket.location.slug}
    ids = {
        "service/": ticket.location_id,
        "locations/": ticket.location_id,
        "lines/": ticket.line_id,
    }

    def walk(resolver: URLResolver, space: str, before: str) -> Iterator[tuple[str, str]]:
        for each in resolver.url_patterns:
            route = before + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from walk(each, f"{each.namespace}:" if each.namespace else space, route)
            else:
                pk = next((pk for part, pk in ids.items() if part in route), ticket.pk)
                for name, value in known.items():
                    route = re.sub(rf"<[^<>]*\b{name}>", str(value), route)
                yield f"{space}{each.name}", "/" + re.sub("<[^<>]+>", str(pk), route)

    return walk(get_resolver(), "", "")


def test_k2_kiosk_opens_its_own_pages_and_reads_no_ticket(figure: Figure) -> None:
    ticket = waiting_ticket(LineFactory.create(), first_name="Zyxwanda")
    device = DeviceFactory.create(location=ticket.location)
    kiosk, nobody = browser_of(device), Client()
    visit = reverse("kiosk:visit", args=[ticket.visit_token])
    opened, read = set(), set()

    addresses = [each for each in every_address(ticket) if not each[1].startswith(visit)]
    for name, path in addresses:
        answers = [browser.get(path) for browser in (kiosk, nobody)]
        if len({(each.status_code, each.headers.get("Location")) for each in answers}) > 1:
            opened.add(name)
        if b"Zyxwanda" in answers[0].getvalue():
            read.add(name)
    pages = ("welcome", "sign-in", "done", "call-staff", "staff", "offline", "sync")
    own = {f"kiosk:{page}" for page in pages}
    figure("K2 routes asked, opened, tickets read", (len(addresses), len(opened), len(read)))
    assert (opened, read) == (own, set())
    programs.unpair(device, by=device)
    assert [kiosk.get(f"/kiosk/{page}")["Location"] for page in ("", "staff/")] == [
        "/kiosk/pair/"
    ] * 2
