"""From a fresh checkout to a running site: prepare the database and the files, say where to go, serve."""

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from tickets import demo
from tickets.demo import credentials
from tickets.management.commands.serve import add_address_arguments, listen, serve
from tickets.models import DeviceKind, Location, Source
from tickets.sms import development

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  what such a host means to whoever opens the page
TEST_NET = ("192.0.2.1", 9)  # nothing is sent there

Rows = Iterator[tuple[str, str]]


class Command(BaseCommand):
    help = "Migrate, collect static files, fill in the demo (where DEMO is on), serve."

    def add_arguments(self, parser: CommandParser) -> None:
        add_address_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        host: str = options["host"]
        listener = listen(host, options["port"])
        port: int = listener.getsockname()[1]
        try:
            migrate()
            collect_static_files()
            if settings.DEMO:
                demo.fill()
            self._say_where_to_go(host, port)
            serve(host=host, port=port, listener=listener)
        except KeyboardInterrupt:
            pass  # asked to stop, and stopped

    def _say_where_to_go(self, host: str, port: int) -> None:
        site = address("localhost" if host in EVERYWHERE else host, port)
        for title, rows in (
            *((place.name, location_rows(site, place)) for place in places()),
            ("Staff", staff_rows(site)),
            ("Programs", program_rows(site)),
        ):
            self.stdout.write(f"\n  {self.style.MIGRATE_HEADING(title)}")
            for name, value in rows:
                self.stdout.write(f"    {name:<15}{value}")
        if host in EVERYWHERE and (own := own_address()):
            self.stdout.write(f"\n  From other devices: {address(own, port)}")
            if not settings.TLS_CERT:
                self.stdout.write(
                    "  A kiosk there works only while it has network: see TLS in docs/deployment.md."
                )
        self.stdout.write("\n  Ctrl+C stops everything.\n")
        self.stdout.flush()


def migrate() -> None:
    """Only when something is to be done: the look alone is quick."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def collect_static_files() -> None:
    """Only when a source has changed since the last time, which a stamp beside the files tells."""
    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            found.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text() == found.hexdigest():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(found.hexdigest())


def address(host: str, port: int) -> str:
    scheme = "https" if settings.TLS_CERT else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def own_address() -> str:
    """Where the local network finds this machine; empty if there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(TEST_NET)
        except OSError:
            return ""
        own: str = probe.getsockname()[0]
        return own


def has_demo() -> bool:
    return settings.DEMO and demo.is_there()


def places() -> list[Location]:
    if has_demo():
        return list(demo.locations())
    return list(Location.objects.filter(is_active=True)[:5])


def location_rows(site: str, location: Location) -> Rows:
    if has_demo():
        for kind, name, page in (
            (DeviceKind.KIOSK, "Kiosk", "kiosk:demo-kiosk"),
            (DeviceKind.TV, "TV", "kiosk:demo-tv"),
        ):
            for device in location.devices.filter(kind=kind).order_by("id")[:1]:
                secret = credentials.device_secret(device)
                yield name, site + reverse(page, args=[secret])
    yield "Microsite", site + reverse("kiosk:remote", args=[location.slug])
    visits = location.tickets.waiting().filter(source=Source.MICROSITE)
    if has_demo() and (visit := visits.in_order().first()):
        yield "A visit", site + reverse("kiosk:visit", args=[visit.visit_token])


def staff_rows(site: str) -> Rows:
    yield "Service View", site + reverse("tickets:choose-location")
    yield "Admin", site + reverse("admin:index")
    if development.is_on():
        yield "Fake phone", site + reverse("tickets:fake-phones")
    if has_demo():
        yield from demo.SIGN_INS
        yield "Password", credentials.password()


def program_rows(site: str) -> Rows:
    yield "API", site + reverse("v1:index")
    yield "API docs", site + reverse("openapi:page")
    if has_demo():
        key = credentials.api_key()
        yield "Key", key
        yield "Try", f"curl -H 'X-Qminder-REST-API-Key: {key}' {site}{reverse('v1:locations')}"
