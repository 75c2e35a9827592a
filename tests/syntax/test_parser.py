"""How an expression is read: grouping, hats, bars, calls, and what is refused with its readings."""

from __future__ import annotations

import pytest

from backprop_derive.errors import LimitError, ProblemError
from backprop_derive.limits import Limits
from tests.syntax.expressions import grouped, parse


def refusal(text: str, names: str = "x y z w a b c v") -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        parse(text, names)
    return caught.value


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2^3^2", "(2^(3^2))"),
        ("2**3**2", "(2^(3^2))"),
        ("-x^2", "(-(x^2))"),
        ("(-x)^2", "((-x)^2)"),
        ("a/b*c", "((a/b)*c)"),
        ("a/b/c", "((a/b)/c)"),
        ("a*b/c", "((a*b)/c)"),
        ("a/(b*c)", "(a/(b*c))"),
        ("a - b - c", "(a - b - c)"),
        ("a - (b - c)", "(a - (b - c))"),
        ("a + b*c", "(a + (b*c))"),
        ("a - -b", "(a - (-b))"),
        ("a--b", "(a - (-b))"),
        ("a*-b", "(a*(-b))"),
        ("a/-b", "(a/(-b))"),
        ("--a", "(-(-a))"),
        ("-a*b", "(-(a*b))"),
        ("a^-b", "(a^(-b))"),
        ("a^-b^c", "(a^(-(b^c)))"),
        ("2^-x^2", "(2^(-(x^2)))"),
        ("x * w", "(x*w)"),
        ("w * x", "(w*x)"),
        ("b + a", "(b + a)"),
        ("((a))", "a"),
        ("2x", "(2x)"),
        ("2 x", "(2x)"),
        ("3(x+y)", "(3(x + y))"),
        ("2x^2", "(2(x^2))"),
        ("2x**2", "(2(x^2))"),
        ("½x", "(½x)"),
        (".5x", "(.5x)"),
        ("2e3x", "(2e3x)"),
        ("2sin(x)", "(2sin(x))"),
        ("a/(2x)", "(a/(2x))"),
        ("2x/a", "((2x)/a)"),
        ("2x*3y", "((2x)*(3y))"),
        ("x²", "(x^2)"),
        ("x⁻¹", "(x^(-1))"),
        ("x¹²", "(x^12)"),
        ("2x²", "(2(x^2))"),
        ("(x + y)²", "((x + y)^2)"),
        ("x²^a", "((x^2)^a)"),
        ("a·b × c − v", "((a*b*c) - v)"),
        ("a ÷ b", "(a/b)"),
        ("2e3", "2e3"),
        ("2e", "(2<e>)"),
        ("2pi", "(2<pi>)"),
        ("π", "<pi>"),
        ("e^-x", "(<e>^(-x))"),
        ("exp(-x)", "exp((-x))"),
        ("ln(x)", "log(x)"),
        ("σ(x)", "sigmoid(x)"),
        ("swish(x)", "silu(x)"),
        ("arctan(x)", "atan(x)"),
        ("max(a, b, c)", "max(a, b, c)"),
        ("max(a, b,)", "max(a, b)"),
        ("leaky_relu(x, 0.1)", "leaky_relu(x, 0.1)"),
        ("leaky_relu(x, slope=0.1)", "leaky_relu(x, slope=0.1)"),
        ("clip(x, lo=0, hi=1)", "clip(x, 0, 1)"),
        ("clip(hi=1, lo=0, x=a)", "clip(a, 0, 1)"),
        ("gelu(x, approximate=tanh)", "gelu(x, approximate=tanh)"),
        ("where(a < b, a, b)", "where(a < b, a, b)"),
        ("where(a ≤ b, a=1, b=2)", "where(a <= b, 1, 2)"),
        ("where(condition=a != b, a=1, b=2)", "where(a != b, 1, 2)"),
        ("where(a + b == 2c, a, b)", "where((a + b) == (2c), a, b)"),
    ],
)
def test_an_expression_is_grouped_as_mathematics_groups_it(text: str, read: str) -> None:
    assert grouped(parse(text)) == read


# --- hats: which names are defined decides

