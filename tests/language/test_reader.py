"""A text as the problem that it states: givens, steps, what is asked, settings, prose, and values of a caller."""

from __future__ import annotations

import contextlib
import sys
import time
from decimal import Decimal
from fractions import Fraction

import pytest

from backprop_derive.errors import BackpropError, LimitError, ProblemError, UsageError
from backprop_derive.language.reader import Scalar, read_problem
from backprop_derive.limits import Limits
from backprop_derive.problem import Claim, Problem, Prose
from backprop_derive.syntax.expression import Name, Number
from backprop_derive.syntax.written import written

LESSON = "Given x = 1, y = 2, w = 1\n\n1. y^ = x * w\n2. s = y^ - y\n3. loss = s**2\n\nFind d(loss)/dw\n"


def givens(problem: Problem) -> dict[str, str | None]:
    return {g.key: None if g.value is None else written(g.value) for g in problem.givens}


def steps(problem: Problem) -> dict[str, str]:
    return {step.key: written(step.expression) for step in problem.steps}


def refusal(text: str, **options: object) -> BackpropError:
    with pytest.raises(BackpropError) as caught:
        read_problem(text, **options)  # type: ignore[arg-type]
    return caught.value


def test_the_example_of_the_notes_is_read() -> None:
    problem = read_problem(LESSON)
    assert givens(problem) == {"x": "1", "y": "2", "w": "1"}
    assert steps(problem) == {"y_hat": "x * w", "s": "y_hat - y", "loss": "s^2"}
    assert [step.label for step in problem.steps] == ["1.", "2.", "3."]
    assert (problem.loss, problem.wanted, problem.asked) == ("loss", ("w",), True)
    assert problem.spelled == {"x": "x", "y": "y", "w": "w", "y_hat": "y^", "s": "s", "loss": "loss"}


@pytest.mark.parametrize(
    "text",
    [LESSON.replace("\n", "\r\n"), "\ufeff" + LESSON, LESSON.rstrip(), LESSON.replace(" ", "\u00a0"),
     LESSON.replace(" ", "\t"), LESSON.replace("\n\n", "\n# a comment\n\n"), LESSON.replace("y^", "ŷ"),
     LESSON.replace("y^", "y\u0302"), LESSON.replace("y^", "y_hat"), LESSON.replace("*", "·", 1), LESSON + "\n\n",
     LESSON.replace("**2", "²"), LESSON.replace("- y", "− y")],
)  # fmt: skip
def test_the_same_problem_may_be_typed_in_many_ways(text: str) -> None:
    read = read_problem(text)
    assert (givens(read), steps(read)) == (givens(read_problem(LESSON)), steps(read_problem(LESSON)))
    assert read.wanted == ("w",)


# --- givens


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("x = -1", "-1"), ("x = 1/3", "1/3"), ("x = -1/3", "-1/3"), ("x = 1e-3", "1e-3"), ("x = .5", ".5"),
        ("x = 5.", "5."),
        ("x = pi", "pi"), ("x = e", "e"), ("x = π/2", "pi/2"), ("x = sqrt(2)/2", "sqrt(2)/2"), ("x = ½", "½"),
        ("x = 2^10", "2^10"),
        ("x = |−3|", "abs(-3)"), ("x = 2pi", "2pi"), ("x = (1 + 2)*3", "(1 + 2) * 3"), ("x=1", "1"), ("x", None),
    ],
)  # fmt: skip
def test_a_given_has_a_number_a_closed_expression_or_nothing(given: str, value: str | None) -> None:
    assert givens(read_problem(f"Given {given}\nloss = 2*x")) == {"x": value}


def test_numbers_are_exact() -> None:
    (given,) = read_problem("Given x = 0.1\nloss = x").givens
    assert given.value == Number(Fraction(1, 10), "0.1")


def test_a_problem_without_values_is_symbolic() -> None:
    assert not read_problem("Given x, w = 2\nloss = x*w").has_values
    assert read_problem("Given x = 1, w = 2\nloss = x*w").has_values


def test_givens_may_stand_in_several_lines_and_between_steps() -> None:
    problem = read_problem("Given x = 1\nz = 2*x\nGiven: w = 3\nloss = z*w")
    assert givens(problem) == {"x": "1", "w": "3"}
    assert [type(s).__name__ for s in problem.statements] == ["Given", "Step", "Given", "Step"]


