"""The functions of single numbers, and some to test a general rule on: what holds of all functions holds of these."""

from __future__ import annotations

from fractions import Fraction
from zlib import crc32

from ..ops.activations import ACTIVATIONS
from ..ops.elementary import ELEMENTARY
from ..ops.losses import LOSSES
from ..ops.selection import SELECTION
from ..syntax.expression import Call, Expr, Name, Number, Power, Product, Sum, integer

# Of these the value at numbers is known, and so is the derivative.
OF_NUMBERS = frozenset(op.name for op in (*ELEMENTARY, *ACTIVATIONS, *LOSSES, *SELECTION))

# Nodes of the formula of a function, with those of others in it: f(x) = g(x) + g(x) doubles it each time.
LONGEST = 500


def odd_function(letter: str, seed: int, arity: int) -> tuple[Expr, tuple[str, ...]]:
    """A smooth function for a letter, the same for a seed, and its parameters: sin(at + b) + ct² + d."""
    parameters = tuple(f"#t{k}" for k in range(arity))
    numbers = [Number(Fraction(3 + (crc32(f"{letter}{seed}{k}".encode()) % 23), 17)) for k in range(3 + arity)]
    terms: list[Expr] = [numbers[0]]
    for k, parameter in enumerate(parameters):
        inner = Sum((Product((numbers[k + 1], Name(parameter))), numbers[0]), (False, False))
        terms += [Call("sin", (inner,)), Product((numbers[k + 2], Power(Name(parameter), integer(2))))]
    if arity > 1:
        terms.append(Product((numbers[-1], *map(Name, parameters))))
    return Sum(tuple(terms), (False,) * len(terms)), parameters
