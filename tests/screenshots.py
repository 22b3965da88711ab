"""Make the pictures in docs/screenshots from the demo, in a real Chromium: `make screenshots`."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import databases  # sets the environment, so it comes before Django

os.environ["DEMO"] = "true"
os.environ["DJANGO_SETTINGS_MODULE"] = "qminder_site.settings"

import django

django.setup()

from django.core.management import call_command
from playwright.sync_api import Browser, Page, sync_playwright

from tests.live import serving
from tickets import demo
from tickets.demo import credentials
from tickets.models import Device, DeviceKind, Location, TvLayout, TvTheme, User

PICTURES = Path(__file__).parent.parent / "docs" / "screenshots"
MOST_BYTES = 200_000

DESKTOP = (1440, 900)
IPAD = (1180, 820)
PHONE = (390, 844)
TV = (1920, 1080)


class Camera:
    def __init__(self, browser: Browser, site: str) -> None:
        self.browser = browser
        self.site = site

    @contextmanager
    def page(
        self, size: tuple[int, int], theme: str = "light", language: str = "en"
    ) -> Iterator[Page]:
        width, height = size
        context = self.browser.new_context(
            base_url=self.site,
            viewport={"width": width, "height": height},
            color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            locale=language,
        )
        yield context.new_page()
        context.close()


def snap(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    page.wait_for_timeout(600)  # until the live parts were fetched
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    size = path.stat().st_size
    print(f"{path.relative_to(PICTURES.parent.parent)}  {size // 1000} kB")
    assert size <= MOST_BYTES, f"{path} is too large for the repository"


def sign_in(page: Page, user: User) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(credentials.password())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state("load")


def staff(camera: Camera, city: Location, clerk: User) -> None:
    for size, theme, name in (
        (DESKTOP, "light", "service-desktop"),
        (IPAD, "dark", "service-ipad-dark"),
        (PHONE, "light", "service-phone"),
    ):
        with camera.page(size, theme) as page:
            sign_in(page, clerk)
            page.goto(f"/service/{city.pk}/")
            snap(page, name)
            if size == DESKTOP:
                page.locator(".row__name").first.click()
                snap(page, "service-drawer")
    with camera.page(IPAD) as page:
        page.goto("/sign-in/")
        snap(page, "sign-in")


def kiosk(camera: Camera, location: Location) -> None:
    secret = credentials.device_secret(location.devices.get(kind=DeviceKind.KIOSK))
    for theme, suffix in (("light", ""), ("dark", "-dark")):
        with camera.page(IPAD, theme) as page:
            page.goto(f"/kiosk/demo/{secret}/")
            snap(page, f"kiosk-welcome{suffix}")
            page.get_by_role("link", name="Touch to sign in").click()
            snap(page, f"kiosk-service{suffix}")
            if theme == "dark":
                continue
            page.locator(".tile").first.click()
            page.locator("#question input[type=text]").fill("Jane")
            snap(page, "kiosk-name")
            page.get_by_role("button", name="Continue").click()
            while page.locator(".done").count() == 0:
                page.get_by_role("button", name="Skip").click()
                page.wait_for_load_state("load")
            snap(page, "kiosk-done")


def phone(camera: Camera, location: Location) -> None:
    with camera.page(PHONE) as page:
        page.goto(f"/at/{location.slug}/")
        snap(page, "phone-services")
        page.locator(".service").first.click()
        snap(page, "phone-sign-in")
    english = location.tickets.filter(language="en")
    waiting = english.waiting().in_order()[3]
    called = english.called()[0]
    for ticket, name in ((waiting, "phone-visit"), (called, "phone-called")):
        with camera.page(PHONE) as page:
            page.goto(f"/visit/{ticket.visit_token}/")
            snap(page, name)


def arabic(camera: Camera, location: Location) -> None:
    """The same pages from right to left; the kiosk speaks the location's first language."""
    languages = location.languages
    Location.objects.filter(pk=location.pk).update(languages=["ar", *languages])
    secret = credentials.device_secret(location.devices.get(kind=DeviceKind.KIOSK))
    with camera.page(IPAD, language="ar") as page:
        page.goto(f"/kiosk/demo/{secret}/")
        snap(page, "kiosk-welcome-ar")
        page.goto("/kiosk/sign-in/")
        snap(page, "kiosk-service-ar")
        page.locator(".tile").first.click()
        page.locator("#question input[type=text]").fill("ليلى")
        page.locator("#question .button--primary").click()
        while page.locator(".done").count() == 0:
            page.locator("[name=skip]").click()
            page.wait_for_load_state("load")
        snap(page, "kiosk-done-ar")
    ticket = location.tickets.waiting().filter(first_name="ليلى").latest("id")
    with camera.page(PHONE, language="ar") as page:
        page.goto(f"/at/{location.slug}/")
        snap(page, "phone-services-ar")
        page.goto(f"/visit/{ticket.visit_token}/")
        snap(page, "phone-visit-ar")
    Location.objects.filter(pk=location.pk).update(languages=languages)


def tv(camera: Camera, location: Location) -> None:
    device = location.devices.get(kind=DeviceKind.TV)
    secret = credentials.device_secret(device)
    for theme, layout, name in (
        (TvTheme.LIGHT, TvLayout.WAITING_LIST, "tv-waiting-light"),
        (TvTheme.DARK, TvLayout.STANDARD, "tv"),
    ):
        Device.objects.filter(pk=device.pk).update(theme=theme, layout=layout)
        with camera.page(TV) as page:
            page.goto(f"/tv/demo/{secret}/")
            page.mouse.click(1, 1)  # which turns the sound on
            snap(page, name)


def admin(camera: Camera, location: Location) -> None:
    owner = User.objects.get(email=demo.OWNER)
    for theme, suffix in (("light", ""), ("dark", "-dark")):
        with camera.page(DESKTOP, theme) as page:
            sign_in(page, owner)
            page.goto("/admin/")
            snap(page, f"admin-today{suffix}")
            if theme == "light":
                page.goto(f"/admin/tickets/ticket/?location__id__exact={location.pk}")
                snap(page, "admin-tickets")


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    demo.fill()
    city = demo.locations()[0]
    clerk = User.objects.filter(roles__location=city, roles__type="CLERK").order_by("id")[0]
    with serving() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        camera = Camera(browser, site)
        staff(camera, city, clerk)
        tv(camera, city)
        phone(camera, city)
        admin(camera, city)
        kiosk(camera, city)
        arabic(camera, city)
        browser.close()
    shutil.rmtree(databases.scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
