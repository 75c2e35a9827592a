"""The engine's answers about the tensors of one scope: values, gradients, Jacobians, and what one use contributes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any
from zlib import crc32

import numpy as np

from .. import api
from ..derivation import TensorDerivation
from ..errors import BackpropError
from ..ops.table import operation
from ..syntax.expression import (
    WORDED,
    Call,
    Expr,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Power,
    Text,
    Transpose,
    map_children,
    names_in,
    walk,
)  # fmt: skip
from ..syntax.written import written
from .floats import Floats, operation_program
from .nearby import is_special, near, structured
from .scope import Scope
from .sentences import because
from .tokens import OF_TENSORS, is_known_function
from .values import NoValue

Array = Any
_LABELLED = frozenset("cross_entropy nll onehot embedding".split())
_MOST_WHOLE = 2**53  # floats tell whole numbers apart below it
_MOST_DRAWN = 10_000  # entries of one tensor whose values the notes do not give
# Parameters that take a list of numbers or of tensors, whatever their lengths.
_IN_PARTS = ("shape", "tensors")
_MOST_UPDATES = 5
# What notes call a convolution or a pool, whatever the number of its axes.
_BY_AXES = (("1d(", "1d("), ("1d(", "2d("))


class Engine:
    """Answers at the values of the notes, or near them with a `seed`; at drawn ones where the notes give none.

    Near them it evaluates what `base`, the engine at the values of the notes, has derived.
    """

    def __init__(
        self, scope: Scope, evaluated: Callable[[Expr], Array], seed: int | None = None, base: Engine | None = None
    ) -> None:
        self.scope, self.evaluated, self.seed, self.base = scope, evaluated, seed, base
        self._locals: dict[str, api.Solution] = {}
        self._axes = _BY_AXES[0]
        self._known: dict[tuple[str, ...], Array] = {}

    @property
    def axes(self) -> tuple[str, str]:
        """Which functions are meant that notes call by one name."""
        return self._axes if self.base is None else self.base.axes

    # --- what is given

    @cached_property
    def letters(self) -> dict[str, int]:
        """The sizes that letters stand for; all different, so that a wrong shape is seen."""
        used = dict.fromkeys(size for shape in self.scope.shapes.values() for size in shape if isinstance(size, str))
        return {letter: k for k, letter in enumerate(used, 2)}

    @cached_property
    def needed(self) -> frozenset[str]:
        return self.scope.needed(self.scope.loss) if self.scope.loss is not None else frozenset()

    @cached_property
    def givens(self) -> dict[str, Array]:
        """The values of what the loss is computed from."""
        names = sorted(name for name in self.needed if name not in self.scope.steps)
        return {name: self._given(name) for name in names if name not in self.letters}

    def _given(self, name: str) -> Array:
        known = self.scope.givens.get(name)
        if known is not None:
            value = self.evaluated(known)
            is_kept = self.seed is None or name in self._labels or is_special(value, self._sizes)
            return value if is_kept else near(name, value, self.scope.structure(name), self.seed or 0)
        shape = self.scope.shapes.get(name)
        if shape is not None:
            sizes = tuple(self.letters[s] if isinstance(s, str) else s for s in shape)
        elif self.scope.shapes:
            sizes = ()
        else:
            raise NoValue(because("name", name=name))
        if math.prod(sizes) > _MOST_DRAWN:
            raise NoValue(because("drawn", name=name))
        seed = self.seed or 0
        drawn = np.random.default_rng([crc32(name.encode()), seed]).integers(3000, 17000, sizes) / 10000
        return structured(drawn, self.scope.structure(name))

    @cached_property
    def _labels(self) -> frozenset[str]:
        """The names that choose a place, such as the labels of a cross-entropy: no other values make sense."""
        calls = (n for expr in self.scope.steps.values() for n in walk(expr) if isinstance(n, Call))
        return frozenset(
            key for call in calls if call.function in _LABELLED
            for argument in call.arguments[call.function != "onehot" :] for key in names_in(argument)
        )  # fmt: skip

    @cached_property
    def _sizes(self) -> frozenset[int]:
        """The numbers of rows and columns: a given number that is one may stand for it."""
        values = (self.scope.givens[name] for name in self.needed if name in self.scope.givens)
        return frozenset(size for value in values for size in np.shape(self.evaluated(value)))

    # --- the problem, solved

    def updated(self, moved: frozenset[str]) -> Iterator[dict[str, Array]]:
        """The values of some names after 1, 2, … updates by descent. Raises NoValue where no rate is given."""
        rate = self.scope.givens.get("eta")
        if rate is None:
            raise NoValue(because("name", name="η"))
        found = ", ".join(f"d({self.scope.loss})/d({name})" for name in sorted(moved))
        settings = (f"Learning rate: {written(rate)}", f"Updates: {_MOST_UPDATES}", f"Find {found}")
        solution = self._solved(settings)
        for number in range(1, _MOST_UPDATES + 1):
            yield {name: floats(value) for name, value in solution.updated(number).items()}

    @cached_property
    def solution(self) -> api.Solution:
        """The problem of the notes solved. Raises NoValue where the language does not take it."""
        return self._solved()

    def _solved(self, settings: tuple[str, ...] = ()) -> api.Solution:
        if not self.needed:
            raise NoValue(because("nothing"))
        inverse = self._with_inverse
        steps = {key: inverse(self.scope.steps[key]) for key in self.scope.order if key in self.needed}
        assert self.scope.loss is not None
        outer = {key: _with_outer(step) for key, step in steps.items()}
        givens, error = list(self._lines(self.givens)), None
        for read in (steps, outer) if outer != steps else (steps,):
            for axes in _BY_AXES if self.base is None else (self.base.axes,):
                try:
                    lines = (f"{key} = {written(step)}" for key, step in read.items())
                    found = _solved([*givens, *lines, *settings], self.scope.loss, axes)
                    self._axes = axes
                    return found
                except NoValue as refused:
                    error = error or refused
        assert error is not None
        raise error

    def _with_inverse(self, expr: Expr) -> Expr:
        """A⁻¹ of a given matrix as its inverse, not that of its entries."""
        match expr:
            case Power(Name(key) as base, exponent) if (
                _is_minus_one(exponent) and np.ndim(self.givens.get(key, 0)) == 2
            ):
                return Call("inv", (base,))
        return map_children(expr, self._with_inverse)

    def _lines(self, givens: dict[str, Array]) -> Iterator[str]:
        for name, value in givens.items():
            structure = self.scope.structure(name) if np.ndim(value) == 2 else ""
            yield f"Given {name} = {_literal(value)} {structure}".rstrip()
        yield from (f"Given {letter} = {size}" for letter, size in self.letters.items() if letter in self.needed)

    @cached_property
    def floats(self) -> Floats | None:
        """What is derived, for any values; None where the loss is no single number or nothing is a tensor."""
        if self.base is not None:
            return self.base.floats
        derivation = self.solution.record.derivation
        is_single = isinstance(derivation, TensorDerivation) and not derivation.graph.problem.asks_jacobian
        return Floats(derivation) if is_single else None  # type: ignore[arg-type]

    @cached_property
    def moved(self) -> tuple[dict[str, Array], dict[str, Array]]:
        """The values and the adjoints near those of the notes, as far as they exist."""
        if self.base is None or self.floats is None:
            return {}, {}
        sizes = {letter: np.float64(size) for letter, size in self.letters.items()}
        values, adjoints = self.floats.run({**sizes, **self.givens})
        return _existing(values), _existing(adjoints)

    def value(self, key: str) -> Array:
        """The value of a name."""
        if key in self.letters:
            return np.float64(self.letters[key])
        if key in self.givens:
            return self.givens[key]
        if key in self.moved[0]:
            return self.moved[0][key]
        return self._asked(lambda: self.solution.value(key), "value", key)

    def gradient(self, by: str) -> Array:
        """The gradient of the loss by a name."""
        if by == self.scope.loss:
            return np.float64(1)
        if by in self.moved[1]:
            return self.moved[1][by]
        return self._asked(lambda: self.solution.gradient(by), "gradient", by)

    def jacobian(self, of: str, by: str) -> Array:
        """∂of/∂by, with the axes of `of` and then those of `by`; of a step by its operand with all others held."""
        if by in self.scope.operands.get(of, ()):
            return self.local(of, by)
        return self._asked(lambda: self._composed(of, by), "jacobian", of, by)

    def _composed(self, of: str, by: str) -> Array:
        """The Jacobian by the chain rule, from those of the steps; where one is missing, as a problem of its own."""
        if self.floats is None or of not in self.floats.shapes:
            return self.solution.jacobian(of, by)
        shape = self.floats.shapes[of]
        found = {of: np.eye(math.prod(shape)).reshape(shape + shape)}
        for step in reversed(self.scope.order):
            if step not in found or step == by:
                continue
            for operand in self.scope.operands[step]:
                if self.floats.flow(step, operand) is not None:
                    part = np.tensordot(found[step], self.local(step, operand), axes=np.ndim(self.value(step)))
                    found[operand] = found.get(operand, 0) + part
        return found[by] if by in found else self.solution.jacobian(of, by)

    def local(self, step: str, by: str) -> Array:
        """∂step/∂by in this one step."""
        if by not in self.scope.operands.get(step, ()):
            raise NoValue(because("not used", name=step, by=by))
        return self._asked(lambda: self._local(step, by), "local", step, by)

    def _local(self, step: str, by: str) -> Array:
        """∂step/∂by: by the form that is derived, or as a problem of its own, which also tells why there is none."""
        flow = self.floats.flow(step, by) if step in self.needed and self.floats is not None else None
        if flow is not None and self.floats is not None:
            found = self.floats.local(flow, {name: self.value(name) for name in (step, *flow.slots)})
            if np.isfinite(found).all():
                return found
        return self._alone(step).jacobian(step, by)

    def _alone(self, step: str) -> api.Solution:
        """A step as a problem of its own, what it uses given."""
        found = self._locals.get(step)
        if found is None:
            operands = {name: self.value(name) for name in self.scope.operands[step] if name not in self.letters}
            givens, read = list(self._lines(operands)), self._with_inverse(self.scope.steps[step])
            try:
                found = _solved([*givens, f"{step} = {written(read)}"], step, self.axes)
            except NoValue:
                if (outer := _with_outer(read)) == read:
                    raise
                found = _solved([*givens, f"{step} = {written(outer)}"], step, self.axes)
            self._locals[step] = found
        return found

    def through(self, step: str, by: str) -> Array:
        """What one use of a name, in `step`, contributes to the gradient of the loss by it."""
        local = self.local(step, by)
        adjoint = self.gradient(step)
        return np.tensordot(adjoint, local, axes=np.ndim(adjoint))

    def _asked(self, question: Callable[[], Any], *key: str) -> Array:
        """The answer to a question, asked once."""
        if key not in self._known:
            try:
                self._known[key] = floats(question())
            except BackpropError as error:
                raise NoValue(error.found) from None
        return self._known[key]


def _existing(arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {key: array for key, array in arrays.items() if np.isfinite(array).all()}


def floats(answer: Any) -> Array:
    """What the engine answers, as an array of floats. Raises NoValue for a number beyond them."""
    try:
        return np.asarray(answer, dtype=float)
    except OverflowError as error:
        raise NoValue(because("error", error=type(error).__name__)) from None


def _is_minus_one(node: Expr) -> bool:
    match node:
        case Number(value) | Negate(Number(value)):
            return abs(value) == 1 and (value < 0 or isinstance(node, Negate))
    return False


def _with_outer(expr: Expr) -> Expr:
    """a bᵀ of two names as an outer product: what it is of vectors, which the language has no columns of."""
    match expr:
        case MatrixProduct(Name() as left, Transpose(Name() as right)):
            return Call("outer", (left, right))
    return map_children(expr, _with_outer)


def _solved(lines: list[str], loss: str, axes: tuple[str, str]) -> api.Solution:
    try:
        return api.solve("\n".join(lines).replace(*axes), loss=loss)
    except BackpropError as error:
        raise NoValue(error.found) from None


def _literal(value: Array) -> str:
    """An array as the language writes it, every digit of its floats kept."""
    if np.ndim(value):
        return f"[{', '.join(map(_literal, value))}]"
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < _MOST_WHOLE else repr(number)


@cache
def _called(lines: tuple[str, ...], call: str, axes: tuple[str, str]) -> Array:
    return floats(_solved([*lines, f"out = {call}"], "out", axes).value("out"))


def _computed(call: str, given: Mapping[str, Array], axes: tuple[str, str]) -> Array | None:
    """The operation in doubles; None where that does not work, and where there is a reason to be told."""
    lines = [f"Given {name}: ({', '.join(map(str, np.shape(v)))})" for name, v in given.items() if np.ndim(v)]
    lines += [f"Given {name}" for name, value in given.items() if not np.ndim(value)]
    lines.append(f"out = {call}".replace(*axes))
    try:
        runner = operation_program("\n".join(lines), "out")
        found = runner(given)[""] if runner is not None else np.nan
    except BackpropError:
        return None
    return np.asarray(found, dtype=float) if np.isfinite(found).all() else None


def called(call: Call, value: Callable[[Expr], Array], axes: tuple[str, str]) -> Array:
    """An operation of the language at arrays, by the engine; sizes and axes stay numbers that are written.

    `axes` tells which of the functions is meant that notes call by one name, conv1d or conv2d.
    """
    arrays: dict[str, Array] = {}

    def given(argument: Expr) -> str:
        name = f"a_{len(arrays)}"
        arrays[name] = value(argument)
        return name

    def shown(argument: Any, parameter: str) -> str:
        is_negative = isinstance(argument, Negate) and isinstance(argument.operand, Number)  # axis = -1
        if isinstance(argument, Number | Text) or (is_negative and parameter):
            return written(argument)
        if isinstance(argument, ListOf) and parameter in _IN_PARTS:
            is_shape = parameter == "shape"
            return f"[{', '.join(written(item) if is_shape else given(item) for item in argument.items)}]"
        return given(argument)

    if not is_known_function(call.function) or call.function in OF_TENSORS:
        raise NoValue(because("tensor formula"))
    parameters = (*operation(call.function).parameters, *("",) * len(call.arguments))
    arguments = [shown(argument, name) for argument, name in zip(call.arguments, parameters, strict=False)]
    options = [f"{name}={_word(option) if name in WORDED else shown(option, name)}" for name, option in call.options]
    asked = f"{call.function}({', '.join((*arguments, *options))})"
    quick = _computed(asked, arrays, axes)
    if quick is not None:
        return quick
    return _called(tuple(f"Given {name} = {_literal(array)}" for name, array in arrays.items()), asked, axes)


def _word(option: Expr) -> str:
    return option.key if isinstance(option, Name) else written(option)
