"""Training a problem: what `backprop-derive train` and `bd.train` do, and the Training that shows itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy

from ..api import Solution, solve
from ..derivation import Derivation
from ..document import Document
from ..errors import UsageError
from ..evaluate.compiled import Compiled
from ..evaluate.floats import array_of, float_of
from ..evaluate.stepping import Stepper
from ..graph import build_graph
from ..language.changes import changed
from ..language.reader import Scalar, scalar_expression
from ..languages import speaking
from ..limits import DEFAULT_LIMITS, Limits
from ..optimiser import Optimiser, optimiser_named
from ..options import DEFAULT_OPTIONS, Options, with_changes
from ..problem import Problem
from ..report.training import Told, training_blocks
from ..solution import WorkedUpdate
from ..stages import derived, prepared
from ..syntax.expression import Expr
from .data import Data, bound, read_data
from .descent import GROWTH, Batch, Mover, OnArrays, OnExamples, OnNumbers, Progress, batches, descend, shapes_for
from .trace import Recorder, Trace
from .work import work_on_floats

_MOST_SHOWN = 50  # updates worked in full


def train(
    problem: str | Problem,
    *,
    lr: Scalar | None = None,
    updates: int | None = None,
    optimiser: str = "sgd",
    hyper: Mapping[str, Scalar] | None = None,
    wrt: str | tuple[str, ...] | list[str] = (),
    given: Mapping[str, Scalar] | None = None,
    loss: str | None = None,
    data: str | Path | Mapping[str, Any] | None = None,
    batch: int | None = None,
    shuffle: int | None = None,
    show: int | None = None,
    progress: Progress | None = None,
    options: Options = DEFAULT_OPTIONS,
    limits: Limits = DEFAULT_LIMITS,
) -> Training:
    """Train a problem: `updates` updates by an optimiser, the first `show` of them worked in full.

    `lr` and `updates` default to the problem's own lines; `hyper` are the optimiser's (`{"mu": 0.8}`). What moves is
    what `wrt` names, else Parameters, else Find's, else every given but the data. `data` is a .csv or .npz file or a
    mapping of arrays; each update takes the next `batch` rows (default: all), in an order drawn anew for every epoch
    from the seed `shuffle` where it is given.

    Raises as `solve` does, and ProblemError or UsageError where the data does not fit.
    """
    chosen = optimiser_named(optimiser, hyper)
    read, _ = prepared(problem, wrt, given, loss, False, limits)
    if read.asks_jacobian:
        raise UsageError(f"{read.spelled[read.loss]} is a tensor: training makes a single number smaller")
    if wrt:
        read = replace(read, parameters=read.gradients)
    if read.round_to is not None:
        raise UsageError("training computes in double precision and does not round", hint="the problem without Round")
    rate = _rate(read, lr, limits)
    count = _count(read, updates, limits)
    shown = min(count, read.updates or 1 if show is None else show)
    if shown > _MOST_SHOWN or shown < 0:
        raise UsageError(f"{shown} updates worked in full", expected=f"0 to {_MOST_SHOWN}")
    plain = replace(read, updates=0, learning_rate=rate)  # its spelling says whether decimals are shown
    bound_data = _data(data, plain, limits)
    plan = _Plan(plain, chosen, rate, bound_data, batch, shuffle, options, limits)
    return plan.training(count, shown, progress)


def _rate(problem: Problem, lr: Scalar | None, limits: Limits) -> Expr:
    rate = problem.learning_rate if lr is None else scalar_expression("lr", lr, limits)
    if rate is None:
        raise UsageError("there is no learning rate", expected="how far an update goes", hint="--lr 0.1")
    return rate


def _count(problem: Problem, updates: int | None, limits: Limits) -> int:
    count = (problem.updates or 1) if updates is None else updates
    if count < 1:
        raise UsageError(f"{count} updates", expected="a whole number, at least 1")
    limits.check("updates", count, "the number of updates")
    return count


def _data(data: str | Path | Mapping[str, Any] | None, problem: Problem, limits: Limits) -> Data | None:
    if data is None:
        return None
    return bound(data, problem) if isinstance(data, Mapping) else read_data(Path(data), problem, limits)


class _Plan:
    """What training needs before its first update."""

    def __init__(
        self, problem: Problem, optimiser: Optimiser, rate: Expr, data: Data | None, batch: int | None,
        shuffle: int | None, options: Options, limits: Limits,
    ) -> None:  # fmt: skip
        self.optimiser, self.rate, self.data, self.seed = optimiser, rate, data, shuffle
        self.limits, bound_keys = limits, set(data.arrays) if data is not None else set()
        if data is None and (batch is not None or shuffle is not None):
            raise UsageError("a batch is taken from data, and there is none", hint="--data file.csv")
        givens = {given.key for given in problem.givens}
        self.moved = tuple(key for key in problem.updated if key in givens and key not in bound_keys)
        if not self.moved:
            raise UsageError("there is nothing to train", expected="givens with values that are no data")
        self.problem = replace(problem, wanted=self.moved, second=(), unasked=())
        if data is None and not problem.has_values:
            missing = ", ".join(given.written for given in problem.without_value)
            raise UsageError(f"no value for {missing}", expected="numbers", hint="--data file.csv, or --given x=1")
        self.size, self.drops_rest = self._batch_size(batch)
        first = next(batches(data, self.size, self.drops_rest, shuffle))
        example = {key: array[0] if data is not None and data.one_by_one else array for key, array in first.items()}
        self.filled = self._with_values(example) if example else self.problem
        shapes = {key: tuple(map(int, shape)) for key, shape in self.filled.shapes.items()}
        self.values: Batch = {given.key: array_of(given.value, shapes[given.key]) for given in self.filled.givens}
        self.options = options
        self.compiled = Compiled(derived(build_graph(self.problem)))

    def _with_values(self, example: Batch) -> Problem:
        """The problem with the first example, or the first batch, as the values of its givens."""
        spelled = self.problem.spelled
        given = {spelled[key]: numpy.asarray(array).tolist() for key, array in example.items()}
        return changed(self.problem, given=given, limits=self.limits)

    @cached_property
    def solution(self) -> Solution:
        """The first pass, worked; it takes longer than many updates, and only documents need it."""
        return solve(self.filled, options=self.options, limits=self.limits)

    def _batch_size(self, batch: int | None) -> tuple[int, bool]:
        """How many rows a batch has, and whether an incomplete one is left out: where the problem says the number."""
        if self.data is None:
            return 1, False
        if batch is not None and not 1 <= batch <= self.data.rows:
            raise UsageError(
                f"a batch of {batch} rows", expected=f"1 to {self.data.rows}, the rows of {self.data.name}"
            )
        leading = None if self.data.one_by_one else self.problem.shapes[next(iter(self.data.arrays))][0]
        if isinstance(leading, int):
            if batch not in (None, leading) or leading > self.data.rows:
                raise UsageError(
                    f"a batch of {batch or self.data.rows} rows, where the problem's shapes have {leading}",
                    hint="a letter in the shape: X: (n, 2)",
                )
            return leading, True
        return batch or self.data.rows, False

    def stepper(self, batch: Batch) -> Stepper:
        rate = float_of(self.rate)
        shapes, letters = shapes_for(self.compiled, {**self.values, **batch})
        return Stepper(self.compiled.derivation, self.optimiser, rate, self.moved, shapes, letters)

    def mover(self) -> Mover:
        stream = batches(self.data, self.size, self.drops_rest, self.seed)
        if self.data is not None and self.data.one_by_one:
            return OnExamples(self.stepper({}), self.values, stream)
        if self.data is None and isinstance(self.compiled.derivation, Derivation):
            return OnNumbers(self.stepper({}), self.values)
        own = {key: value for key, value in self.values.items() if self.data is None or key not in self.data.arrays}
        return OnArrays(self.stepper, own, stream)

    def training(self, count: int, shown: int, progress: Progress | None) -> Training:
        spelled = [(key, self.problem.spelled[key]) for key in self.moved]
        mover = self.mover()
        recorder = Recorder(spelled, {key: self.values[key] for key in self.moved}, count)
        trace = descend(mover, recorder, count, progress)
        if trace.divergence is not None and not trace.updates:
            _ = self.solution  # it says what does not exist, and where
        shown = min(shown, trace.updates)
        return Training(self, trace, self.worked(shown))

    def worked(self, shown: int) -> tuple[WorkedUpdate, ...]:
        """The first updates: exactly where that can be, else in double precision."""
        if not shown:
            return ()
        if self.data is None and isinstance(derivation := self.solution.derivation, Derivation):
            from ..evaluate.updates import work_updates

            return work_updates(derivation, self.optimiser, self.rate, self.moved, shown, self.limits)
        stream = batches(self.data, self.size, self.drops_rest, self.seed)
        return work_on_floats(self.stepper, self.values, stream, self.data, shown)


class Training:
    """A training: its trace, what is left at its end, and every format. It shows itself in a notebook."""

    def __init__(self, plan: _Plan, trace: Trace, worked: tuple[WorkedUpdate, ...]) -> None:
        self._plan = plan
        self.trace = trace
        self.worked = worked

    @property
    def solution(self) -> Solution:
        """The worked first pass."""
        return self._plan.solution

    @property
    def losses(self) -> Any:
        """The loss after 0, 1, 2, … updates, on the batch that the next update takes."""
        return self.trace.losses

    @property
    def diverged(self) -> bool:
        return self.trace.divergence is not None

    def document(self, options: Options | None = None, plot: str = "") -> Document:
        """The worked first pass, the worked updates and the trace table; `plot` is text that is shown below it."""
        chosen = options or self._plan.options
        document = self.solution.document(chosen)
        data = self._plan.data
        told = Told(
            record=self.solution.record, options=chosen, optimiser=self._plan.optimiser, rate=self._plan.rate,
            worked=self.worked, columns=self.trace.columns, numbers=tuple(self.trace.thinned()),
            rows=tuple((float(self.losses[n]), *self.trace.parameters[n].tolist()) for n in self.trace.thinned()),
            batch=None if data is None else (self._plan.size, data.rows, data.name, data.one_by_one),
            are_norms=self.trace.are_norms, growth=GROWTH, plot=plot,
            divergence=None if self.trace.divergence is None else self._divergence(),
        )  # fmt: skip
        with speaking(chosen.language):
            return training_blocks(document, told)

    def _divergence(self) -> tuple[int, int, bool]:
        found = self.trace.divergence
        assert found is not None
        return found.began, found.noticed, found.is_finite

    def render(self, format: str, **changes: Any) -> str | bytes:
        """The document in a format by its name: `json` is the trace, bytes for `pdf`; `txt` shows a plot."""
        options = with_changes(self._plan.options, changes)
        if format == "json":
            return self.to_json()
        from ..formats import render
        from .plots import text_plot

        plot = text_plot(self.losses) if format == "txt" else ""
        return render(self.document(options, plot), format, options)

    def to_markdown(self, **changes: Any) -> str:
        return str(self.render("md", **changes))

    def to_text(self, **changes: Any) -> str:
        return str(self.render("txt", **changes))

    def to_csv(self) -> str:
        """The whole trace, one line an update."""
        return self.trace.to_csv()

    def to_json(self) -> str:
        """The whole trace by columns."""
        return self.trace.to_json()

    def plot(self, path: str | Path) -> None:
        """The loss against the updates, as SVG or PNG by the suffix; drawn by matplotlib. Raises OutputError."""
        from ..formats.files import write_whole
        from .plots import draw

        target = Path(path)
        problem = self._plan.problem
        title, spelled = problem.title or "Training", problem.spelled[problem.loss]
        write_whole(target, draw(self.losses, target.suffix, title, spelled))

    def _repr_markdown_(self) -> str:
        return self.to_markdown(flavour="dollar")

    def __repr__(self) -> str:
        end = " (diverged)" if self.diverged else ""
        return f"<Training: {self.trace.updates} updates, loss {self.losses[0]:.4g} to {self.losses[-1]:.4g}{end}>"