ONLY_Y, ONLY_HAT, BOTH = "x y", "x y^", "x y y^"
HATS = [
    ("y^ - y", BOTH, "(y_hat - y)"),
    ("y^ - x", ONLY_HAT, "(y_hat - x)"),
    ("y^ -1", BOTH, "(y_hat - 1)"),
    ("y^ − 1", BOTH, "(y_hat - 1)"),
    ("y^-1", ONLY_Y, "(y^(-1))"),
    ("y^-1", ONLY_HAT, "(y_hat - 1)"),
    ("y^−1", ONLY_HAT, "(y_hat - 1)"),
    ("y^(-1)", BOTH, "(y^(-1))"),
    ("y^ - x", ONLY_Y, "(y^(-x))"),
    ("y^2", BOTH, "(y^2)"),
    ("y^ 2", BOTH, "(y^2)"),
    ("y^x", BOTH, "(y^x)"),
    ("y^(2)", BOTH, "(y^2)"),
    ("y^.5", BOTH, "(y^.5)"),
    ("y^|x|", BOTH, "(y^abs(x))"),
    ("y^ ^ 2", BOTH, "(y_hat^2)"),
    ("y^^2", BOTH, "(y_hat^2)"),
    ("y^**2", BOTH, "(y_hat^2)"),
    ("y^²", BOTH, "(y_hat^2)"),
    ("(y^)^2", BOTH, "(y_hat^2)"),
    ("y_hat^2", BOTH, "(y_hat^2)"),
    ("ŷ²", BOTH, "(y_hat^2)"),
    ("ŷ - y", BOTH, "(y_hat - y)"),
    ("x^y^", BOTH, "(x^y_hat)"),
    ("x^y^2", BOTH, "(x^(y^2))"),
    ("x - y^", BOTH, "(x - y_hat)"),
    ("y^*x", BOTH, "(y_hat*x)"),
    ("y^/x", BOTH, "(y_hat/x)"),
    ("y^+1", BOTH, "(y_hat + 1)"),
    ("2y^", BOTH, "(2y_hat)"),
    ("2y^2", BOTH, "(2(y^2))"),
    ("-y^", BOTH, "(-y_hat)"),
    ("|y^|", BOTH, "abs(y_hat)"),
    ("|y^| - 1", BOTH, "(abs(y_hat) - 1)"),
    ("|x*y^|", BOTH, "abs((x*y_hat))"),
    ("|y^ - y|", BOTH, "abs((y_hat - y))"),
    ("‖y^‖", BOTH, "norm(y_hat)"),
    ("||y^||", BOTH, "norm(y_hat)"),
    ("max(y^, y)", BOTH, "max(y_hat, y)"),
    ("max(y, y^)", BOTH, "max(y, y_hat)"),
    ("where(y^ > 0, y^, 0)", BOTH, "where(y_hat > 0, y_hat, 0)"),
    ("where(y^<=y, 1, y^)", BOTH, "where(y_hat <= y, 1, y_hat)"),
    ("x_1^ - 1", "x_1 x_1^", "(x_hat_1 - 1)"),
    ("x_1^2", "x_1 x_1^", "(x_1^2)"),
]


@pytest.mark.parametrize(("text", "names", "read"), HATS)
def test_a_caret_is_a_hat_or_a_power_by_what_is_defined_and_what_follows(text: str, names: str, read: str) -> None:
    assert grouped(parse(text, names)) == read


@pytest.mark.parametrize("text", ["y^-1", "y^-x", "y^−1", "y^- 1", "x - y^-y", "y^--1"])
def test_a_minus_that_could_be_either_is_refused_with_both_readings(text: str) -> None:
    error = refusal(text, BOTH)
    assert "both y and y^ are defined" in error.found
    assert error.hint is not None
    assert "y^(-…)" in error.hint
    assert "y^ - …" in error.hint


@pytest.mark.parametrize("text", ["y^", "y^ ^ 2", "y^*x", "|y^|", "y^)", "y^**2", "x^y^"])
def test_a_caret_without_exponent_needs_the_hat_to_be_defined(text: str) -> None:
    error = refusal(text, ONLY_Y)
    assert "unknown name y^" in error.found
    assert "an exponent after y^" in (error.expected or "")


# --- bars


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("|x|", "abs(x)"), ("|-x|", "abs((-x))"), ("-|x|", "(-abs(x))"), ("|x|^2", "(abs(x)^2)"),
        ("|x|²", "(abs(x)^2)"),
        ("|x|*|y|", "(abs(x)*abs(y))"), ("|x| - |y|", "(abs(x) - abs(y))"), ("|x - |y||", "abs((x - abs(y)))"),
        ("||x||", "norm(x)"), ("‖x‖²", "(norm(x)^2)"), ("∥x∥", "norm(x)"), ("|||x|||", "norm(abs(x))"),
        ("||x| - |y||", "abs((abs(x) - abs(y)))"), ("||x|-y|", "abs((abs(x) - y))"),
        ("||x - y|*z|", "abs((abs((x - y))*z))"),
        ("| |x| |", "abs(abs(x))"), ("max(|x|, |y|)", "max(abs(x), abs(y))"), ("|(|x|)|", "abs(abs(x))"),
        ("2*|x|", "(2*abs(x))"), ("a^|x|", "(a^abs(x))"), ("|2x|", "abs((2x))"),
    ],
)  # fmt: skip
def test_a_bar_opens_where_an_operand_is_due_and_closes_elsewhere(text: str, read: str) -> None:
    assert grouped(parse(text)) == read


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("|x", "'|' is never closed"), ("||x|", "'|' is never closed"), ("‖x", "'‖' is never closed"),
        ("||x", "'|' is never closed"), ("x|", "closes nothing"), ("‖x|", "unexpected '|'"), ("|x‖", "unexpected '‖'"),
        ("|", "unexpected end of the statement"), ("|x||y|", "unclear which bars open"), ("|a|b|c|", "two ways"),
    ],
)  # fmt: skip
def test_bars_that_do_not_pair_are_refused(text: str, phrase: str) -> None:
    assert phrase in refusal(text).found


