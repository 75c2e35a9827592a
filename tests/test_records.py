"""Records behave as frozen dataclasses with slots do."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import pytest

from backprop_derive.records import record


@dataclass(frozen=True, slots=True)
class PlainPoint:
    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False, repr=False)


@record
class Point:
    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False, repr=False)


@record
class Nothing:
    pass


@record
class Checked:
    value: int

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError("negative")


@record
class Named:
    name: str

    def __repr__(self) -> str:
        return self.name


@record
class Further(Named):
    more: int = 0


@record(slots=False)
class Squared:
    x: int

    @cached_property
    def square(self) -> int:
        return self.x**2


@pytest.mark.parametrize(
    ("values", "named"), [((1,), {}), ((1, 3), {}), ((), {"x": 1, "note": "n"}), ((1, 2, ["a"]), {})]
)
def test_a_record_is_made_as_a_dataclass_is(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    ours, plain = Point(*values, **named), PlainPoint(*values, **named)
    assert [getattr(ours, f.name) for f in fields(ours)] == [getattr(plain, f.name) for f in fields(plain)]
    assert repr(ours) == repr(plain).replace("PlainPoint", "Point")


@pytest.mark.parametrize(("values", "named"), [((), {}), ((1, 2, [], "", 5), {}), ((1,), {"z": 3}), ((1,), {"x": 2})])
def test_wrong_arguments_are_refused(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Point(*values, **named)
    with pytest.raises(TypeError):
        PlainPoint(*values, **named)


def test_equality_is_that_of_the_compared_fields_and_of_one_class() -> None:
    assert Point(1, note="a") == Point(1, note="b") != Point(2)
    assert Point(1) != PlainPoint(1)
    assert Nothing() == Nothing()
    assert len({Named("a"), Named("a"), Named("b"), Nothing(), Nothing()}) == 3
    assert Named("a") != Further("a")


def test_each_instance_has_a_default_of_its_own() -> None:
    one, other = Point(1), Point(1)
    one.tags.append("a")
    assert other.tags == []


def test_a_record_is_frozen_and_has_no_room_for_more() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del point.x
    assert not hasattr(point, "__dict__")


def test_a_method_of_its_own_stays_and_is_inherited() -> None:
    assert repr(Named("w")) == "w"
    assert (Further("w", 3).name, Further("w", 3).more) == ("w", 3)


def test_what_makes_the_instance_checks_it() -> None:
    with pytest.raises(ValueError, match="negative"):
        Checked(-1)
    with pytest.raises(ValueError, match="negative"):
        replace(Checked(1), value=-1)


def test_replaced_copied_pickled_and_matched() -> None:
    point = Point(1, tags=["a"], note="n")
    assert replace(point, y=5) == Point(1, 5, ["a"])
    assert copy.deepcopy(point) == point
    back = pickle.loads(pickle.dumps(point))
    assert (back, back.note) == (point, "n")
    match point:
        case Point(x, y):
            assert (x, y) == (1, 2)


def test_without_slots_a_property_can_be_kept() -> None:
    squared = Squared(3)
    assert squared.square == 9
    assert vars(squared)["square"] == 9
    with pytest.raises(FrozenInstanceError):
        squared.x = 4  # type: ignore[misc]
