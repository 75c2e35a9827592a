"""Every hostile case of the corpus as a user would meet it: a real process, in a folder of its own, within limits."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
import threading
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.conftest import CHECKOUT, corpus

Case = dict[str, Any]
HOSTILE = corpus() / "hostile"

FORMATS = {"md", "html", "tex", "typ", "pdf", "json", "txt", "terminal"}  # those that there are by now

# Asked otherwise: of a class the others are graded (tests/grading/test_hostile.py), an exercise varies (below).
ELSEWHERE = {
    "grade-exec", "grade-tower", "grade-formula", "cli-title-traversal", "cli-title-long", "cli-title-reserved"
}  # fmt: skip

# Where the case takes a solution and a refusal alike, and the language's page decides.
DECIDED = {
    "uni-micro-sign": "solves",  # µ = μ
    "uni-math-minus": "solves",  # `−` is read as `-`
    "uni-arabic-digits": "error",  # foreign digits are refused
    "uni-bidi-title": "error",  # bidirectional characters are refused by their code point
    "raw-lone-cr": "error",  # \n and \r\n end a line; any other control character is refused
    "big-integer-literal-5000": "solves",  # literal: 10,000 digits
    "long-line-1e6": "error",  # line: 1,000,000 characters
    "long-chain-1e5": "error",  # steps: 100,000, and the loss is one more
    "regex-spaces": "solves",
    "logistic-map-60": "solves",  # exact arithmetic gives way to 50 guarded digits
    "str-implicit-fraction": "error",  # 1/2x is refused with its two readings
    "dom-zero-to-zero": "solves",  # 0^0 with a constant exponent 0 is 1
    "dom-sqrt-at-zero": "error",  # the value exists, the derivative does not
}

# Times and sizes of a case are those of a quiet machine; a test must not fail for a busy one.
SLOWER = 4
LARGER = 4  # address space, which is always more than what is used


def _oracle() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hostile_oracle", HOSTILE / "oracle.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ORACLE = _oracle()


def _cases() -> dict[str, Case]:
    lines = (HOSTILE / "cases.jsonl").read_text(encoding="utf-8").split("\n")
    cases = (json.loads(line) for line in lines if line)
    return {case["id"]: case for case in cases}


ALL = _cases()
CASES = {name: case for name, case in ALL.items() if name not in ELSEWHERE}


def _runs() -> list[tuple[str, str]]:
    """Each case in each of its formats, and in JSON where it states answers, since JSON is where we read ours."""
    found = []
    for name, case in CASES.items():
        asked = [*case["formats"], "json"] if "answers" in case else case["formats"]
        found += [(name, form) for form in dict.fromkeys(asked) if form in FORMATS]
    return found


# --- the process ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a run left behind; `made` are the files that were not there before."""

    status: int
    stdout: str
    stderr: str
    made: dict[str, bytes]


@dataclass(frozen=True)
class Inputs:
    """The folder that a case runs in, and what its places in braces stand for."""

    work: Path
    places: dict[str, str]


def _inputs(case: Case, form: str, tmp_path: Path) -> Inputs:
    work = tmp_path / "work"
    work.mkdir()
    (work / "secret.txt").write_text("pwned by inclusion\n")
    places = {"{work}": str(work)}
    if "generator" in case:
        generated = tmp_path / "generated" / case["generator"]
        subprocess.run([sys.executable, HOSTILE / "generate.py", generated.parent, generated.name], check=True)
        if generated.name.startswith("tpl_"):
            generated = _templates(generated / "body.j2", form, tmp_path / "templates")
        places["{generated}"] = str(generated)
    if "problem" in case:
        (work / "problem.txt").write_bytes(case["problem"].encode())
        places["{problem}"] = "problem.txt"
    elif "generator" in case:
        places["{problem}"] = places["{generated}"]
    if "{dir}" in case.get("argv", ()):
        (work / "folder").mkdir()
        places["{dir}"] = "folder"
    if "{existing}" in case.get("argv", ()):
        (work / "existing.md").write_text("keep me\n")
        places["{existing}"] = "existing.md"
    return Inputs(work, places)


def _templates(body: Path, form: str, folder: Path) -> Path:
    """The shipped templates of a format, each with this body."""
    shutil.copytree(CHECKOUT / "templates" / form, folder)
    for file in folder.rglob("*"):
        if file.is_file():
            shutil.copyfile(body, file)
    return folder


def _argv(case: Case, form: str, inputs: Inputs) -> list[str]:
    if "argv" in case:
        argv = list(case["argv"])
        for place, value in inputs.places.items():
            argv = [word.replace(place, value) for word in argv]
        return argv
    problem = inputs.places["{problem}"]
    if form == "terminal":
        return ["solve", problem]
    return ["solve", problem, "-f", form, *(["-o", "solution.pdf"] if form == "pdf" else [])]


def _snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content; a folder, link or device by its kind."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = stat.S_IFMT(path.lstat().st_mode)
        found[str(path.relative_to(folder))] = path.read_bytes() if kind == stat.S_IFREG else b"kind %d" % kind
    return found


def _limited(megabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (LARGER * megabytes * 2**20,) * 2)


def _run(case: Case, form: str, tmp_path: Path) -> Outcome:
    inputs = _inputs(case, form, tmp_path)
    before = _snapshot(inputs.work)
    command = [sys.executable, "-m", "backprop_derive", *_argv(case, form, inputs)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "TERM": "xterm-256color"}
    options: dict[str, Any] = {
        "cwd": inputs.work, "env": environment, "stdin": subprocess.DEVNULL,
        "preexec_fn": lambda: _limited(case["limits"]["mb"]),
    }  # fmt: skip
    seconds = SLOWER * case["limits"]["seconds"]
    try:
        if form == "terminal":
            status, stdout, stderr = _run_on_a_terminal(command, options, seconds)
        else:
            done = subprocess.run(command, capture_output=True, timeout=seconds, check=False, **options)
            status, stdout, stderr = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        pytest.fail(f"not done after {seconds} s, {SLOWER} times what the case allows")
    after = _snapshot(inputs.work)
    assert {name: after.get(name) for name in before} == before, "an input was changed"
    made = {name: content for name, content in after.items() if name not in before}
    return Outcome(status, stdout.decode(), stderr.decode(), made)