def test_a_given_is_known_to_every_step() -> None:
    assert steps(read_problem("Given x = 1\nloss = z*x\nGiven z = 3"))


@pytest.mark.parametrize("name", "lambda pi e E I S N Q gamma beta zeta d dx sum max lr'".split())
def test_an_ordinary_name_may_be_given(name: str) -> None:
    problem = read_problem(f"Given {name} = 2\nloss = 3*{name}")
    assert steps(problem) == {"loss": f"3 * {problem.wanted[0]}"}


@pytest.mark.parametrize(
    "keyword", ["given", "find", "title", "parameters", "updates", "round", "vary", "require", "ROUND"]
)
@pytest.mark.parametrize("text", ["Given {0} = 1\nloss = 2", "Given x = 1, {0} = 2\nloss = x", "Given x = 1\n{0} = x"])
def test_a_keyword_is_no_name(keyword: str, text: str) -> None:
    error = refusal(text.format(keyword))
    assert "is a keyword" in error.found
    assert f"{keyword}_1" in (error.hint or "")


# --- steps


def test_steps_define_before_they_use() -> None:
    assert "used before it is defined, later in line 3" in refusal("Given x = 1\na = b + x\nb = 2*x").found
    assert "a step cannot need itself" in refusal("Given x = 1\na = a + x").found
    assert "later in line 3" in refusal("Given x = 1\na = b + x\nb = a*2\nloss = b").found


def test_a_hat_that_a_later_step_defines_is_no_power() -> None:
    assert "y^ is used before it is defined" in refusal("Given x = 1, y = 2\ns = y^ - y\ny^ = x\nloss = s").found
    assert "y^ is used in its own definition" in refusal("Given y = 2\ny^ = y^ + 1").found


@pytest.mark.parametrize("constant", ["pi", "e"])
def test_a_constant_is_a_name_in_the_whole_problem_where_a_step_or_a_given_defines_it(constant: str) -> None:
    assert steps(read_problem(f"Given x = 1\n{constant} = 3*x\nloss = {constant}*x"))["loss"] == f"{constant} * x"
    assert "before it is defined" in refusal(f"Given x = 1\na = {constant}*x\n{constant} = 3\nloss = a").found
    assert f"{constant} is a name of this problem" in refusal(f"Given x = {constant}, {constant} = 3\nloss = x").found


@pytest.mark.parametrize("step", ["max = x", "sum = x*w", "exp = x^2", "σ = x"])
def test_a_step_may_carry_the_name_of_a_function_that_is_not_called(step: str) -> None:
    name = step.split()[0]
    assert steps(read_problem(f"Given x = 1, w = 2\n{step}\nloss = 2*{name}"))["loss"].startswith("2 * ")


@pytest.mark.parametrize(
    "text",
    ["max = x\nloss = max(x, 1)", "loss = max(x, 1)\nmax = loss", "exp = exp(x)", "sum = x\nloss = sum(x)",
     "a = sin(x)\nsin = a"],
)  # fmt: skip
def test_a_step_carries_no_name_of_a_function_that_is_called_anywhere(text: str) -> None:
    assert "cannot be called" in refusal(f"Given x = 1\n{text}").found


def test_sigma_is_the_sigmoid_before_a_parenthesis_even_where_it_is_a_name() -> None:
    assert steps(read_problem("Given x = 1\nσ = σ(x)\nloss = σ*x")) == {"sigma": "sigmoid(x)", "loss": "sigma * x"}


@pytest.mark.parametrize(
    ("one", "other"), [("w_1", "w₁"), ("θ", "theta"), ("y^", "y_hat"), ("x_1^", "x̂_1"), ("µ", "mu")]
)
def test_two_spellings_of_one_name_are_a_second_definition(one: str, other: str) -> None:
    error = refusal(f"Given {one} = 1\n{other} = 2")
    assert f"already in line 1 ({one} and {other} are the same name)" in error.found


def test_a_step_is_one_node_as_its_author_wrote_it() -> None:
    assert steps(read_problem("Given x = 1, w = 2\nloss = (w * x - 1)^2/2 + 0*x")) == {
        "loss": "(w * x - 1)^2/2 + 0 * x"
    }


# --- what is asked


def test_without_find_the_loss_is_the_last_step_and_every_given_is_wanted() -> None:
    problem = read_problem("Given x = 1, w = 2\na = x*w\nb = a^2")
    assert (problem.loss, problem.wanted, problem.asked) == ("b", ("x", "w"), False)


