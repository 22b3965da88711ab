"""M9: how many messages of the network a text is, by the standard's own alphabet."""

import pytest
from django.utils import translation

from tests import catalogues
from tests.conftest import Figure
from tickets.sms import wording
from tickets.sms.segments import Length, measure

#: Text, its units, its segments, whether it is GSM-7. Counted by hand after 3GPP TS 23.038.
TABLE: list[tuple[str, int, int, bool]] = [
    ("", 0, 0, True),
    ("a", 1, 1, True),
    ("Hello Jane!", 11, 1, True),
    ("Desk 2", 6, 1, True),
    ("line one\nline two", 17, 1, True),
    ("line\r\nline", 10, 1, True),
    ("@£$¥", 4, 1, True),
    ("èéùìò", 5, 1, True),
    ("ÇØøÅå", 5, 1, True),
    ("ΔΦΓΛΩΠΨΣΘΞ", 10, 1, True),
    ("ÆæßÉ", 4, 1, True),
    ("ÄÖÑÜäöñü", 8, 1, True),
    ("¡¿§¤", 4, 1, True),
    ("à", 1, 1, True),
    ("€", 2, 1, True),
    ("[]", 4, 1, True),
    ("{}", 4, 1, True),
    ("\\|~^", 8, 1, True),
    ("\f", 2, 1, True),
    ("Price: 5€", 10, 1, True),
    ("_", 1, 1, True),
    ("`", 1, 1, False),
    ("’", 1, 1, False),
    ("“quoted”", 8, 1, False),
    ("á", 1, 1, False),
    ("í", 1, 1, False),
    ("ç", 1, 1, False),
    ("õ", 1, 1, False),
    ("ÿ", 1, 1, False),
    ("–", 1, 1, False),
    ("…", 1, 1, False),
    ("\t", 1, 1, False),
    ("\xa0", 1, 1, False),
    ("привет", 6, 1, False),
    ("مرحبا", 5, 1, False),
    ("你好", 2, 1, False),
    ("é", 1, 1, True),
    ("e\u0301", 2, 1, False),
    ("😀", 2, 1, False),
    ("👩‍👩‍👧", 8, 1, False),
    ("𝒳", 2, 1, False),
    ("a" * 159, 159, 1, True),
    ("a" * 160, 160, 1, True),
    ("a" * 161, 161, 2, True),
    ("a" * 306, 306, 2, True),
    ("a" * 307, 307, 3, True),
    ("a" * 1600, 1600, 11, True),
    ("€" * 80, 160, 1, True),
    ("€" * 81, 162, 2, True),
    # An escape is not parted from what it escapes: 76 of them fit into a part of 153, not 76½.
    ("€" * 153, 306, 3, True),
    ("a" + "€" * 76 + "€", 155, 1, True),
    ("a" * 152 + "€" * 10, 172, 2, True),
    ("я" * 70, 70, 1, False),
    ("я" * 71, 71, 2, False),
    ("я" * 134, 134, 2, False),
    ("я" * 135, 135, 3, False),
    ("😀" * 35, 70, 1, False),
    ("😀" * 36, 72, 2, False),
    # A surrogate pair is not parted either: 33 of them fit into a part of 67.
    ("😀" * 67, 134, 3, False),
    ("a" * 159 + "’", 160, 3, False),
]


def test_m9_segments_are_those_of_the_table(figure: Figure) -> None:
    wrong = [
        (text[:20], measure(text))
        for text, units, segments, is_gsm in TABLE
        if measure(text) != Length(units, segments, is_gsm)
    ]

    assert wrong == []
    figure("M9 texts counted as the standard does", f"{len(TABLE) - len(wrong)}/{len(TABLE)}")
    assert len(TABLE) == 60


@pytest.mark.parametrize("language", ["en", *catalogues.LANGUAGE_CODES])
def test_usual_texts_keep_what_is_put_in_and_are_short(language: str) -> None:
    values = {"location": "City Office", "number": "A-42", "place": 3, "desk": "Desk 2"}
    link = "https://queue.example.org/visit/" + "x" * 32 + "/"
    for moment in wording.MOMENTS:
        usual = wording.USUAL[moment]
        with translation.override("en"):
            there = set(wording.placeholders_in(str(usual)))

        with translation.override(language):
            text = str(usual)

        assert set(wording.placeholders_in(text)) == there
        length = measure(wording.filled(text, values | {"link": link}))
        is_gsm = language in ("en", "et", "es", "de", "fr")
        assert (length.is_gsm, length.segments <= 1 if is_gsm else length.segments <= 2) == (
            is_gsm,
            True,
        )
