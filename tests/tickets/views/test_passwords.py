"""A password is set by a link that was mailed: once, within three days, by nobody else."""

import re
from datetime import timedelta
from email.policy import SMTP

import pytest
import time_machine
from django.core import mail
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from tests.factories import UserFactory
from tickets.actions import passwords
from tickets.models import User

SITE = "http://testserver/"
PASSWORD = "a long way home 7"
Commit = DjangoCaptureOnCommitCallbacks


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("kai@example.org", first_name="Kai")


def mailed_link() -> str:
    found = re.search(r"http://\S+", str(mail.outbox[-1].body))
    assert found
    return found[0].removeprefix("http://testserver")


@pytest.fixture
def link(person: User, django_capture_on_commit_callbacks: Commit) -> str:
    with django_capture_on_commit_callbacks(execute=True):
        passwords.send_link(person, site=SITE)
    return mailed_link()


def set_password(link: str, *passwords_: str) -> tuple[int, str]:
    """The answer to the form behind the link, or to the page that is there instead."""
    client = Client()
    page = client.get(link, follow=True)
    if not page.redirect_chain:
        return page.status_code, page.content.decode()
    values = dict(zip(("new_password1", "new_password2"), passwords_, strict=True))
    answer = client.post(page.redirect_chain[-1][0], values)
    return answer.status_code, answer.content.decode()


def test_link_sets_a_password_to_sign_in_with(person: User, link: str) -> None:
    status, _page = set_password(link, PASSWORD, PASSWORD)

    person.refresh_from_db()
    client = Client()
    signed_in = client.post("/sign-in/", {"username": "kai@example.org", "password": PASSWORD})
    assert (status, person.check_password(PASSWORD)) == (302, True)
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/service/")


def test_link_works_once(person: User, link: str) -> None:
    set_password(link, PASSWORD, PASSWORD)

    status, page = set_password(link, "another long way 8", "another long way 8")

    assert (status, "This link does not work any more" in page) == (200, True)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("later", "works"), [(timedelta(hours=71), True), (timedelta(hours=73), False)]
)
def test_link_works_for_three_days(person: User, link: str, later: timedelta, works: bool) -> None:  # noqa: FBT001
    with time_machine.travel(person.joined_at + later, tick=False):
        set_password(link, PASSWORD, PASSWORD)

    person.refresh_from_db()
    assert person.check_password(PASSWORD) is works


def test_link_of_somebody_switched_off_is_dead(person: User, link: str) -> None:
    User.objects.update(is_active=False)

    set_password(link, PASSWORD, PASSWORD)

    person.refresh_from_db()
    assert not person.has_usable_password()


@pytest.mark.parametrize(
    "change", [lambda x: x[:-2] + "x/", lambda x: x.replace("/set-password/", "/set-password/x")]
)
def test_link_that_was_made_up_is_dead(link: str, change: object) -> None:
    assert callable(change)

    page = Client().get(change(link))

    assert (page.status_code, b"This link does not work any more" in page.content) == (200, True)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("", ""), "Enter a new password."),
        ((PASSWORD, "else"), "The two password fields didn’t match."),
        (("short", "short"), "This password is too short."),
        (("password1234", "password1234"), "This password is too common."),
        (("kai@example.org", "kai@example.org"), "too similar to the e-mail"),
    ],
)
def test_password_that_is_none_is_refused(
    person: User, link: str, typed: tuple[str, str], says: str
) -> None:
    status, page = set_password(link, *typed)

    assert status == 422
    assert says.replace("’", "&#x27;") in page or says in page
    person.refresh_from_db()
    assert not person.has_usable_password()


def test_forgotten_password_mails_a_link(
    person: User, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = Client().post("/forgot-password/", {"email": "KAI@example.org"}, follow=True)

    assert answer.redirect_chain == [("/sign-in/", 302)]
    assert "a link is on its way" in answer.content.decode()
    assert mail.outbox[0].to == ["kai@example.org"]
    assert set_password(mailed_link(), PASSWORD, PASSWORD)[0] == 302


@pytest.mark.parametrize("email", ["nobody@example.org", "off@example.org"])
def test_forgotten_password_of_nobody_says_the_same(
    person: User, email: str, django_capture_on_commit_callbacks: Commit
) -> None:
    UserFactory.create(email="off@example.org", is_active=False)

    with django_capture_on_commit_callbacks(execute=True):
        pages = [
            Client().post("/forgot-password/", {"email": each}, follow=True).content.decode()
            for each in ("kai@example.org", email)
        ]

    assert [message.to for message in mail.outbox] == [["kai@example.org"]]
    ours, theirs = (re.sub(r'value="\w{64}"', "", page) for page in pages)
    assert ours == theirs


@pytest.mark.parametrize("email", ["", "kai", "a\0@b.co"])
def test_forgotten_password_of_no_address_is_refused(person: User, email: str) -> None:
    answer = Client().post("/forgot-password/", {"email": email})

    assert answer.status_code == 422
    assert mail.outbox == []


def test_link_is_in_one_piece_on_the_wire(
    person: User, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        passwords.send_link(person, site="https://queue.city-hall.example.org/")

    sent = mail.outbox[-1].message(policy=SMTP).as_string().splitlines()
    (link,) = [line for line in sent if line.startswith("https://")]
    assert (len(link) > 78, link[-1]) == (True, "/")


@pytest.mark.django_db(transaction=True)
def test_mail_that_cannot_be_sent_fails_nothing(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    person = UserFactory.create()
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    options = {"host": "127.0.0.1", "port": 9, "timeout": 1}  # where nobody listens
    settings.MAILERS = {"default": {"BACKEND": smtp, "OPTIONS": options}}

    answer = Client().post("/forgot-password/", {"email": person.email})

    assert answer.status_code == 302
    assert "Connection refused" in caplog.text


def test_sign_in_page_leads_to_a_forgotten_password(db: None) -> None:
    assert 'href="/forgot-password/"' in Client().get("/sign-in/").content.decode()
