"""The whole site on a free port, in a thread of the test process and on the test's database."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from tickets.realtime.sockets import LIMITS


@contextmanager
def serving(**options: Any) -> Iterator[str]:
    """The address of a running server: pages, API, streams and sockets."""
    from qminder_site import asgi

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            asgi.application,
            host="127.0.0.1",
            port=port,
            timeout_graceful_shutdown=1,
            **{"log_level": "critical", **LIMITS, **options},
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
