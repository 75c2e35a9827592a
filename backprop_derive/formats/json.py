"""Every record of a solution as JSON, by a versioned schema (docs/json.md)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..certificate import Certificate
from ..comparison import TOLERANCE, Comparison
from ..derivation import (
    INCOMING,
    OUTPUT,
    Component,
    Curvature,
    Flow,
    LocalGradient,
    SecondGradient,
    TensorDerivation,
)
from ..ledger import Account, Ledger, PathList
from ..options import Options
from ..problem import Given, Prose, Step
from ..solution import Pass, SecondSolution, SolutionRecord, TensorPass, TensorSolution, TensorValue, Value
from ..syntax.expression import Expr, Name, substitute
from ..syntax.written import fraction_text, written

SCHEMA = "urn:backprop-derive:solution:1"
VERSION = 1


def schema() -> dict[str, Any]:
    """The JSON Schema that every solution in JSON follows, as it ships with the package."""
    text = Path(__file__).with_name("solution.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def to_json(
    record: SolutionRecord | TensorSolution,
    options: Options,
    ledger: Ledger | None = None,
    comparisons: Sequence[Comparison] = (),
    certificate: Certificate | None = None,
) -> str:
    """The solution with names as the author spells them; numbers exact as text, and with 50 digits.

    The path ledger is written where there is one, and so is what other engines found.
    """
    problem, derivation = record.problem, record.derivation
    spelled = problem.spelled
    first = record.first
    if isinstance(derivation, TensorDerivation):
        local = {"local_gradients": [], "flows": [_flow(flow, spelled) for flow in derivation.flows()]}
    else:
        local = {"local_gradients": [_local(g, spelled, first) for g in derivation.local_gradients()], "flows": []}
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "version": VERSION,
        "title": problem.title,
        "loss": {"name": spelled[problem.loss], **(_value(first.values[problem.loss]) if first else {})},
        "givens": [_given(g, first) for g in problem.givens],
        "steps": [_step(s, first) for s in problem.steps],
        "prose": [_prose(s) for s in problem.statements if isinstance(s, Prose)],
        "wanted": [spelled[key] for key in derivation.graph.wanted],
        **local,
        "gradients": {spelled[k]: _value(first.adjoints[k]) for k in derivation.graph.wanted} if first else {},
        "adjoints": {
            spelled[k]: _value(first.adjoints[k]) for k in derivation.adjoint_order() if k in derivation.graph.steps
        }
        if first
        else {},
        "layout_convention": options.layout_convention,
        **_other_orders(record),
        **({} if ledger is None else _ledger(ledger, spelled)),
        "round": problem.round_to,
        "learning_rate": None if problem.learning_rate is None else written(problem.learning_rate),
        "updates": [
            {"number": u.number, "values": {spelled[k]: _value(v) for k, v in u.values.items()}} for u in record.updates
        ],
        "notes": [{"kind": n.kind, "about": spelled.get(n.about, n.about), "detail": n.detail} for n in record.notes],
        **({"checks": [comparison_json(c, spelled) for c in comparisons]} if comparisons else {}),
        **({"certificate": _certificate(certificate, spelled)} if certificate is not None else {}),
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _certificate(certificate: Certificate, spelled: Mapping[str, str]) -> dict[str, Any]:
    lines = [
        {
            "kind": line.kind,
            "name": spelled[line.key],
            "by": spelled[line.operand] if line.operand else None,
            "confirmed_by": list(line.confirmed_by),
            "undecided": list(line.undecided),
            "not_tried": list(line.not_tried),
        }
        for line in certificate.lines
    ]
    return {"engines": list(certificate.engines), "lines": lines}


def comparison_json(comparison: Comparison, spelled: Mapping[str, str]) -> dict[str, Any]:
    """An engine, whether it agrees, and both roads' numbers of every value and gradient; no number is null."""
    rows = [
        {
            "kind": row.kind,
            "name": spelled[row.key],
            "shape": list(row.shape),
            "ours": [_float(x) for x in row.ours],
            "theirs": [_float(x) for x in row.theirs],
            "places": None if row.places is None else list(row.places),
            "difference": _float(comparison.difference(row)),
        }
        for row in comparison.rows
    ]
    return {
        "engine": comparison.engine,
        "called": comparison.called,
        "agrees": comparison.agrees,
        "tolerance": TOLERANCE,
        "difference": _float(comparison.largest),
        "left_out": comparison.left_out,
        "rows": rows,
    }


