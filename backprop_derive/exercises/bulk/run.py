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
            last = -1
            with crew(plan, workers) as compute:
                for batch in enough(plan, _resumed(store, compute), tell):
                    last = batch.start
            store.finish(plan, _put_together(plan, store, last))
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


def _put_together(plan: Plan, store: Store, last: int) -> int:
    """Write the results from the batches, up to the one that starts at `last`; how many files they are."""
    made = islice((each for batch in _stored(store, last) for each in batch.made), plan.count)
    rendering = rendering_of(plan.format)
    if rendering.one_file:
        store.write(store.folder / f"{plan.stem}.{rendering.suffix}", _joined(plan, made))
        return 1
    width = max(4, len(str(plan.count)))
    files = 0
    for place, each in enumerate(made, 1):
        name = f"{place:0{width}}-{each.id}"
        for ending, piece in zip(("", ".key"), each.pieces, strict=False):
            store.write(store.folder / f"{name}{ending}.{rendering.suffix}", [piece])
            files += 1
    return files


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
