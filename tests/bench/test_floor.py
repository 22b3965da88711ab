"""The floor does what the site does, and the load takes no refusal for a reply."""

from urllib.parse import urlsplit

import pytest

from tests.bench import floor, load, rounds
from tests.bench.operations import OPERATIONS, Operation
from tests.bench.place import Place
from tests.live import serving
from tickets.models import Activity


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.slug)
def test_replay_does_to_the_line_what_the_request_does(
    transactional_db: None, operation: Operation
) -> None:
    place = Place.open()
    place.hold(30)
    statements = rounds.record(place)[operation.slug]
    waiting, on_record = place.waiting.count(), Activity.objects.count()
    actions = sum('INSERT INTO "tickets_activity"' in each.sql for each in statements)

    for client in (0, 1):
        floor.replay(statements, operation.calls(place, client)[0].ids)

    assert place.waiting.count() == waiting + 2 * operation.waiting
    assert Activity.objects.count() == on_record + 2 * actions


def test_run_fails_on_a_refusal(transactional_db: None) -> None:
    request = b"GET /v1/tickets/1 HTTP/1.1\r\nHost: localhost\r\n\r\n"

    with serving() as address, pytest.raises(load.BadReply, match="401"):
        load.run(urlsplit(address).port or 0, [[request]], seconds=0.1, most=1)
