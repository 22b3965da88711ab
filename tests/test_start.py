"""`make run` from outside: what is printed can be opened, and a signal ends it at once."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import Figure, lacks
from tickets.management.commands.serve import STOP_WITHIN

ROOT = Path(__file__).parent.parent
LAST_LINE = "Ctrl+C stops everything."

#: Titles of the rows that are an address, as they are printed.
PAGES = [
    "Kiosk",
    "TV",
    "Microsite",
    "A visit",
    "Kiosk",
    "TV",
    "Microsite",
    "A visit",
    "Service View",
    "Admin",
    "API",
    "API docs",
]


@dataclass(frozen=True)
class Site:
    """A running `manage.py start`, its output, and how long it took to print and answer, in s."""

    process: subprocess.Popen[str]
    port: int
    output: str
    seconds: float
    trust: ssl.SSLContext | None = None

    @property
    def rows(self) -> list[tuple[str, str]]:
        return re.findall(r"^    (\S.*?) {2,}(\S.*)$", self.output, re.MULTILINE)

    @property
    def addresses(self) -> list[tuple[str, str]]:
        return [(title, value) for title, value in self.rows if value.startswith("http")]

    @contextmanager
    def get(self, path: str, **headers: str) -> Iterator[HTTPResponse]:
        server = HTTPConnection("127.0.0.1", self.port, timeout=20)
        if self.trust:
            server = HTTPSConnection("localhost", self.port, timeout=20, context=self.trust)
        with closing(server) as connection:
            connection.request("GET", path, headers=headers)
            with connection.getresponse() as response:
                yield response

    def stop(self, signal_: int) -> float:
        """Seconds until the process has ended."""
        began = monotonic()
        self.process.send_signal(signal_)
        self.process.wait(20)
        return monotonic() - began


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of an installation that was started once before."""
    home = tmp_path_factory.mktemp("start")
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": os.environ["SECRET_KEY"],
        "INSECURE_HTTP": "true",
        "ALLOWED_HOSTS": "*",
        "DEMO": "true",
        "DATABASE_URL": f"sqlite:///{home}/db.sqlite3",
        "STATIC_ROOT": f"{home}/static",
    }
    with started(environment, port=free_port()):
        return environment


