"""UG2: every criterion of WCAG 2.2 A and AA is held by a test that there is, or by a written check."""

import re
from pathlib import Path

from django.conf import settings

from tests.conftest import Figure

TABLE = Path(settings.BASE_DIR, "docs", "accessibility.md")
ROW = re.compile(r"^\| (\d\.\d\.\d+) [^|]+\| (AA?) \| ([^|]+) \|$", re.MULTILINE)


def test_ug2_every_criterion_has_a_test_or_a_check(figure: Figure) -> None:
    text = TABLE.read_text()
    rows = ROW.findall(text)
    named = set(re.findall(r"`(test_\w+)`", text))
    tests = "\n".join(
        path.read_text() for path in Path(settings.BASE_DIR, "tests").rglob("test_*.py")
    )

    missing = sorted(name for name in named if f"def {name}(" not in tests)

    by_test = sum("test_" in held for _number, _level, held in rows)
    figure(
        "UG2 criteria of WCAG 2.2, with a test, with a written check only",
        (len(rows), by_test, len(rows) - by_test),
    )
    assert missing == []
    assert [level for _number, level, _held in rows].count("A") == 31
    assert len({number for number, _level, _held in rows}) == 55
