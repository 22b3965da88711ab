"""Bodies, texts and query strings that nobody should send: refused with 4xx or kept equal, never 5xx."""

import json
import time
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.conftest import Figure
from tests.tickets.api.conftest import FORM, JSON, create, refusal, reply
from tickets.models import Line, Ticket

BODIES: dict[str, tuple[bytes, str, int, str]] = {
    "65 kB of JSON": (b'{"a":"' + b"x" * 65_536 + b'"}', JSON, 413, "body_too_large"),
    "65 kB of a form": (b"a=" + b"x" * 65_536, FORM, 413, "body_too_large"),
    "10,000 fields": (b"&".join(b"a=1" for _ in range(10_000)), FORM, 400, "body_unreadable"),
    "10,000 levels": (b"[" * 10_000 + b"]" * 10_000, JSON, 400, "body_unreadable"),
    "10,000 levels inside": (
        b'{"firstName":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
        JSON,
        400,
        "body_unreadable",
    ),
    "500 levels inside": (
        b'{"firstName":' + b'{"a":' * 500 + b"1" + b"}" * 501,
        JSON,
        400,
        "parameter_invalid",
    ),
    "half of an object": (b'{"firstName":', JSON, 400, "body_unreadable"),
    "no JSON": (b"firstName=Jane", JSON, 400, "body_unreadable"),
    "only spaces": (b"   ", JSON, 400, "body_unreadable"),
    "NaN": (b'{"firstName":NaN}', JSON, 400, "body_unreadable"),
    "infinity": (b'{"firstName":1e999}', JSON, 400, "body_unreadable"),
    "a list": (b'["firstName"]', JSON, 400, "parameter_invalid"),
    "a text": (b'"firstName"', JSON, 400, "parameter_invalid"),
    "a number": (b"7", JSON, 400, "parameter_invalid"),
    "an empty list": (b"[]", JSON, 400, "parameter_invalid"),
    "an empty text": (b'""', JSON, 400, "parameter_invalid"),
    "null": (b"null", JSON, 400, "parameter_invalid"),
    "zero": (b"0", JSON, 400, "parameter_invalid"),
    "false": (b"false", JSON, 400, "parameter_invalid"),
    "an empty object": (b"{}", JSON, 200, ""),
    "nothing as JSON": (b"", JSON, 200, ""),
    "nothing as a form": (b"", FORM, 200, ""),
    "UTF-16": ('{"firstName":"Jane"}'.encode("utf-16"), JSON, 400, "body_unreadable"),
    "Latin-1 JSON": ('{"firstName":"Müller"}'.encode("latin-1"), JSON, 400, "body_unreadable"),
    "Latin-1 form": ("firstName=Müller".encode("latin-1"), FORM, 400, "body_unreadable"),
    "Latin-1 percents": (b"firstName=M%FCller", FORM, 400, "body_unreadable"),
    "claimed Latin-1": (
        "firstName=Müller".encode("latin-1"),
        f"{FORM}; charset=latin-1",
        400,
        "body_unreadable",
    ),
    "surrogate in JSON": (b'{"firstName":"\\ud800"}', JSON, 400, "body_unreadable"),
    "surrogate in a form": (b"firstName=%ED%A0%80", FORM, 400, "body_unreadable"),
    "NUL in JSON": (b'{"firstName":"a\\u0000b"}', JSON, 400, "parameter_invalid"),
    "NUL in a form": (b"firstName=a%00b", FORM, 400, "parameter_invalid"),
    "NUL alone": (b"\x00", FORM, 200, ""),
    "XML": (b"<a/>", "application/xml", 415, "unsupported_media_type"),
    "a type without end": (b"{}", "application/json;" + "x" * 5_000, 415, "unsupported_media_type"),
    "an odd charset": (b'{"firstName":"Jane"}', f"{JSON}; charset=hex", 200, ""),
    "multipart": (
        b"--b\r\n\r\n--b--",
        "multipart/form-data; boundary=b",
        415,
        "unsupported_media_type",
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_create_never_fails_over_a_body(api: Client, line: Line, name: str) -> None:
    body, content_type, status, code = BODIES[name]

    response = create(api, line, body, content_type)

    if status == 200:
        assert reply(response)["statusCode"] == 200
    else:
        assert refusal(response)[:2] == (status, code)
    assert line.tickets.count() == (1 if status == 200 else 0)


def test_f4_odd_bodies_cost_little(api: Client, line: Line, figure: Figure) -> None:
    create(api, line, b"{}")  # the first request loads what all need
    cost = {}

    for name, (body, content_type, *_expected) in BODIES.items():
        began = time.thread_time()
        create(api, line, body, content_type)
        cost[name] = time.thread_time() - began

    dearest = max(cost, key=cost.__getitem__)
    assert cost[dearest] < 0.1
    figure(f"F4 CPU for each of {len(cost)} bodies", f"≤ {cost[dearest] * 1000:.1f} ms ({dearest})")


def test_a_body_without_its_length_is_refused(api: Client, line: Line) -> None:
    response = api.generic(
        "POST", f"/v1/lines/{line.pk}/ticket", headers={"Transfer-Encoding": "chunked"}
    )

    assert refusal(response)[:2] == (411, "length_required")
    assert line.tickets.count() == 0


ODD = [
    "\x00",
    "a\x00b",
    "\u202eevil",
    "\u200b\u200b",
    "e" + "\u0301" * 1_000,
    "👩‍👩‍👧‍👦",
    "ﷺ",
    "각",
    "\ufeffJane",
    "\uffff",
    "' OR 1=1 --",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "=1+1",
    "a\r\nSet-Cookie: b=c",
    "1e5",
    "null",
    "9" * 60,
    " " * 20_000,
]


@pytest.mark.parametrize("name", ["firstName", "lastName", "email", "phoneNumber", "extra"])
def test_odd_text_is_kept_equal_or_refused_by_name(
    api: Client, line: Line, name: str, figure: Figure
) -> None:
    kept = refused = 0

    for text in ODD:
        value: Any = [{"title": "T", "value": text}] if name == "extra" else text
        for body, kind in (
            (json.dumps({name: value}), JSON),
            (f"{name}={quote(json.dumps(value) if name == 'extra' else text)}", FORM),
        ):
            response = create(api, line, body, kind)
            if response.status_code == 200:
                kept += 1
                shown = reply(api.get(f"/v1/tickets/{response.json()['id']}"))
                wanted: Any = text.strip()
                if name == "extra":
                    wanted = [{"title": "T", "value": wanted}]
                assert shown.get(name, "") == wanted
            else:
                param = "extra.value" if name == "extra" else name
                assert refusal(response) == (400, "parameter_invalid", param)
                refused += 1

    assert kept + refused == 2 * len(ODD)
    figure(f"API odd texts as {name}", f"{kept} kept equal, {refused} refused by name, 0 failures")


@pytest.mark.parametrize(
    "query",
    ["?line=%FF", "?line=%ED%A0%80", "?" + "&".join("a=1" for _ in range(1_001))],
)
def test_a_query_that_is_no_text_is_refused(api: Client, query: str) -> None:
    assert refusal(api.get(f"/v1/tickets/search{query}"))[:2] == (400, "query_unreadable")


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", "null&firstName=Ann+Lee&lastName=A%20B"),
        ("?null&firstName=Ann%20Lee", "lastName=A+B"),
        ("?firstName=Ann+Lee", "null&lastName=A%20B"),
        ("?null&firstName=Ann+Lee&lastName=A%20B", "null"),
    ],
)
def test_a_leading_null_is_ignored_and_spaces_are_read_both_ways(
    api: Client, line: Line, query: str, body: str
) -> None:
    path = f"/v1/lines/{line.pk}/ticket{query}"

    pk = reply(api.generic("POST", path, body, content_type=FORM))["id"]

    shown = reply(api.get(f"/v1/tickets/{pk}"))
    assert (shown["firstName"], shown["lastName"]) == ("Ann Lee", "A B")


@pytest.mark.parametrize("query", ["?null", "?null&limit=1", "?null&order=created%20DESC&limit=1"])
def test_a_leading_null_in_a_query_is_ignored(api: Client, ticket: Ticket, query: str) -> None:
    body = reply(api.get(f"/v1/tickets/search{query}"))

    assert [row["id"] for row in body["data"]] == [str(ticket.pk)]
