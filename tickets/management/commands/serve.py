"""Serve everything on one port: pages, API, streams and static files."""

import errno
import os
import socket
from contextlib import suppress
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.module_loading import import_string

from tickets import heartbeat
from tickets.management.beside import keep_a_worker
from tickets.realtime.server import Server
from tickets.realtime.sockets import LIMITS

STOP_WITHIN = 3  # seconds for requests that are under way


def add_address_arguments(parser: CommandParser) -> None:
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))


def listen(host: str, port: int) -> socket.socket:
    """Take the port; who opens a page before the site is ready waits for it."""
    try:
        family, _type, _protocol, _name, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(where[:2], family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(
                f"Port {port} of {host} is taken by another program. Choose one: PORT={port + 1}"
            ) from None
        raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}.") from None


def serve(
    *,
    host: str,
    port: int,
    workers: int = 1,
    has_worker: bool = True,
    listener: socket.socket | None = None,
) -> None:
    """Run until a signal; with one process, open streams do not delay the stop."""
    with suppress(DatabaseError):  # its tables may still be to come, which /readyz says
        heartbeat.beat()
    if has_worker:
        keep_a_worker()
    options: dict[str, Any] = {
        "app": "qminder_site.asgi:application",
        "host": host,
        "port": port,
        "timeout_graceful_shutdown": STOP_WITHIN,
        "proxy_headers": bool(settings.TRUSTED_PROXIES),
        "forwarded_allow_ips": settings.TRUSTED_PROXIES,
        "server_header": False,
        # The addresses of sockets hold keys: no log of requests, and nothing below a warning.
        "access_log": False,
        "log_level": "warning",
        "log_config": None,  # by the site's own handler, which spares what is personal
        **LIMITS,
    }
    if settings.TLS_CERT:
        options |= {"ssl_certfile": settings.TLS_CERT, "ssl_keyfile": settings.TLS_KEY}
    if workers > 1:
        uvicorn.run(workers=workers, **options)
    else:
        # The command is how the site is run; everything else below does not know the site.
        hub = import_string("qminder_site.asgi.hub")
        sockets = [listener or listen(host, port)]
        Server(uvicorn.Config(**options), on_exit=hub.stop).run(sockets)


class Command(BaseCommand):
    help = "Serve everything on one port."

    def add_arguments(self, parser: CommandParser) -> None:
        add_address_arguments(parser)
        parser.add_argument("--workers", type=int, default=1, help="processes (PostgreSQL only)")
        parser.add_argument(
            "--without-worker",
            action="store_true",
            help="where `manage.py worker` runs by itself",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        serve(
            host=options["host"],
            port=options["port"],
            workers=options["workers"],
            has_worker=not options["without_worker"],
        )
