"""What `train` does: read the problem and the data, train, write the document, the trace and the plots."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click

from ..errors import UsageError
from ..formats.files import write_whole
from .reading import problem_text
from .run import format_for, format_of, put, read_given, read_limits, read_options, target, targets, time_limit, viewed
from .waiting import waiting


def run_train(*, problem: str | None, text: str | None, **choices: Any) -> None:
    """One call of `train`. Raises BackpropError; nothing is written then."""
    limits = read_limits(choices.pop("limits"))
    output, opens = viewed(choices, problem)
    data = choices["data"]
    path = target(output, problem, data)
    format = format_for(choices.pop("format_") or format_of(path), output)
    traces = targets(choices["traces"], "--trace", (".csv", ".json"), problem, data)
    plots = targets(choices["plots"], "--plot", (".svg", ".png"), problem, data)
    if choices["mode"] != "reverse" or choices["layout"] != "solution" or choices["expand"]:
        raise UsageError("training goes by the backward pass, without the lesson", expected="neither of --mode forward,"
                         " --layout lesson, --expand")  # fmt: skip
    name, source = problem_text(problem, text, limits)
    options = read_options(choices, limits)
    with time_limit(limits.work):
        from ..language.reader import read_problem
        from ..training.train import train

        names = tuple(choices["wrt"].replace(",", " ").split())
        values = read_given(choices["given"])
        read = read_problem(source, name=name, given=values, wrt=names, loss=choices["loss"], limits=limits)
        with _progress(choices["updates"] or read.updates or 1) as progress:
            training = train(
                read, lr=choices["lr"], updates=choices["updates"], optimiser=choices["optimiser"],
                hyper=read_given(choices["hyper"], "--hyper"), wrt=names, data=data, batch=choices["batch"],
                shuffle=choices["shuffle"], show=choices["show"], progress=progress, options=options, limits=limits,
            )  # fmt: skip
        with waiting("writing"):
            content = training.render(format)
            for file in plots:
                training.plot(file)
    for file in traces:
        write_whole(file, training.to_csv() if file.suffix.lower() == ".csv" else training.to_json())
    put(content, path, opens)
    if (gone := training.trace.divergence) is not None:
        click.echo(f"warning: the loss diverges from update {gone.began} on; stopped after {gone.noticed}", err=True)


@contextmanager
def _progress(updates: int) -> Iterator[Any]:
    """The seconds of the derivation, then a bar, on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as deriving, ExitStack() as training:
        deriving.enter_context(waiting("deriving"))
        bar = click.progressbar(length=updates, label="training", file=sys.stderr)

        def tell(made: int) -> None:
            if bar.pos == 0:
                deriving.close()
                training.enter_context(bar)
            bar.update(made - bar.pos)

        yield tell
        if bar.pos:
            bar.update(updates - bar.pos)
