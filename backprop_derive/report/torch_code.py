"""The same computation in PyTorch: its code from the problem, what it prints from our own values."""

from __future__ import annotations

import keyword
import struct
from dataclasses import dataclass

from ..ops.table import expanded, operation
from ..ops.torch_names import TORCH
from ..problem import Problem
from ..solution import SolutionRecord, Value
from ..syntax.expression import (
    Call,
    Compare,
    Constant,
    Expr,
    Name,
    Negate,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    names_in,
)  # fmt: skip
from ..syntax.precedence import Precedence as P

_RESERVED = {*keyword.kwlist, *keyword.softkwlist, "torch", "print", "math", "float"}


@dataclass(frozen=True, slots=True)
class Cell:
    """Code, and what it prints (empty where nothing)."""

    code: str
    output: str = ""


def torch_cells(record: SolutionRecord) -> tuple[Cell, ...]:
    """The cells of the lesson: import, tensors, forward pass and loss printed, backward pass and gradients printed."""
    assert record.first is not None
    problem, graph = record.problem, record.derivation.graph
    names = python_names(problem)
    wanted = set(graph.wanted) & {given.key for given in problem.givens}
    tensors = []
    for given in problem.givens:
        number = _literal(record.first.values[given.key])
        option = ", requires_grad=True" if given.key in wanted else ""
        tensors.append(f"{names[given.key]} = torch.tensor({number}{option})")
    forward = []
    writer = _Writer(names)
    for step in problem.steps:
        forward.append(f"{names[step.key]} = {writer.write(step.expression, P.RELATION)}")
    loss = names[graph.loss]
    tracked = wanted & graph.on_path
    node = "" if not tracked else f", grad_fn=<{_grad_fn(problem, graph.loss)}Backward0>"
    printed = f"tensor({torch_number(record.first.values[graph.loss])}{node})"
    cells = [
        Cell("import torch"),
        Cell("\n".join(tensors)),
        Cell("\n".join([*forward, f"print({loss})"]), printed),
    ]
    shown = [key for key in graph.wanted if key in tracked]
    if shown:
        prints = "\n".join(f"print({names[key]}.grad)" for key in shown)
        outputs = "\n".join(f"tensor({torch_number(record.first.adjoints[key])})" for key in shown)
        cells.append(Cell(f"{loss}.backward()\n{prints}", outputs))
    return tuple(cells)


def python_names(problem: Problem) -> dict[str, str]:
    """An identifier for each key: `y_hat`, `x_prime`; never a word of Python or a name that the code needs."""
    taken: set[str] = set()
    names = {}
    for key in problem.spelled:
        word = key.replace("'", "_prime")
        while not word.isidentifier() or word in _RESERVED or word in taken:
            word += "_"
        taken.add(word)
        names[key] = word
    return names


def torch_number(value: Value) -> str:
    """A number as PyTorch prints a scalar of type float32: `1.`, `-0.3769`, `1.2346e-05`."""
    number = struct.unpack("f", struct.pack("f", _in_range(float(value.decimal))))[0]
    magnitude = abs(number)
    if number == int(number) if magnitude < 1e30 else True:
        return f"{number:.4e}" if magnitude >= 1e8 else f"{number:.0f}."
    if magnitude < 1e-4 or magnitude > 1e8:
        return f"{number:.4e}"
    return f"{number:.4f}"


def _in_range(number: float) -> float:
    return max(min(number, 3.4e38), -3.4e38)


def _literal(value: Value) -> str:
    """A Python float literal for a given's value."""
    return repr(float(value.exact) if value.exact is not None else float(value.decimal))


def _grad_fn(problem: Problem, key: str) -> str:
    """The name that autograd gives the node of a step's outermost operation."""
    expression = next(step.expression for step in problem.steps if step.key == key)
    while isinstance(expression, Name):
        inner = expression.key
        expression = next(step.expression for step in problem.steps if step.key == inner)
    while (
        isinstance(expression, Call)
        and expression.function not in TORCH
        and not operation(expression.function).is_variadic
    ):
        body = expanded(expression)
        assert body is not None
        expression = body
    match expression:
        case Sum(_, minus):
            return "Sub" if minus[-1] else "Add"
        case Product():
            return "Mul"
        case Quotient(_, denominator):
            # torch computes 1/x, a number by a tensor, as reciprocal times number.
            return "Mul" if not names_in(expression.numerator) and names_in(denominator) else "Div"
        case Power():
            return "Pow"
        case Negate():
            return "Neg"
        case Call(function) if function in TORCH:
            return TORCH[function].grad_fn
        case Call():
            return "Amax" if expression.function == "max" else "Amin"
    return "Pow"


class _Writer:
    """Expressions as PyTorch code."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def write(self, expr: Expr, outer: P) -> str:
        text, own = self.parts(expr)
        return f"({text})" if own < outer else text

    def parts(self, expr: Expr) -> tuple[str, P]:
        match expr:
            case Number(value, spelled):
                if spelled is not None and spelled.isascii():
                    return spelled, P.ATOM
                return (str(value), P.ATOM) if value.denominator == 1 else (f"{value}", P.PRODUCT)
            case Name(key):
                return self.names.get(key, key), P.ATOM
            case Constant(name):
                return f"torch.{name}", P.ATOM
            case Negate(operand):
                return "-" + self.write(operand, P.PRODUCT), P.NEGATION
            case Sum(terms, minus):
                text = self.write(terms[0], P.NEGATION)
                for term, m in zip(terms[1:], minus[1:], strict=True):
                    text += f" {'-' if m else '+'} {self.write(term, P.PRODUCT)}"
                return text, P.SUM
            case Product(factors):
                first = self.write(factors[0], P.PRODUCT)
                return " * ".join([first, *(self.write(f, P.JUXTAPOSITION) for f in factors[1:])]), P.PRODUCT
            case Quotient(a, b):
                return f"{self.write(a, P.PRODUCT)} / {self.write(b, P.JUXTAPOSITION)}", P.PRODUCT
            case Power(a, b):
                base = self.write(a, P.ATOM)
                exponent = "-" + self.write(b.operand, P.ATOM) if isinstance(b, Negate) else self.write(b, P.ATOM)
                return f"{base} ** {exponent}", P.POWER
            case Compare(relation, a, b):
                return f"{self.write(a, P.SUM)} {relation} {self.write(b, P.SUM)}", P.RELATION
            case Call():
                return self.call(expr)
        raise TypeError(f"no scalar expression: {type(expr).__name__}")

    def call(self, call: Call) -> tuple[str, P]:
        if operation(call.function).is_variadic:
            inside = ", ".join(self.tensor(a) for a in call.arguments)
            return f"torch.a{call.function}(torch.stack([{inside}]), 0)", P.ATOM
        if (name := TORCH.get(call.function)) is not None:
            is_where = call.function == "where"
            wrapped = (self.write(a, P.RELATION) if is_where else self.tensor(a) for a in call.arguments)
            return name.call.format(*wrapped), P.ATOM
        body = expanded(call)
        assert body is not None, f"{call.function} is a primitive that PyTorch does not spell"
        return self.parts(body)

    def tensor(self, expr: Expr) -> str:
        """An argument that must be a tensor: a bare number is made one."""
        text = self.write(expr, P.RELATION)
        return text if names_in(expr) else f"torch.tensor(float({text}))"
