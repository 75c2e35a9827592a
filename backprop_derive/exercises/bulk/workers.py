"""Who computes the batches of a run: this process, several on this machine, or a Dask cluster."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import Any

from ...errors import BackpropError, UsageError
from ...records import record
from .batch import Batch, Span, WorkersError, computed
from .copies import can_be_copied, copies, end_with
from .plan import Plan

_AHEAD = 3  # batches for each process that are asked for before they are needed
_SECONDS = 10  # to find a cluster and its workers


@record
class Workers:
    """So many processes here, or the Dask cluster whose scheduler is at `cluster`."""

    jobs: int = 1
    cluster: str | None = None

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise UsageError(f"--jobs {self.jobs}", expected="how many processes, at least 1")


ALONE = Workers()
Compute = Callable[[Iterable[Span]], Iterator[Batch]]


@contextmanager
def crew(plan: Plan, workers: Workers) -> Iterator[Compute]:
    """What computes batches, in the order of their spans; several at once where there are several workers.

    Raises what went wrong in a batch, and WorkersError where there are no such workers.
    """
    if workers.cluster is None and workers.jobs == 1:
        yield lambda spans: (_unless_error(computed(plan, start, stop)) for start, stop in spans)
        return
    if workers.cluster is None and can_be_copied():
        with copies(workers.jobs) as pool:
            yield lambda spans: _in_turn(pool, workers.jobs, plan, spans)
        return
    joblib: Any = _joblib(workers)
    # `initializer` goes through joblib to its processes.
    begin: Any = {} if workers.cluster else {"initializer": end_with, "initargs": (os.getpid(),)}
    with _backend(joblib, workers):
        parallel = joblib.Parallel(
            n_jobs=workers.jobs, batch_size=1, pre_dispatch=f"{_AHEAD}*n_jobs", return_as="generator", **begin
        )
        yield lambda spans: _together(joblib, parallel, plan, spans)


def _in_turn(pool: ProcessPoolExecutor, jobs: int, plan: Plan, spans: Iterable[Span]) -> Iterator[Batch]:
    left = iter(spans)
    try:
        begun = deque(pool.submit(computed, plan, *span) for span in islice(left, _AHEAD * jobs))
        while begun:
            result = begun.popleft().result()
            begun.extend(pool.submit(computed, plan, *span) for span in islice(left, 1))
            yield _unless_error(result)
    except BrokenProcessPool:
        raise _lost() from None


def _together(joblib: Any, parallel: Any, plan: Plan, spans: Iterable[Span]) -> Iterator[Batch]:
    is_over = False
    wanted = (span for span in spans if not is_over)
    results = parallel(joblib.delayed(computed)(plan, start, stop) for start, stop in wanted)
    try:
        for result in results:
            yield _unless_error(result)
    except BrokenProcessPool:
        raise _lost() from None
    except GeneratorExit:
        # What is under way is waited for: taken away from joblib, it would complain on standard error.
        is_over = True
        deque(results, maxlen=0)
        raise
    finally:
        results.close()


def _lost() -> WorkersError:
    return WorkersError(
        "a process that computes variants was ended from outside, or for want of memory",
        hint="the same command goes on from what is kept; with fewer --jobs it needs less memory",
    )


def _unless_error(result: Batch | BackpropError) -> Batch:
    if isinstance(result, BackpropError):
        raise result
    return result


def _joblib(workers: Workers) -> Any:
    extra = "jobs" if workers.cluster is None else "cluster"
    try:
        import joblib

        if workers.cluster is not None:
            import distributed  # noqa: F401
    except ImportError as error:
        option = f"--jobs {workers.jobs}" if workers.cluster is None else "--cluster"
        raise WorkersError(
            f"{option} needs {error.name}, which is not installed", hint=f"pip install 'backprop-derive[{extra}]'"
        ) from None
    return joblib


@contextmanager
def _backend(joblib: Any, workers: Workers) -> Iterator[None]:
    if workers.cluster is None:
        with _quiet_tracker(), joblib.parallel_config(backend="loky", inner_max_num_threads=1):
            yield
        return
    with _client(workers.cluster) as client, joblib.parallel_config(backend="dask", client=client):
        yield


@contextmanager
def _quiet_tracker() -> Iterator[None]:
    """Joblib's tracker cleans up what a killed run leaves behind, and would complain of each kind of thing."""
    before = os.environ.get("PYTHONWARNINGS")
    quiet = "ignore:resource_tracker:UserWarning"
    os.environ["PYTHONWARNINGS"] = f"{before},{quiet}" if before else quiet
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


@contextmanager
def _client(address: str) -> Iterator[Any]:
    import distributed

    connect: Any = distributed.Client
    try:
        client = connect(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise WorkersError(
            f"no Dask scheduler answers at {address}: {error}", expected="the address that `dask scheduler` prints",
            hint="--cluster tcp://127.0.0.1:8786",
        ) from None  # fmt: skip
    with client:
        if not client.ncores():
            try:
                client.wait_for_workers(1, timeout=_SECONDS)
            except TimeoutError:
                raise WorkersError(
                    f"the Dask scheduler at {address} has no workers", hint=f"dask worker {address}"
                ) from None
        yield client