def _run_on_a_terminal(command: list[str], options: dict[str, Any], seconds: int) -> tuple[int, bytes, bytes]:
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
    chunks: list[bytes] = []

    def read() -> None:
        try:
            while chunk := os.read(ours, 65536):
                chunks.append(chunk)
        except OSError:
            pass  # how Linux says that the other end is closed

    process = subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, **options)
    os.close(theirs)
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        _, stderr = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    reader.join(timeout=10)
    os.close(ours)
    return process.returncode, b"".join(chunks), stderr


# --- what is asked of it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "form"), _runs())
def test_a_hostile_problem_is_solved_or_refused_as_it_should_be(name: str, form: str, tmp_path: Path) -> None:
    case = CASES[name]
    outcome = _run(case, form, tmp_path)
    expected = DECIDED.get(name) or (None if case.get("either") else case["expect"])
    assert outcome.status in (0, 2), f"exit status {outcome.status}: {outcome.stderr[-2000:]}"
    if outcome.status == 0:
        assert expected in ("solves", None), f"solved, but it should have been refused: {outcome.stdout[:2000]}"
        _solved(case, form, outcome)
    else:
        assert expected in ("error", None), f"refused, but it should have been solved: {outcome.stderr[:2000]}"
        _refused(case, outcome)


@pytest.mark.parametrize("name", sorted(name for name in ELSEWHERE if name.startswith("cli-title")))
@pytest.mark.parametrize("form", ["md", "moodle"])
def test_a_title_takes_no_file_anywhere(name: str, form: str, tmp_path: Path) -> None:
    problem = ALL[name]["problem"] + "Vary x in 1..5\n"
    argv = ["exercise", "{problem}", "--variants", "2", "-f", form, "-o", "{work}/out/"]
    case = {**ALL[name], "problem": problem, "argv": argv, "limits": {"seconds": 20, "mb": 500}}
    outcome = _run(case, "md", tmp_path)
    assert outcome.status in (0, 2), outcome.stderr
    assert all(made == "out" or made.startswith("out/") for made in outcome.made)
    stems = [Path(made).name.split(".")[0].upper() for made in outcome.made]
    assert not {"CON", "PWNED"} & set(stems)
    assert all(len(stem) < 200 for stem in stems)
    if outcome.status == 2:
        assert outcome.made == {}


def _refused(case: Case, outcome: Outcome) -> None:
    assert outcome.stdout == ""
    assert outcome.made == {}
    is_good = ORACLE.message_ok(case, outcome.stderr, outcome.status)
    assert is_good, f"none of {case['error_mentions']} in {outcome.stderr[:2000]}"
    assert ORACLE.violations(case, "stderr", outcome.stderr) == []
    assert list(ORACLE.terminal(outcome.stderr)) == []


def _solved(case: Case, form: str, outcome: Outcome) -> None:
    assert set(outcome.made) == ({"solution.pdf"} if form == "pdf" else set())
    assert ORACLE.violations({**case, "must_show": []}, "stderr", outcome.stderr) == []
    assert list(ORACLE.terminal(outcome.stderr)) == []
    text = _text_of_pdf(outcome.made["solution.pdf"]) if form == "pdf" else outcome.stdout
    assert text.strip()
    rendered = _rendered(text) if form == "md" else None
    if form in case["formats"]:
        assert ORACLE.violations(case, form, text, rendered) == []
    if form == "json" and "answers" in case:
        _right(case, json.loads(text))


def _rendered(markdown: str) -> str:
    """The page that a CommonMark reader makes of Markdown, raw HTML and GitHub's tables included."""
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def _text_of_pdf(content: bytes) -> str:
    """What an extractor finds in a PDF: text, metadata, link targets."""
    assert content.startswith(b"%PDF-")
    if shutil.which("pdftotext") is None or shutil.which("pdfinfo") is None:
        pytest.skip("the text of a PDF is read with pdftotext and pdfinfo (poppler-utils), which are not installed")
    commands = (["pdftotext", "-", "-"], ["pdfinfo", "-"], ["pdfinfo", "-url", "-"])
    found = (subprocess.run(c, input=content, capture_output=True, check=True).stdout.decode() for c in commands)
    return "\n".join(found)


def _right(case: Case, solution: dict[str, Any]) -> None:
    answers = case["answers"]
    tolerance = Fraction(case.get("rtol", "1e-9"))
    pairs = [("the loss", answers["loss"], solution["loss"])] if "loss" in answers else []
    pairs += [(name, true, solution["gradients"][name]) for name, true in answers.get("gradients", {}).items()]
    for name, written, found in pairs:
        entries = zip(written, found["entries"], strict=True) if isinstance(written, list) else [(written, found)]
        for text, number in entries:
            true, ours = Fraction(text), Fraction(number["exact"] or number["decimal"])
            # A 0 of the corpus may be a number that floats do not reach.
            allowed = tolerance * abs(true) if true else Fraction(1, 10**300)
            assert abs(ours - true) <= allowed, f"{name} is {number}, not {text}"
            if re.fullmatch(r"-?\d+(/\d+)?", text):
                assert number["exact"] is None or ours == true, f"{name} is not exactly {text}"
