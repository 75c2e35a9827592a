"""One pass as a program that gives all at once: every value, every adjoint and every local gradient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..derivation import CHAIN_RULE, Composition, Derivation, TensorDerivation
from ..syntax.parser import deep_recursion
from .compiled import Sizes, flowing, registers
from .labelled import Labelled, Term
from .lowering import Lowering
from .program import Program, Runner

# ("value", name), ("adjoint", name), ("local", operand, step), or of tensors ("part", operand, step): what comes by one
# of several uses. Of a mistake its number comes last.
Output = tuple[str, ...]
Live = tuple[Runner, tuple[Output, ...]]


def live(derivation: Derivation | TensorDerivation, shapes: Sizes, letters: Mapping[str, int]) -> Live:
    """The program of a derivation, and what its outputs are, in their order; `shapes` are those of all names."""
    made = registers(derivation, shapes, letters)
    outputs: dict[Output, int] = {("value", key): register for key, register in made.values.items()}
    outputs |= {("adjoint", key): register for key, register in made.adjoints.items()}
    with deep_recursion():
        # Equal instructions are one: this finds the registers that the adjoints were made of.
        if isinstance(derivation, TensorDerivation):
            outputs |= _parts(derivation, made.program, made.values, made.adjoints, shapes, letters)
        else:
            lowering = Lowering(made.program, made.values, {})
            for gradient in derivation.local_gradients():
                register = lowering.component(gradient.shortest, (), ())
                outputs["local", gradient.operand, gradient.step] = register
    return _runner(made.program, outputs)


def _runner(program: Program, outputs: Mapping[Output, int]) -> Live:
    return program.runner({" ".join(output): register for output, register in outputs.items()}), tuple(outputs)


def _parts(
    derivation: TensorDerivation,
    program: Program,
    values: Mapping[str, int],
    adjoints: Mapping[str, int],
    shapes: Sizes,
    letters: Mapping[str, int],
) -> dict[Output, int]:
    return {
        ("part", flow.operand, flow.step): flowing(program, flow, values, adjoints, letters, shapes[flow.operand])
        for uses in derivation.uses.values()
        for flow in uses
        if len(uses) > 1
    }


def astray(
    right: Derivation | TensorDerivation,
    wrong: Sequence[Derivation | TensorDerivation],
    shapes: Sizes,
    letters: Mapping[str, int],
) -> Live:
    """What each of several mistakes gives where it is made, all before it being right.

    The inputs are the values and adjoints of the right pass, called as its outputs; an output is called as what it
    takes the place of, and the number of the mistake.
    """
    program = Program()
    values = {key: program.input(f"value {key}", shapes[key]) for key in right.graph.problem.spelled}
    adjoints = {key: program.input(f"adjoint {key}", shapes[key]) for key in (right.graph.loss, *right.adjoint_order())}
    outputs: dict[Output, int] = {}
    with deep_recursion():
        for number, each in enumerate(wrong):
            if isinstance(right, TensorDerivation):
                assert isinstance(each, TensorDerivation)
                found = _wrong_flows(right, each, program, values, adjoints, shapes, letters)
            else:
                assert isinstance(each, Derivation)
                found = _wrong_numbers(right, each, program, values, adjoints)
            outputs |= {(*output, str(number)): register for output, register in found}
    return _runner(program, outputs)


Found = Iterator[tuple[Output, int]]


def _wrong_numbers(
    right: Derivation, wrong: Derivation, program: Program, values: Mapping[str, int], adjoints: Mapping[str, int]
) -> Found:
    lowering = Lowering(program, values, {})
    for step in wrong.graph.problem.steps:
        if step.expression is not right.graph.steps[step.key].expression:
            yield ("value", step.key), lowering.component(step.expression, (), ())
    kept = {id(gradient) for gradient in right.local_gradients()}
    for key in wrong.adjoint_order():
        uses, composed = wrong.uses.get(key, ()), wrong.composition(key)
        changed = [use for use in uses if id(use) not in kept]
        for use in changed:
            yield ("local", key, use.step), lowering.component(use.shortest, (), ())
        if changed or composed != CHAIN_RULE or len(uses) != len(right.uses[key]):
            pairs = [(adjoints[use.step], lowering.component(use.shortest, (), ())) for use in uses]
            yield ("adjoint", key), _composed(lowering.labelled, composed, pairs)


def _composed(labelled: Labelled, composition: Composition, pairs: Sequence[tuple[int, int]]) -> int:
    """Incoming adjoints and local gradients put together as a mistake does."""
    parts = []
    for adjoint, local in pairs:
        both = Term(adjoint), Term(local)
        joined = {"times": "multiply", "plus": "add"}.get(composition.along)
        parts.append(labelled.each(joined, *both) if joined else both[1])
    result = parts[0]
    for part in parts[1:]:
        result = labelled.each("multiply" if composition.over == "times" else "add", result, part)
    return result.register


def _wrong_flows(
    right: TensorDerivation,
    wrong: TensorDerivation,
    program: Program,
    values: Mapping[str, int],
    adjoints: Mapping[str, int],
    shapes: Sizes,
    letters: Mapping[str, int],
) -> Found:
    labelled = Labelled(program)
    for key, uses in wrong.uses.items():
        if uses is right.uses[key]:
            continue
        labels = tuple(map(str, range(len(shapes[key]))))
        parts = []
        for flow, own in zip(uses, right.uses[key], strict=True):
            register = flowing(program, flow, values, adjoints, letters, shapes[key])
            parts.append(Term(register, labels))
            if flow is not own and len(uses) > 1:
                yield ("part", key, flow.step), register
        yield ("adjoint", key), labelled.spread(labelled.total(parts), labels, shapes[key])
