"""Many variants: the same bytes however they are computed, and whenever a run is killed."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backprop_derive.errors import DomainError, LimitError, OutputError, UsageError
from backprop_derive.exercises.bulk import run, search, store
from backprop_derive.exercises.bulk.batch import Batch, Made, Span, computed
from backprop_derive.exercises.bulk.plan import BATCH, Plan
from backprop_derive.exercises.bulk.workers import Workers
from backprop_derive.exercises.exercise import Exercise
from backprop_derive.exercises.exports.record import ExportOptions
from backprop_derive.exercises.exports.table import EXPORTS
from backprop_derive.exercises.task import SheetOptions
from backprop_derive.options import Options
from tests.conftest import CHECKOUT

NOTES = """
Given x = 1, y = 2, w = 1
Vary x in -9..9 except 0, y in -9..9, w in -9..9 except 0
y^ = x * w
s = y^ - y
loss = s**2
Find d(loss)/dw
Require loss != 0
"""
SHEETS = Plan(NOTES, "notes.txt", 7, 120, "md")
LINES = replace(SHEETS, format="jsonl", kind="numerical")


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, hidden files too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed") / "out"
    run.to_folder(SHEETS, folder)
    return files(folder)


# --- what comes out


def test_each_variant_has_its_sheet_and_its_key(undisturbed: dict[str, bytes]) -> None:
    variants = Exercise(NOTES).variants(120, seed=7)
    expected = {f"{k:04}-{each.id}{ending}.md" for k, each in enumerate(variants, 1) for ending in ("", ".key")}
    assert undisturbed.keys() == {*expected, "manifest.json"}
    sheet, key = (undisturbed[f"0001-{variants[0].id}{ending}.md"].decode() for ending in ("", ".key"))
    assert variants[0].id in sheet
    assert variants[0].id in key
    assert f"= {variants[0].solution.gradient('w')}$" in key.replace("(", "").replace(")", "")


def test_one_file_for_all_is_the_same_as_a_stream_and_as_a_folder(tmp_path: Path) -> None:
    run.to_folder(LINES, tmp_path / "out")
    text = (tmp_path / "out" / "notes.jsonl").read_bytes()
    assert text == b"".join(run.pieces(LINES))
    found = [json.loads(line)["id"] for line in text.splitlines()]
    assert found == [variant.id for variant in Exercise(NOTES).variants(120, seed=7)]
    assert [each.id for each in run.variants(SHEETS)] == found


@pytest.mark.parametrize("format", EXPORTS)
def test_an_export_in_bulk_has_the_bytes_of_the_export(format: str) -> None:
    if format == "anki":
        pytest.importorskip("genanki", reason="genanki is not installed")
    plan = replace(SHEETS, format=format, kind="numerical", count=4)
    whole = EXPORTS[format].pieces(Exercise(NOTES).variants(4, seed=7), ExportOptions(title="backprop-derive"))
    assert b"".join(run.pieces(plan)) == b"".join(whole)


def test_options_reach_every_piece() -> None:
    long = replace(LINES, count=1, options=SheetOptions(presentation=Options(notation="d")))
    plain, lettered = (b"".join(run.pieces(each)) for each in (replace(LINES, count=1), long))
    assert plain != lettered


@pytest.fixture(scope="module")
def processes() -> Iterator[Workers]:
    """Two processes of joblib, as elsewhere than on Linux; they leave threads behind."""
    pytest.importorskip("joblib", reason="joblib is not installed")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("backprop_derive.exercises.bulk.workers.can_be_copied", lambda: False)
        yield Workers(jobs=2)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies processes")
def test_copies_of_a_process_do_the_same(tmp_path: Path) -> None:
    """`bulk_in_copies.py` in a process of its own with one thread, which that of these tests may not be."""
    copied = ["-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "copies")]
    program = str(Path(__file__).with_name("bulk_in_copies.py"))
    done = subprocess.run(
        [sys.executable, *copied, program], cwd=CHECKOUT, env=environment() | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert re.search(r"^5 passed", done.stdout, re.MULTILINE), done.stdout + done.stderr


def test_two_processes_write_the_bytes_of_one(
    processes: Workers, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    run.to_folder(SHEETS, tmp_path / "out", processes)
    assert files(tmp_path / "out") == undisturbed


def test_what_is_wrong_in_a_process_is_said_here(processes: Workers, tmp_path: Path) -> None:
    plan = replace(SHEETS, version="0.0.1")
    with pytest.raises(UsageError, match=r"a worker has version .*, and this is version 0\.0\.1"):
        run.to_folder(plan, tmp_path / "out", processes)
    assert not (tmp_path / "out").exists()


def test_a_process_that_is_ended_from_outside_is_told(
    processes: Workers, undisturbed: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr("backprop_derive.exercises.bulk.workers.computed", ended_in_a_worker)
        with pytest.raises(UsageError, match="a process that computes variants was ended from outside"):
            run.to_folder(SHEETS, out, processes)
    run.to_folder(SHEETS, out)
    assert files(out) == undisturbed


def test_a_process_that_has_made_a_pdf_is_not_copied(tmp_path: Path) -> None:
    """The threads that Typst has by then would be missing in a copy, which waits for them."""
    program = """
