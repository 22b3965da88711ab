"""Requests that no browser sends, through the whole server."""

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.live import serving


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.mark.parametrize("charset", ["base64", "rot13", "utf-8", "nonsense", "utf-16"])
@pytest.mark.parametrize("path", ["/sign-in/?a=1", "/v1/locations/?a=1"])
def test_a_charset_that_a_request_names_is_ignored(site: str, path: str, charset: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=10)

    connection.request("GET", path, headers={"Content-Type": f"text/plain; charset={charset}"})

    assert (
        connection.getresponse().status == {"/sign-in/?a=1": 200, "/v1/locations/?a=1": 401}[path]
    )
    connection.close()


def test_z8_a_refused_stream_carries_the_headers_too(site: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=10)

    connection.request("GET", "/stream/service/1/")

    response = connection.getresponse()
    assert (response.status, response.headers["Cache-Control"]) == (404, "no-store")
    assert (
        response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    connection.close()


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/at/%00/", {}, 400),
        ("/sign-in/?next=%00", {}, 400),
        ("/admin/", {"Cookie": 'sessionid="aaaaaaaaaaaaaaaa\\000"'}, 400),
        ("/stream/visit/%00/", {}, 404),
        ("/stream/service/1/", {"Cookie": 'sessionid="aaaaaaaaaaaaaaaa\\000"'}, 404),
    ],
)
def test_a_null_character_is_refused(
    site: str, path: str, headers: dict[str, str], status: int
) -> None:
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=10)

    connection.request("GET", path, headers=headers)

    assert connection.getresponse().status == status
    connection.close()
