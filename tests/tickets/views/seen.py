"""What a page or its news shows, read from its HTML."""

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Seen:
    """The tickets in each list by their ids, in order; the step beside Undo; the token of Call next."""

    waiting: list[int]
    serving: list[int]
    elsewhere: list[int]
    ended: list[int]
    last_step: int | None
    call_next_token: str


def seen(response: Any) -> Seen:
    html = response.content.decode()
    step = re.search(r'name="activity" value="(\d+)"', html)
    token = re.search(r'name="once" value="(after [^"]*)"', html)
    assert token
    return Seen(
        waiting=_ids("see", html),
        serving=_ids("name", html),
        elsewhere=_ids("other", html),
        ended=_ids("ended", html),
        last_step=int(step[1]) if step else None,
        call_next_token=token[1],
    )


def _ids(kind: str, html: str) -> list[int]:
    return [int(pk) for pk in re.findall(rf'id="{kind}-(\d+)"', html)]
