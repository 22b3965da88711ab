"""What supervisors and load balancers are told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from pytest_django.fixtures import Settings

from tests.conftest import CountQueries, Figure
from tickets import heartbeat, instants
from tickets.models import Heartbeat

EPOCH = datetime.fromtimestamp(0, UTC)


def probe(path: str) -> Any:
    """The reply to a probe, which comes by the machine's address: not one of ALLOWED_HOSTS."""
    return Client().get(path, SERVER_NAME="10.0.0.7")


def test_healthz_needs_no_database() -> None:
    response = probe("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_readyz_when_everything_is_there(db: None) -> None:
    heartbeat.beat()

    response = probe("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_readyz_before_the_migrations(db: None, settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE]  # loaded anew: it may have seen them all before
    MigrationRecorder.Migration.objects.filter(app="tickets").order_by("-id")[0].delete()

    response = probe("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "reason": "migrations are to be applied"}


def test_readyz_without_a_database(db: None) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        response = probe("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "reason": "the database does not answer"}


def test_x7_readyz_is_red_once_no_worker_was_heard_of_for_a_minute(
    db: None, figure: Figure, count_queries: CountQueries
) -> None:
    with time_machine.travel(0, tick=False) as clock:
        never = probe("/readyz").status_code
        heartbeat.beat()
        seconds = 0
        while probe("/readyz").status_code == 200:
            clock.shift(1)
            seconds += 1
        response = probe("/readyz")
        queries = count_queries(lambda: probe("/readyz"))
        heartbeat.beat()
        back = probe("/readyz").status_code

    assert response.json() == {
        "status": "unavailable",
        "reason": "no worker was heard of for a minute",
    }
    assert (never, seconds, back) == (503, 60, 200)
    assert queries <= 2
    figure("X7 /readyz: red after, s; queries", f"{seconds}; {queries}")


def test_heartbeat_is_written_no_more_often_than_it_must(db: None) -> None:
    with time_machine.travel(0, tick=False) as clock:
        heartbeat.beat()
        clock.shift(heartbeat.EVERY)
        heartbeat.beat()
        early = Heartbeat.objects.get().at
        clock.shift(timedelta(milliseconds=1))

        heartbeat.beat()

        assert (early, Heartbeat.objects.get().at) == (EPOCH, instants.now())


def test_heartbeat_goes_on_after_the_clock_was_set_back(db: None) -> None:
    with time_machine.travel(1_000_000, tick=False) as clock:
        heartbeat.beat()
        clock.shift(timedelta(days=-1))

        heartbeat.beat()

        assert Heartbeat.objects.get().at == instants.now()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@override_settings(SECURE_SSL_REDIRECT=True, SECURE_REDIRECT_EXEMPT=[r"^(healthz|readyz)$"])
def test_a_probe_is_not_sent_to_https(db: None, path: str) -> None:
    heartbeat.beat()

    assert probe(path).status_code == 200
