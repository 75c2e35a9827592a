"""Right answers in a thousand equivalent forms, factored, expanded, reordered, spelled otherwise: none is refused."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction

import sympy
from sympy import Add, Expr, Mul, Pow, Rational, Symbol

from backprop_derive.grading.grade import Grader

FORMS = 1_000
SIGNS = ("*", " * ", "×", " · ", "·", " ", "")
LATEX_SIGNS = (r" \cdot ", r" \times ", " ", "")

LESSON = "Given x = 3, y = 2, w = 2\ny^ = x*w\ns = y^ - y\nloss = s^2\nFind d(loss)/dw"
FITTED = "Given x = 3, y = 4, w = 2, b = 1\nu = w*x + b\nv = u*w\nloss = (v - y)^2/2 + b/w\nFind d(loss)/dw, d(loss)/db"
LOGISTIC = "Given x = 2, w = 1/4, b = -0.3, y = 1\nz = w*x + b\np = sigmoid(z)\n" + (
    "loss = -(y*log(p) + (1 - y)*log(1 - p))\nFind d(loss)/dw, d(loss)/db"
)
x, y, w, b, s, p, u, v, z = map(Symbol, "x y w b s p u v z".split())

# The gradient by a name in terms of others, as somebody may leave it.
GRADIENTS: tuple[tuple[str, str, tuple[Expr, ...]], ...] = (
    (LESSON, "w", (2 * x * (x * w - y), 2 * s * x)),
    (FITTED, "w", ((v - y) * (w * x + u) - b / w**2, ((w * x + b) * w - y) * (2 * w * x + b) - b / w**2)),
    (FITTED, "b", ((v - y) * w + 1 / w, ((w * x + b) * w - y) * w + 1 / w)),
    (LOGISTIC, "w", ((p - y) * x, (1 / (1 + sympy.exp(-z)) - y) * x)),
    (LOGISTIC, "b", (p - y, 1 / (1 + sympy.exp(-(w * x + b))) - y)),
)
SHAPES: tuple[Callable[[Expr], Expr], ...] = (
    lambda e: e, sympy.expand, sympy.factor, sympy.together, lambda e: sympy.together(sympy.expand(e)),
    lambda e: sympy.collect(sympy.expand(e), x), lambda e: sympy.expand(e * 3) / 3, sympy.cancel,
)  # fmt: skip
# Rounded and exact numbers that answer the items of LOGISTIC and LESSON.
NUMBERS: tuple[tuple[str, str, str, Fraction | float], ...] = (
    (LESSON, "dloss/dw", "∂loss/∂w", Fraction(24)), (LESSON, "s", "s", Fraction(4)),
    (LESSON, "loss", "loss", Fraction(16)),
    (FITTED, "dloss/dw", "∂loss/∂w", Fraction(519, 4)), (FITTED, "dloss/db", "∂loss/∂b", Fraction(41, 2)),
    (LOGISTIC, "p", "p", 0.549833997312478), (LOGISTIC, "dloss/dw", "∂loss/∂w", -0.900332005375044),
    (LOGISTIC, "z", "z", Fraction(1, 5)),
)  # fmt: skip


class Writer:
    """Writes a SymPy expression as a student might, in an order, with signs and fractions drawn at random."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.latex = rng.random() < 0.4
        self.sign = rng.choice(LATEX_SIGNS if self.latex else SIGNS)
        self.minus = "-" if self.latex else rng.choice("-−")
        self.stars = not self.latex and rng.random() < 0.4

    def text(self, expr: Expr) -> str:
        inner = self.sum(expr)
        return f"${inner}$" if self.latex else inner

    def sum(self, expr: Expr) -> str:
        terms = list(expr.args) if isinstance(expr, Add) else [expr]
        self.rng.shuffle(terms)
        found = ""
        for term in terms:
            is_negative = term.could_extract_minus_sign() and not isinstance(term, Add)
            body = self.product(-term if is_negative else term)
            gap = self.rng.choice(("", " ")) if found else ""
            found += f"{gap}{self.minus}{gap}{body}" if is_negative else f"{gap}+{gap}{body}" if found else body
        return found

    def product(self, expr: Expr) -> str:
        above, below = expr.as_numer_denom() if isinstance(expr, Mul | Pow | Rational) else (expr, sympy.S.One)
        if below != 1:
            top, bottom = self.factors(above), self.factors(below)
            if self.latex:
                return rf"\frac{{{top}}}{{{bottom}}}"
            return f"{self.fenced(above, top)}/{self.fenced(below, bottom)}"
        return self.factors(above)

    def fenced(self, expr: Expr, text: str) -> str:
        return text if expr.is_Symbol or expr.is_Integer else f"({text})"

    def factors(self, expr: Expr) -> str:
        factors = list(expr.args) if isinstance(expr, Mul) else [expr]
        if self.sign.strip():
            self.rng.shuffle(factors)
        else:
            factors.sort(key=lambda f: (not f.is_Number, not f.is_Symbol))
        return self.sign.join(map(self.factor, factors)) if len(factors) > 1 else self.factor(factors[0], True)

    def factor(self, expr: Expr, is_alone: bool = False) -> str:
        if expr.is_Symbol or (expr.is_Integer and expr >= 0):
            return str(expr)
        if isinstance(expr, sympy.exp):
            return rf"e^{{{self.sum(expr.args[0])}}}" if self.latex else f"exp({self.sum(expr.args[0])})"
        if isinstance(expr, Pow) and expr.exp.is_Integer and expr.exp > 0:
            base = self.factor(expr.base)
            if expr.exp == 2 and not self.latex and self.rng.random() < 0.3:
                return f"{base}²"
            return f"{base}**{expr.exp}" if self.stars else f"{base}^{expr.exp}"
        return f"({self.sum(expr)})"


