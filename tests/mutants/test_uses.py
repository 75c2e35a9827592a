"""Which lines use what is made where a module is imported: their tests are those that can notice a fault in it."""

from __future__ import annotations

from tests.conftest import CHECKOUT
from tests.mutants.uses import names_made, places_of_use

WORK, RECORD = "backprop_derive/grading/work.py", "backprop_derive/grading/record.py"


def line_of(path: str, start: str) -> int:
    """The number of the first line that begins so."""
    lines = (CHECKOUT / path).read_text(encoding="utf-8").split("\n")
    return next(k for k, line in enumerate(lines, 1) if line.strip().startswith(start))


def used(path: str, start: str) -> dict[str, list[str]]:
    """The lines of each file that use what that line makes."""
    found: dict[str, list[str]] = {}
    for place, number in sorted(places_of_use(path, line_of(path, start))):
        found.setdefault(place, []).append((CHECKOUT / place).read_text(encoding="utf-8").split("\n")[number - 1])
    return found


def test_a_table_is_used_by_the_lines_that_name_it() -> None:
    found = used(WORK, "_WORST =")
    assert list(found) == [WORK]
    assert all("_WORST" in line for line in found[WORK])


def test_what_is_imported_elsewhere_is_used_there_too() -> None:
    found = used(RECORD, "EARNING =")
    assert found.keys() >= {RECORD, "backprop_derive/grading/entries.py", "backprop_derive/grading/grade.py"}
    assert any("entry.verdict in EARNING" in line for line in found["backprop_derive/grading/entries.py"])


def test_a_field_of_a_record_is_used_as_an_attribute_and_in_making_one() -> None:
    found = used(RECORD, 'at: str = ""')
    assert any("first.at" in line for line in found["backprop_derive/grading/feedback.py"])
    assert any("Diagnosis(" in line for line in found["backprop_derive/grading/diagnose.py"])


def test_what_is_in_a_function_makes_nothing_at_import() -> None:
    assert names_made(WORK, line_of(WORK, "symbol = self.symbol(statement)")) == set()
