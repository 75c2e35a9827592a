"""Every sentence of proof-reading, in one place, so that it can be read as a whole and translated."""

from __future__ import annotations

from ..languages import Said, Sentences
from .record import Mistake

VERDICTS = Sentences("proof-reading verdicts", {
    "right": "right", "rounded": "right to the digits given", "follows": "right by what was found before",
    "wrong": "wrong", "unread": "not understood",
})  # fmt: skip

REPORT = Sentences(
    "proof-reading",
    {
        "expected": "should be: {expected}",
        "looks": "looks like: {name}. {feedback}",
        "reason": "because: {reason}",
        "claim": "1 claim",
        "claims": "{count} claims",
        "count": "{count} {verdict}",
        "and": ", ",
        "summary": "{name}: {claims}: {counts} (and {given}).",
        "given": "1 value or definition",
        "givens": "{count} values or definitions",
    },
)

# What a wrong value or formula by itself looks like: the name of the slip, and what a person who made it is told.
NAMES = Sentences(
    "slip names",
    {
        "sign": "sign",
        "rounding": "rounding",
        "twice": "a factor of 2 too much",
        "half": "a factor of 2 is missing",
        "another": "another name's value",
        "shape": "another shape",
        "shape only": "another shape",
        "by x": "both factors by x",
    },
)
FEEDBACK = Sentences(
    "slips",
    {
        "sign": "The sign is wrong.",
        "rounding": "The last digits are wrong; check the rounding.",
        "twice": "This is twice the right value.",
        "half": "This is half the right value.",
        "another": "This is the value of {name}.",
        "shape": "A gradient has the shape of its variable.",
        "shape only": "The entries are right, and the shape is not.",
        "by x": "The outer function is differentiated by the inner one, g′(h(x)), and not by x again, which has the"
        " inner derivative in it twice.",
    },
)

# Why nothing is known of a claim, or why it is wrong.
REASONS = Sentences(
    "reasons of proof-reading",
    {
        "no value": "it has no value",
        "error": "it has no value ({error})",
        "name": "{name} has no value",
        "undefined": "{name} is not defined",
        "no formula": "{name} is not defined by a formula",
        "function": "the function {name} has no formula",
        "direct": "{name} does not depend on {by} directly",
        "not used": "{name} does not use {by}",
        "arguments": "{name} takes {count} arguments",
        "lacks": "{name} lacks an argument",
        "lacks sizes": "{name} needs its sizes, as in {example}",
        "size": "a size is a whole number from 1 to {most}",
        "too large": "the array is too large",
        "misapplied": "{name} does not apply to the shape {shapes}",
        "tensors": "{name} works on tensors, which are not judged",
        "derivative": "this is not differentiated here",
        "tensor derivative": "this derivative of tensors is not judged",
        "tensor formula": "this formula of vectors and matrices is not judged",
        "compared": "what it is compared with is not understood",
        "relation": "{relation} is not judged",
        "paths": "only paths along names are judged",
        "shapes": "only shapes, as in X ∈ ℝ^{{2×3}}, are judged",
        "letter": "a letter of the shape is not known",
        "shape": "the shape is {shape}",
        "other shape": "the shape is {found}, and it must be {right}",
        "another": "the step is another formula",
        "here only": "the two agree at these values only",
        "other name": "the gradient is by another name",
        "ascent": "descent goes against the gradient: subtract it",
        "rows": "the rows are of different lengths",
        "values": "the values differ",
        "sum": "the shapes {a} and {b} do not fit in a sum",
        "product": "the shapes {a} and {b} do not fit in a product",
        "quotient": "the shapes {a} and {b} do not fit in a quotient",
        "comparison": "the shapes {a} and {b} do not fit in a comparison",
        "matrix product": "the shapes {a} and {b} do not fit in a matrix product",
        "power": "the power of a matrix has two readings",
        "inverse": "the matrix has no inverse",
        "untold": "the entries of this definition are not all told",
        "drawn": "{name} has too many entries to be drawn",
        "nothing": "no formula says what is differentiated",
        "many": "so many entries are not compared",
        "endless": "nothing tells how far the sum over {letter} goes",
        "bound": "the sum over {letter} goes to {upper}, and there are {found}",
        "indices": "an entry with {count} indices of what has {axes} axes",
        "shown": "what is shown does not fit the shape {shape}",
        "before": "something else was written before",
        "no entry": "there is no entry at this place in {shape}",
        "counted": "entries below a name count from 1",
        "runs": "the index {letter} runs over {size} and over {other} places",
        "by entry": "a derivative by an entry is one of vectors or matrices",
    },
)

# Why a formula is not read.
UNREAD = Sentences(
    "formulas that are not read",
    {
        "here": "{found} is not understood here",
        "end": "the end",
        "expected": "{sign} is expected, and {found} found",
        "command": "the command {name} is not known",
        "function": "the function {name} is not known",
        "function index": "{name} with the index {index} is not known",
        "exponent": "the exponent of {name} is not understood",
        "environment": "the environment {name} is not known",
        "long": "the formula is too long",
        "backslash": "a backslash without a command",
        "ends": "something is missing at the end of the formula",
        "brace": "a brace is never closed",
        "deep": "the formula is nested too deeply",
        "slash": "a product behind a slash has two readings: parentheses are missing",
        "numbers": "two numbers side by side: a sign is missing",
        "comma": "{written} may be {decimal} or {whole}",
        "argument": "the argument of the function needs parentheses",
        "sum": "a sum over an index needs vectors or matrices",
        "bounds": "the bounds of the sum are not understood",
        "sum letter": "a sum is over a letter",
        "delta": "δ has two indices",
        "comparison": "a comparison is expected",
        "size": "a size is a letter or a number",
        "cases": "the cases are not understood",
        "typed cases": "cases are written {{a if condition; b otherwise}}",
        "condition": "a row without a condition stands before another",
        "matrix": "the matrix is not understood",
        "index": "an index is a letter or a number",
        "order": "derivatives of higher order are not judged",
        "differentiated": "what is differentiated needs parentheses",
        "below": "a derivative needs the sign of differentiation below its bar too",
        "by name": "a derivative is by a name",
        "differential": "a differential of an expression is not judged by itself",
        "point": "a value at a point is not judged",
        "gradient": "a gradient is of a name by a name",
        "chain": "the chain is too long",
        "side": "a side of the relation is missing",
    },
)


def because(key: str, **words: object) -> Said:
    """A reason by its key."""
    return Said(REASONS, key, words)


def unread(key: str, **words: object) -> Said:
    """Why a formula is not read, by its key."""
    return Said(UNREAD, key, words)


# What is told by its sizes, with an example for whom forgets them.
SIZED = {
    "ones": "ones(3, 2)", "zeros": "zeros(3, 2)", "identity": "identity(3)", "onehot": "onehot(t, 3)",
}  # fmt: skip


def lacking(function: str) -> Said:
    """Why a function that lacks an argument has no value."""
    if function in SIZED:
        return because("lacks sizes", name=function, example=SIZED[function])
    return because("lacks", name=function)


HERE_ONLY = because("here only")


def reason_of(error: Exception) -> str:
    """The reason that an error was raised with, to be said again in any language."""
    reason: str = error.args[0] if error.args and isinstance(error.args[0], Said) else str(error)
    return reason


def slip(key: str, **words: str) -> Mistake:
    """A slip by its key, with the words that are told of it."""
    return Mistake(Said(NAMES, key), Said(FEEDBACK, key, words))
