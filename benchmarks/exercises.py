"""Many variants: ours against deriving each anew with SymPy, and PDFs against the road over pdflatex.

    python benchmarks/exercises.py [--runs 3] [--flat 100000]

Every line has both sides measured in one run. `--flat N` also runs N variants in a process of its own and compares its
memory with that of a hundredth of them.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ratios import Measure, Ratio, medians, seconds

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

EXAMPLES = CHECKOUT / "examples"
LESSON = (EXAMPLES / "lesson.txt").read_text(encoding="utf-8") + (
    "\nVary x in -200..200 except 0, y in -200..200, w in -200..200 except 0\n"
)
NET = (EXAMPLES / "two-two-one-tanh.txt").read_text(encoding="utf-8") + (
    "\nVary x1 in -9..9 except 0, x2 in -9..9 except 0, v1 in -0.9..0.9 step 0.1 except 0, v2 in -0.9..0.9 step 0.1\n"
)


def a_variant(text: str, format: str, count: int) -> Measure:
    """Seconds on the processor for a variant in the one piece, or the sheet and the key, that it comes to.

    Every run has variants that were not drawn before: what is kept of the numbers of one is of no use to another.
    """
    from backprop_derive.exercises.bulk.batch import Batch, computed, spans
    from backprop_derive.exercises.bulk.plan import Plan
    from backprop_derive.exercises.bulk.renderings import rendering_of

    plan = Plan(text, "bench.txt", 7, count, format, "numerical" if rendering_of(format).one_file else "full")
    # Imports, the derivation and the fonts are had once a process; what variants share is found with the first ones.
    first = 300 if format in ("md", "moodle") else 1
    computed(replace(plan, seed=8, count=first), 0, first)
    fresh = itertools.count(step=count)

    def work() -> None:
        position = next(fresh)
        for start, stop in spans(count):
            batch = computed(plan, position + start, position + stop)
            assert isinstance(batch, Batch)
            assert len(batch.made) == stop - start

    return lambda: seconds(work) / count


def derived_anew(text: str, count: int = 5) -> Measure:
    """Seconds for the problem as one SymPy expression with its numbers, differentiated by each name that is asked."""
    import sympy

    from backprop_derive.exercises.exercise import Exercise

    problem = Exercise(text).problem
    names = {key: sympy.Symbol(key) for key in problem.spelled}

    def anew() -> None:
        from sympy.core.cache import clear_cache

        from backprop_derive.syntax.written import written

        clear_cache()
        known: dict[str, sympy.Expr] = {given.key: names[given.key] for given in problem.givens}
        for step in problem.steps:
            text = written(step.expression).replace("ŷ", "y_hat").replace("^", "**")
            known[step.key] = sympy.sympify(text, locals={**names, **known})
        values = {names[given.key]: sympy.Rational(3, 7) for given in problem.givens}
        loss = known[problem.loss]
        for name in problem.wanted:
            gradient = sympy.diff(loss, names[name])
            sympy.latex(gradient), sympy.latex(gradient.subs(values)), gradient.subs(values).evalf()

    return lambda: seconds(lambda: [anew() for _ in range(count)]) / count


def by_pdflatex(text: str) -> Measure:
    """Seconds of the clock for the PDF of one key over LaTeX, as a script around pdflatex would do it."""
    from backprop_derive.exercises.exercise import Exercise
    from backprop_derive.exercises.sheets import key_document
    from backprop_derive.formats import render
    from backprop_derive.options import DEFAULT_OPTIONS

    (variant,) = Exercise(text).variants(1)
    source = str(render(key_document([variant]), "tex", DEFAULT_OPTIONS))

    def measure() -> float:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "key.tex").write_text(source, encoding="utf-8")
            before = os.times()
            subprocess.run(
                ["pdflatex", "-interaction=batchmode", "key.tex"], cwd=folder, stdout=subprocess.DEVNULL, check=False
            )
            after = os.times()
        return after.children_user - before.children_user + after.children_system - before.children_system

    return measure


def rates(runs: int) -> list[Ratio]:
    """Each line ends with how many times as long as asked ours takes: 1 is what was asked, less is faster."""
    asked: list[tuple[str, str, str, int, float]] = [
        ("sheet and key in Markdown, notes' example", LESSON, "md", 300, 1000),
        ("the same, 2-2-1 net with tanh", NET, "md", 100, 300),
    ]
    asked += [("Moodle XML, notes' example", LESSON, "moodle", 300, 1000), ("the same, net", NET, "moodle", 100, 300)]
    found = []
    for title, text, format, count, rate in asked:
        ours, anew = medians(runs, a_variant(text, format, count), derived_anew(text))
        found.append(Ratio(f"{title} : {rate:,.0f} a second", ours * 1e3, 1e3 / rate, 1.0, "ms"))
        found.append(Ratio(f"{title} : anew by SymPy", ours * 1e3, anew * 1e3, 0.1, "ms"))
    pdf = a_variant(LESSON, "pdf", 40)
    if shutil.which("pdflatex"):
        ours, theirs = medians(runs, pdf, by_pdflatex(LESSON))
        found.append(Ratio("a PDF, of two a variant : one by pdflatex", ours / 2 * 1e3, theirs * 1e3, 0.05, "ms"))
    found.append(Ratio("a PDF, of two a variant : 40 a second", pdf() / 2 * 1e3, 25.0, 1.0, "ms"))
    return found


def jobs(runs: int) -> list[Ratio]:
    """Two processes against one, by the clock, once both are warm."""
    from backprop_derive.exercises.bulk import run
    from backprop_derive.exercises.bulk.plan import Plan
    from backprop_derive.exercises.bulk.workers import Workers

    def clock(count: int, workers: Workers) -> Callable[[], float]:
        def measure() -> float:
            with tempfile.TemporaryDirectory() as folder:
                start = time.perf_counter()
                run.to_folder(Plan(NET, "net.txt", 7, count, "md"), Path(folder) / "out", workers)
                return time.perf_counter() - start

        return measure

    for workers in (Workers(), Workers(2)):
        clock(200, workers)()
    two, one = medians(runs, clock(1000, Workers(2)), clock(1000, Workers()))
    return [Ratio("1,000 variants of the net by two jobs : by one", two, one, 1 / 1.8)]


def memory(count: int) -> list[Ratio]:
    """The most memory of a run of so many variants, and of a hundredth of them."""
    program = (
        "import re, sys; from pathlib import Path; from backprop_derive.exercises.bulk import run;"
        "from backprop_derive.exercises.bulk.plan import Plan; import benchmarks_text;"
        "run.to_folder(Plan(benchmarks_text.LESSON, 'l.txt', 7, int(sys.argv[1]), 'jsonl', 'numerical'),"
        " Path(sys.argv[2]));"
        # Not getrusage, which a process has from the one that started it.
        "print(int(re.search(r'VmHWM:\\s*([0-9]+)', Path('/proc/self/status').read_text())[1]) / 1024)"
    ).replace("benchmarks_text", "exercises")
    environment = {**os.environ, "PYTHONPATH": f"{CHECKOUT}{os.pathsep}{CHECKOUT / 'benchmarks'}"}
    found = []
    for number in (count, max(1, count // 100)):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-c", program, str(number), f"{folder}/out"]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found.append(float(done.stdout))
    return [Ratio(f"memory of {count:,} variants : of a hundredth", found[0], found[1], 1.1, "MB")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="times that each pair is measured")
    parser.add_argument("--flat", type=int, default=0, metavar="N", help="compare the memory of N variants, too")
    options = parser.parse_args()
    print(f"{'':<58} {'ours':>10} {'peer':>10}     {'ratio':>8} {'at most':>8}")
    for measure in (jobs, rates):  # a process that has made PDFs is not copied any more
        for ratio in measure(options.runs):
            print(ratio.line, flush=True)
    for ratio in memory(options.flat) if options.flat else ():
        print(ratio.line, flush=True)


if __name__ == "__main__":
    main()
