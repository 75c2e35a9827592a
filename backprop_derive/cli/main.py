"""`backprop-derive`: one command a capability. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import gc
import sys
from typing import Any

import click

from ..errors import BackpropError
from ..options import BACKWARD, DETAILS, ENGINES, FLAVOURS, LAYOUT_CONVENTIONS, LAYOUTS, MODES, NOTATIONS

EXAMPLES = """\b
Examples:
  backprop-derive solve problem.txt
  backprop-derive solve problem.txt -o solution.pdf
  backprop-derive solve -e "y^ = x*w; s = y^ - y; loss = s**2" --given x=1,y=2,w=1 --wrt w
  cat problem.txt | backprop-derive solve - -f tex --fragment
"""
FORMATS = ("md", "tex", "typ", "pdf", "html", "json", "txt", "ipynb", "torch", "jax", "numpy")


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
            sys.stderr.close()
            sys.exit(0)


def fail(message: str) -> None:
    """Print one message on stderr and leave with status 2."""
    click.echo(f"error: {message}", err=True)
    sys.exit(2)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXAMPLES,
    help="Worked solutions of backpropagation problems, written as in lecture notes.",
)
@click.version_option(package_name="backprop-derive", prog_name="backprop-derive")
def main() -> None:
    """The group of commands."""
    # Importing SymPy makes hundreds of thousands of objects that all stay; looking through them for garbage again and
    # again takes a tenth of a short run.
    gc.set_threshold(1_000_000)


def common_options(command: Any) -> Any:
    """What `solve` and `derive` share."""
    for option in reversed(
        (
            click.argument("problem", required=False, metavar="PROBLEM|-"),
            click.option(
                "-e", "--expression", "text", metavar="TEXT", help="The problem itself; `;` ends a statement."
            ),
            click.option("--wrt", default="", metavar="NAMES", help="What to differentiate by: w,b"),
            click.option("--loss", metavar="NAME", help="The step to differentiate (default: Find's, or the last)."),
            click.option(
                "-f", "--format", "format_", type=click.Choice(FORMATS), help="Default: the suffix of FILE, or md."
            ),
            click.option("-o", "--output", metavar="FILE", help="Written whole or not at all; - is standard output."),
            click.option(
                "--layout",
                type=click.Choice(LAYOUTS),
                default="solution",
                help="With the lesson around it, or without.",
            ),
            click.option("--detail", type=click.Choice(DETAILS), default="normal", help="How many steps to show."),
            click.option(
                "--digits",
                type=int,
                default=4,
                metavar="N",
                help="Significant digits of rounded numbers.",
                show_default=True,
            ),
            click.option(
                "--notation", type=click.Choice(NOTATIONS), default="partial", help="How gradients are called."
            ),
            click.option(
                "--layout-convention",
                type=click.Choice(LAYOUT_CONVENTIONS),
                default="denominator",
                help="Gradients of the variable's shape, or transposed.",
            ),
            click.option("--flavour", type=click.Choice(FLAVOURS), default="dollar", help="Mathematics in Markdown."),
            click.option(
                "--mode",
                type=click.Choice(MODES),
                default="reverse",
                help="Back from the loss, or forward, one sweep for each that is wanted.",
            ),
            click.option(
                "--backward",
                type=click.Choice(BACKWARD),
                help="Who differentiates in a script: its engine, or each line (-f numpy).",
            ),
            click.option("--execute", is_flag=True, help="Run the cells of a notebook (-f ipynb)."),
            click.option("--rules", is_flag=True, help="Name the rule beside each local gradient."),
            click.option("--shapes", is_flag=True, help="A table of the shapes of all tensors."),
            click.option("--paths", is_flag=True, help="A table of the paths from each name to the loss."),
            click.option("--expand", is_flag=True, help="Split compound steps into one operation a node."),
            click.option("--fragment", is_flag=True, help="LaTeX without preamble, to \\input."),
            click.option("--engine", type=click.Choice(ENGINES), default="typst", help="What makes the PDF."),
            click.option("--template", metavar="DIR", help="A folder of your own Jinja2 templates."),
            click.option("--lang", default="en", type=click.Choice(["en"]), help="The language of the solution."),
            click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", help="Raise a stated limit."),
        )
    ):
        command = option(command)
    return command


@main.command(cls=Command, epilog=EXAMPLES)
@common_options
@click.option("--given", "given", multiple=True, metavar="x=1,w=2", help="Set or override values of givens.")
@click.option("--direction", multiple=True, metavar="w=[1,0]", help="Forward mode along a direction of vectors.")
def solve(given: tuple[str, ...], direction: tuple[str, ...], **choices: Any) -> None:
    """Derive, evaluate and show a worked solution."""
    from .run import run

    run("solve", given=given, direction=direction, **choices)


@main.command(name="import", cls=Command)
@click.argument("source", metavar="FILE[:NAME]")
@click.option("--inputs", multiple=True, metavar="x=[1,2]", help="Values of inputs, or of a function's arguments.")
@click.option("--loss", metavar="TEXT", help="Of a module: the loss, in y_hat and further inputs: mse(y_hat, y).")
@click.option("--run", "execute", is_flag=True, help="Run FILE, to import a module with its weights from it.")
@click.option("-f", "--format", "format_", type=click.Choice(FORMATS), help="Solve it, and write the solution.")
@click.option("-o", "--output", metavar="FILE", help="Written whole or not at all; - is standard output.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", help="Raise a stated limit.")
def import_(**choices: Any) -> None:
    """Code into a problem: a function, a script, a notebook, or with --run a torch.nn.Module.

    Nothing is executed without --run.
    """
    from .importing import run_import

    run_import(**choices)


@main.command(cls=Command, epilog=EXAMPLES)
@common_options
def derive(**choices: Any) -> None:
    """As solve, symbolically only: values of givens are left out."""
    from .run import run

    run("derive", given=(), direction=(), **choices)
