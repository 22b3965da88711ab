"""The browsers of kiosks and TVs: how one is paired with its location, and who else is turned away."""

from collections.abc import Callable
from functools import wraps

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from tickets import access
from tickets.actions import programs
from tickets.exceptions import PairingFailed
from tickets.models import Device, DeviceKind

HOME = {DeviceKind.KIOSK: "kiosk:welcome", DeviceKind.TV: "kiosk:board"}
PAIR = {DeviceKind.KIOSK: "kiosk:pair-kiosk", DeviceKind.TV: "kiosk:pair-tv"}

OWN_MACHINE = ("localhost", "127.0.0.1", "[::1]")

#: As long as browsers keep a cookie; every whole page that the device opens begins it anew.
KEPT_FOR = 400 * 24 * 3600


class DeviceRequest(HttpRequest):
    htmx: HtmxDetails
    #: The page will be read at some other time, and shows nothing of this moment.
    is_offline = False


DeviceView = Callable[[DeviceRequest, Device], HttpResponse]


def paired(kind: DeviceKind) -> Callable[[DeviceView], Callable[[DeviceRequest], HttpResponse]]:
    """A page of one kind of device: it gets the device, any other browser the pairing page."""

    def decorate(view: DeviceView) -> Callable[[DeviceRequest], HttpResponse]:
        @wraps(view)
        def page(request: DeviceRequest) -> HttpResponse:
            secret = request.COOKIES.get(access.DEVICE_COOKIES[kind], "")
            device = access.device_for(secret, kind=kind)
            if device is None and request.htmx:
                return HttpResponseClientRedirect(resolve_url(PAIR[kind]))
            if device is None:
                return redirect(PAIR[kind])
            access.note_seen(device)
            response = view(request, device)
            return response if request.htmx else _remember(response, kind, secret)

        return page

    return decorate


def digits_of(typed: str) -> str:
    """The digits of a number as 0 to 9, in whatever script and groups it was typed."""
    return "".join(str(int(c)) for c in typed if c.isdecimal())


class CodeForm(forms.Form):
    """The six digits that a manager reads out, in whatever digits and groups they are typed."""

    use_required_attribute = False

    code = forms.CharField(
        label=_("Pairing code"),
        max_length=20,
        error_messages={"required": _("Enter the six digits of the code.")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}
        ),
    )

    def clean_code(self) -> str:
        digits = digits_of(self.cleaned_data["code"])
        if len(digits) != 6:
            raise forms.ValidationError(self.fields["code"].error_messages["required"])
        return digits


@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, kind: DeviceKind) -> HttpResponse:
    """Redeem a code; from then on this browser is the device that the code was made for."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            _device, secret = programs.pair(form.cleaned_data["code"], kind=kind)
        except PairingFailed as refusal:
            form.add_error("code", str(refusal.message))
        else:
            return _remember(redirect(HOME[kind]), kind, secret)
    is_tv = kind == DeviceKind.TV
    is_online_only = not (is_tv or request.is_secure() or _is_own_machine(request))
    context = {"form": form, "is_tv": is_tv, "is_online_only": is_online_only}
    return render(request, "kiosk/pair.html", context, status=422 if form.errors else 200)


@require_safe
def demo(request: HttpRequest, kind: DeviceKind, secret: str) -> HttpResponse:
    """Be the demo's device at once; only where there is a demo."""
    if not settings.DEMO:
        raise Http404
    return _remember(redirect(HOME[kind]), kind, secret)


def _is_own_machine(request: HttpRequest) -> bool:
    """Browsers trust what never leaves the machine as they trust https."""
    host, _port = split_domain_port(request.get_host())
    return host in OWN_MACHINE


def _remember(response: HttpResponse, kind: DeviceKind, secret: str) -> HttpResponse:
    response.set_cookie(
        access.DEVICE_COOKIES[kind],
        secret,
        max_age=KEPT_FOR,
        httponly=True,
        samesite="Lax",
        secure=not settings.INSECURE_HTTP,
    )
    return response
