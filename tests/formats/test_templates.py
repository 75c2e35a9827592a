"""A user's own templates change the page; they neither look around, nor run away, nor fail without a reason."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import backprop_derive as bd
from backprop_derive.formats import guard
from tests.conftest import CHECKOUT

PROBLEM = "Title: A & B\nGiven x = 1, w = 2\nloss = (w*x)^2\n"


def rendered(folder: Path, body: str, format: str = "md", name: str = "body.j2") -> str | bytes:
    (folder / name).write_text(body, encoding="utf-8")
    return bd.solve(PROBLEM).render(format, template=folder)


@pytest.mark.parametrize("format", ["md", "tex", "typ", "html", "txt", "pdf"])
def test_a_copy_of_the_shipped_templates_makes_the_same_page(format: str, tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "templates" / ("typ" if format == "pdf" else format), tmp_path / "own")
    solution = bd.solve(PROBLEM)
    assert solution.render(format, template=tmp_path / "own") == solution.render(format)


def test_an_own_body_arranges_the_blocks(tmp_path: Path) -> None:
    body = "{{ document.title }}: {% for block in blocks %}{{ block.kind }} {% endfor %}{{ options.detail }}"
    assert str(rendered(tmp_path, body)).startswith("A & B: heading paragraph list paragraph heading ")


def test_what_is_not_brought_is_taken_from_the_shipped_ones(tmp_path: Path) -> None:
    body = '{% import "blocks.j2" as set with context %}{{ set.heading(blocks[0]) }}'
    assert rendered(tmp_path, body) == "# A \\& B\n"


def test_the_example_of_the_page_on_templates_works(tmp_path: Path) -> None:
    page = (CHECKOUT / "docs" / "templates.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```jinja\n(.*?)```", page, re.DOTALL)
    shown = str(rendered(tmp_path, example, "html"))
    assert shown.startswith('<article class="solution">\n<h1>A &amp; B</h1>')
    assert "<!DOCTYPE" not in shown


def test_html_stays_escaped_in_an_own_template(tmp_path: Path) -> None:
    assert rendered(tmp_path, "{{ document.title }}", "html") == "A &amp; B"


REFUSED = {
    "blocks.__class__": "unsafe",
    "blocks[0].source.__init__.__globals__": "unsafe",
    "fence.__class__.__mro__": "unsafe",
    "options.template.read_text()": "no attribute 'template'",
    "nothing": "'nothing' is undefined",
    "blocks[0].nothing": "no attribute 'nothing'",
    "blocks.append(1)": "unsafe",
    "1 // 0": "by zero",
    "range(10**9) | list": "Range too big",
    "fence | nothing": "nothing",
}


@pytest.mark.parametrize("expression", REFUSED)
def test_an_expression_that_looks_around_or_fails_is_an_error_with_file_and_line(
    expression: str, tmp_path: Path
) -> None:
    with pytest.raises(bd.OutputError) as caught:
        rendered(tmp_path, f"\n{{{{ {expression} }}}}")
    assert f"{tmp_path / 'body.j2'}, line 2: " in str(caught.value)
    assert REFUSED[expression] in str(caught.value)


@pytest.mark.parametrize("statement", ['include "../secret.j2"', 'include "/etc/passwd"', 'import "../secret.j2" as s'])
def test_a_file_outside_of_the_folder_is_refused(statement: str, tmp_path: Path) -> None:
    (tmp_path / "secret.j2").write_text("pwned")
    (tmp_path / "own").mkdir()
    with pytest.raises(bd.OutputError, match="not allowed or not defined"):
        rendered(tmp_path / "own", f"{{% {statement} %}}")


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.j2").write_text("pwned")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "link.j2").symlink_to(tmp_path / "secret.j2")
    with pytest.raises(bd.OutputError, match="outside of the folder"):
        rendered(tmp_path / "own", '{% include "link.j2" %}')


def test_a_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(bd.OutputError, match=r"body\.j2, line 3: Encountered unknown tag 'iff'"):
        rendered(tmp_path, "\n\n{% iff x %}")


@pytest.mark.parametrize(
    "body",
    [
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'x' * 10**9 }}{{ 'y' * 10**9 }}",
        "{{ '%0999999999d' % 1 }}",
        "{{ 9 ** (9 ** 9) }}",
        "{% for i in range(99999) %}{% for j in range(99999) %}a long line of text{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_a_template_that_runs_away_ends_in_an_error(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "SECONDS", 2)
    with pytest.raises(bd.OutputError, match=r"seconds|memory|characters|recursion"):
        rendered(tmp_path, body)


def test_typst_finds_no_file_even_for_an_own_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.txt").write_text("pwned by inclusion")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(bd.OutputError, match="file not found"):
        rendered(tmp_path, '#read("secret.txt")', "pdf")


def test_a_loop_in_typst_ends_in_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "SECONDS", 2)
    with pytest.raises(bd.OutputError, match=r"seconds|memory"):
        rendered(tmp_path, "#for i in range(100000000) [x]", "pdf")


@pytest.mark.parametrize("broken", [b"", b"not a cache", "truncated"])
def test_a_broken_cache_of_compiled_templates_is_made_anew(broken: bytes | str, tmp_path: Path) -> None:
    program = "import backprop_derive as bd; print(bd.solve('Given x = 1\\nloss = x^2').to_markdown())"
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def run() -> str:
        return subprocess.run(
            [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
        ).stdout

    expected = run()
    files = sorted(tmp_path.rglob("*.j2c"))
    assert files, "templates are compiled once"
    whole = [file.read_bytes() for file in files]
    for file in files:
        file.write_bytes(file.read_bytes()[:40] if isinstance(broken, str) else broken)
    assert run() == expected
    assert [file.read_bytes() for file in files] == whole


def test_no_cache_is_needed(tmp_path: Path) -> None:
    blocked = tmp_path / "a file where a folder should be"
    blocked.write_text("")
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(blocked)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    program = "import backprop_derive as bd; print(bd.solve('Given x = 1\\nloss = x^2').to_markdown())"
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True)
    assert "Worked solution" in done.stdout
