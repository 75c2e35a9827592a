"""The gradients through each step: in matrix notation, by entries, and in full detail with every step between."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from ..derivation import INCOMING, OUTPUT, Component, Flow
from ..document import Chain, Derivative, Entry, Inline, Item, Listing, Math, MathNode, Times, Words
from ..errors import ProblemError
from ..indexed.kinds import kinds_of
from ..indexed.matrix import pointwise_form
from ..indexed.means import counted
from ..indexed.patterns import in_output, whole_in_output
from ..indexed.shape import Shape, shape_of
from ..indexed.structure import simplified
from ..indexed.tidy import tidied
from ..syntax.expression import (
    Call,
    Delta,
    Expr,
    Index,
    Name,
    Number,
    Over,
    Quotient,
    Sum,
    map_children,
    names_in,
    size,
    substitute,
    walk,
)  # fmt: skip
from .abbreviate import Abbreviated, abbreviated
from .layout import NumeratorLayout
from .matrices import Setter, as_expr
from .narrate import short_note
from .rules import kind_note
from .sentences import TENSORS
from .tensor_story import TensorStory

# A Jacobian of more operations is not written out by entries; a form of more is not shown in matrix notation.
_LONGEST_COMPONENT, _LONGEST_MATRIX = 40, 30
# A gradient without numbers is composed up to so many operations; `_ADJOINT` begins the names of others' adjoints.
_LONGEST_COMPOSED, _ADJOINT = 16, "#adjoint of "
# The axes that a matrix has; an index of more of them is read by entries.
_AXES = 2
# A formula by entries of more operations is shown in full detail only.
_LONGEST_ENTRY = 70

Note = tuple[Inline, ...]


def flow_items(story: TensorStory, steps: Collection[str] | None = None) -> Iterator[Item]:
    """Each flow in matrix notation, and by entries below it; with every step where the detail is full.

    Of the flows through some steps only, where these are named.
    """
    explained: set[str] = set()
    for flow in story.derivation.flows():
        if steps is not None and flow.step not in steps:
            continue
        rule = kind_note(_kinds(story, flow), explained) if story.options.rules else ()
        is_last = flow == story.derivation.uses[flow.operand][-1]
        short = _short(story, flow.operand) if is_last else ()
        for told in _flow_item(story, flow):
            notes = [note for note in (rule, _jacobian(story, flow), *told.notes, short) if note]
            yield replace(told, notes=tuple(notes))


def _jacobian(story: TensorStory, flow: Flow) -> Note:
    """The Jacobian of a vector by a vector: diag(s) − s sᵀ; in full detail also where it is nothing but a diagonal."""
    matrix, detail = flow.jacobian_matrix, story.options.detail
    teaches = isinstance(matrix, Sum) and any(
        isinstance(node, Call) and node.function in ("diag", "identity") for node in walk(matrix)
    )
    if matrix is None or detail == "brief" or not (teaches or detail == "full"):
        return ()
    local = story.notation.local(flow.step, flow.operand)
    setter = story.flow_setter(flow, story.slot_shapes(flow))  # no gradient, which a layout would transpose
    return (Words(TENSORS["jacobian"]), Math(Chain((local, setter.set(matrix)), ("=",))))


def _kinds(story: TensorStory, flow: Flow) -> tuple[str, ...]:
    step = story.derivation.components[flow.step]
    return kinds_of(step.at, step.body, flow.operand)


def flow_content(story: TensorStory, flow: Flow) -> Note:
    """What flows back along one edge, on one line."""
    return next(_flow_item(story, flow)).content


def _flow_item(story: TensorStory, flow: Flow) -> Iterator[Item]:
    detail = story.options.detail
    notes = _steps(story, flow) if detail == "full" else []
    matrix = matrix_form(story, flow)
    by_entries = _by_entries(story, flow)
    if matrix is not None and (by_entries is None or _is_readable(matrix, by_entries)):
        is_number = not flow.component.at and not story.problem.shapes[flow.step]
        says_more = detail == "full" or not (isinstance(matrix.body, Name) or is_number)
        if by_entries is not None and detail != "brief" and says_more:
            notes.append((Words(TENSORS["by entries"]), *_entry_line(story, flow, by_entries)))
        yield Item(_matrix_line(story, flow, matrix), tuple(notes))
        return
    if chooses(story, flow):
        yield Item(chosen(story, flow))
    elif by_entries is None or (size(by_entries.body) > _LONGEST_ENTRY and detail != "full"):
        yield Item((Math(story.part(flow)), Words(TENSORS["too long"])))
    else:
        yield Item(_entry_line(story, flow, by_entries), tuple(notes))


def _is_readable(matrix: Abbreviated, by_entries: Abbreviated) -> bool:
    return size(matrix.body) <= _LONGEST_MATRIX or size(matrix.body) <= size(by_entries.body)


# --- in matrix notation


def in_own_output(story: TensorStory, flow: Flow) -> Expr | None:
    """The form in matrix notation, with the step's own output where its definition would stand."""
    form = flow.matrix
    if form is not None and any(isinstance(node, Index) and len(node.items) > _AXES for node in walk(form)):
        form = None
    alike = {name for name, shape in story.slot_shapes(flow).items() if shape == story.problem.shapes[flow.operand]}
    pointwise = pointwise_form(_own_axes(story, flow), flow.component.at, alike)
    if pointwise is not None and (form is None or size(pointwise) < size(form)):
        form = pointwise
    if form is None:
        return None
    slots: dict[str, Expr] = {key: Name(f"#{k}") for k, key in enumerate(flow.slots)}
    definition = substitute(story.derivation.graph.steps[flow.step].expression, slots)
    if isinstance(definition, Call):
        for same in (definition, counted(definition, story.slot_shapes(flow))):
            form = whole_in_output(form, same, OUTPUT)
    return _softmaxes(form)


