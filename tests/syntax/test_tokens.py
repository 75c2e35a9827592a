"""Characters become tokens, or are refused by their code point at the place where they stand."""

from __future__ import annotations

import pytest

from backprop_derive.errors import LimitError, ProblemError
from backprop_derive.limits import Limits
from backprop_derive.syntax.source import Source
from backprop_derive.syntax.tokens import Token, tokenise


def tokens(text: str, limits: Limits | None = None) -> list[Token]:
    return tokenise(Source("problem", text), 0, len(text), limits or Limits())


def texts(text: str) -> list[str]:
    return [token.text for token in tokens(text)][:-1]


def refusal(text: str) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        tokens(text)
    return caught.value


@pytest.mark.parametrize("number", ["0", "42", "0.5", ".5", "5.", "1e-3", "2E3", "1.5e+10", "½", "¾", "⅐", "007"])
def test_a_number_is_one_token(number: str) -> None:
    assert [(token.kind, token.text) for token in tokens(number)] == [("number", number), ("end", "")]


@pytest.mark.parametrize(
    "name", ["x", "w_1", "w₁", "x'", "x′", "x″", "loss", "ŷ", "y\u0302", "x̄", "θ", "dW", "日本", "e\u0301"]
)
def test_a_name_is_one_token(name: str) -> None:
    assert [(token.kind, token.text) for token in tokens(name)] == [("name", name), ("end", "")]


@pytest.mark.parametrize(
    ("written", "read"),
    [("·", "*"), ("×", "*"), ("⋅", "*"), ("−", "-"), ("÷", "/"), ("≤", "<="), ("≥", ">="), ("≠", "!="), ("∥", "‖")],
)
def test_a_sign_of_typography_is_read_as_the_one_of_the_keyboard(written: str, read: str) -> None:
    assert texts(f"a {written} b") == ["a", read, "b"]


def test_a_caret_keeps_its_spelling_since_it_may_be_a_hat() -> None:
    assert texts("y^ ** 2") == ["y", "^", "**", "2"]


def test_superscript_digits_are_one_signed_integer() -> None:
    assert [(token.kind, token.text) for token in tokens("x⁻¹²")][1] == ("super", "-12")


@pytest.mark.parametrize("space", ["\t", "\u00a0", "\u2003", "\u202f", "\u3000", "\r\n", "\n"])
def test_every_space_is_a_space(space: str) -> None:
    assert texts(f"a{space}+{space}b") == ["a", "+", "b"]


def test_a_comment_goes_to_the_end_of_its_line_only() -> None:
    assert texts("a # + b\n+ c") == ["a", "+", "c"]


def test_offsets_are_those_of_the_text() -> None:
    assert [(token.start, token.end) for token in tokens("ab  + 1.5")] == [(0, 2), (4, 5), (6, 9), (9, 9)]


@pytest.mark.parametrize(
    ("text", "column", "code_point"),
    [
        ("x\u200b", 2, "U+200B ZERO WIDTH SPACE"),
        ("x + \u202ey", 5, "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\ufeffx", 1, "U+FEFF"),
        ("x\u00ad", 2, "U+00AD SOFT HYPHEN"),
        ("x\x00", 2, "U+0000 NUL"),
        ("x\x0b", 2, "U+000B"),
        ("x\x1b[31m", 2, "U+001B ESCAPE"),
        ("x\ry", 2, "U+000D CARRIAGE RETURN"),
        ("x\u2028y", 2, "U+2028 LINE SEPARATOR"),
        ("x\u0085", 2, "U+0085"),
        ("\U000e0041", 1, "U+E0041"),
        ("\ue000", 1, "U+E000"),
    ],
)
def test_what_cannot_be_seen_is_refused_by_its_code_point(text: str, column: int, code_point: str) -> None:
    error = refusal(text)
    assert error.place is not None
    assert error.place.column == column
    assert code_point in error.found


@pytest.mark.parametrize(
    ("text", "instead"),
    [("x – y", "-"), ("x ∗ y", "*"), ("x ⁄ y", "/"), ("（x", "("), ("x ＝ 2", "="), ("x % 2", "fraction"),
     ("x!", "factorial"),
     (r"\frac", "TeX"), ("x_{1}", "x_1"), ("∞", "finite"), ("x ? 1", "where")],
)  # fmt: skip
def test_a_sign_of_another_place_is_refused_with_what_stands_for_it_here(text: str, instead: str) -> None:
    assert instead in (refusal(text).hint or "")


@pytest.mark.parametrize(("digit", "value"), [("٣", "3"), ("３", "3"), ("५", "5")])
def test_a_foreign_digit_is_refused_with_the_one_to_write(digit: str, value: str) -> None:
    error = refusal(f"x + {digit}")
    assert "is not read as a number" in error.found
    assert error.hint == value


@pytest.mark.parametrize("number", ["0x10", "0XFF", "0b1", "0o7", "0x539"])
def test_a_number_to_another_base_is_refused(number: str) -> None:
    assert f"{number} is no number of this language" in refusal(f"x + {number}").found


@pytest.mark.parametrize("number", ["1_000", "1__0", "1_", "1.5.2", "1..2", "1_x"])
def test_a_number_has_no_second_point_and_no_underscore(number: str) -> None:
    assert "inside a number" in refusal(number).found


@pytest.mark.parametrize("name", ["xа", "аx", "αа", "wж_1"])
def test_a_name_of_two_alphabets_is_refused(name: str) -> None:
    error = refusal(name)
    assert "mixes alphabets" in error.found
    assert "CYRILLIC" in error.found


def test_latin_and_greek_may_stand_in_one_name() -> None:
    assert texts("Δw xα") == ["Δw", "xα"]


def test_an_accent_that_is_none_of_the_language_is_refused_at_its_place() -> None:
    error = refusal("a + x\u0301")
    assert "U+0301" in error.found
    assert error.place is not None
    assert error.place.column == 6


def test_a_hat_before_an_index_is_told_where_it_goes() -> None:
    assert "x_1^" in (refusal("x^_1").hint or "")


def test_a_name_of_64_characters_is_read_and_one_of_65_is_not() -> None:
    assert texts("a" * 64) == ["a" * 64]
    with pytest.raises(LimitError, match="--limit name=65"):
        tokens("a" * 65)


def test_a_number_of_10000_digits_is_read_and_one_more_is_not() -> None:
    assert texts("9" * 10_000) == ["9" * 10_000]
    with pytest.raises(LimitError, match="--limit literal=10001"):
        tokens("9" * 10_001)


def test_brackets_are_nested_1000_deep_at_most() -> None:
    assert len(texts("(" * 1000)) == 1000
    with pytest.raises(LimitError, match="--limit depth=1001"):
        tokens("(" * 1001)


def test_a_raised_limit_holds() -> None:
    assert tokens("a" * 65, Limits(name=65))[0].kind == "name"
