"""The same computation in PyTorch: its code from the problem, what it prints from our own values."""

from __future__ import annotations

import keyword

from ..ops.table import expanded, operation
from ..ops.torch_names import TORCH
from ..problem import Problem
from ..records import record
from ..solution import Pass, SolutionRecord, Value
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
    children,
    walk,
)  # fmt: skip
from ..syntax.precedence import Precedence as P
from .torch_print import is_single, printed_number

_RESERVED = {*keyword.kwlist, *keyword.softkwlist, "torch", "print", "math", "float"}


@record
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
    writer = Writer(names)
    for step in problem.steps:
        forward.append(f"{names[step.key]} = {writer.tensor(step.expression)}")
    loss = names[graph.loss]
    tracked = wanted & connected(problem, graph.loss)
    node = f", {_origin(problem, graph.loss)}" if tracked else ""
    printed = f"tensor({printed_number(record.first.values[graph.loss])}{node})"
    cells = [
        Cell(_imports(record.first)),
        Cell("\n".join(tensors)),
        Cell("\n".join([*forward, f"print({loss})"]), printed),
    ]
    shown = [key for key in graph.wanted if key in tracked]
    if shown:
        prints = "\n".join(f"print({names[key]}.grad)" for key in shown)
        outputs = "\n".join(f"tensor({printed_number(record.first.adjoints[key])})" for key in shown)
        cells.append(Cell(f"{loss}.backward()\n{prints}", outputs))
    return tuple(cells)


def _imports(first: Pass) -> str:
    """PyTorch computes with 32 bits where it is not told otherwise, and that is enough where all numbers are such."""
    if all(is_single(value) for value in (*first.values.values(), *first.adjoints.values())):
        return "import torch"
    return "import torch\n\ntorch.set_default_dtype(torch.float64)"


def python_names(problem: Problem, needed: tuple[str, ...] = ()) -> dict[str, str]:
    """An identifier for each key: `y_hat`, `x_prime`; never a word of Python or a name that the code needs."""
    taken: set[str] = set(needed)
    names = {}
    for key in problem.spelled:
        word = key.replace("'", "_prime")
        while not word.isidentifier() or word in _RESERVED or word in taken:
            word += "_"
        taken.add(word)
        names[key] = word
    return names


def _literal(value: Value) -> str:
    """A Python float literal for a given's value."""
    return repr(float(value.exact) if value.exact is not None else float(value.decimal))


def connected(problem: Problem, key: str) -> set[str]:
    """The names from which autograd finds a way to `key`; it finds none through a condition."""
    found = {key}
    for step in reversed(problem.steps):
        if step.key in found:
            found.update(_differentiable_names(step.expression))
    return found


def _differentiable_names(expr: Expr) -> set[str]:
    if isinstance(expr, Name):
        return {expr.key}
    parts = expr.arguments if isinstance(expr, Call) else children(expr)
    inner = [_differentiable_names(part) for part in parts if not isinstance(part, Compare)]
    return set().union(*inner)


def _origin(problem: Problem, key: str) -> str:
    """What PyTorch prints beside a tracked number: the node of the outermost operation, or that it is a leaf."""
    expressions = {step.key: step.expression for step in problem.steps}
    expression: Expr = Name(key)
    while isinstance(expression, Name):
        if expression.key not in expressions:
            return "requires_grad=True"
        expression = expressions[expression.key]
    return f"grad_fn=<{grad_fn(expression)}>"


def grad_fn(expr: Expr) -> str:
    """The name that autograd gives the node of an expression's outermost operation, as the code below writes it."""
    match expr:
        case Sum(terms, minus):
            if not minus[-1]:
                return "AddBackward0"
            return "RsubBackward1" if all(is_plain_number(term) for term in terms[:-1]) else "SubBackward0"
        case Product():
            return "MulBackward0"
        case Quotient(numerator):
            # torch computes 1/x, a number by a tensor, as reciprocal times number.
            return "MulBackward0" if is_plain_number(numerator) else "DivBackward0"
        case Power(base, exponent):
            # x ** 2, x ** n, 2 ** x are three functions
            return f"PowBackward{0 if is_plain_number(exponent) else 2 if is_plain_number(base) else 1}"
        case Negate(Product() | Quotient() as operand):
            return grad_fn(operand)  # -x * w is (-x) * w in Python
        case Negate():
            return "NegBackward0"
        case Call(function) if operation(function).is_variadic:
            return "AmaxBackward0" if function == "max" else "AminBackward0"
        case Call(function) if function in TORCH:
            return f"{TORCH[function].grad_fn}Backward0"
        case Call():
            body = expanded(expr)
            assert body is not None, f"{expr.function} is a primitive that PyTorch does not spell"
            return grad_fn(body)
    raise TypeError(f"no operation: {type(expr).__name__}")


def is_plain_number(expr: Expr) -> bool:
    """Whether the code for an expression is a number of Python; every name and every call is a tensor."""
    return not any(isinstance(node, Name | Call) for node in walk(expr))


class Writer:
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
            if call.function == "where":
                test, *values = call.arguments
                condition = self.write(test, P.RELATION)
                if is_plain_number(test):
                    condition = f"torch.tensor({condition})"
                return name.call.format(condition, *(self.write(a, P.RELATION) for a in values)), P.ATOM
            return name.call.format(*map(self.tensor, call.arguments)), P.ATOM
        body = expanded(call)
        assert body is not None, f"{call.function} is a primitive that PyTorch does not spell"
        return self.parts(body)

    def tensor(self, expr: Expr) -> str:
        """An argument that must be a tensor: a bare number is made one."""
        text = self.write(expr, P.RELATION)
        return f"torch.tensor(float({text}))" if is_plain_number(expr) else text
