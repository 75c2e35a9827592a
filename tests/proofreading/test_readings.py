"""A formula is read once, and again only where what its words mean has changed."""

from __future__ import annotations

import pytest

import backprop_derive as bd
from backprop_derive.limits import DEFAULT_LIMITS
from backprop_derive.proofreading.formulas import formulas_of
from backprop_derive.proofreading.readings import Readings
from backprop_derive.proofreading.statements import Statement
from backprop_derive.proofreading.tokens import Vocabulary
from backprop_derive.syntax.expression import MatrixProduct, Name, Product


def _read(readings: Readings, notes: str, **words: set[str]) -> list[Statement]:
    vocabulary = Vocabulary(**{kind: frozenset(found) for kind, found in words.items()})
    return list(readings.statements(formulas_of(notes, "notes.md", DEFAULT_LIMITS), vocabulary))


def test_words_that_a_formula_does_not_ask_for_leave_it_as_it_was_read() -> None:
    readings = Readings()
    (first,) = _read(readings, "$y = wx$", names={"y", "w", "x"})
    (again,) = _read(readings, "So: $y = wx$", names={"y", "w", "x", "loss"})
    assert again.links is first.links
    assert (again.start - first.start, again.text) == (len("So: "), "y = wx")


def test_a_word_that_means_something_else_has_it_read_again() -> None:
    readings = Readings()
    (product,) = _read(readings, "$y = wx$", names={"y", "w", "x"})
    (name,) = _read(readings, "$y = wx$", names={"y", "w", "x", "wx"})
    (matrix,) = _read(readings, "$y = wx$", names={"y", "w", "x"}, tensors={"w", "x"})
    assert isinstance(product.links[1].node, Product)
    assert name.links[1].node == Name("wx")
    assert isinstance(matrix.links[1].node, MatrixProduct)
    assert _read(readings, "$y = wx$", names={"y", "w", "x"})[0].links is product.links


def test_a_formula_that_stands_twice_has_the_place_of_each() -> None:
    notes = "Given $x = 2$.\n\n$y = x^2 = 5$\n\nand again\n\n$y = x^2 = 5$\n"
    places = [
        (finding.place.line, finding.place.column, notes[finding.starts]) for finding in bd.proofread(notes).wrong
    ]
    assert places == [(3, 12, "5"), (7, 12, "5")]


def test_a_formula_too_long_to_be_kept_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backprop_derive.proofreading.readings._MOST_CHARACTERS", 10)
    assert bd.proofread("$w = 2$\n\n$y = 2w + 1 = 5$\n").counts["right"] == 1
