"""What written mathematics comes to: at the values of the notes, and at odd ones where formulas are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, cast
from zlib import crc32

from ..document import Applied, Derivative, Differential, MathNode
from ..errors import BackpropError
from ..evaluate.interpret import Interpreter
from ..evaluate.loose import Loose, odd_number
from ..ops.table import operation
from ..syntax.expression import ZERO, Call, Expr, Name, map_children, names_in, size, substitute
from .functions import LONGEST, OF_NUMBERS, odd_function
from .scope import Scope, local_derivative
from .sentences import because, unread

_ONE, _NONE = Fraction(1), Fraction(0)


class NoValue(Exception):
    """What is written has no value here, and why."""


Key = tuple[str, ...]


def symbol_key(node: MathNode, loss: str | None) -> Key | None:
    """By what a name or a derivative is known, however it is written: ("∂", "w") is the gradient of the loss by w."""
    match node:
        case Name(key):
            return (key,)
        case Derivative(Name(of), Name(by), _, ()) if of == loss:
            return ("∂", by)
        case Derivative(Name(of), Name(by), _, ()):
            return ("∂", by, of)
        case Differential(_, Name(by), None):
            return ("∂", by)
        case Differential(_, Name(by), Name(of)):
            return ("∂", by) if of == loss else ("∂", by, of)
    return None


@dataclass
class Point:
    """Values for the names of a scope. `seed` chooses odd ones, None those of the notes; `fixed` comes before both.

    `written` holds what the notes themselves have found so far for names and derivatives; `is_free` takes every name
    by itself, whatever defines it.
    """

    scope: Scope
    seed: int | None = None
    fixed: Mapping[Key, Any] = field(default_factory=dict)
    reading: str = "usual"
    is_free: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    locals: dict[tuple[str, str], Any] = field(default_factory=dict)
    adjoints: dict[str, dict[str, Any]] = field(default_factory=dict)
    spelling: set[str] = field(default_factory=set)  # the functions whose formula is being written out

    def value(self, node: MathNode) -> Any:
        """The value of a tree. Raises NoValue where it has none here."""
        names: dict[str, Any] = {}
        expr = self._lowered(node, names)
        return self._evaluated(expr, names)

    def _evaluated(self, expr: Expr, names: Mapping[str, Any], is_derivative: bool = False) -> Any:
        try:
            return Interpreter(Loose(), is_derivative).value(expr, _Names(self, names))  # type: ignore[arg-type]
        except BackpropError as error:
            raise NoValue(error.found) from None
        except (ArithmeticError, ValueError, AssertionError, RecursionError, TypeError) as error:
            raise NoValue(because("error", error=type(error).__name__)) from None

    # --- names

    def name(self, key: str) -> Any:
        if (key,) in self.fixed:
            return self.fixed[key,]
        if "_dot" in key and self.scope.along is not None and (base := self.scope.tangent_of(key)) is not None:
            return self.gradients(base).get(self.scope.along, _NONE)
        if key not in self.values:
            if key in self.scope.steps and not self.is_free:
                self._compute(key)
            else:
                self.values[key] = NoValue(because("name", name=key))  # to itself, should it be named by itself
                self.values[key] = self._found(key)
        found = self.values[key]
        if isinstance(found, NoValue):
            raise found
        return found

    def _compute(self, key: str) -> None:
        """Compute a step, after all those that it needs; without recursion, however long the chain is."""
        needed, stack = {key}, [key]
        while stack:
            for name in self.scope.operands[stack.pop()]:
                is_known = name in self.values or (name,) in self.fixed or name in needed
                if name in self.scope.steps and not is_known:
                    needed.add(name)
                    stack.append(name)
        for step in sorted(needed, key=self.scope.position.__getitem__):
            try:
                self.values[step] = self.value(self.scope.steps[step])
            except NoValue as error:
                self.values[step] = error

    def _found(self, key: str) -> Any:
        if key in self.scope.named and not self.is_free and not self.scope.is_defined(key):
            return self.value(self.scope.named[key])
        if self.seed is not None:
            drawn = crc32(f"{key}{self.seed}".encode())
            value = odd_number(drawn % 100_000)
            return -value if self.seed < 0 and drawn & 1 else value
        if key in self.scope.givens:
            return self._evaluated(self.scope.givens[key], {})
        raise NoValue(because("name", name=key))

    # --- derivatives

    def _lowered(self, node: MathNode, names: dict[str, Any]) -> Expr:
        """The tree as an expression of names; what each derivative comes to stands in `names`."""
        match node:
            case Derivative() | Differential():
                fresh = f"#{len(names)}"
                names[fresh] = None
                names[fresh] = self.derivative(node)
                return Name(fresh)
            case Applied(step, (Name(by),), primes) if self._is_step(step) and primes < 2:
                return self._lowered(Derivative(Name(step), Name(by), "d") if primes else Name(step), names)
            case Applied(step) if self._is_step(step):
                raise NoValue(because("function", name=step))
            case Applied():
                return self._lowered(self.expanded(node), names)
            case Name(key) if key in self.scope.functions and not self.scope.is_defined(key):
                function = self.scope.functions[key]
                return self._lowered(self.expanded(function.body), names)
            case Call(function) if function not in OF_NUMBERS and not function.startswith("share of "):
                raise NoValue(because("tensors", name=function))
            case Call(function, arguments) if len(arguments) < operation(function).required:
                raise NoValue(because("lacks", name=function))
        return map_children(node, lambda child: self._lowered(child, names))  # type: ignore[arg-type]

    def _is_step(self, key: str) -> bool:
        return key in self.scope.steps and key not in self.scope.functions

    def expanded(self, node: MathNode) -> Expr:
        """The tree with every function by its formula: one that the notes define, or any odd one."""
        if not isinstance(node, Applied):
            return map_children(node, self.expanded) if isinstance(node, Expr) else node  # type: ignore[return-value]
        arguments = [self.expanded(argument) for argument in node.arguments]
        body, parameters = self._formula(node)
        for _ in range(node.primes):
            body = local_derivative(body, parameters[0]) if parameters[0] in names_in(body) else ZERO
        if len(arguments) != len(parameters):
            raise NoValue(because("arguments", name=node.function, count=len(parameters)))
        return substitute(body, dict(zip(parameters, arguments, strict=True)))

    def _formula(self, node: Applied) -> tuple[Expr, tuple[str, ...]]:
        known = self.scope.formula(node.function)
        if known is not None:
            if node.function in self.spelling:  # f(x) = f(x − 1) + 1
                raise NoValue(because("function", name=node.function))
            self.spelling.add(node.function)
            try:
                body = self.expanded(known[0])
            finally:
                self.spelling.discard(node.function)
            if size(body) > LONGEST:
                raise NoValue(unread("long"))
            return body, known[1]
        if self.seed is None:
            raise NoValue(because("function", name=node.function))
        return odd_function(node.function, self.seed, len(node.arguments))

    def derivative(self, node: Derivative | Differential) -> Any:
        """The value of a derivative, by the engine's local gradients and the chain rule over the scope's graph."""
        key = symbol_key(node, self.scope.loss)
        if key is not None and key in self.fixed:
            return self.fixed[key]
        if not isinstance(node.by, Name):
            raise NoValue(because("by entry"))
        if isinstance(node, Differential):
            of = node.of if node.of is not None else Name(self.scope.loss or "")
            return self._of_name(cast(Name, of).key, node.by.key, False)
        by = node.by.key
        if isinstance(node.of, Name) and not self._is_function(node.of.key):
            return self._of_name(node.of.key, by, bool(node.held))
        return self._of_expression(self.expanded(_called(node.of, self.scope)), by)

    def _is_function(self, key: str) -> bool:
        return key in self.scope.functions and not self.scope.is_defined(key)

    def _of_name(self, of: str, by: str, is_held: bool) -> Any:
        scope = self.scope
        if of == by:
            return _ONE
        if of not in scope.steps:
            raise NoValue(because("no formula", name=of))
        is_direct = by in scope.operands[of]
        if is_direct and (is_held or (of != scope.loss and self.reading == "usual")):
            return self.local(of, by)
        if is_held:
            raise NoValue(because("direct", name=of, by=by))
        return self.gradients(of).get(by, _NONE)

    def _of_expression(self, expr: Expr, by: str) -> Any:
        names = names_in(expr)
        direct = (
            [by] if by in names and self.reading == "usual" else [n for n in names if n == by or n in self.scope.steps]
        )
        terms = []
        for name in direct:
            names_here: dict[str, Any] = {}
            lowered = self._lowered(_derived(local_derivative, expr, name), names_here)
            outer = _ONE if name == by else self.gradients(name).get(by, _NONE)
            inner = self._evaluated(lowered, names_here, is_derivative=True)
            terms.append(Loose().multiply([inner, outer]))
        return Loose().add([_NONE, *terms])

    def local(self, step: str, operand: str) -> Any:
        """The local gradient of a step by one of its operands."""
        if ("∂", operand, step) in self.fixed:
            return self.fixed["∂", operand, step]
        if (step, operand) not in self.locals:
            names: dict[str, Any] = {}
            expr = self._lowered(_derived(self.scope.local_form, step, operand), names)
            self.locals[step, operand] = self._evaluated(expr, names, is_derivative=True)
        return self.locals[step, operand]

    def gradients(self, of: str) -> dict[str, Any]:
        """The derivative of a step by everything it depends on: one pass back from it."""
        if of not in self.adjoints:
            found: dict[str, Any] = {of: _ONE}
            for step in reversed(self.scope.order):
                if step in found:
                    found[step] = self.fixed.get(self._adjoint_key(step, of), found[step])
                    for operand in self.scope.operands[step]:
                        flow = Loose().multiply([found[step], self.local(step, operand)])
                        found[operand] = Loose().add([found.get(operand, _NONE), flow])
            self.adjoints[of] = found
        return self.adjoints[of]

    def _adjoint_key(self, step: str, of: str) -> Key:
        return ("∂", step) if of == self.scope.loss else ("∂", step, of)


class _Names(Mapping[str, Any]):
    """The names of an expression, those of its derivatives first, the others found when they are asked for."""

    def __init__(self, point: Point, own: Mapping[str, Any]) -> None:
        self.point, self.own = point, own

    def __getitem__(self, key: str) -> Any:
        return self.own[key] if key in self.own else self.point.name(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.own)

    def __len__(self) -> int:
        return len(self.own)


def _derived(derive: Callable[[Any, str], Expr], of: Any, by: str) -> Expr:
    """What a derivation comes to. Raises NoValue where there is none."""
    try:
        return derive(of, by)
    except BackpropError as error:
        raise NoValue(error.found) from None
    except (ArithmeticError, ValueError, RecursionError, TypeError, KeyError, AssertionError, AttributeError):
        raise NoValue(because("derivative")) from None


def _called(node: MathNode, scope: Scope) -> MathNode:
    """A function that stands without its argument, as in df/dx, with it."""
    if isinstance(node, Name) and node.key in scope.functions:
        return Applied(node.key, tuple(Name(p) for p in scope.functions[node.key].parameters))
    return node
