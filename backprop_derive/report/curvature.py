"""Second derivatives of tensors told: the curvature of each step, and how the chain rule composes them."""

from __future__ import annotations

from collections.abc import Iterator

from ..derivation import INCOMING, OUTPUT, Curvature, Flow, TensorSecond
from ..document import (
    Block,
    Chain,
    Derivative,
    Entry,
    Heading,
    Item,
    ListBlock,
    Math,
    MathNode,
    Paragraph,
    Plus,
    SecondDerivative,
    Times,
    Words,
)  # fmt: skip
from ..indexed.matrix import transposed
from ..indexed.shape import Shape
from ..indexed.structure import simplified
from ..records import record
from ..solution import TensorSecondSolution, TensorValue
from ..syntax.expression import (
    ZERO,
    Call,
    Expr,
    MatrixProduct,
    Name,
    Over,
    Sum,
    Transpose,
    names_in,
    size,
    substitute,
)  # fmt: skip
from .jacobian import entries_in_output, in_own_output
from .matrices import Setter, as_expr
from .sentences import HEADINGS, SECOND, TENSORS
from .tensor_story import TensorStory

# A curvature of more operations is shown in full detail only; a composed Hessian stops there.
_LONGEST_ENTRY, _LONGEST_MATRIX, _LONGEST_COMPOSED = 60, 24, 24
_ADJOINT = "#adjoint of "


