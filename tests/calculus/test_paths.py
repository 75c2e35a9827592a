"""The paths of random graphs against what walking along every path finds; counts no walk could reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import inf, log10, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_derive as bd
from backprop_derive.calculus.paths import find_paths
from backprop_derive.derivation import Derivation
from backprop_derive.ledger import Edge, Ledger, Multiplications

Weights = dict[Edge, int]


@st.composite
def weighted_graphs(draw: st.DrawFn) -> tuple[str, Weights]:
    """A problem whose steps are sums of multiples of names before them; the local gradients are these factors."""
    names, weights, lines = ["u", "v"], {}, []
    for number in range(1, draw(st.integers(1, 7)) + 1):
        step = f"s_{number}"
        operands = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        terms = []
        for operand in operands:
            weights[step, operand] = draw(st.integers(-3, 3))
            terms.append(f"({weights[step, operand]})*{operand}")
        lines.append(f"{step} = {' + '.join(terms)}")
        names.append(step)
    return "Given u = 1, v = 2\n" + "\n".join(lines), weights


def walks(weights: Weights, start: str, loss: str) -> Iterator[tuple[str, ...]]:
    if start == loss:
        yield (loss,)
        return
    for step, operand in weights:
        if operand == start:
            yield from ((start, *rest) for rest in walks(weights, step, loss))


def product(weights: Weights, names: tuple[str, ...]) -> int:
    return prod(weights[step, operand] for operand, step in pairwise(names))


def ledger_of(text: str, most: int, weights: Weights | None = None) -> tuple[Ledger, str]:
    derivation = bd.derive(text, wrt="u v").derivation
    assert isinstance(derivation, Derivation)
    sizes = None if weights is None else {edge: log10(abs(w)) if w else -inf for edge, w in weights.items()}
    return find_paths(derivation, most, sizes), derivation.graph.loss


@given(weighted_graphs())
def test_every_path_is_found_once(graph: tuple[str, Weights]) -> None:
    text, weights = graph
    ledger, loss = ledger_of(text, 10_000)
    for paths in ledger.lists:
        expected = list(walks(weights, paths.start, loss))
        assert paths.count == len(expected)
        assert sorted(path.names for path in paths.listed) == sorted(expected)
        lengths = [path.length for path in paths.listed]
        assert lengths == sorted(lengths)


@given(weighted_graphs(), st.integers(1, 4))
def test_of_many_paths_the_largest_products_are_listed(graph: tuple[str, Weights], most: int) -> None:
    text, weights = graph
    ledger, loss = ledger_of(text, most, weights)
    for paths in ledger.lists:
        sizes = sorted((abs(product(weights, names)) for names in walks(weights, paths.start, loss)), reverse=True)
        found = [abs(product(weights, path.names)) for path in paths.listed]
        assert sorted(found, reverse=True) == sizes[:most]
        if not paths.is_complete:
            assert found == sizes[:most]


@given(weighted_graphs())
def test_the_ends_are_the_shortest_and_the_longest_path_that_contribute(graph: tuple[str, Weights]) -> None:
    text, weights = graph
    ledger, loss = ledger_of(text, 1, weights)
    for paths in ledger.lists:
        found = list(walks(weights, paths.start, loss))
        lengths = {len(names) - 1 for names in found if product(weights, names)}
        if lengths:
            assert [path.length for path in paths.ends] == [min(lengths), max(lengths)]
            for end in paths.ends:
                alike = [abs(product(weights, names)) for names in found if len(names) - 1 == end.length]
                assert abs(product(weights, end.names)) == max(alike)
        else:
            assert len(paths.ends) == (2 if found else 0)


@dataclass(frozen=True)
class Counted:
    """A number that counts its products with others than the seed."""

    value: Fraction
    is_seed: bool = False

    def times(self, weight: int, count: list[int]) -> Counted:
        count[0] += not self.is_seed
        return Counted(self.value * weight)


def reverse(weights: Weights, loss: str, wanted: set[str]) -> tuple[dict[str, Fraction], int]:
    """One pass back from the loss, over what depends on a wanted name."""
    useful = {name for start in wanted for names in walks(weights, start, loss) for name in names}
    count, adjoints = [0], {loss: Counted(Fraction(1), True)}
    for step in reversed(list(dict.fromkeys(step for step, _ in weights))):
        for (user, operand), weight in weights.items():
            if user == step and step in useful and operand in useful and step in adjoints:
                part = adjoints[step].times(weight, count)
                adjoints[operand] = Counted(adjoints[operand].value + part.value) if operand in adjoints else part
    return {key: adjoints[key].value for key in wanted if key in adjoints}, count[0]


def forward(weights: Weights, loss: str, start: str) -> tuple[Fraction, int]:
    """One pass from a name to the loss, over what lies between them."""
    useful = {name for names in walks(weights, start, loss) for name in names}
    count, tangents = [0], {start: Counted(Fraction(1), True)}
    for (step, operand), weight in weights.items():
        if step in useful and operand in tangents:
            part = tangents[operand].times(weight, count)
            tangents[step] = Counted(tangents[step].value + part.value) if step in tangents else part
    return tangents[loss].value if loss in tangents else Fraction(0), count[0]


@given(weighted_graphs())
def test_the_multiplications_are_those_that_the_passes_make(graph: tuple[str, Weights]) -> None:
    text, weights = graph
    ledger, loss = ledger_of(text, 5)
    adjoints, in_reverse = reverse(weights, loss, {"u", "v"})
    passes = [forward(weights, loss, start) for start in ("u", "v")]
    assert [adjoints.get(start, 0) for start in ("u", "v")] == [gradient for gradient, _ in passes]
    by_path = sum(len(names) - 2 for start in ("u", "v") for names in walks(weights, start, loss))
    assert ledger.multiplications == Multiplications(in_reverse, sum(n for _, n in passes), by_path)


@pytest.mark.parametrize("length", [200, 1000])
def test_a_doubling_chain_is_counted_and_not_walked_along(length: int) -> None:
    steps = "\n".join(f"b_{t} = 2a_{t - 1}\nc_{t} = 3a_{t - 1}\na_{t} = b_{t} + c_{t}" for t in range(1, length + 1))
    derivation = bd.derive(f"Given a_0\n{steps}", wrt="a_0").derivation
    ledger = find_paths(derivation, 20, None)
    (paths,) = ledger.lists
    assert paths.count == 2**length
    assert len(set(paths.listed)) == 20
    assert {path.length for path in (*paths.listed, *paths.ends)} == {2 * length}
    # In each block two edges to a, two to b and c; those at the loss, or at a_0, meet the seed.
    assert ledger.multiplications == Multiplications(4 * length - 2, 4 * length - 2, 2**length * (2 * length - 1))


def test_a_name_without_a_path_has_none() -> None:
    ledger = find_paths(bd.derive("Given x, w\nL = x^2", wrt="w x").derivation, 5, None)
    of_w, of_x = ledger.lists
    assert (of_w.count, of_w.listed, of_w.ends) == (0, (), ())
    assert of_x.count == 1


def test_what_is_only_a_label_is_no_path() -> None:
    text = "Given W = [[1, 2], [3, 4]], x = [1, 2], y = 1\no = W @ x\nL = cross_entropy(o, y)"
    ledger = find_paths(bd.solve(text, wrt="W").derivation, 5, None)
    assert [path.names for path in ledger.lists[0].listed] == [("W", "o", "L")]
    assert ledger.multiplications is None


def test_of_paths_that_are_alike_the_first_in_the_authors_order_comes_first() -> None:
    text = "Given u = 1, v = 2\na = 2*u\nb = 2*u\nc = 2*u\nL = c + a + b + v"
    for most in (3, 2, 1):
        ledger, _ = ledger_of(text, most)
        found = [path.names for path in next(paths for paths in ledger.lists if paths.start == "u").listed]
        assert found == [("u", "a", "L"), ("u", "b", "L"), ("u", "c", "L")][:most]
