"""Numbers made with exponentials, modulo primes: where two images of a number differ, it is not rational.

The exponentials of different q and iq, with q rational, are linearly independent over the algebraic numbers
(Lindemann, Weierstrass): of their sums, products and quotients no law holds but exp(a)·exp(b) = exp(a + b). So these
may be computed with remainders, exp(q) becoming g^q modulo a prime, where the exponent counts modulo the order of g,
another prime. Whatever g was chosen, a rational number becomes its own remainder: two choices of g with different
remainders prove that a number is not rational.

An exponential of such numbers has an exponent in the ring of remainders below, and so on. There no theorem is known,
and what different remainders prove is weaker: no identity of exponentials makes the number rational.

Source: Serge Lang 1966, Introduction to Transcendental Numbers, chapter VII.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from ..records import record

# Each prime is 1 more than a multiple of the next one, and of 4, so that -1 has a square root.
PRIMES = (1_208_227_409, 75_514_213, 2_097_617, 131_101)
Image = int


class NoImage(ArithmeticError):
    """A number that has no image: something is divided by a multiple of a prime, or too deep within exponentials."""


@record
class _Level:
    """A prime; for each of two choices what e becomes, and what e^i; and the square root of -1."""

    prime: int
    bases: tuple[int, int]
    turns: tuple[int, int]
    root: int


@cache
def _level(depth: int) -> _Level:
    if depth + 1 >= len(PRIMES):
        raise NoImage
    prime, order = PRIMES[depth], PRIMES[depth + 1]
    powers = dict.fromkeys(pow(base, (prime - 1) // order, prime) for base in range(2, 20))
    one, other, turn, other_turn = [power for power in powers if power != 1][:4]
    quarters = (pow(base, (prime - 1) // 4, prime) for base in range(2, prime))
    root = next(quarter for quarter in quarters if quarter * quarter % prime == prime - 1)
    return _Level(prime, (one, other), (turn, other_turn), root)


def of_rational(value: Fraction, depth: int) -> Image:
    """The remainder of a rational number. Raises NoImage."""
    prime = PRIMES[depth]
    if value.denominator == 1:
        return value.numerator % prime
    return value.numerator * inverse(value.denominator, depth) % prime


def inverse(image: Image, depth: int) -> Image:
    """The remainder of a reciprocal. Raises NoImage."""
    try:
        return pow(image, -1, PRIMES[depth])
    except ValueError:
        raise NoImage from None


def of_function(name: str, exponent: Image, depth: int, choice: int) -> Image:
    """The image of a function of a number whose image, one deeper, is the exponent. Raises NoImage."""
    level = _level(depth)
    is_turn = name in ("sin", "cos")
    prime = level.prime
    up = pow((level.turns if is_turn else level.bases)[choice], exponent, prime)
    if name == "exp":
        return up
    down = inverse(up, depth)
    if name in ("cosh", "cos"):
        return (up + down) * inverse(2, depth) % prime
    if name == "tanh":
        return (up - down) * inverse(up + down, depth) % prime
    return (up - down) * inverse(2 * level.root if is_turn else 2, depth) % prime


FUNCTIONS = ("exp", "tanh", "sinh", "cosh", "sin", "cos")
