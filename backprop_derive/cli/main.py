"""`backprop-derive`: one command a capability. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from ..errors import BackpropError
from ..formats import FORMATS, PAGE_FORMATS
from ..languages import ENGLISH, LANGUAGES
from ..options import BACKWARD, DETAILS, ENGINES, FLAVOURS, LAYOUT_CONVENTIONS, LAYOUTS, MODES, NOTATIONS, PROGRAMS
from ..pictures import PICTURES
from . import epilogs

QUIZZES = "moodle, gift, qti, canvas, rexams, prairielearn, nbgrader, anki, csv, jsonl"


class Command(click.Command):
    """A command whose own errors are one message on stderr and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BackpropError as error:
            fail(str(error))
        except RecursionError:
            fail("the problem is nested too deeply; the limit `depth` is at most 1,000")
        except MemoryError:
            fail("the problem needs more memory than there is: it is too large")
        except BrokenPipeError:
            # What is left to write would be written when Python ends, and fail once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)


def fail(message: str) -> None:
    """Print one message on stderr and leave with status 2."""
    click.echo(f"error: {message}", err=True)
    sys.exit(2)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=epilogs.MAIN,
    help="Worked solutions of backpropagation problems, written as in lecture notes.",
)
@click.version_option(package_name="backprop-derive", prog_name="backprop-derive")
def main() -> None:
    """The group of commands."""
    # Importing SymPy makes hundreds of thousands of objects that all stay; looking through them for garbage again and
    # again takes a tenth of a short run.
    gc.set_threshold(1_000_000)