from pathlib import Path
from backprop_derive.exercises.bulk import run
from backprop_derive.exercises.bulk.plan import Plan
from backprop_derive.exercises.bulk.workers import Workers
text = "Vary x in 1..99\\nloss = x^2\\nFind d(loss)/dx\\n"
run.to_folder(Plan(text, "n.txt", 7, 1, "pdf"), Path("one"))
run.to_folder(Plan(text, "n.txt", 7, 60, "pdf"), Path("many"), Workers(2))
"""
    pytest.importorskip("typst", reason="typst is not installed")
    pytest.importorskip("joblib", reason="joblib is not installed")
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment(), check=True, timeout=300)
    assert len(list((tmp_path / "many").glob("*.pdf"))) == 120


def ended_in_a_worker(plan: Plan, start: int, stop: int) -> object:
    os.kill(os.getpid(), signal.SIGKILL)
    return None


# --- killed and run again


def command(folder: Path, *more: str) -> list[str]:
    arguments = ["exercise", "notes.txt", "--variants", "120", "--seed", "7", "-f", "md", "-o", f"{folder.name}/"]
    return [sys.executable, "-m", "backprop_derive", *arguments, *more]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(CHECKOUT)}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_killed_at_any_moment_goes_on_to_the_same_bytes(
    jobs: str, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    if jobs != "1":
        pytest.importorskip("joblib", reason="joblib is not installed")
    (tmp_path / "notes.txt").write_text(NOTES, encoding="utf-8")
    out = tmp_path / "out"
    chance = random.Random(jobs)
    killed = 0
    # Each attempt may live a little longer than the last, so that the kills fall everywhere and the last one ends.
    for attempt in range(40):
        with (tmp_path / "said").open("ab") as said:  # to which those who outlive a run say something, too
            child = subprocess.Popen(command(out, "--jobs", jobs), cwd=tmp_path, env=environment(), stderr=said)
        try:
            child.wait(timeout=0.5 * 1.3**attempt * chance.uniform(0.5, 1.0))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            killed += 1
            continue
        assert child.returncode == 0, (tmp_path / "said").read_text()
        break
    assert killed
    assert not (tmp_path / "said").read_text()
    assert files(out) == undisturbed


def test_each_moment_between_two_writes_can_be_the_last(
    undisturbed: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is cut off before and after every rename in turn, and the run is taken up again."""
    out = tmp_path / "out"
    rename = os.replace

    class Killed(BaseException):
        pass

    def dying(after: int, renamed_first: bool) -> None:
        left = [after]

        def replaced(source: Path, target: Path) -> None:
            left[0] -= 1
            if left[0] < 0:
                if renamed_first:
                    rename(source, target)
                raise Killed
            rename(source, target)

        monkeypatch.setattr(store.os, "replace", replaced)

    for moment in range(6):
        for renamed_first in (False, True):
            dying(moment % 4 * 3, renamed_first)
            with pytest.raises(Killed):
                run.to_folder(SHEETS, out)
    monkeypatch.setattr(store.os, "replace", rename)
    run.to_folder(SHEETS, out)
    assert files(out) == undisturbed


