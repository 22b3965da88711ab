"""One program's side of `/events`: what it subscribed to, and the frames that it gets for that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection
from django.utils.translation import gettext as _

from tickets import access
from tickets.api import handshakes, parsing
from tickets.api.errors import ApiError, bad_input, body, not_found
from tickets.api.v1 import inputs
from tickets.api.v1.events import KIND_OF, TICKET_TOPICS, News, Topic
from tickets.events import channel_of, location_of
from tickets.models import ApiKey, Device, Line
from tickets.realtime.hub import Versions

MOST = 100  # subscriptions of one socket
LONGEST_ID = 100
THING = "parameters.id"
#: What the numbers that narrow a subscription down stand for.
OF_TICKETS = {"location": "location", "line": "line"}
OF_DEVICES = {"location": "location", THING: "device"}
OF_PLACES = {"location": "location", THING: "location"}
MEANINGS = {
    topic: OF_TICKETS if topic in TICKET_TOPICS else OF_DEVICES if topic in KIND_OF else OF_PLACES
    for topic in Topic
}


@dataclass
class Subscription:
    """What a program wants to hear; of what happened before `since` it hears nothing."""

    id: str
    topic: Topic
    since: Versions
    location: int | None = None
    line: int | None = None
    device: int | None = None
    sent: int = 0

    def wants(self, news: News) -> bool:
        return (
            news.topic == self.topic
            and news.version > self.since.get(channel_of(news.location), 0)
            and self.location in (None, news.location)
            and (self.line is None or self.line in news.lines)
            and self.device in (None, news.device)
        )


def open_session(scope: Any) -> "Session | None":
    """A session for whoever sends a live key, else None. Blocking."""
    try:
        key = handshakes.key_of(scope)
        return Session(key) if key else None
    finally:
        connection.close_if_unusable_or_obsolete()


class Session:
    """The subscriptions of one socket, and what their key reaches (`realtime.sockets.Session`)."""

    def __init__(self, key: ApiKey) -> None:
        self._key = key
        self._reached: Versions = {}
        self._subscriptions: dict[str, Subscription] = {}

    def reach(self) -> Versions | None:
        try:
            key = access.key_anew(self._key)
            if key is None:
                return None
            rows = access.locations_for_key(key).order_by().values_list("pk", "version")
            self._reached = {channel_of(pk): version for pk, version in rows}
            return self._reached
        finally:
            connection.close_if_unusable_or_obsolete()

    def hear(self, text: str) -> Sequence[str]:
        """Nothing for a subscription that stands; else an error, which keeps the socket open."""
        named = {}
        try:
            sent = _object(text)
            named = {"id": sent["id"]} if isinstance(sent.get("id"), str) else {}
            self._subscribe(sent)
        except ApiError as error:
            return [orjson.dumps({**named, **body(error)}).decode()]
        finally:
            connection.close_if_unusable_or_obsolete()
        return []

    def tell(self, news: News) -> Iterator[str]:
        for each in self._subscriptions.values():
            if each.wants(news):
                each.sent += 1
                frame = {
                    "subscriptionId": each.id,
                    "messageId": each.sent,
                    "data": orjson.Fragment(news.data),
                }
                yield orjson.dumps(frame).decode()

    def _subscribe(self, sent: dict[str, Any]) -> None:
        id_ = sent.get("id")
        if (
            not isinstance(id_, str)
            or not 1 <= len(id_) <= LONGEST_ID
            or id_ in self._subscriptions
        ):
            raise bad_input(
                "id", _("Send an id of your own, a text that no other subscription has.")
            )
        topic = Topic(inputs.choice(sent, "subscribe", tuple(Topic)))
        if len(self._subscriptions) >= MOST:
            message = _("A socket has at most %(most)d subscriptions. Open another one.")
            raise ApiError(409, "too_many_subscriptions", message % {"most": MOST})
        filters = self._filters(sent, topic)
        self._subscriptions[id_] = Subscription(id_, topic, self._reached, **filters)

    def _filters(self, sent: dict[str, Any], topic: Topic) -> dict[str, int]:
        """What narrows the subscription down; to name what the key does not reach is a 404."""
        parameters = sent.get("parameters") or {}
        if not isinstance(parameters, dict):
            raise bad_input("parameters", _("“parameters” must be an object."))
        values = {**sent, THING: parameters.get("id")}
        filters: dict[str, int] = {}
        for name in ("location", "line", THING):
            pk = inputs.number(values, name)
            if pk is None:
                continue
            what = MEANINGS[topic].get(name)
            if what is None:
                message = _("“%(event)s” cannot be narrowed down by “%(name)s”.")
                raise bad_input(name, message % {"event": topic, "name": name})
            if not self._reaches(what, pk, topic):
                raise not_found(name)
            filters[what] = pk
        return filters

    def _reaches(self, what: str, pk: int, topic: Topic) -> bool:
        if what == "location":
            return channel_of(pk) in self._reached
        places = [location_of(channel) for channel in self._reached]
        if what == "line":
            lines = Line.objects.not_deleted().filter(location__in=places)
            return lines.filter(pk=pk).exists()
        devices = Device.objects.filter(location__in=places, kind=KIND_OF[topic], is_active=True)
        return devices.filter(pk=pk).exists()


def _object(text: str) -> dict[str, Any]:
    try:
        sent = parsing.from_json(text)
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        raise ApiError(400, "body_unreadable", _("Send an object in JSON."))
    return sent
