"""UR7: mobile numbers as people of twelve countries write them."""

import re

import pytest

from tests.conftest import Figure
from tests.factories import InputFieldFactory, LineFactory
from tickets.forms import Audience, VisitorForm
from tickets.models import FieldType, Line

#: By country: the number as it is stored, and ways to write it there.
WRITTEN = {
    "EE": ("+37255123456", ["5512 3456", "+372 5512 3456", "00372 55123456", "372 5512 3456", "55-12-34-56"]),
    "FI": ("+358412345678", ["041 2345678", "+358 41 234 5678", "00358 41 2345678", "041-234 5678", "+358 (0)41 234 5678"]),
    "DE": ("+4915123456789", ["0151 23456789", "0151/23456789", "+49 151 23456789", "0049 151 23 45 67 89", "+49 (0) 151 / 234 567 89"]),
    "FR": ("+33612345678", ["06 12 34 56 78", "06.12.34.56.78", "+33 6 12 34 56 78", "0033612345678", "+33 (0)6 12 34 56 78"]),
    "ES": ("+34612345678", ["612 34 56 78", "612345678", "+34 612 345 678", "0034 612 345 678", "612-345-678"]),
    "GB": ("+447400123456", ["07400 123456", "+44 7400 123456", "0044 7400 123456", "(07400) 123 456", "+44 (0)7400 123456"]),
    "US": ("+12015550123", ["(201) 555-0123", "201-555-0123", "201.555.0123", "1 201 555 0123", "+1 201 555 0123"]),
    "RU": ("+79123456789", ["8 (912) 345-67-89", "8 912 345 67 89", "+7 912 345-67-89", "89123456789", "7 912 3456789"]),
    "SA": ("+966512345678", ["051 234 5678", "٠٥١٢٣٤٥٦٧٨", "+966 51 234 5678", "00966512345678", "966 51 234 5678"]),
    "CN": ("+8613123456789", ["131 2345 6789", "13123456789", "+86 131 2345 6789", "0086 131 2345 6789", "１３１２３４５６７８９"]),
    "BR": ("+5511961234567", ["(11) 96123-4567", "11 96123 4567", "+55 11 96123-4567", "0 11 96123-4567", "55 11 96123 4567"]),
    "IN": ("+918123456789", ["081234 56789", "81234 56789", "+91 81234 56789", "0091 81234 56789", "91-81234-56789"]),
}  # fmt: skip


@pytest.mark.django_db
def test_ur7_numbers_are_taken_as_written_and_shown_back_as_typed(figure: Figure) -> None:
    line = LineFactory.create()
    for type_, title in ((FieldType.FIRST_NAME, "First name"), (FieldType.PHONE_NUMBER, "Mobile")):
        InputFieldFactory.create(
            location=line.location, type=type_, title=title, is_mandatory_in_remote_sign_in=True
        )

    taken = {
        (country, typed): _taken(line, country, typed)
        for country, (_stored, ways) in WRITTEN.items()
        for typed in ways
    }

    assert taken == {
        (country, typed): (stored, f'value="{typed}"')
        for country, (stored, ways) in WRITTEN.items()
        for typed in ways
    }
    figure("UR7 written numbers of 12 countries taken, and shown back as typed", len(taken))


def _taken(line: Line, country: str, typed: str) -> tuple[str, str]:
    """What is stored; and what a page that comes back for the missing name shows."""
    line.location.country = country
    form = VisitorForm(
        {"phone_number": typed}, location=line.location, line=line, audience=Audience.REMOTE
    )
    assert list(form.errors) == ["first_name"]
    shown = re.findall(r'value="[^"]*"', str(form["phone_number"]))
    return form.cleaned_data["phone_number"], "".join(shown)
