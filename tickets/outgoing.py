"""Asks an address that somebody else named: a public one, or one that this installation allows.

The name is looked up once, every address that it has must be allowed, and the connection goes to what
was checked: a name that means another address a moment later changes nothing (ADR 0025).
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

#: In seconds: from the look-up of the name to the end of the answer, however slowly it comes.
TIMEOUT = 15.0
#: So much of an answer is read, in bytes.
LIMIT = 500

#: Not for the public, whatever `is_global` says of parts of them: transition, anycast, protocols.
SPECIAL = [
    ipaddress.ip_network(each)
    for each in (
        *("192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
        "168.63.129.16/32",  # the platform of a cloud, which answers its own machines
        *("192.175.48.0/24", "2001::/23", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
]
#: Where IPv6 has its public addresses; what wraps an IPv4 address lies outside.
UNICAST = ipaddress.ip_network("2000::/3")

CONNECTIONS = {"http": HTTPConnection, "https": HTTPSConnection}


class Trouble(models.TextChoices):
    """Why there is no answer."""

    ADDRESS = "ADDRESS", _("The address is not one of http or https, without a user name")
    NAME = "NAME", _("Its name has no address")
    NOT_PUBLIC = "NOT_PUBLIC", _("The address is not public")
    CERTIFICATE = "CERTIFICATE", _("Its certificate is not trusted")
    CONNECTION = "CONNECTION", _("The connection was refused or broken off")
    TIMEOUT = "TIMEOUT", _("No answer in time")


class NoAnswer(Exception):
    """Nobody answered; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@dataclass(frozen=True)
class Answer:
    """`text` is how its body begins."""

    status: int
    headers: Mapping[str, str]
    text: str


def is_address(url: str) -> bool:
    """Whether `url` is one that may be asked, as far as its letters say."""
    try:
        _parsed(url)
    except NoAnswer:
        return False
    return True


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post `body`, and wait for the answer for TIMEOUT at most. A redirect is an answer. Raises NoAnswer."""
    until = monotonic() + TIMEOUT
    to = _parsed(url)
    try:
        with _connected(to, until) as connection:
            connection.request("POST", to.request_uri, body, headers, preload_content=False)
            with connection.getresponse() as response:
                begins = response.read(LIMIT, decode_content=False)
        if monotonic() >= until:
            raise TimeoutError
    except ssl.SSLCertVerificationError as error:
        raise NoAnswer(Trouble.CERTIFICATE) from error
    except (OSError, HTTPException, HTTPError, ValueError) as error:
        is_late = isinstance(error, TimeoutError) or monotonic() >= until
        raise NoAnswer(Trouble.TIMEOUT if is_late else Trouble.CONNECTION) from error
    text = begins.decode(errors="replace").replace("\0", "")
    return Answer(response.status, response.headers, text)


def _parsed(url: str) -> Url:
    try:
        to = parse_url(url)
    except LocationParseError as error:
        raise NoAnswer(Trouble.ADDRESS) from error
    if to.scheme not in CONNECTIONS or not to.hostname or to.auth or to.port == 0:
        raise NoAnswer(Trouble.ADDRESS)
    return to


@contextmanager
def _connected(to: Url, until: float) -> Iterator[Any]:
    """A connection to an address that was checked, cut off at `until`."""
    connection = CONNECTIONS[str(to.scheme)](str(to.hostname), to.port, timeout=TIMEOUT)
    host = str(to.hostname).strip("[]")
    reached = _reached(_checked(host, connection.port, until), until)
    # A handle of its own: it cuts off the handshake too, where the other has passed to TLS.
    with reached, reached.dup() as handle:
        end = Timer(until - monotonic(), _cut_off, [handle])
        end.daemon = True
        end.start()
        try:
            connection.sock = reached
            if to.scheme == "https":
                tls = ssl.create_default_context()
                connection.sock = tls.wrap_socket(reached, server_hostname=host)
            yield connection
        finally:
            end.cancel()
            connection.close()


def _checked(host: str, port: int, until: float) -> list[Any]:
    """What `host` is, every address of it allowed; in the form that sockets connect to."""
    found: SimpleQueue[Any] = SimpleQueue()

    def look_up() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            found.put([])

    # The resolver has no time-out: who waits for it goes on without it.
    Thread(target=look_up, daemon=True).start()
    try:
        addresses: list[Any] = found.get(timeout=max(0, until - monotonic()))
    except Empty:
        raise NoAnswer(Trouble.TIMEOUT) from None
    if not addresses:
        raise NoAnswer(Trouble.NAME)
    if not all(_is_allowed(address[0]) for *_kind, address in addresses):
        raise NoAnswer(Trouble.NOT_PUBLIC)
    return addresses


def _is_allowed(written: str) -> bool:
    address = ipaddress.ip_address(written)
    if any(address in network for network in settings.WEBHOOK_ALLOWED_NETWORKS):
        return True
    is_special = address.is_multicast or any(address in network for network in SPECIAL)
    is_unicast = address.version == 4 or address in UNICAST
    return address.is_global and is_unicast and not is_special


def _reached(addresses: list[Any], until: float) -> socket.socket:
    """Connected to the first of them that takes it."""
    refused: OSError = TimeoutError()
    for count, (family, kind, protocol, _name, address) in enumerate(addresses):
        reached = socket.socket(family, kind, protocol)
        try:
            # So that one that keeps silent leaves time for the others.
            reached.settimeout(max(0.001, (until - monotonic()) / (len(addresses) - count)))
            reached.connect(address)
        except OSError as error:
            reached.close()
            refused = error
        else:
            reached.settimeout(TIMEOUT)
            return reached
    raise refused


def _cut_off(handle: socket.socket) -> None:
    try:
        handle.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was quicker
