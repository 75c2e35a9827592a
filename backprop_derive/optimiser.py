"""The optimisers, each a record whose update rule is text of the problem language, displayed and worked as any step.

In a rule `w` is the parameter, `g` its gradient, `eta` the learning rate and `t` the number of the update, from 1; the
other names are states, which begin at 0, and hyperparameters. Lines are worked in their order, `w` last. Definitions
are those of torch.optim, which the tests compare with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from .errors import UsageError, nearest, shorten
from .ops.table import formula
from .records import record
from .syntax.expression import Expr

PARAMETER, GRADIENT, RATE, NUMBER = "w", "g", "eta", "t"


@record
class Optimiser:
    """An update rule: its lines (`kept` names of them are states), its hyperparameters with their values as text."""

    name: str
    lines: tuple[tuple[str, str], ...]
    kept: tuple[str, ...] = ()
    hyper: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    @property
    def rule(self) -> tuple[tuple[str, Expr], ...]:
        """Each line's name and right side."""
        return tuple((name, formula(text)) for name, text in self.lines)

    @property
    def constants(self) -> dict[str, Expr]:
        """The hyperparameters' values."""
        return {name: formula(text) for name, text in self.hyper.items()}


SGD = Optimiser(
    name="sgd",
    lines=(("w", "w - eta*g"),),
    source="Goodfellow, Bengio, Courville 2016, §8.3.1",
)
MOMENTUM = Optimiser(
    name="momentum",
    lines=(("v", "mu*v + g"), ("w", "w - eta*v")),
    kept=("v",), hyper={"mu": "0.9"},
    source="Sutskever, Martens, Dahl, Hinton 2013, §2, as torch.optim.SGD scales v",
)  # fmt: skip
NESTEROV = Optimiser(
    name="nesterov",
    lines=(("v", "mu*v + g"), ("w", "w - eta*(g + mu*v)")),
    kept=("v",), hyper={"mu": "0.9"},
    source="Sutskever, Martens, Dahl, Hinton 2013, §2, as torch.optim.SGD(nesterov=True) places the gradient",
)  # fmt: skip
RMSPROP = Optimiser(
    name="rmsprop",
    lines=(("s", "alpha*s + (1 - alpha)*g^2"), ("w", "w - eta*g/(sqrt(s) + epsilon)")),
    kept=("s",), hyper={"alpha": "0.99", "epsilon": "1e-8"},
    source="Tieleman, Hinton 2012, Lecture 6.5",
)  # fmt: skip
ADAM = Optimiser(
    name="adam",
    lines=(
        ("m", "beta_1*m + (1 - beta_1)*g"),
        ("v", "beta_2*v + (1 - beta_2)*g^2"),
        ("m_hat", "m/(1 - beta_1^t)"),
        ("v_hat", "v/(1 - beta_2^t)"),
        ("w", "w - eta*m_hat/(sqrt(v_hat) + epsilon)"),
    ),
    kept=("m", "v"), hyper={"beta_1": "0.9", "beta_2": "0.999", "epsilon": "1e-8"},
    source="Kingma, Ba 2015, Algorithm 1",
)  # fmt: skip

OPTIMISERS = {optimiser.name: optimiser for optimiser in (SGD, MOMENTUM, NESTEROV, RMSPROP, ADAM)}
_SPELLED = {"beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon", "momentum": "mu"}


def optimiser_named(name: str, hyper: Mapping[str, object] | None = None) -> Optimiser:
    """The optimiser with some hyperparameters changed. Raises UsageError, listing what there is."""
    found = OPTIMISERS.get(name.lower())
    if found is None:
        raise UsageError(
            f"no optimiser is called {shorten(name)}", expected=", ".join(OPTIMISERS), hint=nearest(name, OPTIMISERS)
        )
    changed = dict(found.hyper)
    for word, value in (hyper or {}).items():
        key = _SPELLED.get(word, word)
        if key not in changed:
            expected = ", ".join(changed) or "no hyperparameters"
            raise UsageError(f"{found.name} has no hyperparameter {shorten(word)}", expected=expected)
        changed[key] = _checked(key, str(value))
    return replace(found, hyper=changed)


def _checked(key: str, text: str) -> str:
    """A hyperparameter as text: a number from 0 to 1, of those that are a share of what was before less than 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    is_share = key != "epsilon"
    if not (0 <= value < 1 or (not is_share and value == 1)):
        raise UsageError(f"{key} is {shorten(text)}", expected=f"a number from 0 to {'less than ' * is_share}1")
    return text
