"""Names as people have them: taken, and given back equal."""

import json
import unicodedata
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.conftest import Figure
from tests.tickets.api.conftest import FORM, JSON, create, reply
from tickets.models import Line

FIFTY = "Nguyễn" * 8 + "Áß"
NAMES = [
    ("O'Brien", "D'Arcy-O'Neill"),
    ("李", "王"),
    ("Nguyễn", "Trần Thị"),
    (unicodedata.normalize("NFD", "Nguyễn"), unicodedata.normalize("NFD", "Trần Thị")),
    ("X Æ", "A-12"),
    ("J", "X"),
    ("Björk", ""),
    ("Jane & co = 100%", "+1; 'x' \"y\" <b>"),
    ("محمد", "יעל"),
    (FIFTY, FIFTY),
    (unicodedata.normalize("NFD", FIFTY), "𠮷" * 50),
    ("नि" * 50, "กำ" * 50),
]


@pytest.mark.parametrize("kind", [JSON, FORM])
def test_f3_names_come_back_as_they_were_given(
    line: Line, api: Client, kind: str, figure: Figure
) -> None:
    given_and_shown = []

    def post(sent: dict[str, str]) -> Any:
        body = json.dumps(sent) if kind == JSON else urlencode(sent)
        return create(api, line, body, kind)

    for first, last in NAMES:
        pk = reply(post({"firstName": first, "lastName": last}))["id"]
        body = reply(api.get(f"/v1/tickets/{pk}"))
        expected_names = [unicodedata.normalize("NFC", name) for name in (first, last)]
        given_and_shown.append((expected_names, [body["firstName"], body.get("lastName", "")]))

    assert len(FIFTY) == 50
    assert [shown for _, shown in given_and_shown] == [sent for sent, _ in given_and_shown]
    figure(f"F3 names through the API, {kind}", f"{len(NAMES)} of {len(NAMES)} equal")
