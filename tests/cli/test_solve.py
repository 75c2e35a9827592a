"""`backprop-derive solve` and `derive` as a user types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import backprop_derive as bd
from backprop_derive.cli.main import main
from tests.conftest import CHECKOUT

LESSON = CHECKOUT / "examples" / "lesson.txt"
NOTES = ["-e", "y^ = x*w; s = y^ - y; loss = s**2", "--given", "x=1,y=2,w=1", "--wrt", "w"]


def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin, catch_exceptions=False)


def solved(*arguments: str | Path, stdin: str | bytes | None = None) -> str:
    result = run("solve", *arguments, stdin=stdin)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def refused(*arguments: str | Path, stdin: str | bytes | None = None) -> str:
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


# --- where the problem comes from


def test_a_file_a_pipe_and_a_line_give_the_same_solution() -> None:
    from_file = solved(LESSON)
    assert solved("-", stdin=LESSON.read_bytes()) == from_file
    assert solved(*NOTES).endswith(from_file[from_file.index("## Forward pass") :])


def test_a_problem_comes_from_one_place() -> None:
    assert "not both" in refused("solve", LESSON, "-e", "loss = 1")
    assert "no problem given" in refused("solve")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("latin.txt", "Title: Übung\nGiven x = 1\nloss = x".encode("latin-1"), "byte 0xDC in line 1"),
        ("utf16.txt", "Given x = 1\nloss = x".encode("utf-16"), "UTF-16"),
        ("empty.txt", b"", "the problem is empty"),
        ("folder", None, "is a directory"),
        ("missing.txt", "", "does not exist"),
    ],
)
def test_a_file_that_is_no_problem_is_refused(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    file = tmp_path / name
    if content is None:
        file.mkdir()
    elif isinstance(content, bytes):
        file.write_bytes(content)
    assert message in refused("solve", file)


def test_a_file_larger_than_the_limit_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    file = tmp_path / "large.txt"
    file.write_text("Given x = 1\n" + "# a comment\n" * 200)
    assert "the limit `text`" in refused("solve", file, "--limit", "text=1000")


# --- what is asked


def test_given_and_wrt_and_loss_override_the_problem() -> None:
    content = json.loads(solved(LESSON, "--given", "w=3", "--wrt", "x,w", "--loss", "s", "-f", "json"))
    assert content["loss"]["name"] == "s"
    assert {name: value["exact"] for name, value in content["gradients"].items()} == {"x": "3", "w": "1"}


def test_given_may_stand_several_times_and_hold_expressions() -> None:
    text = solved("-e", "loss = a*b", "--given", "a=sqrt(4)/3", "--given", "b=1e-1", "-f", "json")
    assert json.loads(text)["loss"]["exact"] == "1/15"


@pytest.mark.parametrize("given", ["x", "x=", "=1", "x==1", "x=1,y", "x=1;y=2", "x=q", "x=[1,2]", "x=1 2"])
def test_a_given_that_is_no_name_and_value_is_refused(given: str) -> None:
    assert refused("solve", "-e", "loss = 2*x", "--given", given).startswith("error: ")


def test_derive_leaves_the_values_out() -> None:
    result = run("derive", LESSON)
    assert result.exit_code == 0
    assert "## Forward pass" not in result.stdout
    assert r"2s \cdot 1" not in result.stdout
    assert r"= 2s \cdot x$" in result.stdout


def test_expand_has_one_operation_a_step() -> None:
    content = json.loads(solved("-e", "loss = (w*x - y)^2", "--given", "w=1,x=2,y=3", "--expand", "-f", "json"))
    assert [step["expression"] for step in content["steps"]] == ["w * x", "u_1 - y", "u_2^2"]


# --- what comes out


@pytest.mark.parametrize(
    ("suffix", "beginning"),
    [
        (".md", b"# Worked solution"),
        (".tex", b"\\documentclass"),
        (".typ", b"#set document"),
        (".pdf", b"%PDF-"),
        (".html", b"<!DOCTYPE html>"),
        (".json", b"{"),
        (".txt", b"Worked solution\n==="),
    ],
)
def test_the_format_follows_the_suffix(tmp_path: Path, suffix: str, beginning: bytes) -> None:
    output = tmp_path / f"solution{suffix}"
    assert solved(LESSON, "-o", output) == ""
    assert output.read_bytes().startswith(beginning)
    assert list(tmp_path.iterdir()) == [output]


def test_a_named_format_wins_over_the_suffix(tmp_path: Path) -> None:
    solved(LESSON, "-o", tmp_path / "solution.txt", "-f", "html")
    assert (tmp_path / "solution.txt").read_text().startswith("<!DOCTYPE html>")


def test_an_unknown_suffix_is_refused_with_those_there_are(tmp_path: Path) -> None:
    message = refused("solve", LESSON, "-o", tmp_path / "solution.doc")
    assert ".pdf" in message
    assert list(tmp_path.iterdir()) == []


def test_a_fragment_has_no_preamble() -> None:
    text = solved(LESSON, "-f", "tex", "--fragment")
    assert "documentclass" not in text
    assert r"\section*{Forward pass}" in text


def test_a_pdf_can_go_through_a_pipe() -> None:
    result = CliRunner().invoke(main, ["solve", str(LESSON), "-f", "pdf"])
    assert result.stdout_bytes.startswith(b"%PDF-")


def test_detail_grows_from_brief_to_full() -> None:
    brief, normal, full = (solved(LESSON, "--detail", detail) for detail in ("brief", "normal", "full"))
    assert r"\frac{\partial s^2}{\partial s}" not in brief
    assert r"\frac{\partial s^2}{\partial s} = 2s$" in normal
    assert r"\frac{\partial s^2}{\partial s} = 2s = 2 \cdot (-1) = -2$" in full


@pytest.mark.parametrize(
    ("notation", "answer"),
    [
        ("partial", "∂loss/∂w = −2"),
        ("d", "dloss/dw = −2"),
        ("cs231n", "dw = −2"),
        ("nielsen", "∂loss/∂w = −2"),
        ("nabla", "∇_w loss = −2"),
    ],
)
def test_each_notation_names_the_answer_its_own_way(notation: str, answer: str) -> None:
    assert f"Answer {answer}\n" in solved(LESSON, "-f", "txt", "--notation", notation)


def test_a_rule_is_explained_once() -> None:
    text = solved(CHECKOUT / "examples" / "diamond.txt", "--rules", "-f", "txt")
    assert text.count("sum rule") == 2
    assert text.count("d(f + g)/dx = f′ + g′") == 1


def test_digits_are_significant_ones() -> None:
    assert "≈ 2.71828183\n" in solved("-e", "loss = exp(x)", "--given", "x=1", "--digits", "9", "-f", "txt")


def test_the_lesson_has_its_parts_in_the_order_of_the_notes() -> None:
    text = solved(LESSON, "--layout", "lesson")
    headings = [line.lstrip("#. 1234\\") for line in text.splitlines() if line.startswith("#") and "import" not in line]
    assert headings == [
        "Backpropagation", "What backpropagation is for", "Four concepts", "The chain rule", "Forward pass",
        "Local gradients", "Backward pass", "A worked example", "Forward pass", "Local gradients", "Backward pass",
        "The weight update", "The same in PyTorch", "The forward pass in PyTorch", "The backward pass in PyTorch",
    ]  # fmt: skip
    assert "tensor(1., grad_fn=<PowBackward0>)" in text
    assert "\ntensor(-2.)\n" in text


# --- what must not happen


def test_the_problem_is_never_overwritten(tmp_path: Path) -> None:
    problem = tmp_path / "problem.txt"
    problem.write_text(LESSON.read_text())
    assert "would be overwritten" in refused("solve", problem, "-o", problem)
    assert problem.read_text() == LESSON.read_text()


@pytest.mark.parametrize("option", ["--interactive", "--execute", "--backward=explicit"])
def test_what_a_format_would_ignore_is_refused_before_the_work(option: str) -> None:
    assert option.partition("=")[0] in refused("solve", "-e", "loss = foo", "-f", "md", option)


def test_an_error_leaves_an_older_output_as_it_was(tmp_path: Path) -> None:
    output = tmp_path / "solution.md"
    output.write_text("keep me")
    refused("solve", "-e", "loss = 1/x", "--given", "x=0", "-o", output)
    assert output.read_text() == "keep me"
    assert list(tmp_path.iterdir()) == [output]


def test_a_folder_that_does_not_exist_is_refused_before_any_work(tmp_path: Path) -> None:
    assert "does not exist" in refused("solve", LESSON, "-o", tmp_path / "nowhere" / "solution.md")


def test_the_work_limit_ends_what_takes_too_long() -> None:
    text = "; ".join(["a0 = x", *(f"a{k} = sin(a{k - 1})*exp(cos(a{k - 1}))" for k in range(1, 20_000))])
    assert "the limit `work` is at most 1 second" in refused("solve", "-e", text, "--given", "x=1", "--limit", "work=1")


@pytest.mark.parametrize("limit", ["digits", "digits=", "digits=-1", "digits=1.5", "speed=3", "digits=0"])
def test_a_limit_that_does_not_exist_is_refused(limit: str) -> None:
    assert "limit" in refused("solve", LESSON, "--limit", limit)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["solv", "x"], "Did you mean 'solve'"),
        (["solve", "x", "--fromat", "md"], "Did you mean"),
        (["solve", "x", "-f", "docx"], "is not one of"),
        (["solve", "-e", "loss = x", "--given", "x=1", "--digits", "0"], "at least 1"),
        (["solve", "-e", "loss = x", "--given", "x=1", "--digits", "51"], "the limit `digits` is at most 50"),
        (["solve", "-e", "loss = x", "--given", "x=1", "--template", "/nowhere"], "no such folder"),
        (["solve", "-e", "loss = x", "--given", "x=1", "--wrt", "q"], "q is not defined"),
        (["solve", "-e", "loss = x", "--given", "x=1", "--loss", "lss"], "try: loss"),
    ],
)
def test_a_wrong_word_on_the_command_line_is_answered_with_the_right_one(arguments: list[str], message: str) -> None:
    assert message in refused(*arguments)


def test_help_teaches_by_example() -> None:
    assert "backprop-derive solve problem.txt" in run("solve", "--help").output
    for arguments in (["--help"], []):
        assert "backprop-derive solve lesson.txt" in run(*arguments).output


def test_the_version_is_the_packages() -> None:
    assert run("--version").stdout == f"backprop-derive, version {bd.__version__}\n"


# --- as a process


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['backprop-derive', '--help']\n"
        "from backprop_derive.cli.main import main\n"
        "heavy = ('sympy', 'mpmath', 'jinja2', 'typst')\n"
        "try: main()\n"
        "finally: sys.stderr.write(' '.join(m for m in heavy if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr == ""


def test_a_closed_pipe_is_no_error() -> None:
    command = f'"{sys.executable}" -m backprop_derive solve examples/two-two-two.txt -f html | head -c 10'
    done = subprocess.run(["bash", "-c", command], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.stdout == "<!DOCTYPE "
    assert done.stderr == ""


def test_output_does_not_depend_on_locale_or_home() -> None:
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "HOME"))}
    command = [sys.executable, "-m", "backprop_derive", "solve", "examples/lesson.txt", "-f", "txt"]
    environment = {**plain, "LC_ALL": "C", "PYTHONUTF8": "0"}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, check=True)
    assert "ŷ" in done.stdout.decode()


def test_shapes_are_shown_on_request() -> None:
    arguments = ["solve", "-e", "Given x: (n, 3); loss = sum(x^2)", "-f", "txt"]
    assert "Shape" not in CliRunner().invoke(main, arguments).output
    assert "Shape" in CliRunner().invoke(main, [*arguments, "--shapes"]).output


@pytest.mark.parametrize("command", ["solve", "derive"])
def test_paths_are_shown_on_request(command: str) -> None:
    problem = ["-e", "Given x = 2, w = 3; h = w*x; L = h^2 + h", "--wrt", "w"]
    assert "Paths" not in run(command, *problem, "-f", "txt").stdout
    assert "w → h → L" in run(command, *problem, "-f", "txt", "--paths").stdout


def test_a_limit_says_how_many_paths_are_listed() -> None:
    problem = ["-e", "Given x = 2; a = 3x; b = 5x; L = a + b + x", "-f", "json", "--paths"]
    counts = []
    for limit in ("paths=1", "paths=2", "paths=9"):
        (found,) = json.loads(solved(*problem, "--limit", limit))["paths"]
        assert found["count"] == "3"
        assert found["total"]["exact"] == "9"
        counts.append((len(found["listed"]), found["others"]["exact"]))
    assert counts == [(1, "4"), (2, "1"), (3, "0")]


def test_a_limit_of_no_paths_is_refused() -> None:
    result = run("solve", *NOTES, "--paths", "--limit", "paths=0")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the limit paths must be a positive whole number" in result.stderr
