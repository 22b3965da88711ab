"""The faces of the staff."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from tickets.models import UserPicture


@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """A face, for whoever was given its address: programs put it into pages, which send no key."""
    kept = get_object_or_404(UserPicture, token=token, user__is_active=True)
    headers = {"Cache-Control": "private, max-age=86400, immutable"}
    return HttpResponse(bytes(kept.image), content_type="image/jpeg", headers=headers)
