"""Every record of a solution as JSON, by a versioned schema (docs/json.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..derivation import LocalGradient
from ..options import Options
from ..problem import Given, Prose, Step
from ..solution import Pass, SolutionRecord, Value
from ..syntax.written import fraction_text, written

SCHEMA = "urn:backprop-derive:solution:1"
VERSION = 1


def schema() -> dict[str, Any]:
    """The JSON Schema that every solution in JSON follows, as it ships with the package."""
    text = Path(__file__).with_name("solution.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def to_json(record: SolutionRecord, options: Options) -> str:
    """The solution with names as the author spells them; numbers exact as text, and with 50 digits."""
    problem, derivation = record.problem, record.derivation
    spelled = problem.spelled
    first = record.first
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "version": VERSION,
        "title": problem.title,
        "loss": {"name": spelled[problem.loss], **(_value(first.values[problem.loss]) if first else {})},
        "givens": [_given(g, first) for g in problem.givens],
        "steps": [_step(s, first) for s in problem.steps],
        "prose": [_prose(s) for s in problem.statements if isinstance(s, Prose)],
        "wanted": [spelled[key] for key in derivation.graph.wanted],
        "local_gradients": [_local(g, spelled, first) for g in derivation.local_gradients()],
        "gradients": {spelled[k]: _value(first.adjoints[k]) for k in derivation.graph.wanted} if first else {},
        "adjoints": {
            spelled[k]: _value(first.adjoints[k]) for k in derivation.adjoint_order() if k in derivation.graph.steps
        }
        if first
        else {},
        "round": problem.round_to,
        "learning_rate": None if problem.learning_rate is None else written(problem.learning_rate),
        "updates": [
            {"number": u.number, "values": {spelled[k]: _value(v) for k, v in u.values.items()}} for u in record.updates
        ],
        "notes": [{"kind": n.kind, "about": spelled.get(n.about, n.about), "detail": n.detail} for n in record.notes],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _value(value: Value) -> dict[str, Any]:
    return {
        "exact": None if value.exact is None else fraction_text(value.exact),
        "closed": None if value.closed is None else written(value.closed),
        "decimal": str(value.decimal),
    }


def _given(given: Given, first: Pass | None) -> dict[str, Any]:
    text = None if given.value is None else written(given.value)
    return {
        "name": given.written,
        "key": given.key,
        "written": text,
        **(_value(first.values[given.key]) if first else {}),
    }


def _step(step: Step, first: Pass | None) -> dict[str, Any]:
    numbers = _value(first.values[step.key]) if first else {}
    return {"name": step.written, "key": step.key, "expression": written(step.expression), **numbers}


def _prose(prose: Prose) -> str:
    parts = (
        part
        if isinstance(part, str)
        else f"${written(part.left)}{'' if part.right is None else ' = ' + written(part.right)}$"
        for part in prose.parts
    )
    return "".join(parts)


def _local(gradient: LocalGradient, spelled: dict[str, str], first: Pass | None) -> dict[str, Any]:
    return {
        "step": spelled[gradient.step],
        "by": spelled[gradient.operand],
        "derivative": written(gradient.derivative),
        "in_output": None if gradient.in_output is None else written(gradient.in_output),
        "rules": list(gradient.form.rules),
        **(_value(first.local[gradient.step, gradient.operand]) if first else {}),
    }