# --- side by side


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("wx", "w*x"), ("abc", "a*b*c"), ("2wx", "w*x"), ("2πx", "π*x"), ("(a)(b)", "(a)*(b)"),
        ("(a + b)c", "(a + b)*c"),
        ("x y", "x*y"), ("x 2", "x*2"), ("2 3", "2*3"), ("x½", "x*½"), ("1½", "1 + ½"), ("x(y+z)", "x*(…)"),
        ("sin x", "sin(x)"), ("sin 2", "sin(2)"), ("sin -x", "sin(-x)"), ("sinx", "sin(x)"), ("sin2x", "sin(2x)"),
        ("sin²(x)", "sin(x)^2"), ("sin^2(x)", "sin(x)^2"), ("sin⁻¹(x)", "asin(x) for the inverse"), ("log x", "log(x)"),
        ("exp(a)b", "exp(a)*b"), ("exp(a) exp(b)", "exp(a)*exp(b)"), ("x²y", "x²*y"), ("2|x|", "2*|…|"),
        ("|x|y", "|x|*y"),
        ("2pi x", "2pi*x"), ("√x", "sqrt(…)"), ("a if b else c", "where(condition, a, b)"), ("a // b", "floor(a/b)"),
        ("1,000", "1000"), ("0,5", "0.5"), ("+x", "without the sign +"), ("where(a=b, a, b)", "=="),
    ],
)  # fmt: skip
def test_what_is_no_product_is_refused_with_what_was_probably_meant(text: str, reading: str) -> None:
    assert reading in (refusal(text).hint or "")


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("1/2x", "1/(2*x)", "(1/2)*x"),
        ("x/2(y+z)", "x/(2*(y+z))", "(x/2)*(y+z)"),
        ("a*b/2x", "…/(2*x)", "(…/2)*x"),
        ("1/½x", "1/(½*x)", "(1/½)*x"),
        ("1/-2x", "1/(2*x)", "(1/2)*x"),
        ("x^2y", "(…^2)*y", "…^(2*y)"),
        ("2^3(x)", "(…^3)*(x)", "…^(3*(x))"),
        ("1½", "1 + ½", "1*½"),
        ("|a|b|c|", "|a|*b*|…|", "|b|"),
    ],
)
def test_what_has_two_readings_is_refused_with_both(text: str, one: str, other: str) -> None:
    hint = refusal(text).hint or ""
    assert one in hint
    assert other in hint


# --- calls


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("exp()", "exp takes 1 argument, 0 given"), ("exp(a, b)", "exp takes 1 argument, 2 given"),
        ("maximum(a)", "maximum takes 2 arguments, 1 given"), ("leaky_relu()", "takes 1 to 2 arguments, 0 given"),
        ("clip(x)", "clip takes 3 arguments, 1 given"), ("clip(x, 0, lo=1)", "clip is given lo twice"),
        ("clip(x, lo=0, lo=1)", "clip is given lo twice"), ("leaky_relu(a, x=b)", "leaky_relu is given x twice"),
        ("leaky_relu(a, slop=2)", "takes no option or argument called slop"), ("exp(a, axis=1)", "called axis"),
        ("leaky_relu(slope=2, a)", "unexpected 'a'"), ("gelu(a, approximate=sin)", "unexpected 'sin'"),
        ("sigmod(a)", "unknown function sigmod"), ("factorial(a)", "unknown function factorial"),
        ("softmx(a)", "unknown function softmx"), ("where(a, b, c)", "unexpected ','"),
        ("where(condition=a, a=b, b=c)", "unexpected ','"), ("where(a < b < c, a, b)", "unexpected '<'"),
        ("where((a < b), a, b)", "unexpected '<'"), ("max(a < b, c)", "unexpected '<'"), ("a < b", "unexpected '<'"),
        ("exp(a", "'(' is never closed"), ("max(, a)", "unexpected ','"), ("max(a,, b)", "unexpected ','"),
    ],
)  # fmt: skip
def test_a_call_that_does_not_fit_is_refused(text: str, phrase: str) -> None:
    assert phrase in refusal(text).found


