"""The one ASGI application: streams beside Django, which runs as WSGI in a pool of threads."""

import gc
from collections.abc import AsyncGenerator

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from qminder_site.bodies import WholeBodies
from qminder_site.wsgi import application as django_application  # sets Django up
from tickets import events, streams
from tickets.api.v1 import events as api_events
from tickets.api.v1 import subscriptions
from tickets.realtime import bells, sockets, sse
from tickets.realtime.hub import Hub

#: What the connection of the bell shares with Django's, TLS included.
LIBPQ_PARAMETERS = {each.keyword.decode() for each in Conninfo.get_defaults()}

#: So many new objects make Python look for cycles. A reply is some thousands, and leaves hardly any.
GARBAGE_AT = 10_000


def bell() -> AsyncGenerator[None]:
    if connection.vendor == "sqlite":
        return bells.sqlite_bell(str(connection.settings_dict["NAME"]))
    parameters = connection.get_connection_params()
    libpq = {name: str(value) for name, value in parameters.items() if name in LIBPQ_PARAMETERS}
    return bells.postgres_bell(make_conninfo(**libpq), events.BELL)


pages = WholeBodies(WSGIMiddleware(django_application, workers=settings.SERVER_THREADS))
hub = Hub(bell, streams.versions)
news = sockets.Reader(api_events.read)


async def application(scope: sse.Scope, receive: sse.Receive, send: sse.Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"].startswith("/stream/"):
        await sse.stream(hub, streams.authorise, scope, receive, send)
    elif scope["type"] == "http":
        await pages(scope, receive, send)
    elif scope["path"].rstrip("/") == "/events":
        await sockets.converse(hub, news, subscriptions.open_session, scope, receive, send)
    else:  # no other socket is served here
        scope["query_string"] = b""  # may hold a key, and would be logged with the refusal
        await send({"type": "websocket.close", "code": 4404})


async def _lifespan(receive: sse.Receive, send: sse.Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            gc.set_threshold(GARBAGE_AT)
            hub.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            hub.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
