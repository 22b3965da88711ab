"""Pages in parts: what a screen has is not sent again, so what stays on it is never replaced.

A list on the page names its children by their marks, in order; a mark is the hash of a child. A
page that refreshes itself says which marks it has, and gets the new order with the children that
it lacks (static/js/merge.js).
"""

import base64
import hashlib
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

#: What a page has already, as it asks for news.
HAVE = "X-Have"
#: Stands in a child for what changes without the child; the list brings it for all children.
BESIDE = '<span class="beside"></span>'


class Part(NamedTuple):
    mark: str
    html: str


@dataclass(frozen=True)
class Parts:
    """The children of the element `id`; `beside` has a text for each of them, or is empty."""

    id: str
    items: Sequence[Part]
    beside: Sequence[str] = ()

    @property
    def marks(self) -> str:
        return " ".join([part.mark for part in self.items])

    @property
    def html(self) -> SafeString:
        """All children, for a page without JavaScript, too."""
        if not self.beside:
            return mark_safe("".join([part.html for part in self.items]))  # noqa: S308  drawn by templates
        both = zip(self.items, self.beside, strict=True)
        filled = [part.html.replace(BESIDE, _span(text), 1) for part, text in both]
        return mark_safe("".join(filled))  # noqa: S308  as above, and escaped

    def news(self, have: Collection[str]) -> str:
        """The list with those children only that a page lacks."""
        lacking = "".join([part.html for part in self.items if part.mark not in have])
        beside = f' data-beside="{escape("|".join(self.beside))}"' if self.beside else ""
        return f'<div id="{self.id}" data-parts="{self.marks}"{beside}>{lacking}</div>'


def _span(text: str) -> str:
    return f'<span class="beside">{escape(text)}</span>'


def draw(template: str, facts: Hashable) -> Part:
    """The template with `facts` in it as `it`; the same facts are drawn once."""
    return _drawn(template, get_language() or "", facts)


@lru_cache(maxsize=2000)
def _drawn(template: str, _language: str, facts: Hashable) -> Part:
    html = " ".join(render_to_string(template, {"it": facts}).split())
    digest = hashlib.blake2b(html.encode(), digest_size=5).digest()
    return Part(base64.urlsafe_b64encode(digest).decode().rstrip("="), html)


def news(lists: Sequence[Parts], *, have: str) -> HttpResponse:
    """What a page that has the parts `have` lacks of `lists`."""
    known = set(have.split())
    response = HttpResponse("".join([parts.news(known) for parts in lists]))
    response["HX-Reswap"] = "merge settle:0ms"
    return response
