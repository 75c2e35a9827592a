"""The variants of an exercise: drawn in a shuffled order, solved, and kept where they fulfil what is required."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field, replace

from .. import stages
from ..derivation import Derivation, TensorDerivation
from ..errors import BackpropError, DomainError, LimitError, UsageError
from ..graph import build_graph
from ..language.reader import read_problem
from ..limits import DEFAULT_LIMITS, Limits
from ..problem import Problem
from ..records import record
from ..solution import SolutionRecord, TensorSolution
from ..variation import Distinguishable, Requirement
from .conditions import fulfils
from .order import shuffled
from .space import Choice, Space, space_of, with_values

# Positions in a row without a variant after which a requirement counts as one that cannot be met.
PATIENCE = 20_000
# Refused variants on which every requirement is tried, to tell which of them is never fulfilled.
EXAMINED = 300


Functions = tuple[tuple[str, str], ...]


@record
class Drawn:
    """A variant found: its number in the space, the position it was found at, and its solution."""

    number: int
    position: int
    record: SolutionRecord | TensorSolution


@record(slots=False)
class Source:
    """What variants are drawn from: the exercise's text, its problem with the first of every choice, and the space."""

    text: str
    name: str
    problem: Problem
    space: Space
    limits: Limits = DEFAULT_LIMITS
    derivations: dict[Functions, Derivation | TensorDerivation] = field(default_factory=dict, compare=False)

    def drawn(self, number: int, position: int = -1) -> Drawn:
        """The variant of a number, solved. Raises DomainError where its values have no solution."""
        choice = self.space.choice(number)
        derivation = self.derivation(choice.functions)
        problem = with_values(derivation.graph.problem, choice.values)
        graph = replace(derivation.graph, problem=problem)
        found = stages.evaluated(replace(derivation, graph=graph), self.limits)
        return Drawn(number, position, found)

    def derivation(self, functions: Functions) -> Derivation | TensorDerivation:
        """The derivation of one choice of operations: all variants with these share it."""
        if functions not in self.derivations:
            problem = read_problem(self.text, name=self.name, functions=dict(functions), limits=self.limits)
            prepared, _ = stages.prepared(problem, (), None, None, False, self.limits)
            self.derivations[functions] = stages.derived(build_graph(prepared))
        return self.derivations[functions]


def source_of(text: str, name: str = "problem", limits: Limits = DEFAULT_LIMITS) -> Source:
    """What an exercise's text describes. Raises ProblemError, UsageError."""
    problem = read_problem(text, name=name, limits=limits)
    return Source(text, name, problem, space_of(problem), limits)


def draw(
    source: Source, seed: int, start: int = 0, tell_apart: Callable[[Drawn], bool] | None = None
) -> Iterator[Drawn]:
    """The variants from a position of the seed's order on, each once. `tell_apart` tells whether mistakes differ.

    Raises LimitError naming the requirement that cannot be met, where none is found for a long time.
    """
    refused: list[Drawn] = []
    without = 0
    for position in range(start, source.space.size):
        number = shuffled(position, source.space.size, seed)
        drawn = kept(source, number, position, tell_apart, refused)
        if drawn is not None:
            without = 0
            yield drawn
            continue
        without += 1
        if without >= PATIENCE:
            break
    if without >= PATIENCE or start + without >= source.space.size:
        raise cannot_be_met(source, refused, without, tell_apart)


def kept(
    source: Source,
    number: int,
    position: int,
    tell_apart: Callable[[Drawn], bool] | None,
    refused: list[Drawn],
) -> Drawn | None:
    """The variant of a number where it fulfils what is required; else it joins the first of `refused`."""
    try:
        drawn = source.drawn(number, position)
    except DomainError:
        return None  # values at which the problem has no solution make no variant
    if all(is_met(drawn, each, tell_apart) for each in source.problem.required):
        return drawn
    if len(refused) < EXAMINED:
        refused.append(drawn)
    return None


def is_met(drawn: Drawn, requirement: Requirement, tell_apart: Callable[[Drawn], bool] | None) -> bool:
    """Whether a variant fulfils one requirement."""
    if isinstance(requirement, Distinguishable):
        return tell_apart is None or tell_apart(drawn)
    return fulfils(drawn.record, requirement)


def too_few(found: int, count: int, size: int) -> UsageError:
    """The error where all variants are drawn, and fewer than are asked for fulfil what is required."""
    if size == 1:
        what, hint = "nothing varies in this exercise, so it has one variant", "Vary x in 1..5"
    elif found == size:
        what, hint = f"the exercise has {found:,} different variants", "wider ranges"
    else:
        what, hint = f"of {size:,} variants {found:,} fulfil what is required", "wider ranges, or fewer requirements"
    return UsageError(f"{what}, and {count:,} are asked for", expected=f"at most {found:,}", hint=hint)


def cannot_be_met(
    source: Source, refused: list[Drawn], tried: int, tell_apart: Callable[[Drawn], bool] | None
) -> BackpropError:
    """What to say where no variant is found: which requirement none fulfils, or that they exclude each other."""
    never = [each for each in source.problem.required if not any(is_met(drawn, each, tell_apart) for drawn in refused)]
    where = "all" if tried >= source.space.size else "the first"
    if not refused:
        return DomainError(
            f"none of {where} {tried:,} variants has a solution",
            expected="ranges at whose values every step is defined",
        )
    if never:
        worst = never[0]
        return LimitError(
            f"no variant fulfils `Require {worst.text}`: none of {where} {tried:,} does", place=worst.place,
            expected="a requirement that the Vary lines allow", hint="wider ranges, or another requirement",
        )  # fmt: skip
    together = "; ".join(each.text for each in source.problem.required)
    return LimitError(
        f"no variant fulfils all requirements together: none of {where} {tried:,} does ({together})",
        place=source.problem.required[0].place if source.problem.required else None,
        expected="requirements that go together", hint="leave one of them out, or widen the ranges",
    )  # fmt: skip


def choice_of(source: Source, number: int) -> Choice:
    """The values and operations of a variant."""
    return source.space.choice(number)
