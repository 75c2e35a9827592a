"""Worked solutions of backpropagation problems, derived symbolically and rendered for people.

import backprop_derive as bd
solution = bd.solve("Given x = 1, y = 2, w = 1\n y^ = x*w\n s = y^ - y\n loss = s**2", wrt="w")
solution.gradient("w")  # -2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import Solution, compile, derive, solve
    from .errors import BackpropError, CertificateError, DomainError, LimitError, OutputError, ProblemError, UsageError
    from .exercises.exercise import Exercise, Variant
    from .grading.grade import grade
    from .grading.record import GradeOptions, Sheet
    from .language.reader import read_problem
    from .options import Options
    from .problem import Problem
    from .proofreading.judge import proofread
    from .proofreading.record import Report
    from .training.train import Training, train

__version__ = "0.1.0"
__all__ = [
    "BackpropError", "CertificateError", "DomainError", "Exercise", "GradeOptions", "LimitError", "Options",
    "OutputError", "Problem", "ProblemError", "Report", "Sheet", "Solution", "Training", "UsageError", "Variant",
    "compile", "derive", "grade", "proofread", "read_problem", "solve", "train",
]  # fmt: skip

# SymPy takes half a second to import; `--help` and `--version` must not wait for it.
_HOMES = {
    "Solution": "api", "compile": "api", "derive": "api", "solve": "api", "read_problem": "language.reader",
    "Training": "training.train", "train": "training.train",
    "Exercise": "exercises.exercise", "Variant": "exercises.exercise",
    "grade": "grading.grade", "GradeOptions": "grading.record", "Sheet": "grading.record",
    "Report": "proofreading.record", "proofread": "proofreading.judge",
    "load_ipython_extension": "interactive", "Options": "options", "Problem": "problem", **dict.fromkeys(
        ("BackpropError", "CertificateError", "DomainError", "LimitError", "OutputError", "ProblemError", "UsageError"),
        "errors",
    ),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{home}"), name)