def test_parameters_are_the_default_of_find() -> None:
    problem = read_problem("Given x = 1, w = 2, b = 3\nloss = x*w + b\nParameters: w, b")
    assert (problem.parameters, problem.wanted, problem.asked) == (("w", "b"), ("w", "b"), False)
    problem = read_problem("Given x = 1, w = 2\nloss = x*w\nParameters: w\nFind dloss/dx")
    assert (problem.parameters, problem.wanted, problem.updated) == (("w",), ("x",), ("w",))


# --- settings


def test_a_learning_rate_makes_one_update() -> None:
    problem = read_problem("Given w = 2\nloss = w^2\nLearning rate: 0.5")
    assert (problem.learning_rate, problem.updates) == (Number(Fraction(1, 2), "0.5"), 1)
    assert read_problem("lr = 1/2\nGiven w = 2\nloss = w^2\nUpdates: 3").updates == 3
    assert read_problem("Given w = 2\nloss = w^2").updates == 0


@pytest.mark.parametrize(
    ("step", "read"),
    [("lr*w", "0.5 * w"), ("2lr", "2 * 0.5"), ("2lr^2*w", "2 * 0.5^2 * w"), ("w^lr", "w^0.5"),
     ("2(lr + 1)", "2(0.5 + 1)"),
     ("2w*lr", "2w * 0.5")],
)  # fmt: skip
def test_the_learning_rate_in_a_step_is_that_number(step: str, read: str) -> None:
    assert steps(read_problem(f"Given w = 2\nlr = 0.5\nloss = {step}")) == {"loss": read}


def test_rounding_and_title_are_read() -> None:
    problem = read_problem("Title: Rates of $x$ # 1\nGiven x = 1\nloss = x\nround: 4 # decimals")
    assert (problem.title, problem.round_to) == ("Rates of $x$ # 1", 4)
    assert read_problem("Given x = 1\nloss = x\nRound: 0").round_to == 0


@pytest.mark.parametrize(
    ("line", "phrase"),
    [
        ("Round: -1", "Round is -1, not a whole number"), ("Round: 1.5", "Round is 1.5"),
        ("Round: ４", "not a whole number"),
        ("Round:", "Round is empty"), ("Round: 51", "the limit `digits` is at most 50"),
        ("Updates: two\nlr = 1", "Updates is two"),
        ("Updates: 1000001\nlr = 1", "the limit `updates` is at most 1,000,000"),
        ("Updates: 2", "without a learning rate"),
        ("Updates: 99999999999999999999\nlr = 1", "the limit `updates`"), ("lr = x", "unknown name x"),
        ("lr = [1]", "the learning rate is a single number"), ("lr = 9**9**9**9", "the limit `literal`"),
        ("lr = 1\nLearning rate: 2", "stands twice"),
        ("Learning rate:", "unexpected end"), ("Title: a\nTitle: b", "Title stands twice, already in line 3"),
        ("Title: " + "a" * 501, "the limit `title` is at most 500"), ("Parameters: v", "Parameters names v"),
        ("Parameters: loss", "loss is a step, not a given"), ("Parameters:", "Parameters names nothing"),
        ("Parameters: x x", "unexpected 'x' in Parameters"), ("1. lr = 2\nLearning rate: 1", "lr is the learning rate"),
    ],
)  # fmt: skip
def test_a_setting_that_does_not_fit_is_refused(line: str, phrase: str) -> None:
    assert phrase in refusal(f"Given x = 1\nloss = x^2\n{line}").found


# --- prose


def prose(text: str) -> list[Prose]:
    problem = read_problem(f"Given x = 1, w = 2\ny^ = x*w\n{text}\nloss = y^")
    return [s for s in problem.statements if isinstance(s, Prose)]


def test_prose_is_kept_in_its_place() -> None:
    problem = read_problem("Intro\nGiven x = 1\nNow we square.\nloss = x^2\n> Done")
    assert [type(s).__name__ for s in problem.statements] == ["Prose", "Given", "Prose", "Step", "Prose"]
    assert [s.parts for s in problem.statements if isinstance(s, Prose)] == [("Intro",), ("Now we square.",), ("Done",)]


def test_lines_of_prose_that_follow_each_other_are_one_paragraph() -> None:
    assert [p.goes_on for p in prose("> a\n> b\n\n> c\n>\n> d")] == [False, True, False, True, False]


