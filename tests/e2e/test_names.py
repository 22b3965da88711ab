"""F3: names as people have them are shown whole on every screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page

from tests.conftest import Figure
from tests.e2e.audit import overflowing_widths
from tests.e2e.conftest import Office, Open
from tests.factories import DeviceFactory
from tickets import access
from tickets.actions import details, lifecycle, programs
from tickets.models import DeviceKind, Ticket

pytestmark = pytest.mark.once

NAMES = [
    ("O'Brien", "D'Arcy-O'Neill"),
    ("李", "王"),
    ("Nguyễn", "Trần Thị"),
    ("X Æ", "A-12"),
    ("J", ""),
    ("محمد عبد الله", "الأحمد"),
    ("नि" * 50, "กำ" * 50),
    ("W" * 50, "W" * 50),
]

#: What is shorter needs no look at every width.
LONG = 40

#: Whether something of the element lies outside of the boxes that hold it.
IS_CLIPPED = """element => {
  const inner = element.getBoundingClientRect();
  for (let box = element.parentElement; box; box = box.parentElement) {
    const outer = box.getBoundingClientRect();
    const hides = getComputedStyle(box).overflowX !== "visible" || box === document.body;
    if (hides && (inner.left < outer.left - 1 || inner.right > outer.right + 1)) return true;
  }
  return false;
}"""


def test_f3_names_are_shown_whole(
    site: str,
    office: Office,
    sign_in: Callable[..., Page],
    open_context: Open,
    figure: Figure,
) -> None:
    tv = DeviceFactory.create(location=office.location, kind=DeviceKind.TV, name="Room")
    kiosk = open_context(viewport={"width": 1180, "height": 820}).new_page()
    phone = open_context(viewport={"width": 390, "height": 844}).new_page()
    board = open_context(viewport={"width": 1920, "height": 1080}).new_page()
    service = sign_in(office.clerk, viewport={"width": 1180, "height": 820})
    for page, device in ((kiosk, office.kiosk), (board, tv)):
        secret = programs.renew_secret(device)
        name = access.DEVICE_COOKIES[DeviceKind(device.kind)]
        page.context.add_cookies([{"name": name, "value": secret, "url": site}])
    faults: list[str] = []

    def look(page: Page, name: Locator, where: str, shown: str) -> None:
        if shown not in name.inner_text():
            faults.append(f"{where} does not show {shown}")
        if name.evaluate(IS_CLIPPED):
            faults.append(f"{where} clips {shown}")
        if len(shown) >= LONG:
            faults.extend(f"{where}: {shown} overflows at {w} px" for w in overflowing_widths(page))

    for first, last in NAMES:
        kiosk.goto("/kiosk/sign-in/")
        kiosk.get_by_role("button", name="Passports").click()
        kiosk.get_by_label("First name").fill(first)
        kiosk.get_by_role("button", name="Continue").click()
        kiosk.get_by_role("button", name="Skip").click()
        look(kiosk, kiosk.locator(".done h1"), "kiosk", first)
        ticket = details.edit(Ticket.objects.waiting().get(), by=office.clerk, last_name=last)
        service.goto(f"/service/{office.location.pk}/")
        look(service, service.locator(".waiting .row__name"), "waiting list", ticket.name)
        phone.goto(f"/visit/{ticket.visit_token}/")
        look(phone, phone.locator("h1"), "status page", first)
        lifecycle.call(ticket, by=office.clerk)
        service.goto(f"/service/{office.location.pk}/")
        look(service, service.locator(".card-serving__name"), "now serving", ticket.name)
        board.goto("/tv/")
        look(
            board,
            board.locator(".now:not([hidden]) .now__name"),
            "TV",
            ticket.name_in_public("FIRST_INITIAL"),
        )

    assert faults == []
    figure("F3 names shown whole", f"{len(NAMES)} of {len(NAMES)} on every screen")