def test_a_batch_that_was_cut_short_is_computed_again(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    out = tmp_path / "out"
    interrupt(out)
    kept = sorted((out / ".batches").glob("*.batch"))
    assert kept
    kept[0].write_bytes(kept[0].read_bytes()[:-20])
    kept[-1].write_bytes(b"")
    run.to_folder(SHEETS, out)
    assert files(out) == undisturbed


def interrupt(out: Path, after: int = BATCH + 1) -> None:
    """Leave a run behind that Ctrl-C ended."""

    def tell(found: int) -> None:
        if found >= after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.to_folder(SHEETS, out, tell=tell)


def test_batches_that_were_kept_are_not_computed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(tmp_path / "out")
    before = {path.name for path in (tmp_path / "out" / ".batches").glob("*.batch")}
    starts: list[int] = []

    def counted(plan: Plan, start: int, stop: int) -> object:
        starts.append(start)
        return computed(plan, start, stop)

    monkeypatch.setattr("backprop_derive.exercises.bulk.workers.computed", counted)
    run.to_folder(SHEETS, tmp_path / "out")
    assert before
    assert not before & {f"{start // BATCH:08}.batch" for start in starts}


def test_nothing_has_its_final_name_before_all_is_computed(tmp_path: Path) -> None:
    interrupt(tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"manifest.json", ".batches"}


def test_a_run_that_is_complete_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run.to_folder(SHEETS, out)
    before = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    told: list[int] = []
    run.to_folder(SHEETS, out, tell=told.append)
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == before
    assert told == [120]


def test_files_that_were_removed_are_made_again(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    out = tmp_path / "out"
    run.to_folder(SHEETS, out)
    next(out.glob("0007-*.key.md")).unlink()
    run.to_folder(SHEETS, out)
    assert files(out) == undisturbed


# --- folders that hold something else


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 8}, "seed: 7, and not 8"),
        ({"count": 121}, "variants: 120, and not 121"),
        ({"text": NOTES + "Require loss > 1\n"}, "the text differs"),
        ({"kind": "choice"}, "kind: full, and not choice"),
        ({"options": SheetOptions(presentation=Options(digits=6))}, "other options"),
        ({"version": "9.9"}, "version: .*, and not 9.9"),
    ],
)
def test_another_run_is_refused_and_not_mixed(change: dict[str, object], said: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    interrupt(out)
    before = files(out)
    with pytest.raises(UsageError, match=f"holds another run: {said}"):
        run.to_folder(replace(SHEETS, **change), out)  # type: ignore[arg-type]
    assert files(out) == before


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="is not empty and holds no run"):
        run.to_folder(SHEETS, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_manifest_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("[1, 2")
    with pytest.raises(UsageError, match="holds another run"):
        run.to_folder(SHEETS, tmp_path)
    assert (tmp_path / "manifest.json").read_text() == "[1, 2"


def test_two_runs_in_one_folder_at_once_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="the system has no such locks")
    with store.store_in(tmp_path / "out") as first:
        first.begin(SHEETS, "*")
        with pytest.raises(OutputError, match="another run is at work"):
            run.to_folder(SHEETS, tmp_path / "out")


# --- variants that do not exist