@pytest.mark.parametrize(
    ("dollars", "left", "right"),
    [
        ("$x$", "x", None), ("$x*w$", "x * w", None), ("$y^ = x*w$", "y_hat", "x * w"), ("$y^$", "y_hat", None),
        ("$y^ - x$", "y_hat - x", None), ("$where(x == 1, 2, 3)$", "where(x == 1, 2, 3)", None),
        ("$x² = 1$", "x^2", "1"),
    ],
)  # fmt: skip
def test_dollars_in_prose_hold_an_expression_of_the_language(dollars: str, left: str, right: str | None) -> None:
    ((before, claim, after),) = [p.parts for p in prose(f"> a {dollars} b")]
    assert (before, after) == ("a ", " b")
    assert isinstance(claim, Claim)
    assert written(claim.left) == left
    assert (None if claim.right is None else written(claim.right)) == right


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $6", r"$\frac{1}{2}$", "$x * $", "$ x $", "$x", "$q$", "$x = w = 2$", "$x < w$",
        "$9", "a $ b $ c", "$" + "(" * 2000 + "x" + ")" * 2000 + "$", "$" + "9" * 20_000 + "$", "$" + "a" * 70 + "$",
        "$__import__('os')$", "$x.__class__$", "x = 1 and # more",
    ],
)  # fmt: skip
def test_dollars_that_hold_none_are_text(text: str) -> None:
    assert [p.parts for p in prose(f"> {text}")] == [(text,)]


def test_prose_is_safe_plain_text() -> None:
    assert prose("> bell\x07 tab\there nb\u00a0sp e\u0301")[0].parts == ("bell\ufffd tab here nb sp é",)
    for hidden in ("\u200b", "\u202e", "\u2066", "\r", "\u2028"):
        assert f"U+{ord(hidden):04X}" in refusal(f"> a{hidden}b\nGiven x = 1\nloss = x").found


# --- values of a caller


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        (3, "3"), (-3, "-3"), (0.5, "0.5"), (1e-7, "1e-07"), (Fraction(1, 3), "1/3"), (Fraction(-1, 3), "-1/3"),
        (Fraction(4), "4"),
        (Decimal("0.10"), "0.10"), ("1/3", "1/3"), ("sqrt(2)", "sqrt(2)"), ("-pi", "-pi"),
    ],
)  # fmt: skip
def test_a_caller_gives_and_overrides_values(scalar: Scalar, value: str) -> None:
    assert givens(read_problem("Given x, w = 2\nloss = x*w", given={"x": scalar})) == {"x": value, "w": "2"}
    assert givens(read_problem("Given x = 9, w = 2\nloss = x*w", given={"x": scalar})) == {"x": value, "w": "2"}
    assert givens(read_problem("loss = x*x", given={"x": scalar})) == {"x": value}


def test_a_caller_may_spell_a_name_otherwise_than_the_problem() -> None:
    assert givens(read_problem("Given ŷ = 1\nloss = ŷ", given={"y^": 2})) == {"y_hat": "2"}
    assert read_problem("Given w₁ = 1, x = 1\nloss = w₁*x", wrt=("w_1",)).wanted == ("w_1",)
    assert read_problem("Given x = 1\ny^ = x\ns = y^", loss="y_hat").loss == "y_hat"


@pytest.mark.parametrize(
    ("options", "phrase"),
    [
        ({"given": {"v": 1}}, "v is not a given of the problem"), ({"given": {"loss": 1}}, "loss is not a given"),
        ({"given": {"x": True}}, "bool, not a number"), ({"given": {"x": None}}, "NoneType, not a number"),
        ({"given": {"x": float("nan")}}, "nan, not a finite number"),
        ({"given": {"x": float("inf")}}, "inf, not a finite"),
        ({"given": {"x": "w"}}, "unknown name w"), ({"given": {"x": "(1, 2)"}}, "a row of values in parentheses"),
        ({"given": {"x": ""}}, "unexpected end"),
        ({"given": {"x": "9**9**9**9"}}, "the limit `literal`"),
        ({"given": {"x": "__import__('os')"}}, "unexpected character _"),
        ({"wrt": ("v",)}, "v is not defined"), ({"loss": "v"}, "v is not defined"), ({"loss": "x"}, "x is a given"),
        ({"wrt": ("loss",)}, "by itself is 1"),
    ],
)  # fmt: skip
def test_a_value_or_a_name_that_does_not_fit_is_refused(options: dict[str, object], phrase: str) -> None:
    assert phrase in refusal("Given x = 1, w = 2\nloss = x*w", **options).found


