"""Fill in the demo, where there is one."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tickets import demo


class Command(BaseCommand):
    help = "Fill in the demo, or date it anew on a later day if nobody used it (needs DEMO=true)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is made only where DEMO is on: DEMO=true manage.py demo")
        made = demo.fill()
        self.stdout.write("The demo is filled in." if made else "Nothing was changed.")
