"""Run a worker; `serve` starts one beside itself with this."""

import gc
import os
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tickets import worker


class Command(BaseCommand):
    help = "Do what actions left to be done later, and close the days of locations."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--beside", type=int, help="the parent process, with which it ends")

    def handle(self, *args: Any, **options: Any) -> None:
        parent: int | None = options["beside"]
        signals: list[int] = []
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda received, _frame: signals.append(received))
        gc.freeze()  # what is imported stays: looking through it would delay the end by 0.3 s
        worker.work(lambda: bool(signals) or parent not in (None, os.getppid()))