@pytest.mark.parametrize("name", ["2x", "a b", "", "x+1", "given", "x=", "y^2"])
def test_a_caller_names_givens_as_a_problem_would(name: str) -> None:
    error = refusal("loss = 2*x", given={"x": 1, name: 2})
    assert isinstance(error, UsageError | ProblemError | LimitError)


# --- limits


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("Given x = 1\nloss = x\n" + "#" * 2_000_000, "text"),
        ("Given x = 1\nloss = x" + " " * 1_000_000, "line"),
        ("Given x = 1\n" + "".join(f"a{k} = x\n" for k in range(100_001)), "steps"),
        ("Given x = 1\nloss = " + "(" * 1001 + "x" + ")" * 1001, "depth"),
        ("Given x = " + "9" * 10_001 + "\nloss = x", "literal"),
        ("Given x = 1e10001\nloss = x", "literal"),
        ("Given x = 1\nloss = x*9**9**9**9", "literal"),
        ("Given x = 10**10**10\nloss = x", "literal"),
        ("Given x = 2^-99999\nloss = x", "literal"),
        ("Given x = 1\nloss = exp(7^7^7^7)*x", "literal"),
        ("Given x = 1\nloss = x^(10^5000*10^5001)^2", "literal"),
        ("Given x = " + "[" * 100_000 + "\nloss = x", "depth"),
    ],
)
def test_a_limit_is_named_in_its_error(text: str, limit: str) -> None:
    error = refusal(text)
    assert isinstance(error, LimitError)
    assert f"--limit {limit}=" in (error.hint or "")


def test_a_constant_power_within_the_limits_is_read() -> None:
    assert givens(read_problem("Given x = 10^9999\nloss = x")) == {"x": "10^9999"}
    assert steps(read_problem("Given x = 1\nloss = x^10^10")) == {"loss": "x^10^10"}
    assert steps(read_problem("Given x = 1\nloss = " + "*".join(["10^9000"] * 200) + "*x"))


def test_a_raised_limit_holds_in_every_line() -> None:
    long = "a" * 70
    text = f"Given {long} = 1\nloss = 2*{long}\nFind d(loss)/d{long}\nParameters: {long}"
    assert read_problem(text, limits=Limits(name=80)).wanted == (long,)


def test_what_is_deep_within_the_limits_is_read_whatever_reads_it() -> None:
    before = sys.getrecursionlimit()
    for deep in ("^".join(["x"] * 999), "^-".join(["x"] * 450), "(" * 1000 + "x" + ")" * 1000, "/".join(["x"] * 999)):
        read_problem(f"Given x = 1\nlr = 0.5\nloss = {deep} + lr")
    assert sys.getrecursionlimit() == before


def test_a_name_of_a_line_before_the_first_given_is_told_to_be_prose() -> None:
    error = refusal("s = 3\nGiven x = 1\nloss = s*x")
    assert "line 1 stands before the first Given and is read as prose" in (error.hint or "")


def test_a_claim_holds_names_and_no_text() -> None:
    assert prose("> $x$")[0].parts == (Claim(Name("x")),)


@pytest.mark.parametrize(
    "text",
    [
        "Given " + ", ".join(f"x{k} = {k}" for k in range(20_000)) + "\nloss = x0",
        "> prose\n" * 20_000 + "Given x = 1\nloss = x",
        "Given x = 1\n" + "".join(f"a{k} = x\n" for k in range(20_000)),
        "Given x = 1\nloss = " + " + ".join(f"|x - {k}|/2" for k in range(10_000)),
        "Given x = 1\n" + "(" * 200_000 + " = x",
        "Given x = 1\nloss = x + " + "|x|" * 30_000,
        "> " + "$x $" * 50_000 + "\nGiven x = 1\nloss = x",
    ],
    ids=["givens in a line", "prose", "steps", "terms", "no name", "bars", "dollars"],
)
def test_a_long_problem_is_read_or_refused_in_a_time_that_grows_with_its_length(text: str) -> None:
    begin = time.process_time()
    with contextlib.suppress(BackpropError):
        read_problem(text)
    assert time.process_time() - begin < 5