@pytest.fixture
def site(environment: dict[str, str]) -> Iterator[Site]:
    with started(environment, port=free_port()) as site:
        yield site


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(
    environment: dict[str, str],
    *,
    port: int,
    host: str = "127.0.0.1",
    trust: ssl.SSLContext | None = None,
) -> Iterator[Site]:
    began = monotonic()
    with subprocess.Popen(
        [sys.executable, "manage.py", "start", "--host", host, "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            site = Site(process, port, read(process), 0, trust)
            with site.get("/sign-in/"):
                seconds = monotonic() - began
            yield replace(site, seconds=seconds)
        finally:
            process.kill()


def read(process: subprocess.Popen[str]) -> str:
    output = ""
    for line in process.stdout or ():
        output += line
        if LAST_LINE in line:
            break
    assert LAST_LINE in output, output
    return output


def test_start_prints_pages_that_open_in_a_browser(
    site: Site, chromium: str, figure: Figure
) -> None:
    answers = []
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for title, address in site.addresses:
            context = browser.new_context()
            page = context.new_page()
            page.on(
                "console",
                lambda m: (
                    complaints.append(f"{m.location['url']}: {m.text}")
                    if m.type == "error"
                    else None
                ),
            )
            response = page.goto(address)
            page.wait_for_timeout(200)  # streams and live parts complain later
            answers.append((title, response.status if response else 0))
            context.close()
        browser.close()

    assert answers == [(title, 200) for title in PAGES]
    assert complaints == []
    figure("make run: printed addresses that answer 200, console errors", f"{len(answers)}, 0")


def test_start_prints_a_key_that_works(site: Site) -> None:
    example = dict(site.rows)["Try"]
    header, key, path = re.findall(r"'(\S+): (\S+)' http://[^/]+(\S+)", example)[0]

    with site.get(path, **{header: key}) as response:
        status, body = response.status, response.read()

    assert status == 200
    assert [each["name"] for each in json.loads(body)["data"]] == [
        "Harbour Clinic",
        "Rannamäe City Office",
    ]


def test_start_again_is_quick_and_prints_the_same(
    environment: dict[str, str], figure: Figure
) -> None:
    port = free_port()
    with started(environment, port=port) as first:
        first.stop(signal.SIGTERM)

    with started(environment, port=port) as second:
        assert second.output == first.output
        assert second.seconds <= 5

    figure("make run: second start until a page answers, s", round(second.seconds, 2))


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
def test_stop_ends_open_streams_at_once(
    site: Site, figure: Figure, signal_: signal.Signals
) -> None:
    visit = dict(site.addresses)["A visit"].rstrip("/").rsplit("/", 1)[-1]
    stream = f"/stream/visit/{visit}/"
    with site.get(stream) as one, site.get(stream) as other:
        begun = [one.readline(), other.readline()]

        seconds = site.stop(signal_)

    rest = site.process.stdout.read() if site.process.stdout else ""
    assert begun == [b"event: sync\n"] * 2
    assert seconds < STOP_WITHIN  # which requests under way would be given
    assert "Traceback" not in rest
    figure(f"make run: stop by {signal_.name} with two open streams, s", round(seconds, 2))


def test_start_keeps_a_worker_beside_it_until_it_stops(
    site: Site, environment: dict[str, str], figure: Figure
) -> None:
    file = environment["DATABASE_URL"].removeprefix("sqlite:///")
    first = worker_at_work(site, file)
    os.kill(first, signal.SIGKILL)
    second = worker_at_work(site, file)

    site.process.kill()
    began = monotonic()
    while is_alive(second) and monotonic() < began + 10:
        sleep(0.02)
    seconds = monotonic() - began

    assert first != second
    assert seconds <= 2
    figure("make run: from a killed server until its worker has ended, s", round(seconds, 2))


def worker_at_work(site: Site, file: str) -> int:
    """The process id of the site's worker, which has done a row by now."""
    with closing(sqlite3.connect(file, autocommit=True)) as database:
        database.execute(
            "INSERT INTO tickets_job (kind, lane, arguments, created_at, due_at, attempts, error)"
            """ VALUES ('visit.end', '', '{"pk": 0, "status": "NEW"}', '2026-01-01', '2026-01-01 00:00:00', 0, '')"""
        )
        deadline = monotonic() + 20
        while database.execute("SELECT count(*) FROM tickets_job").fetchone()[0]:
            assert monotonic() < deadline, "the row was not done"
            sleep(0.05)
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"--beside={site.process.pid}\0".encode() in path.read_bytes():
                return int(path.parent.name)
    pytest.fail("no worker is there")


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_start_for_other_devices_prints_an_address_that_opens_here(
    environment: dict[str, str],
) -> None:
    port = free_port()
    with started(environment, port=port, host="0.0.0.0") as site:  # noqa: S104
        hosts = {address.split("/")[2] for _title, address in site.addresses}

    assert hosts == {f"localhost:{port}"}


def test_start_with_a_certificate_is_https_throughout(
    environment: dict[str, str], tmp_path: Path
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        lacks("a certificate of one's own: openssl is missing (apt-get install openssl)")
    certificate, key = tmp_path / "queue.crt", tmp_path / "queue.key"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    tls = {"TLS_CERT": str(certificate), "TLS_KEY": str(key), "INSECURE_HTTP": "false"}
    trust = ssl.create_default_context(cafile=certificate)

    with (
        started(environment | tls, port=free_port(), trust=trust) as site,
        site.get("/sign-in/") as response,
    ):
        cookie, status = response.headers["Set-Cookie"], response.status

    assert status == 200
    assert cookie.startswith("__Host-csrftoken=")
    assert cookie.endswith("; Secure")
    assert {address.partition(":")[0] for _title, address in site.addresses} == {"https"}


def test_start_without_demo_makes_and_prints_none(
    environment: dict[str, str], tmp_path: Path
) -> None:
    environment = environment | {
        "DEMO": "false",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
    }

    with started(environment, port=free_port()) as site:
        titles = [title for title, _value in site.rows]

    assert titles == ["Service View", "Admin", "API", "API docs"]


def test_start_on_a_taken_port_says_so_in_one_sentence(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "manage.py", "start", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    said = f"Port {port} of 127.0.0.1 is taken by another program. Choose one: PORT={port + 1}\n"
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"CommandError: {said}"
