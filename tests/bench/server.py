"""The site as it is really served, in processes of its own, and the CPU time that they take."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 30  # seconds
STOPS_WITHIN = 10


@dataclass(frozen=True)
class Server:
    port: int
    pid: int


@contextmanager
def serving(*, workers: int, environment: Mapping[str, str]) -> Iterator[Server]:
    """`manage.py serve` on a free port of the loopback interface, stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "manage.py",
            "serve",
            "--without-worker",
            f"--port={port}",
            f"--workers={workers}",
        ],
        cwd=ROOT,
        env={**os.environ, **environment, "HOST": "127.0.0.1"},
        start_new_session=True,
    )
    try:
        _wait_for(process, port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOPS_WITHIN)
        with suppress(ProcessLookupError):  # usually nobody is left
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def cpu_seconds(*roots: int) -> float:
    """User and system time so far of the processes `roots` and all that they started.

    It is what /proc/<pid>/stat says in steps of 10 ms, read in nanoseconds from the clock that
    Linux keeps for each process (clock_getcpuclockid(3)).
    """
    total = 0.0
    for pid in with_descendants(roots):
        with suppress(OSError):  # it has just ended
            total += time.clock_gettime(~pid << 3 | 2)
    return total


def with_descendants(roots: tuple[int, ...]) -> list[int]:
    children: defaultdict[int, list[int]] = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = stat.read_text().rpartition(")")[2].split()[1]
            children[int(parent)].append(int(stat.parent.name))
    found = list(roots)
    for pid in found:  # grows while it is walked
        found += children[pid]
    return found
