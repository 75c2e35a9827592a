"""What `check` does: solve, ask the engines, show both side by side; exit status 1 where they disagree."""

from __future__ import annotations

import json
import sys
from typing import Any

from ..errors import UsageError
from .reading import problem_text
from .run import format_for, format_of, put, read_given, read_limits, read_options, target, viewed, working


def run_check(*, problem: str | None, text: str | None, engines: str, **choices: Any) -> None:
    """One call of `check`. Raises BackpropError; nothing is written then."""
    limits = read_limits(choices.pop("limits"))
    output, opens = viewed(choices, problem)
    path = target(output, problem)
    format = format_for(choices.pop("format_") or format_of(path), output)
    name, source = problem_text(problem, text, limits)
    options = read_options(choices, limits)
    asked = tuple(dict.fromkeys(engines.replace(",", " ").split()))
    if not asked:
        raise UsageError("no engine is named", hint="--with numeric,torch")
    with working(limits):
        from .. import api
        from ..formats import render
        from ..language.reader import read_problem

        names = tuple(choices["wrt"].replace(",", " ").split())
        values = read_given(choices["given"])
        read = read_problem(source, name=name, given=values, wrt=names, loss=choices["loss"], limits=limits)
        solution = api.solve(read, expand=choices["expand"], options=options, limits=limits)
        comparisons = [solution.check(engine) for engine in asked]
        if format == "json":
            from ..formats.json import comparison_json

            found = [comparison_json(comparison, solution.problem.spelled) for comparison in comparisons]
            content: str | bytes = json.dumps({"version": 1, "checks": found}, ensure_ascii=False, indent=2) + "\n"
        else:
            from ..report.checks import check_document
            from ..report.notation import Notation

            notation = Notation(options.notation, solution.derivation)
            content = render(check_document(solution.problem, comparisons, notation, options), format, options)
    put(content, path, opens)
    if not all(comparison.agrees for comparison in comparisons):
        sys.exit(1)
