"""Ids as people and programs write them."""

import re

#: So many digits fit the columns of both databases.
_ID = re.compile(r"[0-9]{1,18}", re.ASCII)


def parse(text: str) -> int | None:
    """The id that `text` is; None for anything else, however long."""
    return int(text) if _ID.fullmatch(text) else None
