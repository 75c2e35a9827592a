"""A problem's text into a Problem. What a user writes is read, compared with tables, and never executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from ..errors import Place, ProblemError, UsageError, shorten
from ..indexed.sizes import Shape
from ..limits import DEFAULT_LIMITS, Limits
from ..ops.record import Operation
from ..ops.table import operation
from ..problem import Given, Problem, Prose, Step, has_tensors
from ..syntax.expression import Constant, ListOf, walk
from ..syntax.names import canonical, nearest_name
from ..syntax.parser import deep_recursion
from ..syntax.source import Source
from ..syntax.tokens import Token
from ..syntax.words import CONSTANTS
from ..variation import Requirement, Varied, VariedFunction
from .definitions import Definitions
from .givens import read_givens
from .lines import BLANK, Line, split_lines
from .loops import unrolled
from .prose import clean_text, prose_parts
from .questions import Question, needed_besides, read_question, two_losses
from .scalars import Scalar, scalar_expression
from .settings import Settings
from .steps import prose_hints, read_head, read_steps

__all__ = ["Scalar", "read_problem", "scalar_expression"]

_STEP = "at least one step, such as loss = (w*x - y)^2"


def read_problem(
    text: str,
    *,
    name: str = "problem",
    given: Mapping[str, Scalar] | None = None,
    wrt: tuple[str, ...] = (),
    loss: str | None = None,
    functions: Mapping[str, str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Problem:
    """Read a problem, with given values, wanted names and the loss overridden where the caller names them.

    `functions` chooses, for the words of Vary lines that stand for one of several operations, which; the first without.
    Raises ProblemError where the text cannot be read, LimitError where it passes a limit, UsageError where an override
    does not fit.
    """
    limits.check("text", len(text), "the problem's text")
    source = unrolled(Source(name, text.removeprefix("\ufeff")), limits)
    with deep_recursion():
        reader = _Reader(source, split_lines(source, limits), limits)
        return reader.problem(dict(given or {}), wrt, loss, functions or {})


class _Reader:
    """The state of one reading: the lines, and what they have defined so far."""

    def __init__(self, source: Source, lines: list[Line], limits: Limits) -> None:
        self.source, self.lines, self.limits = source, lines, limits
        self.settings = Settings(source, lines, limits)
        self.definitions = Definitions(source, self.settings.has_rate)
        self.spelled = self.definitions.spelled
        self.varied: tuple[Varied, ...] = ()
        self.varied_givens: dict[int, list[Given]] = {}
        self.functions: dict[str, Operation] = {}

    def of_kind(self, kind: str) -> list[Line]:
        return [line for line in self.lines if line.kind == kind]

    # --- the whole

    def problem(
        self, overrides: dict[str, Scalar], wrt: tuple[str, ...], loss: str | None, functions: Mapping[str, str]
    ) -> Problem:
        written = {
            line.start: read_givens(self.source, line, self.definitions, self.limits) for line in self.of_kind("given")
        }
        givens = [given for group in written.values() for given in group]
        self.varied = self.read_varied(functions)
        extra, values = self.overrides(givens, overrides)
        steps = self.steps(givens)
        extra += self.sizes(givens, list(steps.values()))
        self.refuse_constants_that_are_names(givens)
        asked = self.question(next(reversed(steps.values())).key)
        statements: list[Prose | Given | Step] = list(extra)
        for line in self.lines:
            if line.kind == "prose":
                statements.append(self.prose(line))
            elif line.kind == "given":
                statements += [values.get(given.key, given) for given in written[line.start]]
            elif line.kind == "vary":
                statements += self.varied_givens.get(line.start, ())
            elif line.kind == "step":
                statements.append(steps[line.start])
        return self.assemble(tuple(statements), asked, wrt, loss)

    def assemble(
        self,
        statements: tuple[Prose | Given | Step, ...],
        asked: Question | None,
        wrt: tuple[str, ...],
        loss: str | None,
    ) -> Problem:
        steps = {s.key: s for s in statements if isinstance(s, Step)}
        givens = tuple(s.key for s in statements if isinstance(s, Given))
        named = asked.loss if asked is not None else None
        with_tensors = has_tensors(statements)
        place = asked.place if asked is not None else None
        loss_key = self.loss_key(steps, named, loss, place)
        updates = self.settings.updates()
        parameters = self.settings.parameters(self.spelled, frozenset(givens))
        chosen = tuple(dict.fromkeys(self.known(word, "--wrt") for word in wrt))
        second = asked.second if asked is not None and not chosen else ()
        chosen = chosen or (asked.wanted if asked is not None else ())
        shapes: dict[str, Shape] = dict.fromkeys([*givens, *steps], ())
        labels: frozenset[str] = frozenset()
        if with_tensors:
            from .letters import refuse_derivative_by_size, size_letters
            from .shapes import check_loss, infer_shapes, with_sizes_bound, without_gradient

            shapes = infer_shapes(statements, self.limits)
            statements = with_sizes_bound(statements)
            is_named = loss is not None or named is not None
            check_loss(steps[loss_key], shapes, place, is_named=is_named, has_second=bool(second), updates=updates)
            labels = without_gradient(list(steps.values()), shapes) | size_letters(statements)
        asks = bool(chosen or second)
        unasked = needed_besides(chosen, second, parameters if updates else ()) if asks else ()
        wanted = (*chosen, *unasked) if asks else parameters or tuple(key for key in givens if key not in labels)
        if with_tensors:
            refuse_derivative_by_size(wanted, statements, place)
        if loss_key in wanted:
            raise self.by_itself(loss_key, givens, place)
        return Problem(
            title=self.settings.title(),
            statements=statements,
            loss=loss_key,
            wanted=wanted,
            asked=asks,
            parameters=parameters,
            learning_rate=self.settings.learning_rate(),
            updates=updates,
            round_to=self.settings.round_to(),
            source=self.source.text,
            shapes=shapes,
            has_tensors=with_tensors,
            second=second,
            unasked=unasked,
            varied=self.varied,
            required=self.requirements(loss_key),
        )

    def loss_key(self, steps: dict[str, Step], named: str | None, loss: str | None, place: Place | None) -> str:
        """The step that the caller names, else Find, else the last."""
        last = next(reversed(steps))
        key = self.known(loss, "--loss") if loss is not None else named or last
        if key not in steps:
            raise ProblemError(
                f"{self.spelled[key]} is a given; the loss must be a step that is computed",
                place=place, expected="a step", hint=self.spelled[last],
            )  # fmt: skip
        return key

    def steps(self, givens: list[Given]) -> dict[int, Step]:
        lines = self.of_kind("step")
        self.limits.check("steps", len(lines), "the number of steps")
        heads = [read_head(self.source, line, self.definitions, self.limits) for line in lines]
        if not heads:
            raise self.nothing_to_do(bool(givens))
        hints = prose_hints(self.source, self.of_kind("prose"), heads)
        rate = self.settings.learning_rate()
        sizes = self.letters(givens) - CONSTANTS if any(given.shape for given in givens) else frozenset()
        return read_steps(self.source, heads, self.definitions, rate, hints, self.limits, self.functions, sizes)

    def sizes(self, givens: list[Given], steps: list[Step]) -> list[Given]:
        """Givens for the letters of shapes that steps use as numbers."""
        if not any(given.shape for given in givens):
            return []
        from .letters import used_sizes

        found = used_sizes([*givens, *steps], self.spelled)
        self.spelled.update((given.key, given.written) for given in found)
        return found

    def prose(self, line: Line) -> Prose:
        number = self.source.line_of(line.start)
        goes_on = number > 1 and number - 1 in self.prose_lines
        return Prose(
            prose_parts(clean_text(self.source, line.start, line.end), self.spelled, self.limits), goes_on=goes_on
        )

    @cached_property
    def prose_lines(self) -> set[int]:
        """The lines of prose that are not empty, after which prose goes on in the same paragraph."""
        return {self.source.line_of(line.start) for line in self.of_kind("prose") if line.end > line.start}

    # --- what is asked

    def question(self, last: str) -> Question | None:
        """What all the Find lines ask together; a sentence that asks for no gradient by a name is prose."""
        found: list[Question] = []
        for k, line in enumerate(self.lines):
            if line.kind != "find":
                continue
            question = self.question_of(line, last)
            if question is None:
                self.lines[k] = replace(line, kind="prose", start=self.source.line_start(line.start))
            else:
                found.append(question)
        if not found:
            return None
        losses = {q.loss: q for q in found if q.loss is not None}
        if len(losses) > 1:
            one, other, *_ = losses
            raise two_losses(self.spelled[one], self.spelled[other], losses[other].place)
        wanted = tuple(dict.fromkeys(key for q in found for key in q.wanted))
        second = tuple(dict.fromkeys(pair for q in found for pair in q.second))
        return Question(next(iter(losses), None), wanted, found[0].place, second)

    def question_of(self, line: Line, last: str) -> Question | None:
        asked = self.source.text[line.start : line.end].rstrip("?!" + BLANK)
        try:
            question = read_question(self.source, line.start, line.start + len(asked), self.spelled, self.limits)
        except ProblemError:
            if line.is_sentence:
                return None
            raise
        asks = bool(question.wanted or question.second)
        is_prose = line.is_sentence and (not asks or (question.loss or last) in question.wanted)
        return None if is_prose else question

    def known(self, word: str, option: str) -> str:
        key = canonical(word.strip())
        if key not in self.spelled:
            close = nearest_name(word, self.spelled)
            raise UsageError(f"{option} {shorten(word)}: {shorten(word)} is not defined in the problem", hint=close)
        return key

    # --- what makes it an exercise

    def read_varied(self, functions: Mapping[str, str]) -> tuple[Varied, ...]:
        """What the Vary lines vary. A name that no Given has becomes a given; a word of operations, one of them."""
        found: dict[str, Varied] = {}
        for line in self.of_kind("vary"):
            from .vary import read_varied

            for each in read_varied(self.source, line, self.limits):
                self.vary(line, each, found, functions)
        return tuple(found.values())

    def vary(self, line: Line, each: Varied, found: dict[str, Varied], functions: Mapping[str, str]) -> None:
        name = each.word if isinstance(each, VariedFunction) else each.written
        if canonical(name) in found:
            raise ProblemError(f"{name} varies twice", place=each.place, expected="one range or set for a name")
        found[canonical(name)] = each
        if isinstance(each, VariedFunction):
            self.functions[each.word] = operation(functions.get(each.word, each.operations[0]))
        elif each.key not in self.spelled:
            token = Token("name", each.written, line.start, line.start)
            key = self.definitions.define(each.written, token)
            self.varied_givens.setdefault(line.start, []).append(Given(key, each.written, None, each.place))

    def requirements(self, loss: str) -> tuple[Requirement, ...]:
        found = []
        for line in self.of_kind("require"):
            from .require import read_requirement

            found.append(read_requirement(self.source, line, self.spelled, loss, self.limits))
        return tuple(found)

    # --- values of the caller

    def letters(self, givens: list[Given]) -> frozenset[str]:
        from .letters import size_letters

        return size_letters(givens)

    def overrides(self, givens: list[Given], overrides: dict[str, Scalar]) -> tuple[list[Given], dict[str, Given]]:
        """Givens of the caller, in a problem that writes none, and sizes; and values in place of written ones."""
        extra: list[Given] = []
        replaced: dict[str, Given] = {}
        by_key = {given.key: given for given in givens}
        letters = self.letters(givens) if overrides else frozenset()
        for word, scalar in overrides.items():
            key = canonical(word)
            if key in by_key:
                replaced[key] = replace(by_key[key], value=scalar_expression(word, scalar, self.limits))
            elif givens and key not in letters:
                close = nearest_name(word, self.spelled)
                raise UsageError(f"--given {shorten(word)}: {shorten(word)} is not a given of the problem", hint=close)
            else:
                key = self.definitions.define_for_caller(word, self.limits)
                place = Source("--given", f"{word}={scalar}").place(0)
                extra.append(Given(key, word, scalar_expression(word, scalar, self.limits), place))
        return extra, replaced

    # --- refusals

    def refuse_constants_that_are_names(self, givens: list[Given]) -> None:
        """`Given x = e, e = 2`: e is a name here, and a value depends on none."""
        for given in givens:
            is_plain = given.value is None or (isinstance(given.value, ListOf) and given.value.is_plain)
            for node in () if is_plain or given.value is None else walk(given.value):
                if isinstance(node, Constant) and node.name in self.spelled:
                    raise ProblemError(
                        f"{node.name} is a name of this problem, and the value of {given.written} cannot depend on it",
                        place=given.place, expected="a number, or an expression of numbers",
                        hint=f"another name than {node.name}, which is then the constant",
                    )  # fmt: skip

    def by_itself(self, loss_key: str, givens: tuple[str, ...], place: Place | None) -> ProblemError:
        names = " or ".join(self.spelled[key] for key in givens[:2])
        return ProblemError(
            f"the derivative of {self.spelled[loss_key]} by itself is 1", place=place,
            expected="another name to differentiate by", hint=names or None,
        )  # fmt: skip

    def nothing_to_do(self, has_givens: bool) -> ProblemError:
        if not self.source.text.strip():
            return ProblemError(
                "the problem is empty: nothing to derive",
                expected="Given lines and steps, name = expression", hint="Given x = 3, then loss = x^2",
            )  # fmt: skip
        place = self.source.place(self.lines[-1].start) if self.lines else None
        found = "no step: nothing to derive" if has_givens else "no Given and no step: nothing to derive"
        return ProblemError(f"the problem has {found}", place=place, expected=_STEP)
