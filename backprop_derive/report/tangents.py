"""Forward mode with tensors told: each step's tangent in matrix notation or by entries, along the seeds of a sweep."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ..derivation import OUTPUT, TANGENT, Push
from ..document import (
    Block,
    Chain,
    Entry,
    Heading,
    Item,
    ListBlock,
    Listing,
    Math,
    MathNode,
    Paragraph,
    Plus,
    Remark,
    Tangent,
    Words,
)  # fmt: skip
from ..indexed.patterns import whole_in_output
from ..indexed.shape import Shape
from ..languages import grouped
from ..records import record
from ..solution import TensorForward, TensorPass, TensorSweep, TensorValue
from ..syntax.expression import Expr, Name, Rounded, size, substitute
from .flows import entry
from .jacobian import in_line
from .matrices import Setter, shown_value
from .sentences import FORWARD_MODE, HEADINGS
from .tensor_story import TensorStory, nodes_of

# A longer form is shown by entries, and one that is too long for that by its symbol alone.
_LONGEST_MATRIX, _LONGEST_ENTRY = 20, 60


@record
class Forward:
    """Forward mode of one solution with tensors."""

    story: TensorStory
    forward: TensorForward

    def blocks(self, level: int) -> Iterator[Block]:
        """One sweep along a direction, or for each wanted name the first of its sweeps; and what both modes take."""
        yield Heading(level, (Words(HEADINGS["forward mode"]),))
        sweeps = self.told()
        for position, (seeds, sweep) in enumerate(sweeps):
            yield from self.seeded(seeds, sweep, position == 0)
        if not self.along_direction:
            yield self.count()

    @property
    def along_direction(self) -> bool:
        return bool(self.forward.sweeps) and self.forward.sweeps[0].entry is None

    def told(self) -> list[tuple[tuple[str, ...], TensorSweep | None]]:
        """The sweeps that are worked: of one name's entries the first."""
        graph = self.story.derivation.graph
        wanted = [key for key in graph.wanted if key in graph.on_path]
        if not self.forward.sweeps:
            return [((key,), None) for key in wanted]
        first: dict[tuple[str, ...], TensorSweep | None] = {}
        for sweep in self.forward.sweeps:
            first.setdefault(tuple(sweep.seeds), sweep)
        return list(first.items())

    def seeded(self, seeds: tuple[str, ...], sweep: TensorSweep | None, is_first: bool) -> Iterator[Block]:
        """The seeds, and a line for each tangent."""
        if sweep is None:
            before, after = FORWARD_MODE["any seed" if is_first else "next seed"].split("{seed}")
            yield Paragraph((Words(before), Math(Tangent(Name(seeds[0]))), Words(after)))
        else:
            before, after = FORWARD_MODE["seed" if is_first else "next seed"].split("{seed}")
            shown = tuple(self.story.equation(Tangent(Name(key)), value) for key, value in sweep.seeds.items())
            yield Paragraph((Words(before), Math(shown[0] if len(shown) == 1 else Listing(shown)), Words(after)))
        order = self.forward.tangents.order(seeds)
        yield ListBlock(tuple(Item(in_line(self.lines(key, seeds, sweep))) for key in order))
        others = sum(tuple(found.seeds) == seeds for found in self.forward.sweeps) - 1
        if sweep is not None and sweep.entry is not None and others > 0:
            sentence = FORWARD_MODE["other entry" if others == 1 else "other entries"]
            before, after = sentence.format(count=others, name="{name}").split("{name}")
            yield Paragraph((Words(before), Math(Name(seeds[0])), Words(after)))

    def lines(self, key: str, seeds: tuple[str, ...], sweep: TensorSweep | None) -> tuple[Chain, ...]:
        """Ż = Ẋ W + X Ẇ = (…)(…) + … = (…); by entries, the numbers have a formula of their own."""
        story, tangents = self.story, self.forward.tangents
        reached = {*seeds, *tangents.order(seeds)}
        pushes = tangents.moved(key, reached)
        links: list[MathNode] = [Tangent(Name(key))]
        relations: list[str] = []
        forms = [self.matrix(push) for push in pushes]
        if all(form is not None for form in forms):
            pairs = [(push, form) for push, form in zip(pushes, forms, strict=True) if form is not None]
            links.append(_sum([self.setter(push).set(form) for push, form in pairs]))
            relations.append("=")
            filled = [] if sweep is None else [self.filled(push, form, sweep) for push, form in pairs]
            known = [part for part in filled if part is not None]
            if known and len(known) == len(pairs) and _sum(known) != links[-1]:
                links.append(_sum(known))
                is_near = any(isinstance(node, Rounded) for node in nodes_of(links[-1]))
                relations.append("≈" if is_near else "=")
        else:
            links, relations = self.by_entries(key, pushes)
        if sweep is None:
            return (Chain(tuple(links), tuple(relations)),)
        if isinstance(links[0], Entry):
            return Chain(tuple(links), tuple(relations)), story.equation(Tangent(Name(key)), sweep.tangents[key])
        return (story.concluded(links, relations, sweep.tangents[key]),)

    def by_entries(self, key: str, pushes: tuple[Push, ...]) -> tuple[list[MathNode], list[str]]:
        """The tangent entry by entry, where that can be read."""
        if sum(size(push.component.body) for push in pushes) > _LONGEST_ENTRY:
            return [Tangent(Name(key))], []
        parts: list[MathNode] = []
        at: tuple[Expr, ...] = ()
        for push in pushes:
            body, at = self.setter(push).by_entries(push.component, self.story.taken, push.component.at)
            parts.append(body)
        return [entry(Tangent(Name(key)), at), _sum(parts)], ["="]

    def matrix(self, push: Push) -> Expr | None:
        """The form in matrix notation, with the step's own output where its definition would stand."""
        if push.matrix is None:
            return None
        slots: dict[str, Expr] = {key: Name(f"#{k}") for k, key in enumerate(push.slots)}
        definition = substitute(self.story.derivation.graph.steps[push.step].expression, slots)
        form = push.matrix if isinstance(definition, Name) else whole_in_output(push.matrix, definition, OUTPUT)
        return form if size(form) <= _LONGEST_MATRIX else None

    def setter(self, push: Push) -> Setter:
        """Sets a form: the problem's names for the slots, and the operand's tangent."""
        shown: dict[str, MathNode] = {f"#{k}": Name(key) for k, key in enumerate(push.slots)}
        names = {**shown, TANGENT: Tangent(Name(push.operand)), OUTPUT: Name(push.step)}
        return Setter(self.shapes(push), names, derived=True)

    def shapes(self, push: Push) -> dict[str, Shape]:
        shapes = self.story.problem.shapes
        slots = {f"#{k}": shapes[key] for k, key in enumerate(push.slots)}
        return {**slots, TANGENT: shapes[push.operand], OUTPUT: shapes[push.step]}

    # --- numbers

    def values(self, push: Push, sweep: TensorSweep) -> dict[str, TensorValue]:
        first = self.story.record.first
        assert isinstance(first, TensorPass)
        known = {**sweep.seeds, **sweep.tangents}
        slots = {f"#{k}": first.values[key] for k, key in enumerate(push.slots)}
        return {**slots, TANGENT: known[push.operand], OUTPUT: first.values[push.step]}

    def filled(self, push: Push, form: Expr, sweep: TensorSweep) -> Expr | None:
        values = self.values(push, sweep)
        if isinstance(form, Name):
            return shown_value(values[form.key], self.story.style) if form.key in values else None
        return self.story.filler(values, self.shapes(push), derived=True).fill(form)

    def count(self) -> Remark:
        graph = self.story.derivation.graph
        shapes = [self.story.problem.shapes[key] for key in graph.wanted if key in graph.on_path]
        if any(isinstance(axis, str) for shape in shapes for axis in shape):
            return Remark((Words(FORWARD_MODE["sweeps of any size"]),))
        count = sum(math.prod(int(axis) for axis in shape) for shape in shapes)
        return Remark((Words(FORWARD_MODE["sweeps of tensors"].format(count=grouped(count))),))

    def answers(self) -> Iterator[MathNode]:
        """The gradients as collected, or the change along the direction; without numbers, along any."""
        loss = self.story.problem.loss
        if not self.forward.sweeps:
            yield from dict.fromkeys(self.lines(loss, seeds, None)[0] for seeds, _ in self.told())
            return
        if self.along_direction:
            yield self.story.equation(Tangent(Name(loss)), self.forward.sweeps[0].tangents[loss])
            return
        for key, value in self.forward.gradients.items():
            yield self.story.equation(self.story.notation.adjoint(key), self.story.gradient_value(value))


def _sum(parts: Sequence[MathNode]) -> MathNode:
    return parts[0] if len(parts) == 1 else Plus(tuple(parts))
