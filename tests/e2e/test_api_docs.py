"""The page of the API: shown under our own policy, tried out with a key, and read without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.audit import axe_violations, overflowing_widths
from tests.e2e.conftest import Office, Open
from tickets.api.openapi.schema import OPERATIONS

pytestmark = pytest.mark.once

#: What Swagger UI's own structure breaks: it brings a second main landmark, and starts with h2.
ITS_OWN = ("landmark-", "heading-order")


def test_api_docs_show_every_call_and_try_one_out(office: Office, open_context: Open) -> None:
    page = open_context(viewport={"width": 1180, "height": 820}).new_page()
    page.goto("/v1/docs")
    expect(page.locator(".opblock")).to_have_count(len(OPERATIONS))

    page.get_by_role("button", name="Authorize").click()
    page.get_by_label("Value").fill(office.api_key)
    page.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").first.click()
    call = page.locator("#operations-Locations-listLocations")
    call.locator(".opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()

    expect(call.locator(".live-responses-table .response-col_status").nth(1)).to_contain_text("200")
    expect(call.locator(".live-responses-table")).to_contain_text("City Office")
    assert page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])") == (
        "[{},{}]"
    )
    faults = [each for each in axe_violations(page) if not each.split(": ")[1].startswith(ITS_OWN)]
    assert faults == []


def test_api_docs_fit_every_width(open_context: Open) -> None:
    page = open_context().new_page()
    page.goto("/v1/docs")
    expect(page.locator(".opblock")).to_have_count(len(OPERATIONS))

    assert overflowing_widths(page) == []


def test_api_docs_without_javascript_list_every_call(open_context: Open) -> None:
    page = open_context(java_script_enabled=False).new_page()

    page.goto("/v1/docs")

    expect(page.locator("li code")).to_have_count(len(OPERATIONS))
    expect(page.get_by_role("link", name="OpenAPI document")).to_have_attribute(
        "href", re.compile("/v1/openapi.json$")
    )