def _formulas(rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """(problem, answer, title)"""
    while True:
        problem, name, formulas = rng.choice(GRADIENTS)
        formula = rng.choice(SHAPES)(rng.choice(formulas))
        writer = Writer(rng)
        head = rng.choice((f"dloss/d{name}", f"∂loss/∂{name}", f"d{name}"))
        if writer.latex:
            head = rng.choice((rf"\frac{{\partial loss}}{{\partial {name}}}", rf"\frac{{d loss}}{{d {name}}}"))
            yield problem, f"${head} = {writer.text(formula)[1:-1]}$", f"∂loss/∂{name}"
        else:
            yield problem, f"{head} = {writer.text(formula)}", f"∂loss/∂{name}"


def _number(rng: random.Random, value: Fraction | float) -> str:
    if isinstance(value, float):
        digits = rng.randrange(2, 9)
        return rng.choice((f"{value:.{digits}f}", f"{value * 10:.{digits}f}·10^-1", f"{value:.{digits}f}"))
    k = rng.randrange(2, 12)
    forms = [
        str(value), f"{value * k}/{k}", f"({value * k})/({k})", f"{value + k} - {k}", f"({value - k} + {k})",
        f"-({-value})", f"({-value})*(-1)", f"(-1)^3 * ({-value})",
        rf"$\frac{{{value.numerator * k}}}{{{value.denominator * k}}}$",
    ]  # fmt: skip
    if 100 % value.denominator == 0:
        forms += [f"{float(value)}", f"{float(value):.2f}", f"{float(value):.4f}"]
    return rng.choice([form for form in forms if form.count("/") < 2])


def _numbers(rng: random.Random) -> Iterator[tuple[str, str, str]]:
    while True:
        problem, head, title, value = rng.choice(NUMBERS)
        number = _number(rng, value)
        yield problem, f"${head} = {number[1:]}" if number.startswith("$") else f"{head} = {number}", title


def test_no_right_answer_is_refused() -> None:
    rng = random.Random(6)
    graders = {problem: Grader(problem) for problem, _, _ in GRADIENTS}
    formulas, numbers = _formulas(rng), _numbers(rng)
    answers: set[tuple[str, str, str]] = set()
    while len(answers) < FORMS:
        answers.add(next(numbers if rng.random() < 0.2 else formulas))
    refused = []
    for problem, answer, title in sorted(answers):
        sheet = graders[problem].grade(answer)
        line = sheet.line(title)
        if line.verdict not in ("right", "rounded"):
            refused.append((answer, line.verdict, line.reason))
    assert refused == []