def _float(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _other_orders(record: SolutionRecord | TensorSolution) -> dict[str, Any]:
    """Forward mode's sweeps, and second derivatives with their local gradients."""
    spelled = record.problem.spelled
    if isinstance(record, TensorSolution):
        tensors = record.second
        curvatures = [] if tensors is None else [_curvature(c, spelled) for c in tensors.derivation.curvatures()]
        found = [] if tensors is None else _seconds(tensors.derivation.pairs, tensors.values, spelled)
        return {
            "sweeps": _tensor_sweeps(record),
            "second_local_gradients": [],
            "curvatures": curvatures,
            "second": found,
        }
    second = record.second
    local = () if second is None else second.derivation.local_gradients()
    pairs = () if second is None else second.derivation.pairs
    values = {} if second is None else second.values
    return {
        "sweeps": [
            {"by": spelled[sweep.by], "tangents": {spelled[k]: _value(v) for k, v in sweep.tangents.items()}}
            for sweep in record.sweeps
        ],
        "second_local_gradients": [_second(gradient, spelled, second) for gradient in local],
        "curvatures": [],
        "second": _seconds(pairs, values, spelled),
    }


def _tensor_sweeps(record: TensorSolution) -> list[dict[str, Any]]:
    """One sweep a direction, or an entry; `by` names what is seeded, `seeds` how."""
    spelled = record.problem.spelled
    sweeps = () if record.forward is None else record.forward.sweeps
    return [
        {
            "by": ", ".join(spelled[key] for key in sweep.seeds),
            "seeds": {spelled[key]: _value(value) for key, value in sweep.seeds.items()},
            "tangents": {spelled[key]: _value(value) for key, value in sweep.tangents.items()},
        }
        for sweep in sweeps
    ]


def _seconds(
    pairs: Iterable[tuple[str, str]],
    values: Mapping[tuple[str, str], Value | TensorValue],
    spelled: dict[str, str],
) -> list[dict[str, Any]]:
    return [{"by_two": [spelled[key] for key in pair], **(_value(values[pair]) if values else {})} for pair in pairs]


def _curvature(curvature: Curvature, spelled: dict[str, str]) -> dict[str, Any]:
    """As a flow, by two operands."""
    at, entry = _entry(curvature, curvature.component, spelled)
    return {
        "step": spelled[curvature.step],
        "by_two": [spelled[curvature.first], spelled[curvature.second]],
        "at": at,
        "entry": entry,
    }


def _second(gradient: SecondGradient, spelled: dict[str, str], second: SecondSolution | None) -> dict[str, Any]:
    inner = gradient.inner
    value = None if second is None else second.local.get((gradient.step, gradient.first, gradient.second))
    return {
        "step": spelled[gradient.step],
        "by_two": [spelled[gradient.first], spelled[gradient.second]],
        "derivative": written(inner.derivative),
        "in_output": None if inner.in_output is None else written(inner.in_output),
        "rules": list(gradient.form.rules),
        **(_value(value) if value is not None else {}),
    }


def _value(value: Value | TensorValue) -> dict[str, Any]:
    """A number; a tensor has its shape, and its numbers row by row."""
    if isinstance(value, TensorValue) and value.shape:
        return {"shape": list(value.shape), "entries": [_value(entry) for entry in value.entries]}
    if isinstance(value, TensorValue):
        (value,) = value.entries
    return {
        "exact": None if value.exact is None else fraction_text(value.exact),
        "closed": None if value.closed is None else written(value.closed),
        "decimal": str(value.decimal),
    }


def _given(given: Given, first: Pass | TensorPass | None) -> dict[str, Any]:
    text = None if given.value is None else written(given.value)
    return {
        "name": given.written,
        "key": given.key,
        "written": text,
        **({} if given.shape is None else {"shape": list(given.shape)}),
        **({"structure": given.structure} if given.structure else {}),
        **(_value(first.values[given.key]) if first else {}),
    }


def _step(step: Step, first: Pass | TensorPass | None) -> dict[str, Any]:
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


def _flow(flow: Flow, spelled: dict[str, str]) -> dict[str, Any]:
    """What flows back along an edge, by entries: `G` is the incoming adjoint, and the indices are `i0`, `i1`, …"""
    at, entry = _entry(flow, flow.component, spelled)
    return {"step": spelled[flow.step], "by": spelled[flow.operand], "at": at, "entry": entry}


def _entry(of: Flow | Curvature, component: Component, spelled: dict[str, str]) -> tuple[list[str], str]:
    """A form's indices and its entry in the problem's names."""
    names: dict[str, Expr] = {f"#{k}": Name(spelled[key]) for k, key in enumerate(of.slots)}
    names |= {INCOMING: Name("G"), OUTPUT: Name(spelled[of.step])}
    body = substitute(component.body, names)
    return [index.replace("@", "i") for index in component.at], written(body).replace("@", "i")


def _local(gradient: LocalGradient, spelled: dict[str, str], first: Pass | TensorPass | None) -> dict[str, Any]:
    assert first is None or isinstance(first, Pass)
    return {
        "step": spelled[gradient.step],
        "by": spelled[gradient.operand],
        "derivative": written(gradient.derivative),
        "in_output": None if gradient.in_output is None else written(gradient.in_output),
        "rules": list(gradient.form.rules),
        **(_value(first.local[gradient.step, gradient.operand]) if first else {}),
    }


def _ledger(ledger: Ledger, spelled: dict[str, str]) -> dict[str, Any]:
    """The paths of each wanted name. Counts are text, since they may have any number of digits."""
    accounts = ledger.accounts or (None,) * len(ledger.lists)
    paths = [_paths(paths, account, spelled) for paths, account in zip(ledger.lists, accounts, strict=True)]
    counts = ledger.multiplications
    if counts is None:
        return {"paths": paths, "multiplications": None}
    named = {"reverse": counts.reverse, "forward": counts.forward, "by_path": counts.by_path}
    return {"paths": paths, "multiplications": {key: fraction_text(Fraction(n)) for key, n in named.items()}}


def _paths(paths: PathList, account: Account | None, spelled: dict[str, str]) -> dict[str, Any]:
    listed: list[dict[str, Any]] = [{"names": [spelled[key] for key in path.names]} for path in paths.listed]
    found: dict[str, Any] = {
        "name": spelled[paths.start],
        "count": fraction_text(Fraction(paths.count)),
        "listed": listed,
    }
    if account is None:
        return found
    for path, contribution in zip(listed, account.listed, strict=True):
        path["product"] = _value(contribution.product)
        path["size"] = _value(contribution.size)
        path["per_edge"] = _value(contribution.per_edge)
    growth = account.growth
    return {
        **found,
        "others": _value(account.rest),
        "total": _value(account.total),
        "growth": None
        if growth is None
        else {
            "lengths": list(growth.lengths),
            "sizes": [_value(size) for size in growth.sizes],
            "per_edge": _value(growth.per_edge),
        },
    }
