"""All mistakes, where one can be made in a derivation, and what each comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..derivation import Derivation, TensorDerivation
from .chain import CHAIN
from .forward import FORWARD
from .local import LOCAL
from .record import Made, Mistake
from .tensors import TENSOR
from .update import UPDATE

MISTAKES: tuple[Mistake, ...] = (*LOCAL, *CHAIN, *FORWARD, *UPDATE, *TENSOR)


def mistake_called(name: str) -> Mistake:
    """The mistake of this name. Raises KeyError."""
    for mistake in MISTAKES:
        if mistake.name == name:
            return mistake
    raise KeyError(name)


def possible(derivation: Derivation | TensorDerivation, stages: tuple[str, ...] = ()) -> Iterator[Made]:
    """Every mistake at every place of a derivation, or those of some stages only."""
    for mistake in MISTAKES:
        if stages and mistake.stage not in stages:
            continue
        for at, wrong in mistake.made(derivation):
            yield Made(mistake, at, wrong)


def spelled_place(spelled: Mapping[str, str], at: str) -> str:
    """A place as the problem's author spells its names: `s by y^`."""
    return " ".join([spelled.get(word, word) for word in at.split(" ")])
