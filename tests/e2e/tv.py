"""What tests of the TV share: its browser, and somebody who is called."""

from playwright.sync_api import Page

from tests.e2e.conftest import Office
from tests.factories import waiting_ticket
from tickets import access
from tickets.actions import lifecycle, programs
from tickets.models import Device, DeviceKind, Ticket

SCREEN = {"width": 1920, "height": 1080}


def be_tv(page: Page, device: Device, site: str) -> None:
    cookie = {"name": access.DEVICE_COOKIES[DeviceKind.TV], "url": site}
    cookie["value"] = programs.renew_secret(device)
    page.context.add_cookies([cookie])  # type: ignore[list-item]


def called(office: Office, first_name: str, last_name: str = "") -> Ticket:
    ticket = waiting_ticket(
        office.line, first_name=first_name, last_name=last_name, by=office.clerk
    )
    return lifecycle.call(ticket, by=office.clerk, keep_open=True)
