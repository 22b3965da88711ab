"""Pages of visitors in every language, and in one that is longer than any: nothing is left out or cut."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page, expect
from pytest_django.fixtures import Settings

from tests import pseudo
from tests.conftest import Figure
from tests.e2e.audit import DRAWN, OVERFLOW
from tests.e2e.conftest import Office, Open
from tests.e2e.tv import be_tv, called
from tests.factories import InputFieldFactory, waiting_ticket
from tickets import access
from tickets.actions import lifecycle, programs
from tickets.models import Device, DeviceKind, InputField, Line, Location, Ticket
from tickets.states import Status

pytestmark = pytest.mark.once

IPAD = {"width": 1180, "height": 820}
UPRIGHT = {"width": 820, "height": 1180}
PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 320, "height": 640}
TV = {"width": 1920, "height": 1080}

#: All that a page says or holds ready to say, but what is marked as being in another language.
SAID = """() => {
  const said = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
    node => node.nodeType === Node.TEXT_NODE || !node.matches("script, style, noscript, [lang]")
      ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT);
  let text = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) { text += node.data; continue; }
    for (const name of ["aria-label", "title", "alt", "placeholder", "data-title", "data-says"]) {
      if (node.hasAttribute(name)) said.push(node.getAttribute(name));
    }
  }
  return [...said, text];
}"""

#: Texts that do not fit into what holds them, where nothing says that the rest is cut.
CUT = """() => [...document.querySelectorAll("a, button, h1, h2, h3, label, legend, li, p, strong, span, td")]
  .filter(each => each.checkVisibility() && each.clientWidth > 1)
  .filter(each => getComputedStyle(each).display !== "inline")
  .filter(each => each.scrollWidth > each.clientWidth + 1)
  .map(each => each.outerHTML.slice(0, 100))"""


class Reader:
    """Looks at every page; what it does not like is told at the end."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.hard_coded: list[str] = []
        self.overflowing: list[str] = []

    def read(self, page: Page, name: str, *sizes: dict[str, int]) -> None:
        self.pages.append(name)
        for text in page.evaluate(SAID):
            self.judge(name, text)
        for size in sizes:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.evaluate(DRAWN)
            where = f"{name} at {size['width']}"
            if page.evaluate(OVERFLOW) > 0:
                self.overflowing.append(f"{where}: the page")
            self.overflowing += [f"{where}: {html}" for html in page.evaluate(CUT)]

    def judge(self, name: str, text: str) -> None:
        """A visitor's number is the only word in Latin letters that nobody translates."""
        rest = re.sub(r"\b[A-Z]{1,2}-\d+\b|127\.0\.0\.1\S*", "", pseudo.outside(text))
        if letters := re.findall(r"[A-Za-z][A-Za-z' ]*", rest):
            self.hard_coded.append(f"{name}: {letters}")


@pytest.fixture
def strange(office: Office, settings: Settings, tmp_path: Path) -> Office:
    """An office whose own words are Greek, so that whatever is Latin is ours."""
    pseudo.write(tmp_path)
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGES = [("en", "English"), (pseudo.CODE, "Ξένη")]
    place = office.location
    Location.objects.update(
        name="Δημαρχείο", address="Πλατεία 4", languages=[pseudo.CODE, "en"], has_messages=True
    )
    for number, line in enumerate(Line.objects.all()):
        Line.objects.filter(pk=line.pk).update(name=f"Διαβατήρια {number}")
    office.desk.name = "Γραφείο 2"
    office.desk.save()
    question = InputFieldFactory.create(
        location=place, type="SELECT", title="Τι θέλετε;", position=3
    )
    question.options.create(title="Ανανέωση")
    InputFieldFactory.create(location=place, type="DATE", title="Ημερομηνία", position=4)
    InputField.objects.filter(type="PHONE_NUMBER").update(is_mandatory_before_added=False)
    for model in (place, office.line, office.desk):
        model.refresh_from_db()
    return office


def test_ug5_nothing_is_hard_coded_and_nothing_overflows(
    strange: Office, tv: Device, open_context: Open, site: str, figure: Figure
) -> None:
    reader = Reader()
    headers = {"Accept-Language": pseudo.CODE}
    phone = open_context(viewport=PHONE, extra_http_headers=headers).new_page()
    kiosk = open_context(viewport=IPAD, extra_http_headers=headers).new_page()
    room = open_context(viewport=TV, extra_http_headers=headers).new_page()
    be_tv(room, tv, site)
    be_kiosk(kiosk, strange.kiosk, site)

    read_errors(reader, phone)
    read_microsite(reader, phone, strange)
    read_kiosk(reader, kiosk)
    read_visits(reader, phone, strange)
    read_tv(reader, room, strange)

    strange.location.opening_exceptions.create(
        date=strange.location.today(), intervals=[], reason="Αργία"
    )
    room.goto("/tv/")
    reader.read(room, "TV, closed", TV)
    kiosk.goto("/kiosk/")
    reader.read(kiosk, "kiosk, closed", IPAD, UPRIGHT)
    phone.goto("/at/city/")
    reader.read(phone, "phone, closed", PHONE, SMALL_PHONE)

    assert (reader.hard_coded, reader.overflowing) == ([], [])
    figure("UG5 pages, hard-coded texts, overflowing with +40 %", f"{len(reader.pages)}, 0, 0")


