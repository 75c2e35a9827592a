"""What takes the place of a block or a role: blocks of a document, from the solution of its problem."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from .. import api
from ..document import Block, Document, Equation, Heading, Math, Paragraph, Strong
from ..errors import UsageError, shorten
from ..exercises.exercise import Exercise
from ..exercises.kinds import kind_of
from ..exercises.task import SheetOptions
from ..exercises.variants import Drawn
from ..language.reader import read_problem
from ..languages import speaking
from ..limits import Limits
from ..report.narrate import document_of
from ..report.notation import Notation
from ..report.questions import question_blocks
from ..report.single import equation, left_side, value_node
from ..stages import first_pass, gradient_values
from ..syntax.names import canonical, nearest_name
from ..telling import figure
from .settings import Settings
from .written import inlines


def content(text: str, name: str, settings: Settings, limits: Limits) -> Document:
    """The document that a block asks for, without its title. Raises BackpropError, with places in `text`."""
    with speaking(settings.presentation.language):
        return _content(text, name, settings, limits)


def _content(text: str, name: str, settings: Settings, limits: Limits) -> Document:
    if settings.kind == "value":
        if not settings.show:
            raise UsageError("a block of kind value says what it shows", expected="show=w.grad")
        document = _single(text, name, settings, settings.show, limits)
        shown = tuple(Equation(part.node) for part in inlines(document) if isinstance(part, Math))
        return replace(document, blocks=shown)
    if settings.kind in ("exercise", "key"):
        return _exercise(text, name, settings, limits)
    solution = _solution(text, name, settings, limits)
    blocks: tuple[Block, ...]
    if settings.kind == "problem":
        blocks = tuple(question_blocks(solution.record, settings.presentation))
    elif settings.kind == "graph":
        blocks = (figure(solution.telling(settings.presentation)),)
    else:
        blocks = solution.document().blocks
    return _fitted(solution, blocks, settings)


def single(text: str, name: str, settings: Settings, asked: str, limits: Limits) -> Document:
    """A value as the only formula of a document. Raises as `content`."""
    with speaking(settings.presentation.language):
        return _single(text, name, settings, asked, limits)


def _single(text: str, name: str, settings: Settings, asked: str, limits: Limits) -> Document:
    solution = _solution(text, name, settings, limits)
    is_equation = asked.endswith("=")
    wanted = asked.removesuffix("=").strip()
    is_gradient = wanted.endswith(".grad")
    written = wanted.removesuffix(".grad")
    key = canonical(written)
    if key not in solution.problem.spelled:
        raise UsageError(
            f"there is no value {shorten(asked)}", expected="a name of the problem, as in w, w.grad or w.grad =",
            hint=nearest_name(written, solution.problem.spelled),
        )  # fmt: skip
    first = first_pass(solution.record)
    if is_gradient:
        value = first.adjoints.get(key) or gradient_values(solution.problem, key, limits)
    else:
        value = first.values[key]
    options = settings.presentation
    node = value_node(solution.problem, value, options)
    notation = Notation(options.notation, solution.derivation)
    shown = equation(left_side(notation, key, is_gradient), node) if is_equation else node
    return document_of(solution.problem, options, "", (Paragraph((Math(shown),)),))


# The roles below a block ask the same solution, one after the other.
@lru_cache(maxsize=16)
def _solution(text: str, name: str, settings: Settings, limits: Limits) -> api.Solution:
    problem = read_problem(text, name=name, wrt=settings.wrt, loss=settings.loss, limits=limits)
    return api.solve(problem, expand=settings.expand, options=settings.presentation, limits=limits)


def _fitted(solution: api.Solution, blocks: tuple[Block, ...], settings: Settings) -> Document:
    """The blocks as part of a longer document: no title, and headings where they fit in."""
    if blocks and isinstance(blocks[0], Heading) and blocks[0].level == 1:
        blocks = blocks[1:]
    fitted = tuple(_demoted(block, settings.headings) for block in blocks)
    return document_of(solution.problem, settings.presentation, solution.problem.title, fitted)


def _demoted(block: Block, level: int) -> Block:
    if not isinstance(block, Heading):
        return block
    if level:
        return replace(block, level=min(6, block.level - 2 + level))
    if all(not isinstance(part, Math) for part in block.content):
        return Paragraph((Strong("".join(getattr(part, "text", "") for part in block.content)),))
    return Paragraph(block.content)


def _exercise(text: str, name: str, settings: Settings, limits: Limits) -> Document:
    """What the sheet of a kind of exercise asks, or its key."""
    kind = kind_of(settings.exercise)
    solution: api.Solution
    problem = read_problem(text, name=name, wrt=settings.wrt, loss=settings.loss, limits=limits)
    if problem.varied:
        variants = Exercise(text, name=name, limits=limits).variants(settings.variant, seed=settings.seed)
        drawn, solution = variants[-1].drawn, variants[-1].solution
        if settings.wrt or settings.loss or settings.expand:
            solution = api.solve(
                drawn.record.problem, wrt=settings.wrt, loss=settings.loss, expand=settings.expand,
                options=settings.presentation, limits=limits,
            )  # fmt: skip
            drawn = replace(drawn, record=solution.record)
    else:
        solution = api.solve(problem, expand=settings.expand, options=settings.presentation, limits=limits)
        drawn = Drawn(0, 0, solution.record)
    task = kind.makes(drawn, SheetOptions(presentation=settings.presentation))
    return _fitted(solution, task.key if settings.kind == "key" else task.question, settings)
