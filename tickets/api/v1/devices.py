"""The TVs of a location: what they show, their name, their signs of life, and their end."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import access, instants, languages
from tickets.actions import programs
from tickets.api.endpoints import endpoint
from tickets.api.v1 import inputs, reach, resources
from tickets.models import Actor, Device, DeviceKind, Location, opening


@endpoint("GET", "POST", "DELETE")
def tv_details(request: Request, pk: int) -> Response:
    """The TV; a POST names it, a DELETE shuts it out and takes it off every list."""
    tv = reach.tv(request, pk)
    by = Actor.program(reach.key_of(request), None)
    if request.method == "POST":
        values = inputs.parameters(request)
        reach.managed(request, tv.location_id)
        programs.rename(tv, name=inputs.required(values, "name", limit=50), by=by)
    elif request.method == "DELETE":
        reach.managed(request, tv.location_id)
        programs.remove(tv, by=by)
        return Response({"statusCode": 200})
    return Response(resources.tv(tv) | {"statusCode": 200})


@endpoint("POST")
def heartbeat(request: Request, pk: int) -> Response:
    """The TV is on. What it tells of itself is not kept."""
    inputs.parameters(request)
    access.note_seen(reach.tv(request, pk))
    return Response({"statusCode": 200})


@endpoint("GET")
def empty_state(request: Request, pk: int) -> Response:
    """What the TV shows while nobody is called, in the `language` asked for if we speak it."""
    tv = reach.tv(request, pk)
    language = inputs.text(inputs.parameters(request), "language", limit=20)
    with translation.override(languages.of_page(language) or settings.LANGUAGE_CODE):
        layout, message = _invitation(tv.location)
        return Response({"statusCode": 200, "layout": layout, "message": message})


def _invitation(place: Location) -> tuple[str, str]:
    hours = opening(place, instants.now())
    if not hours.is_open:
        layout = "closed" if hours.is_closed else "onBreak"
        # Translators: for visitors
        return layout, _("Nobody can sign in at the moment.")
    if Device.objects.filter(location=place, kind=DeviceKind.KIOSK, is_active=True).exists():
        # Translators: for visitors
        return "signIniPad", _("Sign in on the tablet, then take a seat.")
    # Translators: for visitors
    return "signIn", _("Tell us that you are here, then take a seat.")
