"""The Django admin: what managers and administrators set up and look up.

One module per aggregate, in the order of the list on the first page. Left out are the parts of a
ticket that make no sense without it (extras, labels: they are on the ticket's page) and pure
plumbing that nobody should touch by hand: spent tokens, idempotency keys, number counters.
"""

from tickets.admin import locations, texts, tickets, activity, people, programs, webhooks, jobs  # noqa: I001  as listed

__all__ = ["activity", "jobs", "locations", "people", "programs", "texts", "tickets", "webhooks"]
