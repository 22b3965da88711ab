"""What is measured: the calls of each operation, for each client its own."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.bench.place import Place

LISTED = 100
ANY_NUMBER = 10**9
#: A round of steps ends after so many, so that a line of 100 does not become one of 1,000.
MOST_STEPS = 300


@dataclass(frozen=True)
class Call:
    """A request, and the ids in it, which the floor's statements need too."""

    method: str
    path: str
    form: str = ""
    ids: tuple[int, ...] = ()

    def to_site(self, key: str) -> bytes:
        return self._encoded(self.path, f"X-Qminder-REST-API-Key: {key}\r\n")

    def to_floor(self, operation: str) -> bytes:
        return self._encoded(f"/floor/{operation}?{','.join(map(str, self.ids))}")

    def _encoded(self, address: str, headers: str = "") -> bytes:
        if self.form:
            headers += "Content-Type: application/x-www-form-urlencoded\r\n"
            headers += f"Content-Length: {len(self.form)}\r\n"
        return f"{self.method} {address} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n{self.form}".encode()


@dataclass(frozen=True)
class Operation:
    """`waiting` is what one request does to the number of those who wait; every round checks it."""

    name: str
    calls: Callable[[Place, int], list[Call]]
    waiting: int = 0

    @property
    def slug(self) -> str:
        return self.name.replace(" ", "-")

    @property
    def most(self) -> int:
        return MOST_STEPS if self.waiting else ANY_NUMBER

    def to_begin_with(self, size: int, spare: int) -> int:
        """How many wait at first: never fewer than `size` later, `spare` steps more included."""
        return size + MOST_STEPS + spare if self.waiting < 0 else size


def _create(place: Place, _client: int) -> list[Call]:
    form = urlencode({"firstName": "Jane", "lastName": "Doe", "phoneNumber": "3725551234"})
    return [Call("POST", f"/v1/lines/{place.line.pk}/ticket", form)]


def _details(place: Place, client: int) -> list[Call]:
    first = client * 10
    ids = place.waiting.values_list("pk", flat=True)[first : first + 10]
    return [Call("GET", f"/v1/tickets/{pk}", ids=(pk,)) for pk in ids]


def _matching(place: Place, path: str, **more: object) -> list[Call]:
    query = urlencode({"location": place.line.location_id, "status": "NEW", **more})
    return [Call("GET", f"/v1/tickets/{path}?{query}")]


def _search(place: Place, _client: int) -> list[Call]:
    return _matching(place, "search", order="created ASC", limit=LISTED)


def _count(place: Place, _client: int) -> list[Call]:
    return _matching(place, "count")


def call_next(place: Place, client: int, **more: object) -> list[Call]:
    clerk = place.clerk_ids[client]
    form = urlencode({"lines": place.line.pk, "user": clerk, **more})
    return [Call("POST", "/v1/tickets/call", form, ids=(clerk,))]


def _only_call_next(place: Place, client: int) -> list[Call]:
    return call_next(place, client, keepActiveTicketsOpen="true")


OPERATIONS = (
    Operation("details", _details),
    Operation(f"search of {LISTED}", _search),
    Operation("count", _count),
    Operation("create", _create, waiting=+1),
    Operation("call next", _only_call_next, waiting=-1),
    Operation("call next, serve", call_next, waiting=-1),
)
