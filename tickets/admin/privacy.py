"""What a visitor may ask for: everything that is kept of them, or that it is deleted."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tickets import instants
from tickets.actions import privacy
from tickets.admin.scope import staff
from tickets.exceptions import Refusal
from tickets.models import Ticket
from tickets.states import ACTIVE

PAGE = "admin/tickets/ticket/erase.html"
#: Who asks came a few times; a list of all visits was chosen by mistake.
MOST = 200
#: The field of the second page, whose button deletes.
SURE = "sure"

BOTH = [admin.ActionLocation.CHANGE_LIST, admin.ActionLocation.CHANGE_FORM]


@admin.action(description=_("Hand out personal data (JSON)"), location=BOTH)
def export(model_admin: Any, request: HttpRequest, visits: QuerySet[Ticket]) -> HttpResponse | None:
    """A document for the visitor, with all that is kept of the chosen visits."""
    if _are_too_many(request, visits):
        return None
    told = privacy.export(visits.order_by("id"), by=staff(request))
    response = JsonResponse(told, json_dumps_params={"indent": 2, "ensure_ascii": False})
    day = instants.now().date()
    response["Content-Disposition"] = f'attachment; filename="personal-data-{day}.json"'
    return response


@admin.action(description=_("Delete personal data…"), location=BOTH)
def erase(model_admin: Any, request: HttpRequest, visits: QuerySet[Ticket]) -> HttpResponse | None:
    """Asks once more, showing whose visits they are. Who is still here is dealt with first."""
    if _are_too_many(request, visits):
        return None
    kept = visits.filter(redacted_at=None).order_by("-created_at", "-id")
    if SURE in request.POST:
        try:
            count = privacy.erase(kept, by=staff(request))
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
        else:
            done = ngettext(
                "The personal data of %(count)d visit was deleted.",
                "The personal data of %(count)d visits was deleted.",
                count,
            )
            messages.success(request, done % {"count": count})
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": gettext("Delete personal data"),
        "opts": model_admin.opts,
        "over": [visit for visit in kept if visit.status not in ACTIVE],
        "still_here": [visit for visit in kept if visit.status in ACTIVE],
        "chosen_as": helpers.ACTION_CHECKBOX_NAME,
        "sure": SURE,
    }
    return TemplateResponse(request, PAGE, context)


def _are_too_many(request: HttpRequest, visits: QuerySet[Ticket]) -> bool:
    is_too_much = visits.count() > MOST
    if is_too_much:
        told = gettext("Choose at most %(most)d visits at once: search for the visitor first.")
        messages.error(request, told % {"most": MOST})
    return is_too_much
