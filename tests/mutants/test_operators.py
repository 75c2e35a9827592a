"""The faults that are put into the package: each is one change, and what nobody runs is left alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.mutants.operators import mutants_of
from tests.mutants.run import sample

FUNCTION = '''"""A module."""
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import never


def known(a: int | None, b: list[int], limit: int = 3) -> str | None:
    """What is known."""
    if a is None:
        raise ValueError("nothing " + "known")
    total = sum(x * 2 for x in b if x > 0)
    return "yes" if total <= limit and not a else None
'''


QUESTION = """def is_known(a: list[int], b: list[int]) -> bool:
    for x, y in zip(a, b, strict=True):
        if x == 1000 * y:
            return False
    return len(a) > 99
"""


def changed(source: str) -> set[str]:
    """The lines that a mutant has and the source has not."""
    lines = set(source.split("\n"))
    found = {tuple(set(m.applied(source).split("\n")) - lines) for m in mutants_of(source, "known.py")}
    assert all(len(each) == 1 for each in found)
    return {each[0].strip() for each in found}


def test_every_decision_is_turned_round_and_nothing_else() -> None:
    assert changed(FUNCTION) == {
        "def known(a: int | None, b: list[int], limit: int = (4)) -> str | None:",
        "if (a is not None):", "if (not a is None):", "if (False):",
        "total = sum((x / 2) for x in b if x > 0)", "total = sum(x * (3) for x in b if x > 0)",
        "total = sum(x * 2 for x in b if (x >= 0))", "total = sum(x * 2 for x in b if x > (1))",
        "total = sum(x * 2 for x in b if (True))",
        "return None",
        "return ('XXyesXX') if total <= limit and not a else None",
        "return \"yes\" if (total < limit) and not a else None",
        "return \"yes\" if (total <= limit or not a) else None", "return \"yes\" if total <= limit and (a) else None",
        "return ('yes' if not (total <= limit and (not a)) else None)",
    }  # fmt: skip


def test_what_is_as_false_or_as_large_is_no_fault() -> None:
    assert changed(QUESTION) == {
        "if (x != 1000 * y):", "if (not x == 1000 * y):", "if x == (1000 / y):", "if x == (2000) * y:",
        "return (True)", "return None", "return (len(a) >= 99)", "return len(a) > (100)",
    }  # fmt: skip


def test_a_set_of_characters_is_emptied() -> None:
    source = """def parts(text: str) -> str:
    return text.strip("$") if text[0] in "([{" else "other" * 1
"""
    assert changed(source) == {
        "return text.strip(('')) if text[0] in \"([{\" else \"other\" * 1",
        "return text.strip(\"$\") if text[0] in ('') else \"other\" * 1",
        "return text.strip(\"$\") if text[(1)] in \"([{\" else \"other\" * 1",
        "return text.strip(\"$\") if (text[0] not in '([{') else \"other\" * 1",
        "return (text.strip('$') if not text[0] in '([{' else 'other' * 1)",
        "return text.strip(\"$\") if text[0] in \"([{\" else ('other' + 1)",
        "return text.strip(\"$\") if text[0] in \"([{\" else ('XXotherXX') * 1",
        "return text.strip(\"$\") if text[0] in \"([{\" else \"other\" * (2)",
        "return None",
    }  # fmt: skip


@pytest.mark.parametrize("part", ["language", "calculus", "evaluate", "grading"])
def test_every_mutant_of_the_package_is_python(part: str) -> None:
    mutants = sample(60, 1, [part])
    assert len(mutants) == 60
    for mutant in mutants:
        source = (CHECKOUT / mutant.path).read_text(encoding="utf-8")
        assert ast.dump(ast.parse(mutant.applied(source))) != ast.dump(ast.parse(source))


def test_a_sample_is_that_of_its_seed() -> None:
    assert sample(20, 5) == sample(20, 5) != sample(20, 6)
    assert all(Path(each.path).parts[0] == "backprop_derive" for each in sample(20, 5))


def test_a_sample_of_one_module() -> None:
    assert {each.path for each in sample(5, 0, only="grading/work.py")} == {"backprop_derive/grading/work.py"}
