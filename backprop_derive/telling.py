"""From a solved problem to what is shown of it: the document of its layout, its picture, its text in a format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .derivation import Derivation, RuleStatement
from .document import Block, Document, Figure, Picture
from .errors import UsageError
from .languages import speaking
from .limits import Limits
from .options import PROGRAMS, Options
from .pictures import PICTURES
from .records import record
from .solution import SolutionRecord, TensorSolution
from .stages import first_pass, in_matrices, swept
from .syntax.expression import Expr

if TYPE_CHECKING:
    from .certificate import Certificate
    from .comparison import Comparison
    from .ledger import Ledger

# The formats whose documents have a picture of the graph unless it is not wanted.
_DRAWN = ("pdf", "typ", "tex", "html")


@record(slots=False)
class Telling:
    """A solved problem, how it is to be shown, and what is told besides: its paths, and what confirmed it."""

    solved: SolutionRecord | TensorSolution
    options: Options
    limits: Limits
    direction: Mapping[str, Expr]
    ledger: Ledger | None
    comparisons: tuple[Comparison, ...]
    certificate: Certificate | None

    @cached_property
    def record(self) -> SolutionRecord | TensorSolution:
        """The solution with the sweeps of forward mode, where the options ask for them."""
        return swept(self.solved, self.options, self.direction, self.limits)


def rendered(telling: Telling, format: str) -> str | bytes:
    """The solution in a format by its name; bytes for `pdf`. Raises UsageError where it has no such form."""
    options = telling.options
    if format in PICTURES:
        from .formats.drawing import draw

        return draw(picture(telling), format, options.fragment)
    if format == "json":
        from .formats.json import to_json

        return to_json(telling.record, options, telling.ledger, telling.comparisons, telling.certificate)
    if format in PROGRAMS:
        from .programs import program

        solved = telling.solved
        return program(in_matrices(solved) if isinstance(solved, TensorSolution) else solved, format, options.backward)
    if options.interactive and format == "html":
        return interactive_page(telling)
    if format == "ipynb" and not telling.solved.problem.asks_jacobian:
        options = replace(options, layout="lesson")
    if options.graph is None:
        options = replace(options, graph=format in _DRAWN and not options.fragment)
    from .formats import render

    return render(document(replace(telling, options=options)), format, options)


def document(telling: Telling) -> Document:
    """The worked solution in its layout and language, with its picture and what confirmed it."""
    with speaking(telling.options.language):
        told = _story(telling)
        if telling.options.graph:
            from .report.graphs import with_figure

            told = with_figure(told, figure(telling))
        return replace(told, blocks=(*told.blocks, *_confirmed(telling)))


def figure(telling: Telling) -> Figure:
    """The picture as a block of a document."""
    from .report.graphs import figure_of

    return figure_of(picture(telling))


def picture(telling: Telling) -> Picture:
    """The computation graph with what is told of it."""
    from .report import graphs

    if isinstance(telling.record, TensorSolution):
        from .report.tensors import tell_tensors

        return graphs.tensor_picture(tell_tensors(in_matrices(telling.record), telling.options))
    from .report.narrate import tell

    return graphs.scalar_picture(tell(telling.record, telling.options))


def interactive_page(telling: Telling) -> str:
    """The page that computes while one reads it.

    Raises UsageError for roundings, a loss that is a tensor, and without numbers; LimitError for too many of them.
    """
    solved, options, problem = telling.solved, telling.options, telling.solved.problem
    first = first_pass(solved)
    if problem.round_to is not None:
        raise UsageError(
            "an interactive page computes with all digits, and this problem carries rounded values",
            hint="the problem without Round",
        )
    if problem.asks_jacobian:
        raise UsageError(
            f"an interactive page goes back from a number, and {problem.spelled[problem.loss]} is a tensor",
            hint="-f html without --interactive, or a loss that is a number",
        )
    if isinstance(solved, TensorSolution) and options.layout_convention == "numerator":
        raise UsageError(
            "an interactive page shows each gradient in the layout of its name",
            hint="--layout-convention denominator",
        )
    from .formats.interactive import page
    from .playing import count, scene

    telling.limits.check("page", count(first), "the number of entries that an interactive page computes")
    told = document(replace(telling, options=replace(options, graph=False)))
    with speaking(options.language):
        record = in_matrices(solved) if isinstance(solved, TensorSolution) else solved
        return page(told, scene(record, picture(telling), options), options)


def _story(telling: Telling) -> Document:
    """The document of the layout: of numbers or of tensors, a solution or a lesson."""
    is_lesson = telling.options.layout == "lesson"
    return (
        _tensor_story(telling, is_lesson) if telling.solved.problem.has_tensors else _scalar_story(telling, is_lesson)
    )


def _scalar_story(telling: Telling, is_lesson: bool) -> Document:
    from .calculus.cancel import with_short_adjoints

    options, record = telling.options, telling.record
    assert isinstance(record, SolutionRecord)
    statements = _rule_statements(record.derivation) if options.rules else {}
    told = replace(record, derivation=with_short_adjoints(record.derivation, record.first is not None))
    if is_lesson:
        from .report.lesson import lesson

        return lesson(told, options, statements, telling.ledger)
    from .report.narrate import narrate

    return narrate(told, options, statements, telling.ledger)


def _tensor_story(telling: Telling, is_lesson: bool) -> Document:
    assert isinstance(telling.record, TensorSolution)
    told = in_matrices(telling.record)
    if not is_lesson:
        from .report.tensors import narrate_tensors

        return narrate_tensors(told, telling.options, telling.ledger)
    if told.problem.asks_jacobian:
        raise UsageError("the lesson is about the gradient of a loss, a single number", hint="--layout solution")
    from .report.lesson import tensor_lesson

    return tensor_lesson(told, telling.options, telling.ledger)


def _rule_statements(derivation: Derivation) -> dict[str, RuleStatement]:
    from .calculus.rules import rule_statement

    rules = {rule for gradient in derivation.local_gradients() for rule in gradient.form.rules}
    found = {rule: rule_statement(rule) for rule in sorted(rules)}
    return {rule: statement for rule, statement in found.items() if statement is not None}


def _confirmed(telling: Telling) -> tuple[Block, ...]:
    """What confirmed the solution, as it stands below."""
    if not telling.comparisons and telling.certificate is None:
        return ()
    from .report.certificate import certificate_blocks
    from .report.checks import check_remarks
    from .report.notation import Notation

    said: list[Any] = [remark for comparison in telling.comparisons for remark in check_remarks(comparison)]
    if telling.certificate is not None:
        said += certificate_blocks(telling.certificate, Notation(telling.options.notation, telling.solved.derivation))
    return tuple(said)
