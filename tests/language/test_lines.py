"""What each line of a problem is: a keyword's, a step, prose, or an error."""

from __future__ import annotations

import pytest

from backprop_derive.errors import LimitError, ProblemError
from backprop_derive.language.lines import Line, split_lines
from backprop_derive.limits import Limits
from backprop_derive.syntax.source import Source

GIVEN = "Given x = 1\n"


def lines(text: str) -> list[tuple[str, str]]:
    """The kind and the content of each line."""
    source = Source("problem", text)
    return [(line.kind, text[line.start : line.end]) for line in split_lines(source, Limits())]


def only(text: str) -> tuple[str, str]:
    """What a line is that stands behind a Given."""
    (_, found) = lines(GIVEN + text)
    return found


def refusal(text: str) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        lines(GIVEN + text)
    return caught.value


@pytest.mark.parametrize(
    "given", ["Given x = 1", "Given: x = 1", "given x = 1", "GIVEN: x = 1", "  Given\tx = 1", "Given :x = 1"]
)
def test_a_given_line_may_be_written_in_several_ways(given: str) -> None:
    assert lines(given) == [("given", "x = 1")]


@pytest.mark.parametrize(
    ("line", "kind", "content"),
    [
        ("Find d(loss)/dw", "find", "d(loss)/dw"),
        ("FIND: dloss/dw", "find", "dloss/dw"),
        ("Title: A title # with a hash", "title", "A title # with a hash"),
        ("title:x", "title", "x"),
        ("Parameters: w, b", "parameters", "w, b"),
        ("Parameter: w", "parameters", "w"),
        ("Learning rate: 0.5", "learning rate", "0.5"),
        ("learning\u00a0rate : 1/4", "learning rate", "1/4"),
        ("lr = 0.5", "lr", "0.5"),
        ("LR: 0.5", "lr", "0.5"),
        ("Updates: 2", "updates", "2"),
        ("Update: 2", "updates", "2"),
        ("Round: 4", "round", "4"),
        ("Vary x in 1..3", "vary", "x in 1..3"),
        ("Require: x > 0", "require", "x > 0"),
    ],
)
def test_a_keyword_begins_a_line_in_any_case(line: str, kind: str, content: str) -> None:
    assert only(line) == (kind, content)


@pytest.mark.parametrize("name", ["rounding", "updates_1", "given_1", "finder", "titles", "Rounds", "lrate"])
def test_a_name_that_begins_like_a_keyword_is_a_name(name: str) -> None:
    assert only(f"{name} = x") == ("step", f"{name} = x")


@pytest.mark.parametrize(
    "label", ["1.", "1)", "(1)", "(a)", "(iv)", "a)", "A)", "a.", "12.", "-", "*", "•", "–", "ii)"]
)
def test_a_step_may_be_numbered(label: str) -> None:
    source = Source("problem", f"{GIVEN}{label} s = x")
    step = split_lines(source, Limits())[-1]
    assert (step.kind, step.label) == ("step", label)
    assert source.text[step.start : step.end] == "s = x"


@pytest.mark.parametrize("line", ["1.s = x", "2)s = x", "(a)s = x"])
def test_a_number_needs_no_space_behind_it(line: str) -> None:
    assert only(line) == ("step", "s = x")


@pytest.mark.parametrize(
    "line",
    [
        "This is prose.", "What is it?", "We compute:", "Now!", "1. First we multiply.", "- a bullet, too.",
        "Here $y^ = x*w$ holds.", "A hash # in it.", "Given the network, find the gradient.", "Given that x is small.",
    ],
)  # fmt: skip
def test_a_line_of_plain_words_that_ends_as_a_sentence_does_is_prose_and_kept_whole(line: str) -> None:
    assert only(line) == ("prose", line)


@pytest.mark.parametrize(("line", "text"), [("> quoted = kept", "quoted = kept"), (">no space", "no space"), (">", "")])
def test_a_line_that_begins_with_an_angle_is_prose(line: str, text: str) -> None:
    assert only(line) == ("prose", text)


@pytest.mark.parametrize("line", ["Some words", "a = b", "1. s = x", "x*w", "Note: here", "Title T"])
def test_anything_before_the_first_given_is_prose(line: str) -> None:
    assert lines(f"{line}\n{GIVEN}s = x") == [("prose", line), ("given", "x = 1"), ("step", "s = x")]


