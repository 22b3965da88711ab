"""Measures one database in a process of its own: `python -m tests.bench.trial`, JSON on stdout."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.core.management import call_command


def main() -> None:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # end what was started here, then
    from tests import databases  # chooses the database by TEST_DATABASE, and starts it

    scratch = databases.scratch
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)  # pages name what is there
    from tests.bench.rounds import Trial
    from tests.bench.streams import Sizes

    with _fresh_database(scratch) as url:
        trial = Trial(
            # SQLite has one writer at a time, and `serve` is for one process there.
            workers=1 if url.startswith("sqlite") else 2,
            database_pids=_own_postgres(scratch),
            sizes=options.waiting,
            rounds=options.rounds,
            seconds=options.seconds,
            statements=scratch / "floor.pickle",
            database_url=url,
            sections=options.sections,
            screens=Sizes.small() if options.small else Sizes(),
        )
        for figure in trial.figures():
            print(json.dumps(asdict(figure)), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--waiting", type=int, nargs="+", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--sections", nargs="+", required=True)
    parser.add_argument("--small", action="store_true")
    return parser.parse_args()


@contextmanager
def _fresh_database(scratch: Path) -> Iterator[str]:
    """The address of a new database; one in a PostgreSQL that is not ours is dropped at the end."""
    from django.db import connection

    is_file = connection.vendor == "sqlite"
    name = str(scratch / "bench.sqlite3") if is_file else "visits_bench"
    connection.settings_dict["TEST"]["NAME"] = name
    previous = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    given = urlsplit(os.environ["DATABASE_URL"])
    try:
        yield f"sqlite:///{name}" if is_file else given._replace(path=f"/{name}").geturl()
    finally:
        if not is_file and not _own_postgres(scratch):
            connection.creation.destroy_test_db(previous, verbosity=0)


def _own_postgres(scratch: Path) -> list[int]:
    """The first process of the PostgreSQL that was started for this run, if one was."""
    pid_file = scratch / "postgres" / "postmaster.pid"
    return [int(pid_file.read_text().split()[0])] if pid_file.exists() else []


if __name__ == "__main__":
    main()
