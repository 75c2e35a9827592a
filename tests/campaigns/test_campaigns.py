"""The campaigns in small: what `make campaign` does with ten thousand graphs."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("torch", reason="PyTorch is one of the two judges; it is not installed")

from backprop_derive.ops.table import CALLABLE

from . import digits, renderings
from .forms import FORMS
from .gradients import OPERATIONS, judge, run
from .graphs import random_graph

GRAPHS = 30
# Graphs that were thought to be wrong: a tie that floats do not meet, log 0 within a clip, values of 10**-318, a
# singular matrix of which PyTorch has no gradient, a norm of 0, asin(tanh(600)).
DELICATE = (4650, 4413, 2050, 5177, 2750, 100047, 1007, 1643, 8570, 8888, 9985, 5928)


def test_every_operation_of_the_table_has_a_form() -> None:
    words = {word for form in FORMS for word in re.findall(r"(\w+)\(", form.text)}
    assert {CALLABLE[word] for word in words if word in CALLABLE} == set(OPERATIONS)


def test_random_graphs_are_right_by_both_judges() -> None:
    counts, wrong, _ = run(GRAPHS, 20_000)
    assert [(graph.seed, why) for graph, why in wrong] == []
    assert counts["right"] > GRAPHS * 0.9
    assert counts["PyTorch"] > GRAPHS / 4
    assert counts["complex step"] > 0
    assert counts["central differences"] > 0
    assert counts["PyTorch at a kink"] > 0


@pytest.mark.parametrize("seed", DELICATE)
def test_a_graph_that_looked_wrong_is_right(seed: int) -> None:
    assert judge(random_graph(seed)).verdict in ("right", "refused", "given up")


def test_displayed_digits_are_true() -> None:
    counts, wrong = digits.run(15, 30_000)
    assert wrong == []
    assert counts["judged"] > 30
    assert counts["carried"] > 0


def test_every_rendering_of_an_example_is_right_and_understood() -> None:
    examples = dict(renderings.problems(examples=True, graphs=0, seed=0))
    counts, complaints = renderings.run(iter([("two-two-one-tanh", examples["two-two-one-tanh"])]))
    assert complaints == []
    assert counts["renderings"] == 35
