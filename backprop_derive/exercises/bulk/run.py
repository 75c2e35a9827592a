"""A run of many variants into a folder, a file, or a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from glob import escape
from itertools import islice
from pathlib import Path

from ...errors import BackpropError, OutputError
from ..exercise import Variant
from .batch import Batch, Made, Span, WorkersError, exercise_of, spans
from .plan import Plan
from .renderings import NUMBERS_ONLY, export_options, rendering_of
from .search import Tell, enough
from .store import Store, store_in
from .workers import ALONE, Compute, Workers, crew


def silent(found: int) -> None:
    """Tell nobody."""


def to_folder(plan: Plan, folder: Path, workers: Workers = ALONE, tell: Tell = silent) -> None:
    """Write the variants of a plan into a folder of their own; a run that was killed there goes on.

    Raises UsageError for a folder that holds something else, LimitError where a requirement cannot be met.
    """
    exercise_of(plan.text, plan.name, plan.limits)  # what is wrong with the text is said before anything is written
    with store_in(folder) as store:
        if not store.begin(plan, _results(plan)):
            tell(plan.count)
            return
        try:
            results = _Results(plan, store)
            with crew(plan, workers) as compute:
                for batch in enough(plan, _resumed(store, compute), tell):
                    results.prepare(batch)
            store.finish(plan, results.named())
        except BackpropError as error:
            # Where workers or the disk are to blame, another attempt may succeed with what is there.
            if not (isinstance(error, (OutputError, WorkersError)) and store.starts()):
                store.discard()
            raise


def _results(plan: Plan) -> str:
    """What the files of the results are called, as a pattern."""
    rendering = rendering_of(plan.format)
    return f"{escape(plan.stem) if rendering.one_file else '[0-9]*-*'}.{rendering.suffix}"


def _resumed(store: Store, compute: Compute) -> Compute:
    """Batches that were kept, and between them new ones, which are kept as they come."""
    before = store.starts()

    def resumed(wanted: Iterable[Span]) -> Iterator[Batch]:
        asked = list(wanted)
        new = iter(compute([span for span in asked if span[0] not in before]))
        for span in asked:
            if span[0] in before:
                yield store.kept(span[0])
            else:
                batch = next(new)
                store.save(batch)
                yield batch

    return resumed


class _Results:
    """The files of a run. Those of single variants are written while others compute, and get their names at the end."""

    def __init__(self, plan: Plan, store: Store) -> None:
        self.plan = plan
        self.store = store
        self.rendering = rendering_of(plan.format)
        self.last = -1
        self.made = 0
        self.files = 0
        store.forget_prepared()

    def prepare(self, batch: Batch) -> None:
        """Take up the next batch."""
        self.last = batch.start
        if not self.rendering.one_file:
            self.files += self.store.prepare(batch.start, self._files(batch.made[: self.plan.count - self.made]))
            self.made += len(batch.made)

    def _files(self, made: tuple[Made, ...]) -> Iterator[tuple[str, bytes]]:
        width = max(4, len(str(self.plan.count)))
        for place, each in enumerate(made, self.made + 1):
            for ending, piece in zip(("", ".key"), each.pieces, strict=False):
                yield f"{place:0{width}}-{each.id}{ending}.{self.rendering.suffix}", piece

    def named(self) -> int:
        """Give all files their names; how many they are."""
        if not self.rendering.one_file:
            self.store.name_results()
            return self.files
        batches = _stored(self.store, self.last)
        made = islice((each for batch in batches for each in batch.made), self.plan.count)
        path = self.store.folder / f"{self.plan.stem}.{self.rendering.suffix}"
        self.store.write(path, _joined(self.plan, made))
        return 1


def _stored(store: Store, last: int) -> Iterator[Batch]:
    return (store.kept(start) for start, _ in spans(last + 1))


def _joined(plan: Plan, made: Iterator[Made]) -> Iterator[bytes]:
    """The bytes of one file for all variants."""
    rendering = rendering_of(plan.format)
    exercise = exercise_of(plan.text, plan.name, plan.limits)
    if rendering.whole:
        assert rendering.export is not None
        found = (Variant(exercise, exercise.source.drawn(each.number)) for each in made)
        yield from rendering.export.pieces(found, export_options(exercise, plan.kind, plan.options))
        return
    head, foot = rendering.around(exercise, plan.kind, plan.options)
    yield head
    for each in made:
        yield from each.pieces
    yield foot


def pieces(plan: Plan, workers: Workers = ALONE, tell: Tell = silent) -> Iterator[bytes]:
    """The bytes of one file for all variants, one after the other."""
    return _joined(plan, _made(plan, workers, tell))


def one(plan: Plan, variant: Variant) -> Iterator[bytes]:
    """One file for one variant."""
    pieces = rendering_of(plan.format).pieces(variant, plan.kind, plan.options)
    return _joined(plan, iter([Made(variant.drawn.number, variant.id, pieces)]))


def variants(plan: Plan, workers: Workers = ALONE, tell: Tell = silent) -> list[Variant]:
    """The variants of a plan, all at once."""
    exercise = exercise_of(plan.text, plan.name, plan.limits)
    found = _made(replace(plan, format=NUMBERS_ONLY), workers, tell)
    return [Variant(exercise, exercise.source.drawn(each.number)) for each in found]


def _made(plan: Plan, workers: Workers, tell: Tell) -> Iterator[Made]:
    with crew(plan, workers) as compute:
        found = enough(plan, compute, tell)
        yield from islice((each for batch in found for each in batch.made), plan.count)