def test_a_requirement_that_cannot_be_met_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    plan = replace(SHEETS, text=NOTES + "Require loss < 0\n")
    with pytest.raises(LimitError, match="no variant fulfils `Require loss < 0`: none of all 6,156 does"):
        run.to_folder(plan, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_values_without_a_solution_are_said_to_have_none() -> None:
    plan = Plan("Given y = 1\nVary x in -3..-1\nloss = log(x)\n", "x", 0, 1, "md")
    with pytest.raises(DomainError, match="none of all 3 variants has a solution"):
        run.variants(plan)


def test_fewer_variants_than_asked_for_are_counted(tmp_path: Path) -> None:
    plan = replace(SHEETS, text=NOTES + "Require loss = 1\n", count=5_000)
    with pytest.raises(UsageError, match=r"of 6,156 variants \d+ fulfil what is required, and 5,000 are asked for"):
        run.to_folder(plan, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_search_ends_where_nothing_is_found_any_more() -> None:
    """Batches as a rare requirement would give them: one variant, then none for as long as anybody waits."""

    def compute(spans: Iterable[Span]) -> Iterator[Batch]:
        for start, stop in spans:
            made = (Made(3, "3-ABCD", ()),) if start == 0 else ()
            yield Batch(start, stop - start, 0 if made else stop - start, made, (1, 2))

    plan = replace(SHEETS, text=NOTES.replace("-9..9", "-900..900"), count=2)
    with pytest.raises(UsageError, match=r"of 20,050 variants 1 fulfil what is required"):
        list(search.enough(plan, compute, run.silent))


# --- the files of batches


def test_a_batch_comes_back_from_its_file() -> None:
    batch = Batch(50, 50, 3, (Made(7, "7-ABCD", (b"one\n", b"\x00\xff")), Made(2, "2-EFGH", (b"", b"x"))), (4, 5))
    data = store.encoded(batch)
    assert store.decoded(data) == batch
    assert all(store.decoded(data[:end]) is None for end in range(len(data)))


# --- a cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler and two workers, each a process of its own."""
    pytest.importorskip("distributed", reason="dask and distributed are not installed")
    pytest.importorskip("joblib", reason="joblib is not installed")
    place = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    started = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        log = (tmp_path / f"{len(started)}.log").open("wb")
        child = subprocess.Popen([*dask, *arguments], env=environment(), stdout=log, stderr=log, cwd=tmp_path)
        started.append(child)
        return child

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(place))
        found = ["--scheduler-file", str(place), "--nthreads", "1", "--no-dashboard", "--no-nanny"]
        workers = [start("worker", *found) for _ in range(2)]
        end = time.monotonic() + 60
        while not place.exists() and time.monotonic() < end:
            time.sleep(0.1)
        yield json.loads(place.read_text())["address"], workers
    finally:
        for child in started:
            child.kill()
            child.wait()


def test_a_cluster_that_loses_a_worker_half_way_writes_the_same_bytes(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, workers = cluster
    plan = replace(SHEETS, count=600)
    run.to_folder(plan, tmp_path / "here")
    both_worked = wait_for(address, 2)

    def tell(found: int) -> None:
        if found >= 300 and workers[0].poll() is None:
            workers[0].send_signal(signal.SIGKILL)
            workers[0].wait()

    run.to_folder(plan, tmp_path / "cluster", Workers(cluster=address), tell)
    assert both_worked
    assert workers[0].poll() == -signal.SIGKILL
    assert workers[1].poll() is None
    assert files(tmp_path / "cluster") == files(tmp_path / "here")


def wait_for(address: str, workers: int) -> bool:
    import distributed

    with distributed.Client(address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=60)
        return len(client.ncores()) == workers


def test_a_cluster_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="dask and distributed are not installed")
    monkeypatch.setattr("backprop_derive.exercises.bulk.workers._SECONDS", 1)
    with pytest.raises(UsageError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        run.to_folder(SHEETS, tmp_path / "out", Workers(cluster="tcp://127.0.0.1:1"))
    assert not (tmp_path / "out").exists()
