"""Webhooks: registered by a key, removed by it or by who may do everything."""

import base64

import pytest
from django.test import Client

from tests.factories import LineFactory, clerk_of, manager_of
from tests.tickets.api.conftest import JSON, post, program, refusal, reply
from tickets.models import Line, Webhook


@pytest.mark.parametrize("kind", ["form", "json"])
def test_register_shows_the_secret(api: Client, kind: str) -> None:
    url = "https://example.com/hook?a=b"

    if kind == "form":
        made = reply(post(api, "/v1/webhooks", url=url))
    else:
        made = reply(api.post("/v1/webhooks", {"url": url}, content_type=JSON))

    hook = Webhook.objects.get()
    assert made == {"statusCode": 200, "id": hook.pk, "secret": hook.secret}
    assert (hook.url, hook.key.name, hook.is_active) == (url, "Program", True)
    assert len(base64.b64decode(hook.secret.removeprefix("whsec_"))) == 32


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com/",
        "javascript:alert(1)",
        "https://",
        "https://exa mple.com",
        "https://example.com/" + "x" * 493,
    ],
)
def test_address_that_is_none_is_refused(api: Client, url: str) -> None:
    assert refusal(post(api, "/v1/webhooks", url=url)) == (400, "parameter_invalid", "url")
    assert Webhook.objects.count() == 0


def test_address_may_have_512_characters(api: Client) -> None:
    url = "https://example.com/".ljust(512, "x")

    reply(post(api, "/v1/webhooks", url=url))

    assert Webhook.objects.get().url == url


def test_remove_ends_it(api: Client) -> None:
    made = reply(post(api, "/v1/webhooks", url="https://example.com/hook"))
    path = f"/v1/webhooks/{made['id']}"

    assert reply(api.delete(path)) == {"statusCode": 200}
    assert refusal(api.delete(path)) == (404, "not_found", "")
    assert not Webhook.objects.get().is_active


def test_a_hook_is_its_keys_and_the_accounts(line: Line) -> None:
    manager = manager_of(line.location)
    own, other = program(manager), program(manager_of(line.location))
    ids = [reply(post(own, "/v1/webhooks", url="https://example.com/hook"))["id"] for _ in range(2)]

    answers = [
        other.delete(f"/v1/webhooks/{ids[0]}").status_code,
        program(None, LineFactory.create()).delete(f"/v1/webhooks/{ids[0]}").status_code,
        own.delete(f"/v1/webhooks/{ids[0]}").status_code,
        program().delete(f"/v1/webhooks/{ids[1]}").status_code,
    ]

    assert answers == [404, 404, 200, 200]


def test_a_clerks_key_registers_none(line: Line) -> None:
    api = program(clerk_of(line.location))

    response = post(api, "/v1/webhooks", url="https://example.com/hook")

    assert refusal(response) == (403, "forbidden", "")
