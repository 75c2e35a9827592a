"""The shuffled order is a permutation, and the same everywhere."""

from __future__ import annotations

import pytest

from backprop_derive.exercises.order import shuffled

ORDER = [20, 198, 93, 112, 241, 34, 271, 254]
FAR = 796657977178143353892880532179


@pytest.mark.parametrize("size", [1, 2, 3, 17, 256, 1000])
@pytest.mark.parametrize("seed", [0, 7])
def test_every_number_comes_once(size: int, seed: int) -> None:
    assert sorted(shuffled(k, size, seed) for k in range(size)) == list(range(size))


def test_it_is_the_same_on_every_machine() -> None:
    assert [shuffled(k, 450, 7) for k in range(8)] == ORDER
    assert shuffled(12345, 10**30, 7) == FAR


def test_another_seed_is_another_order() -> None:
    assert [shuffled(k, 1000, 1) for k in range(20)] != [shuffled(k, 1000, 2) for k in range(20)]


def test_a_large_space_is_not_walked() -> None:
    size = 10**200
    found = {shuffled(k, size, 3) for k in range(100)}
    assert len(found) == 100
    assert all(0 <= number < size for number in found)
