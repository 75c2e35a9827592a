"""`record`: a frozen dataclass that costs next to nothing before its first instance.

`dataclass(frozen=True, slots=True)` compiles up to six methods for a class and takes 0.4 ms; the hundred records of
this package would take as long as a quarter of `import sympy`, at every start. Records share their methods; `__init__`
is compiled for those of which there are many. To `fields`, `replace`, `match` and `pickle` a record is a dataclass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from functools import partial
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

Class = TypeVar("Class", bound=type)
_FEW = 100  # instances of a class for which compiling its `__init__` takes longer than it saves


@overload
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: Class, /) -> Class: ...


@overload
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(*, slots: bool) -> Callable[[Class], Class]: ...


def record(cls: Any = None, /, *, slots: bool = True) -> Any:
    """Make a class of annotated fields a frozen dataclass; equal where all compared fields are equal.

    Without slots it can have a `cached_property`, which needs a dictionary.
    """
    return _made(cls, slots) if cls is not None else partial(_made, slots=slots)


def _made(cls: Any, slots: bool) -> Any:
    own = set(vars(cls))
    made: Any = dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    compared = [each.name for each in fields(made) if each.compare]
    key = attrgetter(*compared) if compared else _nothing

    def __eq__(self: Any, other: object) -> bool:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(key(self))

    methods: dict[str, Callable[..., Any]] = {
        "__init__": _initialiser(made), "__eq__": __eq__, "__hash__": __hash__, "__repr__": _repr,
        "__setattr__": _refuse, "__delattr__": _refuse_deletion,
        "__getstate__": _get_state, "__setstate__": _set_state,
    }  # fmt: skip
    for name in methods.keys() - own:
        setattr(made, name, methods[name])
    return made


def _nothing(_: Any) -> tuple[()]:
    return ()


def _initialiser(cls: Any) -> Callable[..., None]:
    """`__init__` that looks at the fields; once a class has many instances, as `dataclass` writes it for them."""
    every = fields(cls)
    # A slot's own descriptor writes past the `__setattr__` that refuses.
    setters = [getattr(vars(cls).get(each.name), "__set__", None) or _setter(each.name) for each in every]
    finish: Callable[[Any], None] | None = getattr(cls, "__post_init__", None)
    left = _FEW

    def __init__(self: Any, *values: Any, **named: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            cls.__init__ = _like(cls).__init__
        if named or len(values) != len(every):
            values = _bound(cls, every, values, named)
        for setter, value in zip(setters, values, strict=True):
            setter(self, value)
        if finish is not None:
            finish(self)

    return __init__


def _setter(name: str) -> Callable[[Any, Any], None]:
    return lambda self, value: object.__setattr__(self, name, value)


def _bound(cls: Any, every: tuple[Field[Any], ...], values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """The value of every field. Raises TypeError as a call of a function does."""
    result = list(values)
    for each in every[len(values) :]:
        if each.name in named:
            result.append(named.pop(each.name))
        elif each.default is not MISSING:
            result.append(each.default)
        elif each.default_factory is not MISSING:
            result.append(each.default_factory())
        else:
            raise TypeError(f"{cls.__qualname__} lacks the argument {each.name!r}")
    if named or len(result) > len(every):
        more = next(iter(named), f"number {len(result)}")
        raise TypeError(f"{cls.__qualname__} has no use for the argument {more!r}")
    return tuple(result)


def _like(cls: Any) -> Any:
    """A frozen dataclass of the same fields. Its `__init__` names each field, and writes past what refuses."""
    members: dict[str, Any] = {"__annotations__": {each.name: each.type for each in fields(cls)}, "__doc__": "record"}
    for each in fields(cls):
        if each.default is not MISSING or each.default_factory is not MISSING:
            members[each.name] = each
    if hasattr(cls, "__post_init__"):
        members["__post_init__"] = cls.__post_init__
    return dataclass(frozen=True, repr=False, eq=False)(type(cls.__qualname__, (), members))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({shown})"


def _refuse(self: Any, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deletion(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _get_state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for each, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)