def taking(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A command with these options, in this order."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


PROBLEM = (
    click.argument("problem", required=False, metavar="PROBLEM|-"),
    click.option("-e", "--expression", "text", metavar="TEXT", help="The problem itself; `;` ends a statement."),
)
ASKED = (
    click.option("--wrt", default="", metavar="NAMES", help="What to differentiate by: w,b"),
    click.option("--loss", metavar="NAME", help="The step to differentiate (default: Find's, or the last)."),
)
OPENED = click.option(
    "--open", "opens", is_flag=True, help="Show the result; without -o, as a page among temporary files."
)
WRITTEN = (
    click.option(
        "-f",
        "--format",
        "format_",
        type=click.Choice((*FORMATS, *PROGRAMS, *PICTURES)),
        help="Default: the suffix of FILE, or md.",
    ),
    click.option("-o", "--output", metavar="FILE", help="Written whole or not at all; - is standard output."),
    OPENED,
    click.option(
        "--layout",
        type=click.Choice(LAYOUTS),
        default="solution",
        help="With a lesson around it; in two columns; as slides.",
    ),
    click.option(
        "--mode",
        type=click.Choice(MODES),
        default="reverse",
        help="Back from the loss, or forward, one sweep for each that is wanted.",
    ),
    click.option("--paths", is_flag=True, help="A table of the paths from each name to the loss."),
    click.option("--expand", is_flag=True, help="Split compound steps into one operation a node."),
)
RULES = click.option("--rules", is_flag=True, help="Name the rule beside each local gradient.")
SHAPES = click.option("--shapes", is_flag=True, help="A table of the shapes of all tensors.")
DRAWING = (
    click.option(
        "--graph/--no-graph", default=None, help="The computation graph (default: in pdf, html, tex and typ)."
    ),
    click.option("--interactive", is_flag=True, help="A page to play with (-f html): steps, sliders, a quiz."),
)
LANGUAGE = click.option(
    "--language",
    "--lang",
    "lang",
    default=ENGLISH,
    type=click.Choice(LANGUAGES),
    help="The language of what is written.",
)
SHOWN = (
    click.option("--detail", type=click.Choice(DETAILS), default="normal", help="How many steps to show."),
    click.option(
        "--digits", type=int, default=4, metavar="N", help="Significant digits of rounded numbers.", show_default=True
    ),
    click.option("--notation", type=click.Choice(NOTATIONS), default="partial", help="How gradients are called."),
    click.option(
        "--layout-convention",
        type=click.Choice(LAYOUT_CONVENTIONS),
        default="denominator",
        help="Gradients of the variable's shape, or transposed.",
    ),
    click.option("--flavour", type=click.Choice(FLAVOURS), default="dollar", help="Mathematics in Markdown."),
    RULES,
    SHAPES,
    click.option("--fragment", is_flag=True, help="LaTeX without preamble, to \\input."),
    click.option("--engine", type=click.Choice(ENGINES), default="typst", help="What makes the PDF."),
    click.option("--template", metavar="DIR", help="A folder of your own Jinja2 templates."),
    LANGUAGE,
    click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", help="Raise a stated limit."),
)
CODE = (
    click.option(
        "--backward",
        type=click.Choice(BACKWARD),
        help="Who differentiates in a script: its engine, or each line (numpy).",
    ),
    click.option("--execute", is_flag=True, help="Run the cells of a notebook (-f ipynb)."),
)
DRAWN = (
    click.option("--variants", type=int, default=1, metavar="N", help="How many, all different.", show_default=True),
    click.option("--seed", type=int, default=0, metavar="S", help="Another seed, other variants.", show_default=True),
    click.option("-f", "--format", "format_", metavar="FORMAT", help=f"{', '.join(FORMATS)}, or of a quiz: {QUIZZES}."),
    click.option("-o", "--output", metavar="FILE|DIR/", help="One file for all, or a folder, which can be resumed."),
    click.option("--kind", metavar="KIND", help="What is asked (default: full; of a quiz, numerical)."),
    click.option("--title", metavar="TEXT", help="In the place of the problem's own."),
    click.option("--every", type=int, default=2, metavar="N", help="Of a faded solution, every N-th line is blank."),
    click.option("--choices", type=int, default=5, metavar="N", help="Answers of a multiple choice."),
    click.option("--code", is_flag=True, help="A code to scan beside each variant's name."),
    click.option("--short-key", is_flag=True, help="Keys as tables of what is accepted."),
    click.option("--key", metavar="FILE", help="The key to the sheet, in the format of its suffix."),
    click.option("--exam", is_flag=True, help="A paper with a cover for each variant, and the list of seats."),
    click.option("--date", metavar="TEXT", help="On the covers of an exam."),
    click.option("--minutes", type=int, metavar="N", help="How long an exam takes, on its covers."),
    click.option("--rule", "exam_rules", multiple=True, metavar="TEXT", help="On the covers, for the general rules."),
    click.option("--regenerate", metavar="ID", help="One variant again by its name, such as 7K-3F9A."),
    click.option("--jobs", type=int, default=1, metavar="N", help="Processes on this machine.", show_default=True),
    click.option("--cluster", metavar="ADDRESS", help="The scheduler of a Dask cluster: tcp://HOST:8786"),
)


@main.command(cls=Command, epilog=epilogs.SOLVE)
@taking(*PROBLEM, *ASKED, *WRITTEN, *DRAWING, *CODE, *SHOWN)
@click.option("--given", "given", multiple=True, metavar="x=1,w=2", help="Set or override values of givens.")
@click.option("--direction", multiple=True, metavar="w=[1,0]", help="Forward mode along a direction of vectors.")
@click.option("--check", metavar="ENGINE", help="Say whether numeric, autograd, torch or jax confirms it; 1 if not.")
@click.option("--certify", is_flag=True, help="Say of every line what confirms it; nothing is written if one fails.")
def solve(given: tuple[str, ...], direction: tuple[str, ...], **choices: Any) -> None:
    """Derive, evaluate and show a worked solution."""
    from .run import run

    run("solve", given=given, direction=direction, **choices)


@main.command(name="import", cls=Command, epilog=epilogs.IMPORT, short_help="Code into a problem.")
@click.argument("source", metavar="FILE[:NAME]")
@click.option("--inputs", multiple=True, metavar="x=[1,2]", help="Values of inputs, or of a function's arguments.")
@click.option("--loss", metavar="TEXT", help="Of a module: the loss, in y_hat and further inputs: mse(y_hat, y).")
@click.option("--run", "execute", is_flag=True, help="Run FILE, to import a module with its weights from it.")
@click.option(
    "-f", "--format", "format_", type=click.Choice((*FORMATS, *PROGRAMS)), help="Solve it, and write the solution."
)
@click.option("-o", "--output", metavar="FILE", help="Written whole or not at all; - is standard output.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", help="Raise a stated limit.")
def import_(**choices: Any) -> None:
    """Code into a problem: a function, a script, a notebook, or with --run a torch.nn.Module.

    Nothing is executed without --run.
    """
    from .importing import run_import

    run_import(**choices)


@main.command(cls=Command, epilog=epilogs.CHEATSHEET, short_help="All operations with their derived gradients.")
@click.option("-f", "--format", "format_", type=click.Choice(PAGE_FORMATS), help="Default: the suffix of FILE, or md.")
@click.option("-o", "--output", metavar="FILE", help="Written whole or not at all; - is standard output.")
@taking(OPENED, *(option for option in SHOWN if option not in (RULES, SHAPES)))
def cheatsheet(**choices: Any) -> None:
    """All operations with their definitions and derived gradients, in two columns on paper."""
    from .cheatsheet import run_cheatsheet

    run_cheatsheet(**choices)


@main.command(cls=Command, epilog=epilogs.DERIVE, short_help="As solve, in symbols only.")
@taking(*PROBLEM, *ASKED, *WRITTEN, *DRAWING, *CODE, *SHOWN)
def derive(**choices: Any) -> None:
    """As solve, symbolically only: values of givens are left out."""
    from .run import run

    run("derive", given=(), direction=(), **choices)


@main.command(cls=Command, epilog=epilogs.TRAIN)
@taking(*PROBLEM, *ASKED, *WRITTEN, *SHOWN)
@click.option("--given", "given", multiple=True, metavar="x=1,w=2", help="Set or override values of givens.")
@click.option("--lr", metavar="RATE", help="The learning rate (default: the problem's).")
@click.option("--updates", type=int, metavar="N", help="How many updates (default: the problem's).")
@click.option(
    "--optimiser", "--optimizer", default="sgd", metavar="NAME", help="sgd, momentum, nesterov, rmsprop or adam."
)
@click.option("--hyper", multiple=True, metavar="mu=0.9", help="Set hyperparameters of the optimiser.")
@click.option("--data", metavar="FILE", help="A .csv or .npz file with columns called as givens.")
@click.option("--batch", type=int, metavar="N", help="Rows of the data for each update (default: all).")
@click.option("--shuffle", type=int, metavar="SEED", help="Draw the order of the rows anew for every epoch.")
@click.option("--show", type=int, metavar="N", help="Updates to work in full (default: the problem's Updates, or 1).")
@click.option("--trace", "traces", multiple=True, metavar="FILE", help="The whole trace as .csv or .json.")
@click.option("--plot", "plots", multiple=True, metavar="FILE", help="The loss as .svg or .png, by matplotlib.")
def train(**choices: Any) -> None:
    """Train by derived gradients: worked updates, a trace, a plot."""
    from .train import run_train

    run_train(**choices)


@main.command(cls=Command, epilog=epilogs.CHECK, short_help="Values and gradients beside other engines'.")
@taking(*PROBLEM, *ASKED, *WRITTEN, *SHOWN)
@click.option("--given", "given", multiple=True, metavar="x=1,w=2", help="Set or override values of givens.")
@click.option(
    "--with", "engines", default="numeric", metavar="ENGINES", show_default=True,
    help="numeric,autograd,torch,jax: one or more.",
)  # fmt: skip
def check(**choices: Any) -> None:
    """Values and gradients beside those of other engines; exit status 1 where they disagree."""
    from .check import run_check

    run_check(**choices)


@main.command(cls=Command, epilog=epilogs.EXERCISE, short_help="Variants of a problem: sheets, keys, quizzes.")
@taking(*PROBLEM, *DRAWN, *SHOWN)
def exercise(**choices: Any) -> None:
    """Variants of a problem with Vary lines: sheets, keys and quizzes."""
    from .exercise import exercise as run

    run(**choices)


@main.command(cls=Command, epilog=epilogs.PROOFREAD)
@click.argument("notes", nargs=-1, required=True, metavar="NOTES...|-")
@click.option("-f", "--format", "format_", type=click.Choice(("txt", "json", "sarif")), help="Default: txt.")
@click.option("-o", "--output", metavar="FILE", help="Written whole or not at all; - is standard output.")
@click.option("--all", "shows_all", is_flag=True, help="Show the claims that are right, too.")
@LANGUAGE
@click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", help="Raise a stated limit.")
def proofread(notes: tuple[str, ...], **choices: Any) -> None:
    """Judge every claim of a written derivation.

    NOTES are Markdown, plain text, LaTeX source or notebooks. Exit status: 0 nothing is wrong, 1 something is, 2 the
    notes cannot be read.
    """
    from .proofread import run_all

    sys.exit(run_all(notes, **choices))


@main.command(cls=Command, epilog=epilogs.GRADE, short_help="Grade students' derivations, with follow-through.")
@click.argument("problem", metavar="PROBLEM")
@click.argument("answers", nargs=-1, required=True, metavar="ANSWERS...|-")
@click.option(
    "-f", "--format", "format_", type=click.Choice((*PAGE_FORMATS, "csv", "json")),
    help="Default: the suffix of FILE, html in a folder, else txt.",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE|DIR/", help="Written whole or not at all; a folder for a class.")
@click.option("--plot", "plots", multiple=True, metavar="FILE", help="The class as .svg or .png, by matplotlib.")
@click.option(
    "--ask", default="value,local,gradient,after", metavar="KINDS", show_default=True,
    help="Which lines earn points.",
)  # fmt: skip
@click.option("--variant", metavar="ID", help="Of an exercise: the variant of all works, if no column names it.")
@click.option("--show-work", is_flag=True, help="No points for a line that does not stand there, only what follows.")
@click.option(
    "--digits", type=int, default=2, metavar="N", show_default=True, help="Digits that a rounded number needs."
)
@LANGUAGE
@click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", help="Raise a stated limit.")
def grade(problem: str, answers: tuple[str, ...], **choices: Any) -> None:
    """Grade students' derivations line by line, with follow-through.

    ANSWERS are files (text, Markdown, LaTeX, a notebook; one a student), folders of them, or a .csv with a row a
    student. A work that cannot be read is reported, and the others are graded. Nothing in an answer is executed.
    """
    from .grade import run

    run(problem, answers, **choices)


@main.command(cls=Command, epilog=epilogs.WEAVE, short_help="Put solutions into documents that hold problems.")
@click.argument("source", metavar="DOCUMENT|DIR")
@click.option("-o", "--output", metavar="FILE|DIR", help="Where the woven document goes, or the folder of them.")
@click.option("--fragments", is_flag=True, help="Of notes.tex: write what backprop.sty reads, beside it.")
@click.option("--watch", is_flag=True, help="Again whenever a source is saved.")
@click.option("--detail", type=click.Choice(DETAILS), default="normal", help="Where a block does not say it.")
@click.option("--digits", type=int, default=4, metavar="N", help="Significant digits of rounded numbers.")
@click.option("--notation", type=click.Choice(NOTATIONS), default="partial", help="How gradients are called.")
@click.option("--flavour", type=click.Choice(FLAVOURS), default="dollar", help="Mathematics in Markdown.")
@LANGUAGE
@click.option("--cache", metavar="DIR", help="Where what was woven is kept (default: your cache folder).")
@click.option("--no-cache", is_flag=True, help="Work everything anew, and keep nothing.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", help="Raise a stated limit.")
def weave(**choices: Any) -> None:
    """Put solutions, exercises and values into documents that hold problems.

    Markdown, MyST, Quarto, R Markdown, LaTeX and notebooks: blocks called backprop and roles of that name are
    replaced, everything else stays as it is.
    """
    from .weave import run_weave

    run_weave(**choices)


@main.command(cls=Command, epilog=epilogs.SERVE, short_help="A page to type problems into.")
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", show_default=True, help="0.0.0.0 for a class.")
@click.option("--port", type=int, default=8000, metavar="N", show_default=True, help="0 for any that is free.")
@click.option("--workers", type=int, metavar="N", help="Processes that solve (default: processors, and one).")
@click.option("--seconds", type=int, default=5, metavar="N", show_default=True, help="Time of one request.")
@click.option("--memory", type=int, default=512, metavar="MIB", show_default=True, help="Memory of one request.")
@click.option("--open/--no-open", "opens", default=True, help="Show the page in your browser.")
def serve(**choices: Any) -> None:
    """A page: the problem on the left, its worked solution on the right, as you type."""
    from .serve import run_serve

    run_serve(**choices)


@main.group(
    name="examples",
    invoke_without_command=True,
    epilog=epilogs.LISTED,
    short_help="Problems to begin from: list, show, copy.",
)
@click.pass_context
def examples(context: click.Context) -> None:
    """Problems to begin from: list them, print one, copy one."""
    if context.invoked_subcommand is None:
        from .examples import list_examples

        list_examples()


@examples.command(name="show", cls=Command)
@click.argument("name")
def show(name: str) -> None:
    """Print the problem called NAME."""
    from .examples import show_example

    show_example(name)


@examples.command(name="copy", cls=Command)
@click.argument("place", nargs=-1, metavar="[NAME] [FOLDER]")
@click.option("--all", "takes_all", is_flag=True, help="All of them: then the argument is the folder.")
def copy(place: tuple[str, ...], takes_all: bool) -> None:
    """Copy the problem called NAME into FOLDER, or here. No file is replaced."""
    from .examples import copy_examples

    copy_examples(place, takes_all)