@pytest.mark.parametrize("name", ["max", "sum", "exp", "sigmoid"])
def test_a_name_of_the_problem_cannot_be_called(name: str) -> None:
    assert grouped(parse(f"2*{name}", f"x {name}")) == f"(2*{name})"
    assert f"{name}(…) cannot be called" in refusal(f"{name}(x, x)", f"x {name}").found


def test_sigma_before_a_parenthesis_is_the_sigmoid_and_alone_a_name() -> None:
    assert grouped(parse("σ(σ*x)", "σ x")) == "sigmoid((sigma*x))"
    assert "sigmoid" in (refusal("sigma(x)").hint or "")


@pytest.mark.parametrize("name", "lambda pi e E I S N Q gamma beta zeta oo None True".split())
def test_no_name_of_the_host_language_or_of_sympy_means_anything_here(name: str) -> None:
    assert grouped(parse(f"2*{name}", name)) == f"(2*{name})"
    if name not in ("pi", "e"):
        assert f"unknown name {name}" in refusal(f"2*{name}").found


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("x.shape", "attribute access .shape"), ("x.__class__", "unexpected"), ("(lambda: 1)()", "unknown name lambda"),
        ("[k for k in x]", "unknown name k"), ("(q := 2)", "unknown name q"), ('f"{x}"', "unknown name f"),
        ("x.subs(x, 1)", "attribute access .subs"), ("max(*x)", "unexpected '*'"), ("'x'", "unexpected quote"),
        ('"x"', "a string stands here"), ("__import__(x)", "unexpected character _"), ("()", "empty parentheses"),
        ("[]", "an empty list"), ("x[]", "empty index"), ("x.", "unexpected '.'"), ("inf", "inf is no number here"),
    ],
)  # fmt: skip
def test_nothing_of_the_host_language_is_read(text: str, phrase: str) -> None:
    assert phrase in refusal(text).found


@pytest.mark.parametrize(
    ("text", "hint"),
    [("wieght", "weight"), ("Weight", "weight"), ("wеight", None), ("yhat", "y^"), ("weights", "weight")],
)
def test_an_unknown_name_is_told_the_one_it_looks_like(text: str, hint: str | None) -> None:
    if hint is None:
        assert "mixes alphabets" in refusal(text, "weight y^").found
    else:
        assert refusal(text, "weight y^").hint == hint


def test_a_twin_in_another_alphabet_is_named_by_its_code_point() -> None:
    error = refusal("а^2", "a")
    assert "it looks like a" in error.found
    assert "U+0430" in error.found


# --- limits


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("(", ")"), ("exp(", ")"), ("-(", ")"), ("[", "]"), ("x^(", ")"), ("where(x < ", ", x, x)")],
)
def test_a_thousand_levels_are_read_and_no_more(opening: str, closing: str) -> None:
    levels = 500 if "^" in opening else 1000
    parse(opening * levels + "x" + closing * levels)
    with pytest.raises(LimitError, match="--limit depth="):
        parse(opening * (levels + 1) + "x" + closing * (levels + 1))


@pytest.mark.parametrize(
    "text",
    ["-" * 1001 + "x", "^".join(["x"] * 1500), "/".join(["x"] * 1500), "x" + "[0]" * 1500, "x" + ".T" * 1500,
     "|" * 5000 + "x" + "|" * 5000, "(" * 100_000, "x^-" * 1500 + "x", "|" * 100_000],
)  # fmt: skip
def test_every_way_to_go_deep_is_limited(text: str) -> None:
    with pytest.raises(LimitError, match="--limit depth="):
        parse(text)


def test_a_long_row_of_terms_or_factors_is_not_deep() -> None:
    assert len(parse(" + ".join(["x"] * 20_000)).terms) == 20_000  # type: ignore[union-attr]
    assert len(parse("*".join(["2x"] * 20_000)).factors) == 20_000  # type: ignore[union-attr]


def test_superscripts_of_many_digits_are_a_literal_too() -> None:
    assert grouped(parse("x" + "²" * 5000)).endswith("2)")
    with pytest.raises(LimitError, match="--limit literal=10001"):
        parse("x" + "²" * 10_001)


def test_a_raised_depth_holds() -> None:
    parse("(" * 1100 + "x" + ")" * 1100, limits=Limits(depth=1200))
