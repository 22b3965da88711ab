"""Webhooks: the addresses that a program wants to be told at."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import access
from tickets.actions import webhooks
from tickets.api.endpoints import endpoint
from tickets.api.errors import bad_input, not_found
from tickets.api.v1 import inputs, reach
from tickets.models import Webhook


@endpoint("POST")
def create(request: Request) -> Response:
    """Register an address; the only reply that shows the secret."""
    key = reach.key_of(request)
    url = inputs.required(inputs.parameters(request), "url", limit=512)
    try:
        Webhook(url=url, key=key).clean_fields(exclude=["secret"])
    except ValidationError as error:
        message = _("Send a web address such as https://example.com/hook.")
        raise bad_input("url", message) from error
    if not (access.is_account_wide(key) or access.managed_by_key(key).exists()):
        raise PermissionDenied
    hook = webhooks.register(url, key=key)
    return Response({"statusCode": 200, "id": hook.pk, "secret": hook.secret})


@endpoint("DELETE")
def remove(request: Request, pk: int) -> Response:
    hook = access.webhooks_for_key(reach.key_of(request)).filter(pk=pk).first()
    if hook is None:
        raise not_found()
    webhooks.remove(hook)
    return Response({"statusCode": 200})
