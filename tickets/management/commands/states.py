"""Write the life of a ticket as a page of documentation, from the table that the code obeys."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from tickets.states import TRANSITIONS, Status

HEAD = """\
# Life of a ticket

Made from `tickets/states.py` by `manage.py states > docs/states.md`; a test fails when it is out of date.
"""


def page() -> str:
    """The statuses, a diagram of the steps, and a table of them, in Markdown."""
    with translation.override("en"):
        return "\n".join([HEAD, *_statuses(), "", *_diagram(), "", *_table(), ""])


def _statuses() -> Iterator[str]:
    yield "| status | shown as |"
    yield "| --- | --- |"
    for status in Status:
        yield f"| `{status.value}` | {status.label} |"


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {Status.NEW.value}: sign in"
    for step in TRANSITIONS:
        for source in step.sources:
            yield f"    {source.value} --> {step.target.value}: {_words(step.name)}"
    for status in Status:
        if not any(status in step.sources for step in TRANSITIONS):
            yield f"    {status.value} --> [*]"
    yield "```"


def _table() -> Iterator[str]:
    yield "| step | from | to | the interaction ends as | otherwise |"
    yield "| --- | --- | --- | --- | --- |"
    for step in TRANSITIONS:
        sources = ", ".join(f"`{source.value}`" for source in step.sources)
        outcome = f"`{step.outcome.value}`" if step.outcome else ""
        yield (
            f"| {_words(step.name)} | {sources} | `{step.target.value}` | {outcome} "
            f"| {step.refusal} |"
        )
    yield ""
    yield "Each step can be undone by who took it; the ticket then has the status it came from."


def _words(name: str) -> str:
    return name.replace("_", "-")


class Command(BaseCommand):
    help = "Print docs/states.md."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page(), ending="")
