"""Letters as people count them."""

import pytest
from django.core.exceptions import ValidationError

from tickets import names

#: One letter each, of two to five code points.
LETTERS = ["नि", "e\u0323\u0301", "กำ", "👩🏽‍🦱", "한"]


@pytest.mark.parametrize("letter", [*LETTERS, "李", "J"])
def test_initial_is_one_whole_letter(letter: str) -> None:
    assert names.initial(letter + "ab") == letter


def test_initial_of_nothing_is_nothing() -> None:
    assert names.initial("") == ""


@pytest.mark.parametrize("letter", ["नि", "กำ", "J"])
def test_fifty_letters_are_a_name(letter: str) -> None:
    names.validate_name(letter * 50)


@pytest.mark.parametrize("name", ["J" * 51, "नि" * 51, "e" + "\u0301" * 200])
def test_more_letters_or_a_pile_of_marks_are_not(name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        names.validate_name(name)

    assert caught.value.messages == ["A name may have at most 50 letters."]
