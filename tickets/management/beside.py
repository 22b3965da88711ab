"""Keeps a worker running beside the server, as a process of its own."""

import logging
import os
import subprocess
import sys
from threading import Thread
from time import sleep

from django.conf import settings

logger = logging.getLogger(__name__)

PAUSE = 1.0  # seconds before one is started: the server's own start comes first


def keep_a_worker() -> None:
    """From now on until this process ends, however it ends: the worker sees that, and ends too."""
    Thread(target=_keep, daemon=True).start()


def _keep() -> None:
    program = str(settings.BASE_DIR / "manage.py")
    command = [sys.executable, program, "worker", f"--beside={os.getpid()}"]
    while True:
        sleep(PAUSE)
        # In a group of its own: Ctrl+C is for the server, and would otherwise start another one.
        ended = subprocess.run(command, process_group=0, check=False)
        logger.warning("The worker ended (%d); another one is started.", ended.returncode)
