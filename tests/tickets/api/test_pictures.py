"""Pictures of people: small squares of whatever was sent, at an address that nobody guesses."""

import io
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from tests.factories import clerk_of
from tests.tickets.api.conftest import picture, program, refusal, reply
from tickets.actions import staff
from tickets.models import Line, User, UserPicture


def send(
    api: Client, person: User, body: bytes, content_type: str = "image/png", **more: Any
) -> Any:
    path = f"/v1/users/{person.pk}/picture"
    return api.generic("POST", path, body, content_type=content_type, **more)


def address(api: Client, person: User) -> str:
    (shown,) = reply(api.get(f"/v1/users/{person.pk}"))["picture"]
    assert shown["size"] == "medium"
    return str(shown["url"])


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP"])
def test_picture_becomes_a_small_square(api: Client, clerk: User, format_: str) -> None:
    sent = picture(format_, size=(640, 480))

    assert reply(send(api, clerk, sent, f"image/{format_.lower()}")) == {"statusCode": 200}

    url = address(api, clerk)
    served = Client().get(url.removeprefix("http://testserver"))
    image = Image.open(io.BytesIO(served.content))
    assert url.startswith("http://testserver/pictures/")
    assert (image.format, image.size) == ("JPEG", (200, 200))
    headers = ("Content-Type", "X-Content-Type-Options", "Cache-Control")
    assert [served[name] for name in headers] == [
        "image/jpeg",
        "nosniff",
        "private, max-age=86400, immutable",
    ]


def test_picture_is_turned_upright_and_loses_what_the_camera_wrote(
    api: Client, clerk: User
) -> None:
    photo = Image.new("RGB", (400, 200), "black")
    photo.paste("white", (0, 0, 200, 200))  # the left half, which is shown at the top
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"
    file = io.BytesIO()
    photo.save(file, "JPEG", exif=exif)

    reply(send(api, clerk, file.getvalue(), "image/jpeg"))

    kept = bytes(UserPicture.objects.get().image)
    image = Image.open(io.BytesIO(kept)).convert("L")
    light = [
        pixel > 128 if isinstance(pixel, int) else None
        for pixel in (image.getpixel((100, 20)), image.getpixel((100, 180)))
    ]
    assert light == [True, False]
    assert b"taken at home" in file.getvalue()
    assert b"taken at home" not in kept


def test_a_clear_ground_becomes_white(api: Client, clerk: User) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(file, "PNG")

    reply(send(api, clerk, file.getvalue()))

    kept = Image.open(io.BytesIO(bytes(UserPicture.objects.get().image)))
    assert kept.getpixel((100, 100)) == (255, 255, 255)


def test_another_picture_has_another_address(api: Client, clerk: User) -> None:
    reply(send(api, clerk, picture()))
    first = address(api, clerk)

    reply(send(api, clerk, picture()))
    second = address(api, clerk)

    statuses = [
        Client().get(url.removeprefix("http://testserver")).status_code for url in (first, second)
    ]
    assert statuses == [404, 200]


def test_removed_picture_is_gone(api: Client, clerk: User) -> None:
    reply(send(api, clerk, picture()))
    url = address(api, clerk)

    answers = [reply(api.delete(f"/v1/users/{clerk.pk}/picture")) for _ in range(2)]

    assert answers == [{"statusCode": 200}] * 2
    assert "picture" not in reply(api.get(f"/v1/users/{clerk.pk}"))
    assert Client().get(url.removeprefix("http://testserver")).status_code == 404


def test_picture_of_somebody_switched_off_is_gone(api: Client, clerk: User, line: Line) -> None:
    reply(send(api, clerk, picture()))
    url = address(api, clerk)
    (listed,) = reply(api.get(f"/v1/locations/{line.location_id}/users"))["data"]

    staff.deactivate(clerk, by=User.objects.create_user("boss@example.org"))

    assert listed["picture"] == [{"size": "medium", "url": url}]
    assert Client().get(url.removeprefix("http://testserver")).status_code == 404


def bomb() -> bytes:
    """A kilobyte that unfolds to more pixels than any camera takes."""
    file = io.BytesIO()
    Image.new("1", (5_001, 5_000)).save(file, "PNG")
    return file.getvalue()


def broken_part() -> bytes:
    """A PNG whose pixels end in the midst of nowhere, which Pillow calls a syntax error."""
    before, pixels, after = picture().partition(b"IDAT")
    return before[:-1] + b"\1" + pixels + after


def width_in_letters() -> bytes:
    """A photo whose camera wrote text where the width belongs."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "wide"
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", exif=exif)
    return file.getvalue().replace(b"\x01\x0e", b"\x01\x00", 1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no picture",
        picture()[:40],
        picture("GIF"),
        picture("BMP"),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        bomb(),
        broken_part(),
        width_in_letters(),
    ],
    ids=["nothing", "text", "half", "gif", "bmp", "svg", "bomb", "part", "width"],
)
def test_what_is_no_picture_is_refused(api: Client, clerk: User, body: bytes) -> None:
    assert refusal(send(api, clerk, body)) == (400, "parameter_invalid", "")
    assert UserPicture.objects.count() == 0


def test_a_picture_may_have_2_mb(api: Client, clerk: User) -> None:
    fitting = picture().ljust(2 * 1024 * 1024, b"\0")

    answers = [send(api, clerk, body) for body in (fitting, fitting + b"\0")]

    assert reply(answers[0]) == {"statusCode": 200}
    assert refusal(answers[1]) == (413, "body_too_large", "")


def test_a_large_picture_may_be_sent_again_with_its_key(api: Client, clerk: User) -> None:
    fitting, key = picture().ljust(100_000, b"\0"), {"Idempotency-Key": "face"}

    first = send(api, clerk, fitting, headers=key)
    token = UserPicture.objects.get().token
    again = send(api, clerk, fitting, headers=key)
    other = send(api, clerk, picture(), headers=key)
    huge = send(api, clerk, fitting.ljust(2 * 1024 * 1024 + 1), headers={"Idempotency-Key": "x"})

    assert first.content == again.content
    assert UserPicture.objects.get().token == token
    assert [other.status_code, refusal(huge)] == [422, (413, "body_too_large", "")]


def test_own_key_may_show_its_own_face_only(line: Line, clerk: User) -> None:
    colleague = clerk_of(line.location)
    own = program(clerk)

    answers = [send(own, person, picture()).status_code for person in (clerk, colleague)]

    assert answers == [200, 403]
