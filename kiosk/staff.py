"""Staff and the kiosk: the call for help, and the way out of the visitors' pages by a PIN."""

from django import forms
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from kiosk import door
from kiosk.devices import DeviceRequest, digits_of
from kiosk.door import Manner, at_door
from tickets.actions import assistance, pins, programs
from tickets.exceptions import Refusal
from tickets.models import Device

#: Where the call for help is sent from, beside the questions, which send their own.
CALLED_FROM = ("welcome", "done", "staff")
HELP = "kiosk/kiosk.html#help"

#: Whoever typed the PIN may shut the kiosk out for so many seconds.
LET_IN_FOR = 120


class PinForm(forms.Form):
    use_required_attribute = False

    pin = forms.CharField(
        label=_("PIN"),
        max_length=20,
        error_messages={"required": _("Enter the PIN of this location.")},
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_pin(self) -> str:
        return digits_of(self.cleaned_data["pin"])


@at_door
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: DeviceRequest, device: Device, manner: Manner) -> HttpResponse:
    """Somebody wants help; or, asked by the page, whether somebody is coming."""
    if request.method != "POST":
        return door.draw(request, HELP, device, manner, {})
    assistance.ask(device)
    page = request.POST.get("page", "")
    return door.to(page if page in CALLED_FROM else "welcome", manner)


@at_door
@require_http_methods(["GET", "HEAD", "POST"])
def staff(request: DeviceRequest, device: Device, manner: Manner) -> HttpResponse:
    """For who knows the PIN: what this device is, and how it is shut out."""
    form = PinForm(request.POST if "pin" in request.POST else None)
    context = {
        "is_watched": True,
        "called_from": "staff",
        "form": form,
        "has_pin": bool(device.location.staff_pin),
        "let_in": "",
    }
    if _was_let_in(request.POST.get("let_in", ""), device):
        programs.unpair(device, by=device)
        return redirect("kiosk:pair-kiosk")
    if form.is_valid():
        try:
            pins.check(device, form.cleaned_data["pin"])
        except Refusal as refusal:
            form.add_error("pin", str(refusal.message))
        else:
            context["let_in"] = signing.dumps(device.pk, salt="kiosk.staff")
    status = 422 if form.errors else 200
    return door.draw(request, "kiosk/staff.html", device, manner, context, status=status)


def _was_let_in(given: str, device: Device) -> bool:
    try:
        let_in: int = signing.loads(given, salt="kiosk.staff", max_age=LET_IN_FOR)
    except signing.BadSignature:
        return False
    return let_in == device.pk
