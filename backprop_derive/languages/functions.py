"""What functions are called where that differs from English, as textbooks of the language write them.

`log` without a base is the natural logarithm here; readers of German, Spanish and French would take it for another one,
so there it is `ln` (ISO 80000-2). Spanish has `sen`. `tan`, `tanh` and activations have the same names everywhere:
`tg` and `th` are written too, but not in what is written about networks.
"""

from __future__ import annotations

from . import spoken

_NAMES = {
    "de": {"log": "ln"},
    "es": {"log": "ln", "sin": "sen", "arcsin": "arcsen", "sinh": "senh"},
    "fr": {"log": "ln"},
}


def function_name(name: str) -> str:
    """The name of a function, in the language that is being told in."""
    return _NAMES.get(spoken(), {}).get(name, name)
