"""Every shape of mathematics in every notation is printed, with the parentheses that it needs, or is an error."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from fractions import Fraction
from typing import get_args

import pytest

from backprop_derive.document import (
    Applied,
    Blank,
    Chain,
    Derivative,
    Differential,
    Ellipsis,
    Entry,
    Entrywise,
    Indicator,
    Listing,
    MathNode,
    Minus,
    Plus,
    Reals,
    SecondDerivative,
    Tangent,
    Times,
)  # fmt: skip
from backprop_derive.language.reader import read_problem
from backprop_derive.ops.table import _BY_NAME, LANGUAGE_OPERATIONS, formula
from backprop_derive.printers.base import Printer
from backprop_derive.printers.latex import LatexPrinter
from backprop_derive.printers.speech import SpeechPrinter
from backprop_derive.printers.text import TextPrinter, width
from backprop_derive.printers.typst import TypstPrinter
from backprop_derive.syntax.expression import (
    Call,
    Compare,
    Constant,
    Delta,
    Expr,
    Index,
    Inside,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Rounded,
    Slice,
    Sum,
    Text,
    Transpose,
    TupleOf,
    integer,
)  # fmt: skip

PRINTERS: list[type[Printer]] = [LatexPrinter, TypstPrinter, TextPrinter, SpeechPrinter]
X, Y, W = Name("x"), Name("y"), Name("w")
HALF = Number(Fraction(1, 2))

# One node of every type, in the order of the unions that list them.
NODES: tuple[MathNode, ...] = (
    HALF, Rounded(Decimal("0.25"), 4), Constant("pi"), X, Negate(X), Sum((X, Y), (False, True)), Product((X, Y)),
    Quotient(X, Y), Power(X, integer(2)), Call("sin", (X,)), Compare("<=", X, Y), MatrixProduct(X, Y), Transpose(X),
    Index(X, (integer(0), Slice(integer(0), integer(2), None), None)), ListOf((X, Y)), TupleOf((X, Y)), Text("ij->ji"),
    SecondDerivative(X, (Y, Y)), SecondDerivative(X, (Y, W), "d", held=(W,)), Tangent(X),
    Derivative(X, Y, held=(W,)), Differential("d", X), Differential("delta", X), Differential("nabla", X, Y),
    Chain((X, Y, W), ("=", "≈")),
    Chain((X, Ellipsis(), Y), ("->", "->")),
    Times((X, Y)), Plus((X, Y)), Minus(X, Y), Listing((X, Y)), Applied("g", (X,), 1),
    Over("i", "n", Entry(X, (Name("i"),))), Delta(X, Y), Inside(X, 3), Entry(X, (Name("i"), Name("j"))),
    Entrywise((X, Y)), Reals(("n", 3)), Indicator(Compare(">", X, Y)), Ellipsis(),
    Blank(10), Chain((X, Blank(20, 3)), ("=",)),
)  # fmt: skip


def every_printer() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("printer", PRINTERS, ids=lambda p: p.__name__)


def read(text: str) -> Expr:
    """The expression that a user would write, of names that are single letters."""
    return read_problem(f"Given a, b, c, x, y, w\nloss = {text}\n").steps[0].expression


def test_the_nodes_below_are_all_that_there_are() -> None:
    assert {type(node) for node in NODES} == set(get_args(MathNode))


@every_printer()
@pytest.mark.parametrize("node", NODES, ids=lambda node: type(node).__name__)
def test_a_node_is_printed(printer: type[Printer], node: MathNode) -> None:
    assert printer().show(node).strip()


@every_printer()
@pytest.mark.parametrize("name", sorted(_BY_NAME))
def test_an_operation_is_printed(printer: type[Printer], name: str) -> None:
    operation = _BY_NAME[name]
    arguments: tuple[Expr, ...] = (X, X, Y) if operation.is_variadic else (X, Y, W)[: operation.required]
    if name == "where":
        arguments = (Compare("<", X, Y), X, Y)
    if name.startswith("first of "):
        arguments = (integer(0), X, Y)
    assert printer().show(Call(name, arguments)).strip()


@every_printer()
def test_a_node_without_a_notation_is_an_error_and_no_blank(printer: type[Printer]) -> None:
    with pytest.raises(TypeError, match="no notation for object"):
        printer().show(object())  # type: ignore[arg-type]


@pytest.mark.parametrize("primitive", ["symbol", "words", "fraction", "power", "root", "fence", "function", "cases"])
def test_a_notation_that_forgets_a_primitive_is_told_so(primitive: str) -> None:
    arguments = {"fraction": 2, "power": 2, "fence": 3, "function": 2}.get(primitive, 1)
    with pytest.raises(TypeError, match="Printer prints no"):
        getattr(Printer(), primitive)(*["x"] * arguments)


# --- parentheses

PARENTHESES = {
    "x*(-1)": ("x \\cdot (-1)", "x · (−1)"),
    "-1*x": ("-1 \\cdot x", "−1 · x"),
    "x - (-y)": ("x - (-y)", "x − (−y)"),
    "x + -y": ("x + (-y)", "x + (−y)"),
    "x - (y - w)": ("x - (y - w)", "x − (y − w)"),
    "(x - y) - w": ("(x - y) - w", "(x − y) − w"),
    "-(x + y)": ("-(x + y)", "−(x + y)"),
    "-x^2": ("-x^2", "−x²"),
    "(-x)^2": ("(-x)^2", "(−x)²"),
    "(x^2)^3": ("(x^2)^3", "(x²)³"),
    "x^2^3": ("x^{2^3}", "x^(2³)"),
    "(x + y)*w": ("(x + y) \\cdot w", "(x + y) · w"),
    "x*(y*w)": ("x \\cdot (y \\cdot w)", "x · (y · w)"),
    "x/(y*w)": ("\\frac{x}{y \\cdot w}", "x/(y · w)"),
    "x/y/w": ("\\frac{\\frac{x}{y}}{w}", "x/y/w"),
    "x/(y/w)": ("\\frac{x}{\\frac{y}{w}}", "x/(y/w)"),
    "(x/y)^2": ("\\left(\\frac{x}{y}\\right)^2", "(x/y)²"),
    "(-1/2)^2": ("\\left(-\\frac{1}{2}\\right)^2", "(−1/2)²"),
    "x^(1/2)": ("x^{1/2}", "x^(1/2)"),
    "2x": ("2x", "2x"),
    "2*3": ("2 \\cdot 3", "2 · 3"),
    "2(x + y)": ("2(x + y)", "2(x + y)"),
    "|x - y|*2": ("\\lvert x - y \\rvert \\cdot 2", "|x − y| · 2"),
    "tanh(x)^2": ("\\tanh^2(x)", "tanh(x)²"),
    "sqrt(x)^2": ("\\sqrt{x}^2", "√x²"),
    "x*1e5": ("x \\cdot 10^{5}", "x · 10⁵"),
    "2e5*x": ("2 \\cdot 10^{5} \\cdot x", "2·10⁵ · x"),
    "1/(1 + 1/(1 + 1/x))": ("\\frac{1}{1 + \\frac{1}{1 + 1/x}}", "1/(1 + 1/(1 + 1/x))"),
    "exp(-x)": ("e^{-x}", "e^(−x)"),
    "exp(x/y)": ("e^{x/y}", "e^(x/y)"),
}


@pytest.mark.parametrize("text", PARENTHESES)
def test_parentheses_stand_where_they_are_needed_and_nowhere_else(text: str) -> None:
    assert (LatexPrinter().show(read(text)), TextPrinter().show(read(text))) == PARENTHESES[text]


def test_a_negative_factor_gets_parentheses_anywhere_but_at_the_beginning() -> None:
    product = Times((integer(-2), integer(-3)))
    assert TextPrinter().show(product) == "−2 · (−3)"
    assert TextPrinter().show(Plus((X, product))) == "x + (−2) · (−3)"


@every_printer()
def test_a_fraction_in_a_base_is_fenced_once(printer: type[Printer]) -> None:
    shown = printer().show(Power(Number(Fraction(-1, 2)), integer(2)))
    assert shown.count("(") + shown.count("open parenthesis") - shown.count("^(") - shown.count("frac(") == 1


def test_a_condition_that_begins_with_a_minus_has_a_sign_and_no_difference() -> None:
    choice = Call("where", (Compare("<", integer(-2), X), X, Y))
    assert r"\text{if }{-2} < x" in LatexPrinter().show(choice)
    assert '"if" class("normal", -) 2 lt x' in TypstPrinter().show(choice)


def test_how_many_tie_is_counted_by_a_letter_that_is_free() -> None:
    def tie(*names: str) -> str:
        arguments = tuple(map(Name, names))
        return TextPrinter().show(Call("share of max", (arguments[0], *arguments)))

    assert "1/k if x = max(y, w), k of them equal" in tie("x", "y", "w")
    assert "1/n if x = max(y, k), n of them equal" in tie("x", "y", "k")


def test_a_tall_numerator_stands_beside_its_derivative() -> None:
    square = read("(x - y)^2/2")
    assert LatexPrinter().show(Derivative(square, X)).startswith(r"\frac{\partial}{\partial x} \left(\frac{")
    assert TextPrinter().show(Derivative(square, X)) == "∂((x − y)²/2)/∂x"


def test_only_the_outermost_fraction_is_full_size() -> None:
    shown = LatexPrinter(large=True).show(read("x/(1 + y/w)"))
    assert shown == r"\dfrac{x}{1 + \frac{y}{w}}"


# --- names

SYMBOLS = {
    "y_hat": (r"\hat{y}", "hat(y)", "ŷ", "y hat"),
    "alpha": (r"\alpha", "α", "α", "alpha"),
    "Gamma": (r"\Gamma", "Γ", "Γ", "capital gamma"),
    "w_1": ("w_1", "w_(1)", "w₁", "w sub 1"),
    "w_1_2": ("w_{1,2}", "w_(1,2)", "w_1_2", "w sub 1 2"),
    "x''": ("x''", "x''", "x′′", "x prime prime"),
    "w_in'": (r"w_{\text{in}}'", 'w\'_("in")', "w′_in", "w sub in prime"),
    "loss": (r"\text{loss}", '"loss"', "loss", "loss"),
    "theta_hat_1": (r"\hat{\theta}_1", "hat(θ)_(1)", "θ̂₁", "theta hat sub 1"),
    "net_of_all": (r"\text{net}_{\text{of all}}", '"net"_("of all")', "net_of_all", "net sub of all"),
}


@pytest.mark.parametrize("key", SYMBOLS)
def test_a_name_is_set_as_the_field_sets_it(key: str) -> None:
    latex, typst, text, speech = (printer().show(Name(key)) for printer in PRINTERS)
    assert (latex, typst, speech) == (SYMBOLS[key][0], SYMBOLS[key][1], SYMBOLS[key][3])
    assert text == SYMBOLS[key][2]


def test_a_power_of_a_primed_name_is_no_double_superscript() -> None:
    assert LatexPrinter().show(Power(Name("w_in'"), integer(2))) == r"w_{\text{in}}'^2"


def test_names_that_would_look_alike_are_set_as_typed() -> None:
    assert LatexPrinter(frozenset({"w1"})).show(Name("w1")) == r"\text{w1}"
    assert LatexPrinter().show(Name("w1")) == "w_1"


@pytest.mark.parametrize("name", ["in", "dot", "sect", "plus", "input", "frac", "end", "e_", "_", "a__b"])
def test_a_name_that_is_a_command_of_a_notation_is_a_word(name: str) -> None:
    assert f'"{name}"' in TypstPrinter(frozenset({name})).show(Name(name))
    assert LatexPrinter(frozenset({name})).show(Name(name)).lstrip("\\").startswith(("text{", name[0]))


# --- numbers

NUMBERS: dict[str, Expr] = {
    "1.970·10⁴³⁴": Rounded(Decimal("1.97007e434"), 4),
    "−2.500·10⁻⁹": Rounded(Decimal("-2.5e-9"), 4),
    "0.00001234": Rounded(Decimal("0.000012341"), 4),
    "123457": Rounded(Decimal("123456.7"), 4),
    "1.000": Rounded(Decimal("0.99999"), 4),
    "0": Rounded(Decimal(0), 4),
    "10⁻¹²": Number(Fraction(1, 10**12), "1e-12"),
    "3.5·10⁻⁹": Number(Fraction(35, 10**10), "3.5e-9"),
    "0.10": Number(Fraction(1, 10), "0.10"),
    "−7": integer(-7),
    "−5/6": Number(Fraction(-5, 6)),
}


@pytest.mark.parametrize("shown", NUMBERS)
def test_a_number_is_shown_with_its_digits_and_no_others(shown: str) -> None:
    assert TextPrinter().show(NUMBERS[shown]) == shown


# --- for those who hear it


@pytest.mark.parametrize(
    ("node", "spoken"),
    [
        (Chain((Derivative(Name("loss"), W), integer(-2)), ("=",)), "partial loss by partial w equals minus 2"),
        (read("x^2"), "x squared"),
        (read("|x|"), "the absolute value of x"),
        (read("sqrt(x)"), "the square root of x"),
        (read("(x + y)/2"), "the fraction x plus y over 2 end fraction"),
        (read("sin(x)"), "sin of x"),
        (read("x - y"), "x minus y"),
        (Derivative(X, Y, held=(W,)), "partial x by partial y with w held fixed"),
        (Chain((X, Y), ("≈",)), "x is approximately y"),
        (Differential("nabla", X, Name("L")), "the gradient of L by x"),
    ],
    ids=str,
)
def test_a_formula_is_spoken_in_words(node: MathNode, spoken: str) -> None:
    assert SpeechPrinter().show(node) == spoken


@pytest.mark.parametrize("node", NODES, ids=lambda node: type(node).__name__)
def test_speech_has_no_double_blanks_and_no_bare_sign(node: MathNode) -> None:
    spoken = SpeechPrinter().show(node)
    assert "  " not in spoken
    assert not set(spoken) & set("∂·−≈√²|")


# --- text can be read back

# What the language can say of scalars with single-letter names; the rest of its printing is prettier than it is input.
READABLE = [
    text for text in PARENTHESES if "exp" not in text and "sqrt" not in text and "1e5" not in text and "2e5" not in text
]


@pytest.mark.parametrize("text", READABLE)
def test_text_that_is_read_back_prints_the_same_again(text: str) -> None:
    shown = TextPrinter().show(read(text))
    assert TextPrinter().show(read(shown)) == shown


@pytest.mark.parametrize("operation", [op for op in LANGUAGE_OPERATIONS if op.definition], ids=lambda op: op.name)
@every_printer()
def test_the_definition_of_an_operation_is_printed(printer: type[Printer], operation: object) -> None:
    assert dataclasses.is_dataclass(operation)
    assert printer().show(formula(operation.definition)).strip()  # type: ignore[attr-defined]


def test_the_width_of_a_fraction_is_that_of_its_wider_half() -> None:
    assert width(read("(x + y)/2")) == len("x + y")
    assert width(Call("where", (Compare("<", X, Y), X, integer(0)))) == len("{0 otherwise")


def test_a_gradient_by_its_prefixed_name_needs_no_parentheses_in_a_product_of_matrices() -> None:
    assert TextPrinter().show(MatrixProduct(Transpose(X), Differential("d", Y))) == "xᵀ @ dy"  # type: ignore[arg-type]
    assert LatexPrinter().show(MatrixProduct(Entrywise((X, Y)), W)) == r"(x \odot y) \, w"  # type: ignore[arg-type]


def test_a_vector_is_written_with_commas_and_a_matrix_by_rows() -> None:
    assert LatexPrinter().show(ListOf((integer(1), integer(2)))) == r"(1,\, 2)"
    assert LatexPrinter().show(ListOf((ListOf((integer(1), integer(2))),))) == r"\begin{pmatrix} 1 & 2 \end{pmatrix}"


def test_a_second_derivative_is_a_square_where_both_names_are_one() -> None:
    square, mixed = SecondDerivative(Name("L"), (W, W)), SecondDerivative(Name("loss"), (W, Name("y_hat")), "d")
    assert LatexPrinter().show(square) == r"\frac{\partial^2 L}{\partial w^2}"
    assert LatexPrinter().show(mixed) == r"\frac{d^2 \text{loss}}{dw \, d \hat{y}}"
    assert TextPrinter().show(square) == "∂²L/∂w²"
    assert TextPrinter().show(mixed) == "d²loss/dwdŷ"
    assert SpeechPrinter().show(square) == "second partial L by partial w squared"


def test_a_tangent_has_a_dot() -> None:
    assert LatexPrinter().show(Tangent(Name("y_hat"))) == r"\dot{\hat{y}}"
    assert TextPrinter().show(Tangent(W)) == "ẇ"
    assert SpeechPrinter().show(Tangent(W)) == "w dot"


def test_an_entry_of_a_tangent_with_an_index_has_parentheses_since_indices_do_not_stack() -> None:
    entry = Entry(Tangent(Name("X_1")), (Name("i"), Name("j")))
    assert LatexPrinter().show(entry) == r"(\dot{X}_1)_{ij}"
    assert LatexPrinter().show(Entry(Tangent(Name("X")), (Name("i"),))) == r"\dot{X}_{i}"
