"""X2: while the database does not answer, the API says so, and when to come again."""

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from tests.tickets.api.conftest import JSON, refusal, reply


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("path", ["/v1/tickets/search", "/v1/locations/1", "/v1/users"])
def test_a_call_without_a_database_is_503_with_retry_after(
    api: Client, path: str, error: type[Exception]
) -> None:
    def refuse(*_: object) -> None:
        raise error("connection refused to 10.1.2.3 by SELECT")

    with connection.execute_wrapper(refuse):
        response = api.get(path)

    assert refusal(response) == (503, "unavailable", "")
    assert response["Retry-After"] == "1"
    assert "10.1.2.3" not in response.content.decode()


def test_a_post_without_a_database_may_be_repeated_with_its_key(api: Client) -> None:
    api.get("/v1/locations")  # the key is remembered

    def refuse(*_: object) -> None:
        raise OperationalError("database is locked")

    hook = {"url": "https://e.org/"}
    key = {"Idempotency-Key": "a"}
    with connection.execute_wrapper(refuse):
        first = api.post("/v1/webhooks", hook, headers=key, content_type=JSON)
    second = api.post("/v1/webhooks", hook, headers=key, content_type=JSON)

    assert refusal(first) == (503, "unavailable", "")
    assert reply(second)["statusCode"] == 200