def test_a_keyword_before_the_first_given_is_one() -> None:
    assert [kind for kind, _ in lines(f"Title: T\nlr = 1\nFind w\n{GIVEN}")] == ["title", "lr", "find", "given"]


def test_without_a_given_steps_are_steps() -> None:
    assert lines("x = 3\nloss = x^2") == [("step", "x = 3"), ("step", "loss = x^2")]


@pytest.mark.parametrize("line", ["s", "x*w", "This is prose", "s : x", "Note: here", "...", "---", "3.", "s # = x"])
def test_anything_else_that_is_no_statement_is_an_error(line: str) -> None:
    assert "neither a step nor a sentence" in refusal(line).found


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("Updates 2", "Updates: 2"),
        ("Learning rate 0.5", "Learning rate: 0.5"),
        ("Round 4", "Round: 4"),
        ("Title T", "Title: T"),
        ("Finding d(loss)/dw", "Find …"),
        ("x*w", "a name before it: … = x*w"),
        ("some plain words", "> some plain words"),
    ],
)
def test_a_line_that_is_none_is_told_what_it_may_have_been(line: str, hint: str) -> None:
    assert refusal(line).hint == hint


@pytest.mark.parametrize("step", ["s = (x +", "s = x +", "s = x *", "s = max(x,", "s = x + \\"])
def test_a_step_is_one_line(step: str) -> None:
    assert refusal(f"{step}\n  x)").hint == "this line joined to line 2: a step is one line"


@pytest.mark.parametrize(
    ("given", "content"),
    [
        ("Given x = 1,\n w = 2", "x = 1,\n w = 2"),
        ("Given x = 1, # one\n w = 2", "x = 1, # one\n w = 2"),
        ("Given x = 1,\n# between\n w = 2", "x = 1,\n# between\n w = 2"),
        ("Given x = 1,\n\n w = 2", "x = 1,\n\n w = 2"),
        ("Given x = (1 +\n 2)", "x = (1 +\n 2)"),
        ("Given x = (1 + # )\n 2)", "x = (1 + # )\n 2)"),
        ("Given x = [1,\n 2,\n 3], w = 4", "x = [1,\n 2,\n 3], w = 4"),
        ("Given x = 1,\r\n w = 2", "x = 1,\r\n w = 2"),
        ("Given x,\ny,\nz", "x,\ny,\nz"),
    ],
)
def test_a_given_that_ends_in_a_comma_or_a_bracket_goes_on(given: str, content: str) -> None:
    assert lines(f"{given}\nloss = x") == [("given", content), ("step", "loss = x")]


@pytest.mark.parametrize("line", ["Find dloss/dx", "> prose", "1. s = x", "This is prose.", "Given w = 1"])
def test_a_comma_too_many_does_not_take_in_what_is_plainly_another_line(line: str) -> None:
    assert len(lines(f"Given x = 1,\n{line}")) == 2


def test_a_comma_in_a_comment_does_not_go_on() -> None:
    assert lines("Given x = 1 # one,\nloss = x") == [("given", "x = 1 # one,"), ("step", "loss = x")]


@pytest.mark.parametrize(
    "text", ["Given x = 1\r\nloss = x\r\n", "Given x = 1\nloss = x", "\n\nGiven x = 1\n\n  loss = x\t\n"]
)
def test_line_ends_and_blanks_are_none_of_the_content(text: str) -> None:
    assert lines(text) == [("given", "x = 1"), ("step", "loss = x")]


@pytest.mark.parametrize("blank", ["", "   ", "\t", "\u00a0", "# comment", "   # comment"])
def test_blank_lines_and_comments_are_no_statements(blank: str) -> None:
    assert lines(f"{GIVEN}{blank}\ns = x") == [("given", "x = 1"), ("step", "s = x")]


def test_a_line_may_have_a_million_characters() -> None:
    text = GIVEN + "s = x" + " " * 1_000_001
    with pytest.raises(LimitError, match="line 2 is too large: 1,000,006"):
        lines(text)


def test_a_given_over_many_lines_takes_no_longer_than_its_length() -> None:
    text = "Given " + ",\n".join(f"x{k} = {k}" for k in range(20_000))
    assert [kind for kind, _ in lines(text)] == ["given"]


def test_a_line_knows_whether_it_may_be_a_sentence() -> None:
    (line,) = split_lines(Source("problem", "Find the gradient of the loss."), Limits())
    assert line == Line("find", 5, 30, is_sentence=True)
    (line,) = split_lines(Source("problem", "Find d(loss)/dw."), Limits())
    assert not line.is_sentence