def _softmaxes(expr: Expr) -> Expr:
    """exp(x) over its sum is the softmax of x, also of a single vector."""
    match expr:
        case Quotient(Call("exp", (x,)), Call("sum", (Call("exp", (y,)),), ())) if x == y:
            return Call("softmax", (x,))
    return map_children(expr, _softmaxes)


def _own_axes(story: TensorStory, flow: Flow) -> Expr:
    """The flow by entries, where the only place along an axis of one entry is called by that axis's index."""
    shapes, at = story.slot_shapes(flow), flow.component.at
    operand = story.problem.shapes[flow.operand]

    def changed(expr: Expr) -> Expr:
        match expr:
            case Index(Name(key) as base, places) if len(places) == len(at) and shapes.get(key) == operand:
                named = tuple(
                    Name(index) if size == 1 and isinstance(place, Number) else place
                    for index, size, place in zip(at, operand, places, strict=True)
                )
                return Index(base, named)
        return map_children(expr, changed)

    return changed(flow.component.body)


def matrix_form(story: TensorStory, flow: Flow) -> Abbreviated | None:
    """The form in matrix notation, with letters for parts that recur."""
    form = in_own_output(story, flow)
    names = {f"#{k}": name for k, name in enumerate(flow.slots)}
    return None if form is None else abbreviated(Component((), story.form(flow, form)), story.taken, names)


def _matrix_line(story: TensorStory, flow: Flow, form: Abbreviated) -> Note:
    shapes: dict[str, Shape] = story.form_shapes(flow)
    for letter, meaning in form.meanings:
        try:
            shapes[letter] = shape_of(meaning.body, shapes)
        except ProblemError:
            shapes[letter] = ()
    setter = story.flow_setter(flow, shapes)
    line: Note = (Math(Chain((story.part(flow), setter.set(form.body)), ("=",))),)
    meanings = tuple(Chain((Name(letter), setter.set(c.body)), ("=",)) for letter, c in form.meanings)
    return line + _with(meanings)


def _with(meanings: tuple[MathNode, ...]) -> Note:
    if not meanings:
        return ()
    return (Words(TENSORS["where"]), Math(meanings[0] if len(meanings) == 1 else Listing(meanings)))


def composed(story: TensorStory, key: str) -> MathNode | None:
    """The gradient without numbers, in the problem's own names as far as that stays short: 2/n Xᵀ (Z − Y)."""
    shapes = dict(story.problem.shapes)
    shown: dict[str, MathNode] = {}
    form = _composed(story, key)
    if form is None:
        return None
    for name in names_in(form):
        if name.startswith(_ADJOINT):
            shapes[name] = story.problem.shapes[name.removeprefix(_ADJOINT)]
            shown[name] = story.notation.adjoint(name.removeprefix(_ADJOINT))
    return _laid_out(story, form, shapes, shown)


def _laid_out(story: TensorStory, form: Expr, shapes: Mapping[str, Shape], shown: Mapping[str, MathNode]) -> MathNode:
    """The form of a gradient in the problem's names, by what is declared of them; `shown` are other gradients."""
    if story.is_numerator:
        layout = NumeratorLayout(shapes, shown.keys())
        form, shapes = layout.of(form), layout.new_shapes()
    form = tidied(simplified(form, story.problem.structures.keys(), shapes))
    return Setter(shapes, shown, derived=True).set(form)


def _short(story: TensorStory, key: str) -> Note:
    """What the gradient cancels to once the incoming one is put in, where that is decisively shorter."""
    short = story.derivation.short.get(key)
    if short is None:
        return ()
    forms = (short,) if short.reduced is None else (short, short.reduced)
    setter = Setter(story.problem.shapes, {}, derived=True)
    adjoint = story.notation.adjoint(key)
    if all(form.matrix is not None for form in forms):
        matrices = (form.matrix for form in forms if form.matrix is not None)
        links = [_laid_out(story, matrix, story.problem.shapes, {}) for matrix in matrices]
    else:
        entries = [setter.by_entries(form.component, story.taken) for form in forms]
        adjoint = entry(adjoint, entries[0][1])
        links = [body for body, _ in entries]
    one = None if short.one is None else setter.set(short.one)
    return short_note((adjoint, *links, *([None] if one is None else [])), one, short.is_known)


