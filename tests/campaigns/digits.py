"""Every rounded number that a random solution prints, as a reader finds it in the text, against mpmath.

    python -m tests.campaigns.digits --solutions 1000 --seed 0

The number after the last `≈` of a chain is held against the value or the gradient that its head names; of what
`Round: k` carries, against the printed arithmetic before it, rounded half away from zero. What is printed on the way is
held against the same quantities by the proof-reader, in `renderings`.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import backprop_derive as bd
from backprop_derive.document import Derivative
from backprop_derive.limits import DEFAULT_LIMITS
from backprop_derive.proofreading.formulas import formulas_of
from backprop_derive.proofreading.literals import literal
from backprop_derive.proofreading.readings import Readings
from backprop_derive.proofreading.statements import Statement
from backprop_derive.syntax.expression import Call, Expr, Name, Negate, Number, Power, Product, Quotient, Sum, walk

from . import exact as e
from .graphs import Graph, random_graph
from .judges import Exact

FORMATS = ("md", "tex", "txt")


class Reader:
    """The numbers of one rendered text, with what each must be."""

    def __init__(self, graph: Graph, text: str, name: str, digits: int, carried: int | None) -> None:
        self.exact, self.digits, self.carried = Exact(graph), digits, carried
        self.graph = graph
        formulas = list(formulas_of(text, name, DEFAULT_LIMITS))
        readings = Readings()
        self.statements = list(readings.statements(formulas, readings.vocabulary(formulas)))
        self.slopes: dict[str, Any] = {}
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    def read(self) -> None:
        for statement in self.statements:
            last = statement.links[-1].node
            if len(statement.links) < 2 or statement.relations[-1] != "≈" or last is None or literal(last) is None:
                continue
            true = self.printed(statement) if self.carried is not None else self.named(statement)
            if true is None:
                self.counts["not judged"] += 1
            else:
                self.judge(statement, last, true)

    def judge(self, statement: Statement, node: Any, true: Any) -> None:
        self.counts["judged"] += 1
        found = literal(node)
        assert found is not None
        shown = e.MP.mpf(found.value.numerator) / found.value.denominator
        unit = e.MP.mpf(found.half.numerator * 2) / found.half.denominator
        if self.carried is not None:
            unit = e.MP.mpf(10) ** -self.carried
        elif abs(shown - true) <= abs(true) * e.MP.mpf(10) ** -60:
            self.counts["exact numbers"] += 1
            return
        elif found.is_whole:  # the digits before the point are all written
            unit = e.MP.one
        elif _significant(node) != self.digits:
            self.wrong.append(f"{statement.text}: not {self.digits} significant digits")
        if abs(shown - true) > unit / 2 * (1 + e.MP.mpf(10) ** -40):
            self.wrong.append(f"{statement.text}: it is {e.MP.nstr(true, 30)}")

    def named(self, statement: Statement) -> Any:
        """The value or the gradient that the head of a chain names; None for what is no number of the problem."""
        head = statement.links[0].node
        names = self.exact.base.names
        if isinstance(head, Name) and head.key in names and not names[head.key].shape:
            return names[head.key][()]
        if (
            isinstance(head, Derivative)
            and head.of == Name(self.graph.loss)
            and isinstance(head.by, Name)
            and not head.held
        ):
            return self.slope(head.by.key)
        return None

    def slope(self, key: str) -> Any:
        if any(map(any, self.exact.base.kinks)) or key not in self.exact.base.names or self.exact.base.names[key].shape:
            return None
        if key not in self.slopes:
            self.slopes[key] = self.exact.slope(key, e.array(1))
        return self.slopes[key]

    def printed(self, statement: Statement) -> Any:
        """The value of the arithmetic that is printed before the last number."""
        before = statement.links[-2].node
        if not isinstance(before, Expr) or any(isinstance(n, Name) for n in walk(before)):
            return None
        try:
            return value(before)
        except (LookupError, ZeroDivisionError):  # 1 - tanh(1251) is 0 to 500 digits
            return None


def _significant(node: Any) -> int:
    mantissa = next(n for n in walk(node) if isinstance(n, Number))
    return len((mantissa.written or str(mantissa.value)).replace(".", "").lstrip("0"))


_FUNCTIONS = {
    "exp": e.exp, "log": e.log, "sqrt": e.sqrt, "sin": e.sin, "cos": e.cos, "tan": e.tan, "atan": e.atan,
    "asin": e.asin, "acos": e.acos, "sinh": e.sinh, "cosh": e.cosh, "tanh": e.tanh, "erf": e.erf, "sigmoid": e.sigmoid,
    "softplus": e.softplus, "gelu": e.gelu, "abs": e.each(abs), "relu": e.each(lambda x: max(x, e.MP.zero)),
}  # fmt: skip


def value(node: Expr) -> Any:
    """Printed arithmetic in mpmath's numbers. Raises LookupError for what is not among these few."""
    match node:
        case Number(number):
            return e.MP.mpf(number.numerator) / number.denominator
        case Negate(operand):
            return -value(operand)
        case Sum(terms, minus):
            return sum((-value(t) if m else value(t) for t, m in zip(terms, minus, strict=True)), e.MP.zero)
        case Product(factors):
            return e.MP.fprod(map(value, factors))
        case Quotient(a, b):
            return value(a) / value(b)
        case Power(base, exponent):
            return value(base) ** value(exponent)
        case Call(function, (argument,), ()):
            return _FUNCTIONS[function](value(argument))[()]
    raise LookupError(type(node).__name__)


def solutions(count: int, seed: int) -> Iterator[tuple[Graph, str, str, int, int | None]]:
    """Random graphs with a rendered solution: the text, its name, the digits, and the decimals that are carried."""
    made = k = 0
    while made < count:
        graph, rng = random_graph(seed + k), random.Random(seed + k)
        k += 1
        format, digits = rng.choice(FORMATS), rng.randint(2, 12)
        carried = rng.randint(2, 8) if (seed + k) % 2 and rng.random() < 0.4 else None
        try:
            solution = bd.solve(graph.text + (f"\nRound: {carried}" if carried is not None else ""))
            yield graph, str(solution.render(format, digits=digits)), f"notes.{format}", digits, carried
        except (bd.DomainError, bd.LimitError):
            continue
        made += 1


def run(count: int, seed: int, report: Any = print) -> tuple[Counter[str], list[str]]:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for done, (graph, text, name, digits, carried) in enumerate(solutions(count, seed), 1):
        reader = Reader(graph, text, name, digits, carried)
        reader.read()
        counts.update(reader.counts)
        counts["carried" if carried is not None else "exact"] += 1
        for complaint in reader.wrong:
            wrong.append(f"--- seed {graph.seed}, {name}, {digits} digits, Round {carried}: {complaint}")
            report(wrong[-1])
        if done % 100 == 0:
            report(f"{done} solutions: {dict(counts)}")
    return counts, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--solutions", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    counts, wrong = run(asked.solutions, asked.seed, lambda text: print(text, flush=True))
    print(f"{dict(counts)}; {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
