"""When a place opens again, in a sentence of each language."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from tickets.models import Opening, OpeningState

WEDNESDAY = date(2026, 12, 23)


def closed(*, days: int, reason: str = "") -> Opening:
    """Until 9:00 on a Wednesday, so many days from today."""
    return Opening(
        state=OpeningState.CLOSED,
        today=WEDNESDAY - timedelta(days=days),
        opens_at=datetime(2026, 12, 23, 9, tzinfo=ZoneInfo("Europe/Tallinn")),
        reason=reason,
    )


@pytest.mark.parametrize(
    ("days", "opens"),
    [
        (0, "Opens again at 9:00."),
        (1, "Opens again on Wednesday at 9:00."),
        (6, "Opens again on Wednesday at 9:00."),
        (7, "Opens again on 23 December at 9:00."),
    ],
)
def test_opens_names_the_day_as_people_do(days: int, opens: str) -> None:
    assert closed(days=days).opens == opens


@pytest.mark.parametrize(
    ("language", "in_the_week", "later"),
    [
        ("et", "Avame uuesti kolmapäeval kell 9:00.", "Järgmine avamine: 23. detsember kell 9:00."),
        ("ru", "Откроется в среду в 9:00.", "Откроется 23 декабря в 9:00."),
        (
            "es",
            "Abre de nuevo el miércoles a las 9:00.",
            "Abre de nuevo el 23 de diciembre a las 9:00.",
        ),
        (
            "de",
            "Öffnet wieder am Mittwoch um 9:00 Uhr.",
            "Öffnet wieder am 23. Dezember um 9:00 Uhr.",
        ),
        ("fr", "Rouvre mercredi à 9:00.", "Rouvre le 23 décembre à 9:00."),
        (
            "ar",
            "نفتح من جديد يوم الأربعاء الساعة 9:00.",
            "نفتح من جديد في 23 ديسمبر الساعة 9:00.",
        ),
        ("zh-hans", "星期三 9:00 再次开放。", "12月23日 9:00 再次开放。"),
    ],
)
def test_opens_is_a_sentence_of_the_language(language: str, in_the_week: str, later: str) -> None:
    with translation.override(language):
        said = [closed(days=3).opens, closed(days=30).opens]

    assert said == [in_the_week, later]


def test_sentence_of_a_clerk_says_all() -> None:
    never = Opening(state=OpeningState.CLOSED, today=WEDNESDAY)
    broken = Opening(state=OpeningState.BREAK, today=WEDNESDAY)
    there = Opening(state=OpeningState.OPEN, today=WEDNESDAY)

    assert [
        each.sentence for each in (closed(days=3, reason="Inventory"), never, broken, there)
    ] == [
        "Closed now. Opens again on Wednesday at 9:00. Inventory",
        "Closed until further notice.",
        "On a break.",
        "",
    ]
