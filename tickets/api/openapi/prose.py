"""What the document says in words, for whoever opens it first."""

TITLE = "Visitor queue"

TAGS = {
    "Locations": "Places with a door and a counter, and what is set up in them.",
    "Lines": "What visitors wait in.",
    "Tickets": "Visitors: added, found, read and put right.",
    "Steps": "What happens to a visitor: called, served, returned, forwarded.",
    "Users": "The staff.",
    "Devices and webhooks": "TVs, and addresses that want to be told.",
    "Version 2020-09-01": "Newer calls at the root of the site. They are there for requests with the "
    "header `X-Qminder-API-Version: 2020-09-01` only.",
}

DESCRIPTION = """\
Programs written for Qminder's REST API work against this one.

**The key** goes into the header `X-Qminder-REST-API-Key`; an administrator makes keys. What a key may
not reach does not exist for it: 404.

**Values** come as JSON, as a form, or in the query string; the body wins. Numbers are taken for text,
and what a call does not know is not looked at. At the end of a path a slash makes no difference.

**Replies** are JSON. Those of `/v1/` repeat the HTTP status as `statusCode`. What a thing does not
have is left out. Every error has one shape, whose `code` is for programs.

**A POST is repeated** safely with the same `Idempotency-Key`: it has one effect, and for 24 hours the
same answer.

**Events** are told over a WebSocket at `/events`, within a second. The key goes into the header, or for
browsers into the address: `/events?rest-api-key=KEY`. Subscribe by a message with an `id` of your own:

```
> {"id": "a1", "subscribe": "TICKET_CREATED", "location": 4052}
< {"subscriptionId": "a1", "messageId": 1, "data": {"id": "51999102", "status": "NEW", …}}
```

There are `TICKET_CREATED`, `TICKET_CALLED`, `TICKET_RECALLED`, `TICKET_SERVED`, `TICKET_CANCELLED` and
`TICKET_CHANGED`, narrowed down by `location` or `line`; `LINES_CHANGED` and `LOCATION_CHANGE`, by
`location`; `OVERVIEW_MONITOR_CHANGE` and `SIGN_IN_CHANGE`, by `location` or the device as
`parameters.id`. The text `PING` is answered by `PONG`.
"""
