"""Addresses that strangers name: only public ones are asked, nothing is followed, nobody waits long (W7)."""

import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from tests.conftest import Figure
from tests.receiver import Receiver, receiving
from tickets import outgoing
from tickets.outgoing import Answer, NoAnswer, Trouble

#: One address of each special range of IANA's registries, and their ends.
IPV4 = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.0.0.2 127.255.255.254
168.63.129.16 169.254.169.254 169.254.0.1 172.16.0.1 172.31.255.254 192.0.0.1 192.0.0.8 192.0.0.9 192.0.0.10 192.0.0.170
192.0.0.171 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.254 192.175.48.1
198.18.0.1 198.19.255.254 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
"""
IPV6 = """
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1
64:ff9b::127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 100::1 100:0:0:1::1 2001::1 2001:0:7f00:1::1 2001:1::1 2001:1::2 2001:2::1
2001:3::1 2001:4:112::1 2001:10::1 2001:20::1 2001:30::1 2001:db8::1 2002:7f00:1:: 2002:a00:1:: 2620:4f:8000::1
3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 ff0e::1
"""
WRITTEN_OTHERWISE = """
2130706433 0x7f000001 017700000001 0177.0.0.1 0x7f.0.0.1 127.1 127.0.1 0x7f.1 0 127.0.0.1. 2852039166 0xa9fea9fe
0300.0250.0.1 localhost localhost. LOCALHOST
"""
#: With the port of the listener in place of {port}.
WHOLE = [
    "http://user@127.0.0.1:{port}/",
    "http://user:password@example.org:{port}/",
    "http://example.org@127.0.0.1:{port}/",
    "http://example.org:80@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.org/",
    "http://127.0.0.1:{port}#@example.org/",
    "http:127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_GET",
    "unix:///run/docker.sock",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "http://",
    "",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:99999/",
    "http://[::1/",
    "http://[fe80::1%25lo]:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://１２７.０.０.１:{port}/",
    "http://127。0。0。1:{port}/",
]

connects: list[Any] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        connects.append(arguments[1])


sys.addaudithook(_note)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        connects.clear()
        yield receiver


@pytest.fixture
def nothing_allowed(receiver: Receiver, settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []


Resolve = Callable[..., list[Any]]


def answers(*addresses: str, port: int) -> list[Any]:
    """As a resolver gives them."""
    kinds = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
    return [
        (kind, socket.SOCK_STREAM, 6, "", (each, port))
        for kind, each in zip(kinds, addresses, strict=True)
    ]


def port_of(receiver: Receiver) -> int:
    return int(receiver.url.split(":")[2].split("/")[0])


def outcome(url: str) -> Trouble | int:
    try:
        return outgoing.post(url, b"{}", {}).status
    except NoAnswer as error:
        return error.trouble


def test_w7_no_forbidden_address_is_connected_to(
    receiver: Receiver, nothing_allowed: None, figure: Figure
) -> None:
    port = port_of(receiver)
    literal = [*IPV4.split(), *(f"[{each}]" for each in IPV6.split())]
    hosts = [*literal, *WRITTEN_OTHERWISE.split()]
    urls = [f"{scheme}://{host}:{port}/" for host in hosts for scheme in ("http", "https")]
    urls += [each.format(port=port) for each in WHOLE]

    outcomes = {url: outcome(url) for url in urls}

    refused = {Trouble.NOT_PUBLIC, Trouble.ADDRESS, Trouble.NAME}
    assert {url: each for url, each in outcomes.items() if each not in refused} == {}
    assert {outcomes[f"http://{host}:{port}/"] for host in literal} == {Trouble.NOT_PUBLIC}
    assert (connects, receiver.got) == ([], [])
    figure(
        "W7 addresses, connects, requests at the listener",
        f"{len(urls)}, {len(connects)}, {len(receiver.got)}",
    )


def test_w7_one_forbidden_answer_refuses_the_name(
    receiver: Receiver, nothing_allowed: None, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    mixes = [
        ("8.8.8.8", "127.0.0.1"),
        ("127.0.0.1", "8.8.8.8"),
        ("2606:4700::1", "::1"),
        ("8.8.8.8", "::ffff:10.0.0.1"),
        ("8.8.8.8", "2606:4700::1", "169.254.169.254"),
    ]
    outcomes = []

    for mix in mixes:
        found = answers(*mix, port=port_of(receiver))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, found=found, **k: found)
        outcomes.append(outcome("http://hook.example.org/"))

    assert outcomes == [Trouble.NOT_PUBLIC] * len(mixes)
    assert connects == []
    figure("W7 names of public and private addresses, connects", f"{len(mixes)}, {len(connects)}")


def test_w7_a_name_that_changes_goes_where_it_was_checked(
    receiver: Receiver, settings: Settings, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.1/32")]
    port, asked = port_of(receiver), []

    def resolve(host: str, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return answers("127.0.0.1" if len(asked) == 1 else "127.0.0.66", port=port)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    first, second = outcome(f"http://re.example.org:{port}/"), outcome("http://re.example.org/")

    assert (first, second) == (200, Trouble.NOT_PUBLIC)
    assert connects == [("127.0.0.1", port)]
    assert receiver.got[0].headers["Host"] == f"re.example.org:{port}"
    figure("W7 look-ups, connects of a name that changes in between", (len(asked), len(connects)))


def test_w7_redirect_is_not_followed(receiver: Receiver, figure: Figure) -> None:
    to = {"Location": "http://169.254.169.254/latest/meta-data/"}
    codes = (301, 302, 303, 307, 308)
    outcomes = []

    for code in codes:
        receiver.answer = lambda got, code=code: (code, to, b"")  # type: ignore[misc]
        outcomes.append(outcome(receiver.url))

    assert outcomes == list(codes)
    assert {host for host, _port in connects} == {"127.0.0.1"}
    figure("W7 redirects, followed", (len(codes), len(connects) - len(codes)))


def test_what_a_setting_allows_is_asked(receiver: Receiver, settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.1/32"), ip_network("fd00::/8")]

    outcomes = [outcome(receiver.url), outcome(receiver.url.replace("127.0.0.1", "127.0.0.2"))]

    assert outcomes == [200, Trouble.NOT_PUBLIC]


def test_public_addresses_are_allowed() -> None:
    public = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1", "2a00:1450::1"]

    assert [each for each in public if not outgoing._is_allowed(each)] == []


def test_proxy_of_the_environment_is_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.9:9/")

    assert outcome(receiver.url) == 200
    assert connects == [("127.0.0.1", port_of(receiver))]


def test_of_an_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.answer = lambda got: (200, {}, b"\0\xff" + b"x" * 1_000_000)

    answer = outgoing.post(receiver.url, b"{}", {})

    assert answer == Answer(200, answer.headers, "\N{REPLACEMENT CHARACTER}" + "x" * 498)


def test_second_address_is_asked_if_the_first_is_silent(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = port_of(receiver)
    found = answers("127.0.0.77", "127.0.0.1", port=port)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)

    assert outcome(f"http://two.example.org:{port}/") == 200
    assert connects == [("127.0.0.77", port), ("127.0.0.1", port)]


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that says to each caller what it likes."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                caller, _address = server.accept()
            except OSError:
                return
            threading.Thread(target=say, args=(caller,), daemon=True).start()

    def say(caller: socket.socket) -> None:
        with caller:
            try:
                talk(caller)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}/"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def trickle(text: bytes) -> Callable[[socket.socket], None]:
    def talk(caller: socket.socket) -> None:
        for byte in text:
            caller.sendall(bytes([byte]))
            time.sleep(0.05)

    return talk


SLOW = {
    "says nothing": ("http", lambda caller: time.sleep(5)),
    "trickles its head": ("http", trickle(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100)),
    "trickles its body": ("http", trickle(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100)),
    "trickles lines of its head": ("http", trickle(b"HTTP/1.1 100 Continue\r\n\r\n" * 9)),
    "trickles its handshake": ("https", trickle(b"\x16\x03\x03\x40\x00" + b"\x02" * 100)),
}


def test_w3_nobody_keeps_us_longer_than_the_time_out(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    monkeypatch.setattr(outgoing, "TIMEOUT", 0.5)
    outcomes, longest = {}, 0.0

    for name, (scheme, talk) in SLOW.items():
        with talking(talk) as address:
            began = time.monotonic()
            outcomes[name] = outcome(f"{scheme}://{address}")
            longest = max(longest, time.monotonic() - began)

    assert outcomes == dict.fromkeys(SLOW, Trouble.TIMEOUT)
    assert longest < 1
    figure("W3 slow answers of 5 kinds cut off after 0.5 s, the slowest after", round(longest, 2))


def test_resolver_that_hangs_keeps_us_no_longer(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "TIMEOUT", 0.2)
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: [answered.wait(10)])

    assert outcome("http://slow.example.org/") == Trouble.TIMEOUT
    answered.set()


@pytest.mark.parametrize(
    ("talk", "trouble"),
    [
        (lambda caller: caller.sendall(b"SSH-2.0-OpenSSH\r\n"), Trouble.CONNECTION),
        (
            lambda caller: caller.sendall(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200),
            Trouble.CONNECTION,
        ),
        (lambda caller: None, Trouble.CONNECTION),
    ],
)
def test_answer_that_is_none_is_no_answer(
    receiver: Receiver, talk: Callable[[socket.socket], None], trouble: Trouble
) -> None:
    with talking(talk) as address:
        assert outcome(f"http://{address}") == trouble


def test_nobody_at_the_address_is_no_answer(receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert outcome(f"http://127.0.0.1:{port}/") == Trouble.CONNECTION


def test_certificate_is_verified_for_the_name(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ("-keyout", tmp_path / "key.pem", "-out", tmp_path / "crt.pem")
    name = ("-subj", "/CN=x", "-addext", "subjectAltName=DNS:hook.example.org")
    make = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    subprocess.run([*make, "-nodes", *files, *name], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "crt.pem", tmp_path / "key.pem")

    def talk(caller: socket.socket) -> None:
        with tls.wrap_socket(caller, server_side=True) as safe:
            asked = b""
            while not asked.endswith(b"{}"):  # who closes before all has come breaks the answer off
                asked += safe.recv(10_000)
            safe.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    outcomes = []
    with talking(talk) as address:
        port = int(address.strip("/").split(":")[1])
        found = answers("127.0.0.1", port=port)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
        outcomes.append(outcome(f"https://hook.example.org:{port}/"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "crt.pem"))
        outcomes.append(outcome(f"https://hook.example.org:{port}/"))
        outcomes.append(outcome(f"https://other.example.org:{port}/"))

    assert outcomes == [Trouble.CERTIFICATE, 204, Trouble.CERTIFICATE]