def be_kiosk(page: Page, kiosk: Device, site: str) -> None:
    cookie = {"name": access.DEVICE_COOKIES[DeviceKind.KIOSK], "url": site}
    cookie["value"] = programs.renew_secret(kiosk)
    page.context.add_cookies([cookie])  # type: ignore[list-item]


def read_errors(reader: Reader, page: Page) -> None:
    """Pages that tell of a fault; a browser would complain of each, so they come another way."""
    strange = {"accept-language": pseudo.CODE}
    client = Client(enforce_csrf_checks=True, headers=strange)
    lost = Client(raise_request_exception=False, headers=strange)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "remote_location", None)
        broken = lost.get("/at/city/")
    for answer in (client.get("/visit/nobody/"), client.post("/at/city/"), broken):
        page.set_content(answer.content.decode())
        reader.read(page, f"{answer.status_code}")


def read_microsite(reader: Reader, page: Page, office: Office) -> None:
    page.goto("/at/city/")
    reader.read(page, "phone, services", PHONE, SMALL_PHONE)
    page.goto(f"/at/city/?line={office.line.pk}")
    reader.read(page, "phone, form", PHONE, SMALL_PHONE)
    page.locator("[name=phone_number]").fill("0")
    page.locator("form .button--primary").click()
    expect(page.locator(".error-summary")).to_be_visible()
    reader.read(page, "phone, errors", PHONE, SMALL_PHONE)


def read_kiosk(reader: Reader, page: Page) -> None:
    """Whatever it asks: each question as it comes, and mandatory ones unanswered too."""
    page.goto("/kiosk/")
    reader.read(page, "kiosk, welcome", IPAD, UPRIGHT)
    page.goto("/kiosk/sign-in/")
    for number in range(1, 12):
        if page.url.endswith("/done/"):
            break
        reader.read(page, f"kiosk, question {number}", IPAD, UPRIGHT)
        answer = page.locator("main .tile:is(button, a), main [name=skip]").first
        if not answer.count():
            press(page.locator("main .button--primary"))
            reader.read(page, f"kiosk, question {number} unanswered", IPAD, UPRIGHT)
            page.locator("main input:is([type=text], :not([type])):visible").first.fill("Άννα")
            answer = page.locator("main .button--primary")
        press(answer)
    expect(page.locator(".done")).to_be_visible()
    reader.read(page, "kiosk, done", IPAD, UPRIGHT)


def read_visits(reader: Reader, page: Page, office: Office) -> None:
    steps: dict[Status, list[Callable[..., object]]] = {
        Status.NEW: [],
        Status.CALLED: [lifecycle.call],
        Status.SERVED: [lifecycle.call, lifecycle.serve],
        Status.NOSHOW: [lifecycle.call, lifecycle.mark_no_show],
        Status.CANCELLED_BY_CLERK: [lifecycle.cancel],
    }
    for status, taken in steps.items():
        ticket = waiting_ticket(
            office.line, by=office.clerk, first_name="Άννα", language=pseudo.CODE
        )
        for step in taken:
            step(ticket, by=office.clerk)
        page.goto(f"/visit/{ticket.visit_token}/")
        reader.read(page, f"visit, {status}", PHONE, SMALL_PHONE)
        if status in (Status.NEW, Status.NOSHOW):
            page.goto(
                f"/visit/{ticket.visit_token}/{'leave' if status == Status.NEW else 'rejoin'}/"
            )
            reader.read(page, f"visit, {status}, asked once more", PHONE, SMALL_PHONE)


def read_tv(reader: Reader, page: Page, office: Office) -> None:
    called(office, "Άννα", "Λαμ")
    Ticket.objects.called().update(language=pseudo.CODE)
    page.goto("/tv/")
    reader.read(page, "TV, calls", TV)
    for ticket in Ticket.objects.called():
        lifecycle.serve(ticket, by=office.clerk)
    page.goto("/tv/")
    reader.read(page, "TV, nobody", TV)


def press(button: Locator) -> None:
    with button.page.expect_navigation():
        button.click()


def test_uk8_each_language_fits_and_stays_with_the_ticket(
    office: Office, open_context: Open, site: str, figure: Figure
) -> None:
    codes = [code for code, _name in settings.LANGUAGES]
    Location.objects.update(languages=codes)
    kiosk = open_context(viewport=IPAD).new_page()
    phone = open_context(viewport=SMALL_PHONE).new_page()
    be_kiosk(kiosk, office.kiosk, site)
    scrolling, kept = [], []
    for code in codes:
        Location.objects.update(languages=[code, *codes])
        phone.context.clear_cookies()  # somebody else's phone
        phone.set_extra_http_headers({"Accept-Language": code})
        kiosk.set_extra_http_headers({"Accept-Language": code})
        kiosk.goto("/kiosk/sign-in/")
        phone.goto(f"/at/city/?line={office.line.pk}")
        scrolling += [code for page in (kiosk, phone) if page.evaluate(OVERFLOW) > 0]
        phone.locator("[name=first_name]").fill("Jane")
        press(phone.locator("form .button--primary"))
        scrolling += [code] if phone.evaluate(OVERFLOW) > 0 else []
        kept.append(
            (
                code,
                phone.evaluate("document.documentElement.lang"),
                phone.evaluate("document.documentElement.dir"),
                Ticket.objects.latest("id").language,
            )
        )

    assert scrolling == []
    assert kept == [(each, each, "rtl" if each == "ar" else "ltr", each) for each in codes]
    figure("UK8 languages stored on the ticket and used on its page, scrolling", f"{len(kept)}, 0")
