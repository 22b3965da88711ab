"""What supervisors and load balancers are told."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from pytest_django.fixtures import Settings


def probe(path: str) -> Any:
    """The reply to a probe, which comes by the machine's address: not one of ALLOWED_HOSTS."""
    return Client().get(path, SERVER_NAME="10.0.0.7")


def test_healthz_needs_no_database() -> None:
    response = probe("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_readyz_when_everything_is_there(db: None) -> None:
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


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@override_settings(SECURE_SSL_REDIRECT=True, SECURE_REDIRECT_EXEMPT=[r"^(healthz|readyz)$"])
def test_a_probe_is_not_sent_to_https(db: None, path: str) -> None:
    assert probe(path).status_code == 200