def _composed(story: TensorStory, key: str) -> Expr | None:
    """As `composed`; adjoints that keep their symbol are names that begin with `_ADJOINT`."""
    short = story.derivation.short.get(key)
    if short is not None and short.matrix is not None:
        return short.matrix
    terms: list[Expr] = []
    for flow in story.derivation.uses[key]:
        form = in_own_output(story, flow)
        if form is None:
            return None
        names: dict[str, Expr] = {f"#{k}": Name(name) for k, name in enumerate(flow.slots)}
        incoming: Expr = Name(_ADJOINT + flow.step)
        if flow.step in story.derivation.uses and len(story.derivation.uses[flow.step]) == 1:
            inner = _composed(story, flow.step)
            is_short = inner is not None and size(inner) + size(form) <= _LONGEST_COMPOSED
            incoming = inner if inner is not None and is_short and _fits(story, inner, flow.step) else incoming
        terms.append(substitute(form, {**names, INCOMING: incoming, OUTPUT: Name(flow.step)}))
    return tidied(terms[0] if len(terms) == 1 else Sum(tuple(terms), (False,) * len(terms)))


def _fits(story: TensorStory, form: Expr, step: str) -> bool:
    """Whether a form has its step's shape: 1 for a matrix of ones says less than the adjoint's symbol."""
    shapes = dict(story.problem.shapes)
    shapes.update((name, shapes[name.removeprefix(_ADJOINT)]) for name in names_in(form) if name.startswith(_ADJOINT))
    try:
        return shape_of(form, shapes) == story.problem.shapes[step]
    except ProblemError:
        return False


# --- by entries


def _by_entries(story: TensorStory, flow: Flow) -> Abbreviated | None:
    """The flow by its entries."""
    step = story.derivation.components[flow.step]
    slots: dict[str, Expr] = {key: Name(f"#{k}") for k, key in enumerate(flow.slots)}
    body = in_output(_own_axes(story, flow), step.at, substitute(step.body, slots), OUTPUT)
    return abbreviated(replace(flow.component, body=body), story.taken)


def _entry_line(story: TensorStory, flow: Flow, form: Abbreviated) -> Note:
    setter = story.flow_setter(flow)
    body, at = setter.by_entries(Component(flow.component.at, form.body), story.taken)
    line: Note = (Math(Chain((entry(story.part(flow), at), body), ("=",))),)
    meanings = []
    for letter, meaning in form.meanings:
        inner, places = setter.by_entries(meaning, story.taken)
        meanings.append(Chain((entry(Name(letter), places), inner), ("=",)))
    return line + _with(tuple(meanings))


def entry(node: MathNode, at: tuple[Expr, ...]) -> MathNode:
    """The entry of a tensor at these indices; a number has none."""
    return Entry(node, at) if at else node


def _steps(story: TensorStory, flow: Flow) -> list[Note]:
    """The derivation by entries: the chain rule as a sum over the step's entries, and the derivative under it."""
    if size(flow.jacobian.body) > _LONGEST_COMPONENT:
        return []
    rank = len(story.problem.shapes[flow.step])
    body, at = story.flow_setter(flow).by_entries(flow.jacobian, story.taken, flow.jacobian.at[rank:])
    rows, columns = at[:rank], at[rank:]
    of, by = entry(Name(flow.step), rows), entry(Name(flow.operand), columns)
    derivative = Derivative(of, as_expr(by), story.notation.sign)
    chain: MathNode = derivative
    if flow.step != story.derivation.graph.loss:
        chain = Times((entry(story.notation.adjoint(flow.step), rows), derivative))
    for index in reversed(rows):
        assert isinstance(index, Name)
        chain = Over(index.key, 0, as_expr(chain))
    notes: list[Note] = []
    if rank:
        before, after = TENSORS["chain rule"].split("{step}")
        rule = Chain((entry(story.part(flow), columns), chain), ("=",))
        notes.append((Words(before), Math(Name(flow.step)), Words(after), Math(rule)))
    line: Note = (Words(TENSORS["derivative"]), Math(Chain((derivative, body), ("=",))))
    has_delta = any(isinstance(node, Delta) for node in walk(flow.jacobian.body))
    notes.append((*line, Words(TENSORS["delta"])) if has_delta else line)
    return notes


# --- what is chosen


def chooses(story: TensorStory, flow: Flow) -> bool:
    """Whether the step picks entries of the operand, as a pool does."""
    match story.derivation.graph.steps[flow.step].expression:
        case Call("max_pool1d" | "max_pool2d", (Name(), *_)):
            return True
        case Call("max" | "min", (Name(),), options):
            return any(name == "axis" and isinstance(value, Number) for name, value in options)
    return False


def chosen(story: TensorStory, flow: Flow) -> Note:
    before, rest = TENSORS["chosen"].split("{incoming}")
    between, after = rest.split("{operand}")
    incoming, operand = Math(story.notation.adjoint(flow.step)), Math(Name(flow.operand))
    return (Math(story.part(flow)), Words(before), incoming, Words(between), operand, Words(after))
