"""The catalogue of errors: what is wrong, where the message points, what it says, and what it says would work."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from backprop_derive.errors import BackpropError, terminal_width
from backprop_derive.language.reader import read_problem

GIVEN = "Given x = 1, y = 2, weight = 3\n"


class Row(NamedTuple):
    """A malformed problem (`…` stands for a usual Given line), the place, a phrase, and what would work."""

    problem: str
    place: str
    phrase: str
    remedy: str


CATALOGUE = [
    # unknown names
    Row("…loss = x*wieght", "2:10", "unknown name wieght", "weight"),
    Row("…loss = X + 1", "2:8", "it looks like x, but is another, in another case", "x"),
    Row("…loss = х + 1", "2:8", "U+0445 CYRILLIC SMALL LETTER HA", "both in the same alphabet"),
    Row("…loss = xу + 1", "2:9", "mixes alphabets: U+0443", "letters of one alphabet"),
    Row("…loss = xy", "2:8", "unknown name xy", "x*y"),
    Row("…loss = sin2x", "2:8", "unknown name sin2x", "sin(2x)"),
    Row("loss = w*x", "1:8", "unknown name w", "Given x = 1, on a line before the steps"),
    Row(
        "s = 2\nGiven x = 1\nloss = s*x",
        "3:8",
        "unknown name s",
        "line 1 stands before the first Given and is read as prose",
    ),
    Row(
        "…loss = x\nFind d(loss)/dwt", "3:15", "Find names wt, which is not defined", "a given or a step of the problem"
    ),
    Row("…loss = x\nFind dy", "3:6", "Find names dy", "y for the name"),
    Row("…loss = x\nParameters: wieght", "3:13", "Parameters names wieght", "weight"),
    Row("…loss = inf", "2:8", "inf is no number here", "a finite number"),
    # functions
    Row("…loss = sigmod(x)", "2:8", "unknown function sigmod", "sigmoid(…)"),
    Row("…loss = EXP(x)", "2:8", "unknown function EXP", "exp(…)"),
    Row("…loss = sigma(x)", "2:8", "unknown function sigma", "sigmoid(…)"),
    Row("…loss = softmax(x)", "2:8", "softmax of a scalar", "a vector or a higher tensor"),
    Row("…loss = sin x", "2:8", "sin is a function and needs its argument in parentheses", "sin(x)"),
    Row("…loss = sin²(x)", "2:8", "needs its argument in parentheses", "sin(x)^2"),
    Row("…loss = x(y + 1)", "2:8", "x(…) is not a function", "x*(…)"),
    Row("…max = x\nloss = max(x, y)", "3:8", "max is a name of this problem", "another name"),
    Row("…loss = exp(x, y)", "2:8", "exp takes 1 argument, 2 given", "exp(x)"),
    Row("…loss = max(x)", "2:8", "max of one scalar", "max(a, b, …)"),
    Row("…loss = leaky_relu(x, slop=2)", "2:22", "takes no option or argument called slop", "slope"),
    Row("…loss = clip(x, 0, lo=1)", "2:19", "clip is given lo twice", "clip(x, lo, hi)"),
    Row("…loss = where(x, x, y)", "2:15", "unexpected ','", "a comparison"),
    Row("…loss = where(x = 1, x, y)", "2:16", "unexpected '='", "where(x == …, a, b)"),
    Row("…loss = gelu(x, approximate=sin)", "2:28", "unexpected 'sin'", "tanh or none"),
    # order of definitions
    Row("…loss = a\na = x", "2:8", "a is used before it is defined, later in line 3", "move line 3 up"),
    Row("…a = b\nb = a", "2:5", "used before it is defined", "without a cycle"),
    Row("…loss = loss + x", "2:8", "used in its own definition", "another name"),
    Row("…a = x\na = y", "3:1", "a is defined twice: already in line 2", "another name"),
    Row("…x = 2", "2:1", "x is defined twice: already in line 1", "another name"),
    Row("Given w_1 = 1, w₁ = 2\nloss = w_1", "1:16", "(w_1 and w₁ are the same name)", "another name"),
    Row("Given pi = 3, x = pi\nloss = x", "1:15", "pi is a name of this problem", "another name than pi"),
    # two readings
    Row("…loss = 1/2x", "2:9", "1/2x is ambiguous", "1/(2*x) or (1/2)*x"),
    Row("…loss = x^2y", "2:10", "the exponent 2y is ambiguous", "(…^2)*y or …^(2*y)"),
    Row("…y^ = x\nloss = y^-1", "3:9", "both y and y^ are defined", "y^ - … (with a space)"),
    Row("…loss = |x|y|x|", "2:11", "can be read in two ways", "|x|*y*|…|"),
    Row("…loss = (x)(y)", "2:11", "unexpected '('", "(x)*(y)"),
    Row("…loss = x y", "2:10", "unexpected 'y'", "x*y"),
    Row("…loss = 1½", "2:9", "unexpected '½'", "1 + ½"),
    Row("…loss = x^ ^ 2", "2:8", "unknown name x^", "an exponent after x^"),
    # brackets, bars, operators
    Row("…loss = (x + 1", "2:8", "'(' is never closed", "')' further on"),
    Row("…loss = x + 1)", "2:13", "unexpected ')'", "an operator"),
    Row("…loss = |x", "2:8", "'|' is never closed", "'|' further on"),
    Row("…loss = x|", "2:9", "the bar | closes nothing", "|x|"),
    Row("…loss = ‖x|", "2:10", "unexpected '|'", "the bar '‖' that closes"),
    Row("…loss = x + * 2", "2:12", "unexpected '*'", "an operand"),
    Row("…loss = x *", "2:11", "unexpected end of the statement", "an operand"),
    Row("…loss =", "2:7", "unexpected end of the statement", "an operand"),
    Row("…loss = +x", "2:8", "unexpected '+'", "without the sign +"),
    Row("…loss = x // 2", "2:11", "unexpected '/'", "floor(a/b)"),
    Row("…loss = ()", "2:8", "empty parentheses", "an expression between them"),
    Row("…loss = x < y", "2:10", "unexpected '<'", "inside where(condition, a, b) only"),
    Row("…loss = x == y", "2:10", "unexpected '=='", "inside where(condition, a, b) only"),
    Row("…loss = √x", "2:8", "unexpected '√'", "sqrt(…)"),
    Row("…loss = x; z = y", "2:9", "unexpected ';'", "a new line in place of ;"),
    Row("…loss = x.", "2:9", "unexpected '.'", "the end of the statement"),
    Row("…loss = x.shape", "2:9", "attribute access .shape", ".T, the transpose, is the only word after a dot"),
    Row('…loss = "x"', "2:8", "a string stands here", "an expression"),
    Row("…loss = 'x'", "2:8", "unexpected quote '", "an expression"),
    # numbers and characters
    Row("…loss = 0x10", "2:8", "0x10 is no number of this language", "a decimal number"),
    Row("…loss = 1_000", "2:9", "unexpected '_' inside a number", "the number without _"),
    Row("…loss = 1,000", "2:9", "unexpected ','", "1000 where it parts thousands"),
    Row("Given x = 0,5\nloss = x", "1:13", "unexpected '5'", "0.5 where the comma is a decimal point"),
    Row("…loss = ٣", "2:8", "the digit ٣ (U+0663 ARABIC-INDIC DIGIT THREE)", "3"),
    Row("…loss = x – y", "2:10", "unexpected character – (U+2013 EN DASH)", "-"),
    Row("…loss = x!", "2:9", "unexpected character !", "there is no factorial"),
    Row(r"…loss = \frac{x}{2}", "2:8", "U+005C REVERSE SOLIDUS", "TeX is not read"),
    Row("…loss = x_{1}", "2:10", "U+007B LEFT CURLY BRACKET", "x_1"),
    Row("…loss = x^_1", "2:10", "a hat before an index", "x_1^"),
    Row("…loss = x\u200b", "2:9", "U+200B ZERO WIDTH SPACE", "delete it"),
    Row("…loss = x\u202e", "2:9", "U+202E RIGHT-TO-LEFT OVERRIDE", "delete it"),
    Row("…loss = x\x00", "2:9", "U+0000 NUL", "delete it"),
    Row("…loss = x\rz = y", "2:9", "U+000D CARRIAGE RETURN", "delete it"),
    Row("> a\u2066b\n…loss = x", "1:4", "U+2066", "delete it"),
    # givens
    Row("Given x = 1 y = 2\nloss = x", "1:13", "unexpected 'y'", "a comma before y"),
    Row("Given x = 1 and y = 2\nloss = x", "1:13", "unexpected 'and'", "a comma before y"),
    Row("Given x = 1; y = 2\nloss = x", "1:12", "unexpected ';'", "a new line in place of ;"),
    Row("Given x = 1, y = x\nloss = x", "1:18", "unknown name x", "a step, on a line of its own"),
    Row("Given x = 1,\nloss = x*2", "2:8", "unknown name x", "no comma at the end of the line before"),
    Row("Given x = (1,\n2\nloss = x", "1:11", "'(' is never closed", "')' further on"),
    Row("Given 2x = 1\nloss = x", "1:7", "unexpected '2'", "a name, such as x = 1"),
    Row("Given:\nloss = 1", "1:7", "Given names nothing", "Given x = 1, y = 2"),
    Row("Given the net x = 1\nloss = x", "1:11", "unexpected 'net'", "> at the beginning of the line, for prose"),
    Row("Given title = 1\nloss = title", "1:7", "title is a keyword", "title_1 for a name"),
    Row("Given x: 3\nloss = x", "1:10", "unexpected '3'", "a shape such as (n, d)"),
    Row(
        "Given X: (n, d)\nloss = X", "2:1", "the loss loss has shape (n, d), and a loss is a single number", "sum(loss)"
    ),
    Row("Given X: (n, 0)\nloss = X", "1:14", "unexpected '0'", "a whole number from 1 on"),
    Row("Given A: (n, k), B: (m, k)\nloss = sum(A @ B)", "2:8", "shapes (n, k) and (m, k) do not fit for @", "….T"),
    Row(
        "Given a = [1, 2], b = [1, 2, 3]\nloss = sum(a + b)",
        "2:8",
        "axis -1 is 2 in one and 3 in the other",
        "equal sizes",
    ),
    Row("Given x = [1, 2]\nloss = x[2]", "2:8", "index 2 is out of range: axis 0 has size 2", "-2 to 1"),
    Row("Given x = [1, 2]\nloss = sum(x, axis=1)", "2:8", "there is no axis 1", "axis 0"),
    Row("Given A = [[1, 2, 3]]\nloss = det(A)", "2:8", "det takes a square matrix, and the shape is (1, 3)", "(n, n)"),
    Row(
        "Given x = [1, 2]\nloss = sum(reshape(x, (3, 1)))",
        "2:8",
        "has 2 elements and cannot take the shape (3, 1)",
        "2",
    ),
    Row('Given A = [[1]]\nloss = einsum("ij", A)', "2:8", "einsum subscripts 'ij'", "an arrow"),
    Row(
        "Given z = [1, 2], y = [1, 0, 0]\nloss = cross_entropy(z, y)",
        "2:8",
        "shapes (2,) and (3,) do not fit",
        "one-hot",
    ),
    Row(
        "Given x = [1, 2]\nloss = x", "2:1", "the loss loss has shape (2,), and a loss is a single number", "sum(loss)"
    ),
    Row("Given x = [[1, 2], [3]]\nloss = x", "1:11", "the rows of x have different lengths", "rows of one length"),
    Row("Given x = (1, 2)\nloss = x", "1:11", "a row of values in parentheses", "[1, 2]"),
    # steps and lines
    Row("…loss = x @ y", "2:8", "@ multiplies matrices and vectors", "* for a product with a scalar"),
    Row("…loss = x[0]", "2:8", "1 index for a scalar", "a vector or a higher tensor"),
    Row("…x*y = s", "2:2", "the left side of '=' is not a name", "s = x*y"),
    Row("…s(x) = x", "2:2", "the left side of '=' is not a name", "s = …"),
    Row("…s += x", "2:3", "the left side of '=' is not a name", "s = …"),
    Row("…s ^ = x", "2:3", "the left side of '=' is not a name", "s^ = …, without a space"),
    Row("…Step 1: s = x", "2:6", "the left side of '=' is not a name", "1. s = …"),
    Row("…Learning rate = 0.5", "2:10", "the left side of '=' is not a name", "Learning rate: 0.5"),
    Row("Let x = 1, y = 2\nloss = x*y", "1:5", "the left side of '=' is not a name", "Given x = 1, y = 2"),
    Row("Étant donné x = 1\nloss = x", "1:7", "the left side of '=' is not a name", "Given x = 1"),
    Row("…loss = x\nGesucht dloss/dx", "3:1", "neither a step nor a sentence", "Find dloss/dx"),
    Row("…$z = x*y$\nloss = z", "2:1", "neither a step nor a sentence", "z = x*y"),
    Row("…$z = x \\cdot y$\nloss = z", "2:1", "neither a step nor a sentence", "TeX is not read"),
    Row("…a = 1, b = 2\nloss = x", "2:6", "a step defines one name, and b follows", "Given a = 1, b = 2"),
    Row("…a = x*y, b = 2\nloss = x", "2:8", "a step defines one name, and b follows", "b = 2 on a line of its own"),
    Row("Given X = [[1]], w = [1]\nL = sum(X w)", "2:11", "unexpected 'w'", "X @ w for matrices, X*w entry by entry"),
    Row("…s == x", "2:3", "unexpected '=='", "one '='"),
    Row("…s = x = y", "2:7", "unexpected '='", "a statement has one '='"),
    Row("…updates = 2", "2:1", "updates is a keyword", "Updates: … for the statement"),
    Row("…x*y", "2:1", "neither a step nor a sentence: x*y", "a name before it: … = x*y"),
    Row("…now comes the loss", "2:1", "neither a step nor a sentence", "> now comes the loss"),
    Row("…Updates 2", "2:1", "neither a step nor a sentence", "Updates: 2"),
    Row("…s = (x +\n  y)", "3:3", "neither a step nor a sentence", "joined to line 2: a step is one line"),
    # what is asked
    Row("…loss = x\nFind", "3:5", "Find names nothing", "Find d(loss)/dw"),
    Row("…loss = x\nFind dloss/dx dloss/dy", "3:15", "unexpected 'dloss' in Find", "a comma"),
    Row("…loss = x\nFind d(loss)", "3:13", "unexpected end of the line in Find", "'/' and the name"),
    Row("…loss = x\nFind loss", "3:6", "the derivative of loss by itself is 1", "x or y"),
    Row("…loss = x\nFind dx/dy", "3:6", "x is a given; the loss must be a step", "loss"),
    Row("…s = x\nloss = s\nFind ds/dx, dloss/dx", "4:13", "derivatives of both s and loss", "derivatives of one loss"),
    Row("…loss = x\nParameters: loss", "3:13", "loss is a step, not a given", "givens of the problem"),
    Row("…loss = x\nUpdates: 3", "3:10", "Updates stands without a learning rate", "Learning rate: 0.1"),
    Row("…loss = x\nlr = fast", "3:6", "unknown name fast", "the learning rate as a number"),
    Row("…loss = x\nRound: four", "3:8", "Round is four, not a whole number", "Round: 4"),
    Row("…loss = x\nTitle: a\nTitle: b", "4:8", "Title stands twice, already in line 3", "delete one of them"),
    Row("…loss = x\nVary x in 3..1", "3:11", "the range holds no value", "1..3"),
    # nothing to do
    Row("", "", "the problem is empty: nothing to derive", "Given lines and steps"),
    Row("Given x = 1", "1:7", "the problem has no step", "at least one step"),
    Row("Find the gradient of the loss.\nThank you.", "2:1", "no Given and no step", "at least one step"),
    # limits
    Row("…loss = " + "(" * 1001 + "x", "2:1008", "the limit `depth` is at most 1,000", "--limit depth=1001"),
    Row("…loss = " + "-" * 1001 + "x", "2:8", "the limit `depth` is at most 1,000", "--limit depth=1001"),
    Row("…loss = x*9**9**9**9", "2:8", "the number of digits of a power is too large", "--limit literal="),
    Row("Given x = 1e99999\nloss = x", "1:11", "the number of digits is too large: 99,999", "--limit literal=99999"),
    Row("…loss = x\nRound: 51", "3:8", "the limit `digits` is at most 50", "--limit digits=51"),
    Row("…Title: " + "a" * 501 + "\nloss = x", "2:8", "the limit `title` is at most 500", "--limit title=501"),
    Row("…loss = " + "a" * 65, "2:8", "it has 65 characters, the limit `name` is at most 64", "--limit name=65"),
]


def refusal(problem: str) -> BackpropError:
    with pytest.raises(BackpropError) as caught:
        read_problem(problem.replace("…", GIVEN, 1) if "…" in problem else problem)
    return caught.value


def named(row: Row) -> str:
    return re.sub(r"\W+", "-", f"{row.problem[:40]}: {row.phrase}"[:70])


@pytest.mark.parametrize("row", CATALOGUE, ids=named)
def test_an_error_says_where_it_is_what_was_found_and_what_would_work(row: Row) -> None:
    error = refusal(row.problem)
    assert row.phrase in error.found
    assert row.remedy in f"{error.expected}\n{error.hint}"
    place = f"{error.place.line}:{error.place.column}" if error.place is not None else ""
    assert place == row.place


@pytest.mark.parametrize("row", CATALOGUE, ids=named)
def test_a_message_is_whole_short_and_safe_to_show(row: Row) -> None:
    message = str(refusal(row.problem))
    lines = message.split("\n")
    assert len(lines) <= 5
    assert all(len(line) < 200 for line in lines)
    assert not any(c in message for c in "\x00\x07\r\x1b\u200b\u202e\u2066")
    assert not re.search(r"None|Token|Expr|\{\}|unexpected the|  \S+: $", message)
    assert any(line.startswith(("  expected: ", "  try: ")) for line in lines)


@pytest.mark.parametrize(
    ("problem", "place", "hint"),
    [
        ("Given x = [1, 2] w = 3\nL = w", "1:18", "a comma before w"),
        ("Given A = [[1, 2], [3, 4]], w = 3 v = 4\nL = w", "1:35", "a comma before v"),
        ("Given x = 1 and w^ = 3 b = 2\nL = x", "1:13", "a comma before w"),
        ("Given x = 1\na = 2*x, b = 3*a\nL = b", "2:8", "Given a = 2*x, b = 3*a"),
        ("Given x = 1\na = max(x, 2), b = 3*a\nL = b", "2:14", "b = 3*a on a line of its own"),
        ("Given x = 1\na = [1, 2], b = 3\nL = b", "2:11", "Given a = [1, 2], b = 3"),
        ("Given x = 1,000\nL = x", "1:13", "1.000 where the comma is a decimal point, 1000 where it parts thousands"),
    ],
)
def test_a_hint_can_be_taken_as_it_stands(problem: str, place: str, hint: str) -> None:
    error = refusal(problem)
    assert error.place is not None
    assert (f"{error.place.line}:{error.place.column}", error.hint) == (place, hint)


@pytest.mark.parametrize(
    ("givens", "column", "found"),
    [
        ("A = symmetric", 11, "unknown name symmetric"), ("A = [[2, 1], [1, 3]] symetric", 28, "unexpected 'symetric'"),
        ("A symetric = [[2, 1], [1, 3]]", 9, "unexpected 'symetric'"),
        ("A: (2, 2) symetric", 17, "unexpected 'symetric'"),
        ("A symmetric", 9, "symmetric says something of a matrix, and there is none"), ("A: 2", 10, "unexpected '2'"),
        ("x = 2 symmetric", 7, "x is declared symmetric and has shape ()"), ("A: (2, +)", 14, "unexpected '+'"),
        ("A: (2 3)", 13, "unexpected '3'"), ("A: (-1, 2)", 11, "unexpected '-'"),
    ],
)  # fmt: skip
def test_a_shape_or_a_kind_that_is_none(givens: str, column: int, found: str) -> None:
    error = refusal(f"Given {givens}\nL = 1")
    assert error.place is not None
    assert (error.place.line, error.place.column, error.found) == (1, column, found)


def test_kinds_are_words_where_a_kind_may_stand() -> None:
    givens = read_problem(
        "Given A symmetric = [[2, 1], [1, 3]], B = [[1, 0], [0, 2]] diagonal, C: (2, 2) symmetric, symmetric = 2\n"
        "L = sum(A*B*C) + symmetric"
    ).givens
    assert [given.structure for given in givens] == ["symmetric", "diagonal", "symmetric", ""]


def test_the_catalogue_is_long_and_names_no_problem_twice() -> None:
    problems = [row.problem for row in CATALOGUE]
    assert len(problems) >= 80
    assert len(set(problems)) == len(problems)


# --- the caret


@pytest.mark.parametrize(
    ("line", "character"),
    [
        ("loss = x + 日本*2", "日"),
        ("\tloss\t=\tx + ?", "?"),
        ("日本 = x + ?", "?"),
        ("y\u0302 = x + ?", "?"),
        ("\u00a0loss = x + ?", "?"),
        ("\u3000loss = x + ?", "?"),
        ("y\u0302\u0304 = 1 + ?", "?"),
        ("loss = x + \U0001d465 + ?", "?"),
        ("loss = x + \x1b[31m", "\x1b"),
        ("loss = " + "x + " * 40 + "? + " + "x + " * 40 + "x", "?"),
    ],
)
def test_the_caret_stands_under_the_character_as_a_terminal_shows_it(line: str, character: str) -> None:
    error = refusal("Given x = 1\n" + line)
    assert error.place is not None
    assert error.place.column == line.index(character) + 1
    shown, caret = error.place.excerpt().split("\n")
    under = next(k for k in range(len(shown)) if terminal_width(shown[:k]) == len(caret) - 1 and shown[k] != "\u0302")
    assert shown[under] == (character if character.isprintable() else "\ufffd")
    assert len(shown) < 100
