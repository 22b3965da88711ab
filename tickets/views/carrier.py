"""What the provider of texts asks here: how far a text is, and what a visitor answered."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tickets.actions import inbound, sending
from tickets.sms import providers
from tickets.sms.providers import Provider

#: "Nothing to say to that", in Twilio's words; nobody else reads it.
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'

Callback = Callable[..., None]


def _callback(take: Callback) -> Callable[..., HttpResponse]:
    """An address for the provider that is in use; whoever does not sign as it does gets 403."""

    @csrf_exempt
    @require_POST
    @wraps(take)
    def view(request: HttpRequest, provider: str, **names: int) -> HttpResponse:
        if not providers.is_there() or provider != settings.SMS_PROVIDER:
            raise Http404
        carrier = providers.current()
        if not carrier.is_genuine(request):
            raise PermissionDenied
        take(request, carrier, **names)
        return HttpResponse(NOTHING, content_type="text/xml")

    return view


@_callback
def status(request: HttpRequest, carrier: Provider, pk: int) -> None:
    outcome = carrier.outcome(request.POST)
    if outcome:
        sending.settle(message=pk, outcome=outcome)


@_callback
def incoming(request: HttpRequest, carrier: Provider) -> None:
    text = carrier.incoming(request.POST)
    if text.provider_id:
        inbound.receive(text)
