"""Pictures of people: a raw image comes in, a small square JPEG is kept."""

import io
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageOps
from rest_framework.decorators import parser_classes
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.actions import staff
from tickets.api import parsing
from tickets.api.endpoints import endpoint
from tickets.api.errors import ApiError, bad_input
from tickets.api.v1 import reach

SIDE = 200  # pixels
LARGEST = 2 * 1024 * 1024  # bytes
#: A small file may unfold to gigabytes; a picture that fits in 2 MB has fewer than this.
MOST_PIXELS = 25_000_000
FORMATS = ("PNG", "JPEG", "WEBP")


class ImageParser(BaseParser):
    """The bytes of the body, however it is called."""

    media_type = "*/*"
    largest = LARGEST

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return parsing.limited(stream, self.largest)


@endpoint("POST", "DELETE")
@parser_classes([ImageParser])
def picture(request: Request, name: str) -> Response:
    """Show this face, or none. A person's own key may, and who looks after them."""
    parsing.refuse_unmeasured(request.headers)
    person = reach.person(request, name)
    reach.looked_after(request, person)
    if request.method == "POST":
        staff.set_picture(person, image=_square(request.data))
    else:
        staff.remove_picture(person)
    return Response({"statusCode": 200})


def _square(sent: Any) -> bytes:
    """The middle of the image, turned upright, without whatever the camera wrote beside it."""
    try:
        with Image.open(io.BytesIO(sent or b""), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _unreadable()
            image.draft("RGB", (2 * SIDE, 2 * SIDE))  # a large JPEG is decoded smaller
            # Any other is made smaller in the cheapest way, for each later step copies all pixels.
            image.thumbnail((8 * SIDE, 8 * SIDE), Image.Resampling.NEAREST)
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except Exception as error:  # a broken file makes Pillow raise almost anything
        raise _unreadable() from error
    face = ImageOps.fit(upright, (SIDE, SIDE))
    on_white = Image.alpha_composite(Image.new("RGBA", face.size, "white"), face)
    kept = io.BytesIO()
    on_white.convert("RGB").save(kept, "JPEG", quality=85)
    return kept.getvalue()


def _unreadable() -> ApiError:
    return bad_input("", _("Send a picture as PNG, JPEG or WebP."))