@record
class Curved:
    """The second derivatives of one solution with tensors."""

    story: TensorStory
    solution: TensorSecondSolution

    @property
    def second(self) -> TensorSecond:
        return self.solution.derivation

    def blocks(self, level: int) -> Iterator[Block]:
        """The curvature of each step, then for each name the second derivatives from the loss back."""
        curvatures = list(self.second.curvatures())
        yield Heading(level, (Words(HEADINGS["second local"]),))
        if not curvatures:
            yield Paragraph((Words(SECOND["all zero"]),))
            return
        yield ListBlock(tuple(map(self.item, curvatures)))
        yield Paragraph((Words(SECOND["others"]),))
        lines = [line for seed in self.seeds() for line in self.lines(seed) if line.relations]
        if lines:
            yield Heading(level, (Words(HEADINGS["second"]),))
            yield Paragraph((Words(SECOND["of tensors"]),))
            yield ListBlock(tuple(Item((Math(line),)) for line in lines))

    def seeds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(seed for _, seed in self.second.pairs))

    # --- curvatures

    def item(self, curvature: Curvature) -> Item:
        """∂²L/∂z² = diag(p) − p pᵀ, and by entries below it."""
        entries = self.entry_line(curvature)
        matrix = curvature.matrix
        if matrix is not None:
            matrix = in_own_output(self.story, curvature.step, curvature.slots, matrix)
        if matrix is None or size(matrix) > _LONGEST_MATRIX:
            name = self.symbol(curvature)
            return Item((Math(entries),)) if entries is not None else Item((Math(name), Words(TENSORS["too long"])))
        setter = self.setter(curvature)
        line = Chain((self.symbol(curvature), setter.set(matrix)), ("=",))
        is_brief = self.story.options.detail == "brief" or entries is None or not curvature.component.at
        return Item((Math(line),), () if is_brief else ((Words(TENSORS["by entries"]), Math(entries or ZERO)),))

    def setter(self, curvature: Curvature) -> Setter:
        """Sets a curvature's forms, where `#pk` is the softmax of slot `#k`."""
        shapes: dict[str, Shape] = {f"#{k}": self.story.problem.shapes[key] for k, key in enumerate(curvature.slots)}
        out = self.story.problem.shapes[curvature.step]
        shown: dict[str, MathNode] = {f"#{k}": Name(key) for k, key in enumerate(curvature.slots)}
        softmaxes = {f"#p{k}": Call("softmax", (Name(key),)) for k, key in enumerate(curvature.slots)}
        adjoint = self.story.notation.adjoint(curvature.step)
        known = {**shapes, **{f"#p{k}": shapes[f"#{k}"] for k in range(len(curvature.slots))}}
        names = {**shown, **softmaxes, INCOMING: adjoint, OUTPUT: Name(curvature.step)}
        return Setter({**known, INCOMING: out, OUTPUT: out}, names, derived=True)

    def entry_line(self, curvature: Curvature) -> Chain | None:
        component = curvature.shown or curvature.component
        component = entries_in_output(self.story, curvature.step, curvature.slots, component)
        if size(component.body) > _LONGEST_ENTRY and self.story.options.detail != "full":
            return None
        body, at = self.setter(curvature).by_entries(component, self.story.taken, component.at)
        rank = len(self.story.problem.shapes[curvature.first])
        return Chain((self.symbol(curvature, at[:rank], at[rank:]), body), ("=",))

    def symbol(self, curvature: Curvature, rows: tuple[Expr, ...] = (), columns: tuple[Expr, ...] = ()) -> MathNode:
        """∂²L/∂z∂w, or of an inner step Σ_k ∂L/∂y_k ∂²y_k/∂z∂w."""
        by = _entry(curvature.first, rows), _entry(curvature.second, columns)
        sign, step = self.story.notation.sign, curvature.step
        if step == self.story.problem.loss:
            return SecondDerivative(Name(step), by, sign, self.held(curvature))
        used = {node.key for node in (*rows, *columns) if isinstance(node, Name)}
        letters = (k for k in "klmnpqrstuvijabcdefgh" if k not in self.story.taken and k not in used)
        inner = tuple(Name(next(letters)) for _ in self.story.problem.shapes[step])
        adjoint = self.story.notation.adjoint(step)
        of = _entry(step, inner)
        body = as_expr(Times((as_expr(Entry(adjoint, inner)) if inner else adjoint, SecondDerivative(of, by, sign))))
        for index in reversed(inner):
            body = Over(index.key, 0, body)
        return body

    def held(self, curvature: Curvature) -> tuple[Expr, ...]:
        """A bar where an operand reaches the loss by other steps too."""
        uses = self.story.derivation.uses
        if all(len(uses[key]) == 1 for key in (curvature.first, curvature.second)):
            return ()
        steps = self.story.derivation.graph.steps
        operands = (curvature.first, curvature.second)
        return tuple(Name(key) for key in curvature.slots if key in steps and key in uses and key not in operands)

    # --- the chain rule

    def lines(self, seed: str) -> Iterator[Chain]:
        """How each step changes with the seed, then each gradient."""
        derivation, solution = self.story.derivation, self.solution
        for step in derivation.graph.path_steps():
            links = self.tangent_terms(step.key, seed)
            if links and step.key not in (seed, derivation.graph.loss):
                left = self.tangent(step.key, seed)
                form = self.change(step.key, seed) if links == [left] else None
                links = links if form is None else [self.whole_setter(form).set(form)]
                yield self.told(left, links, solution.tangents.get((step.key, seed)))
        for key in self.second.order(seed):
            terms = self.terms(key, seed)
            if terms:
                yield self.told(self.name(key, seed), terms, solution.changes.get((key, seed)))

    def told(self, left: MathNode, terms: list[MathNode], value: TensorValue | None) -> Chain:
        """The line with the sum of its terms, unless that is what it is the sum of, and its value."""
        links: list[MathNode] = [left]
        relations: list[str] = []
        total: MathNode = terms[0] if len(terms) == 1 else Plus(tuple(terms))
        if total != left:
            links, relations = [left, total], ["="]
        return Chain(tuple(links), tuple(relations)) if value is None else self.story.concluded(links, relations, value)

    def name(self, key: str, seed: str) -> MathNode:
        return SecondDerivative(Name(self.story.problem.loss), (Name(key), Name(seed)), self.story.notation.sign)

    def tangent(self, key: str, seed: str) -> MathNode:
        return Derivative(Name(key), Name(seed), self.story.notation.sign)

    def reached(self, seed: str) -> set[str]:
        """The steps that the seed reaches, and the seed."""
        found = {seed}
        flows = self.flows_by_step()
        for step in self.story.derivation.graph.path_steps():
            if any(flow.operand in found for flow in flows.get(step.key, ())):
                found.add(step.key)
        return found

    def flows_by_step(self) -> dict[str, list[Flow]]:
        found: dict[str, list[Flow]] = {}
        for flow in self.story.derivation.flows():
            found.setdefault(flow.step, []).append(flow)
        return found

    def tangent_terms(self, key: str, seed: str) -> list[MathNode]:
        """∂v/∂u ∂u/∂(seed) for each operand u that the seed reaches."""
        reached = self.reached(seed)
        terms: list[MathNode] = []
        for flow in self.flows_by_step().get(key, ()):
            if flow.operand == seed:
                terms.append(self.story.notation.local(key, seed))
            elif flow.operand in reached:
                terms.append(_matrix(self.story.notation.local(key, flow.operand), self.tangent(flow.operand, seed)))
        return terms

    def terms(self, key: str, seed: str) -> list[MathNode]:
        """(∂y/∂u)ᵀ ∂²L/∂y∂(seed), and each curvature times how its other operand changes."""
        reached, changed = self.reached(seed), self.changed(seed)
        terms: list[MathNode] = []
        for flow in self.story.derivation.uses.get(key, ()):
            if flow.step in changed:
                own = self.story.notation.local(flow.step, key)
                is_number = not (self.story.problem.shapes[flow.step] or self.story.problem.shapes[key])
                turned = own if is_number else as_expr(Transpose(as_expr(own)))
                terms.append(_matrix(turned, self.name(flow.step, seed)))
            for curvature in self.second.by_step.get(flow.step, ()):
                other = _other(curvature, key)
                if other == seed:
                    terms.append(self.turned(curvature, key))
                elif other in reached:
                    terms.append(_matrix(self.turned(curvature, key), self.tangent(str(other), seed)))
        return terms

    def changed(self, seed: str) -> set[str]:
        """The names whose gradient changes with the seed."""
        reached = self.reached(seed)
        found: set[str] = set()
        for key in self.story.derivation.adjoint_order():
            for flow in self.story.derivation.uses.get(key, ()):
                bent = (_other(c, key) for c in self.second.by_step.get(flow.step, ()))
                if flow.step in found or any(other in reached for other in bent):
                    found.add(key)
        return found

    def turned(self, curvature: Curvature, key: str) -> MathNode:
        """The curvature's symbol with this operand first."""
        if curvature.first == key:
            return self.symbol(curvature)
        turned = Curvature(curvature.step, curvature.second, curvature.first, curvature.slots, curvature.component)
        return self.symbol(turned)

    # --- answers

    def answers(self) -> Iterator[MathNode]:
        """∂²L/∂x² in numbers, or without them as a product of matrices where that is short."""
        for key, seed in self.second.pairs:
            left = self.name(key, seed)
            if self.solution.values:
                yield self.story.equation(left, self.solution.values[key, seed])
            elif key not in self.changed(seed):
                yield Chain((left, ZERO), ("=",))
            elif (form := self.composed(key, seed)) is not None:
                yield Chain((left, self.whole_setter(form).set(form)), ("=",))
            else:
                yield self.by_entries(key, seed) or self.told(left, self.terms(key, seed), None)

    def by_entries(self, key: str, seed: str) -> Chain | None:
        """The only curvature there is, which is then the answer."""
        uses = self.story.derivation.uses[key]
        found = self.second.by_step.get(uses[0].step, ()) if len(uses) == 1 else ()
        own = [c for c in found if (c.first, c.second) == (key, seed)]
        if uses[0].step != self.story.problem.loss or len(own) != 1 or len(self.terms(key, seed)) != 1:
            return None
        return self.entry_line(own[0])

    def whole_setter(self, form: Expr) -> Setter:
        shapes = dict(self.story.problem.shapes)
        shown: dict[str, MathNode] = {}
        for name in names_in(form):
            if name.startswith(_ADJOINT):
                shapes[name] = shapes[name.removeprefix(_ADJOINT)]
                shown[name] = self.story.notation.adjoint(name.removeprefix(_ADJOINT))
        return Setter(shapes, shown, derived=True)

    def composed(self, key: str, seed: str) -> Expr | None:
        """The Hessian of vectors in matrix notation; None where a part has none, or it is long."""
        if any(len(self.story.problem.shapes[name]) != 1 for name in (key, seed)):
            return None
        reached, changed = self.reached(seed), self.changed(seed)
        parts: list[Expr | None] = []
        for flow in self.story.derivation.uses.get(key, ()):
            if flow.step in changed:
                inner, own = self.composed(flow.step, seed), self.jacobian(flow)
                parts.append(None if inner is None or own is None else MatrixProduct(transposed(own), inner))
            for curvature in self.second.by_step.get(flow.step, ()):
                if (other := _other(curvature, key)) in reached:
                    parts.append(self.bent(curvature, key, str(other), seed))
        known = [part for part in parts if part is not None]
        if not known or len(known) < len(parts):
            return None
        whole = known[0] if len(known) == 1 else Sum(tuple(known), (False,) * len(known))
        whole = simplified(whole, self.story.problem.structures.keys(), self.story.problem.shapes)
        return whole if size(whole) <= _LONGEST_COMPOSED else None

    def bent(self, curvature: Curvature, key: str, other: str, seed: str) -> Expr | None:
        """A curvature with this operand first, times how the other one changes."""
        if curvature.matrix is None:
            return None
        own = self.in_names(curvature)
        own = own if curvature.first == key else transposed(own)
        change = self.change(other, seed)
        return own if other == seed else None if change is None else MatrixProduct(own, change)

    def change(self, key: str, seed: str) -> Expr | None:
        """∂(step)/∂(seed) of vectors in matrix notation, along one path."""
        reached = self.reached(seed)
        flows = [flow for flow in self.flows_by_step().get(key, ()) if flow.operand in reached]
        own = self.jacobian(flows[0]) if len(flows) == 1 else None
        if own is None or flows[0].operand == seed:
            return own
        before = self.change(flows[0].operand, seed)
        return None if before is None else MatrixProduct(own, before)

    def jacobian(self, flow: Flow) -> Expr | None:
        """∂(step)/∂(operand) of two vectors in matrix notation, in the problem's names."""
        form = self.second.jacobians.get((flow.step, flow.operand))
        if form is None or any(len(self.story.problem.shapes[name]) != 1 for name in (flow.step, flow.operand)):
            return None
        form = in_own_output(self.story, flow.step, flow.slots, form)
        names: dict[str, Expr] = {f"#{k}": Name(key) for k, key in enumerate(flow.slots)}
        return substitute(form, {**names, OUTPUT: Name(flow.step)})

    def in_names(self, curvature: Curvature) -> Expr:
        """A curvature in matrix notation in the problem's names; an adjoint is a name that begins with `_ADJOINT`."""
        assert curvature.matrix is not None
        names: dict[str, Expr] = {f"#{k}": Name(key) for k, key in enumerate(curvature.slots)}
        own = {INCOMING: Name(_ADJOINT + curvature.step), OUTPUT: Name(curvature.step)}
        return substitute(curvature.matrix, {**names, **own})


def _entry(key: str, places: tuple[Expr, ...]) -> Expr:
    return as_expr(Entry(Name(key), places)) if places else Name(key)


def _matrix(left: MathNode, right: MathNode) -> MathNode:
    return as_expr(MatrixProduct(as_expr(left), as_expr(right)))


def _other(curvature: Curvature, key: str) -> str | None:
    """The other operand of a curvature; the same one where both are."""
    if curvature.first == key:
        return curvature.second
    return curvature.first if curvature.second == key else None
