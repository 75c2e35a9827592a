"""Loops over time, written out: each step of the body once for each value."""

from __future__ import annotations

import pytest

import backprop_derive as bd
from backprop_derive.language.reader import read_problem
from backprop_derive.syntax.written import written

RNN = """\
Given W = [[0.5, -0.3], [0.2, 0.7]], U = [[1, 0.4], [-0.6, 0.8]], b = [0.1, -0.1], V = [[1, -1], [0.5, 2]]
Given x_1 = [1, 0], x_2 = [0, 1], x_3 = [0.5, -0.5], h_0 = [0, 0], y = 1
for t in 1..3:
    h_t = tanh(W @ h_{t-1} + U @ x_t + b)
o = V @ h_3
L = cross_entropy(o, y)
Find dL/dW, dL/db
"""


def steps(text: str) -> list[str]:
    return [f"{step.written} = {written(step.expression)}" for step in read_problem(text).steps]


def test_a_recurrent_step_is_written_out_for_each_time() -> None:
    assert steps(RNN)[:3] == [
        "h_1 = tanh(W @ h_0 + U @ x_1 + b)",
        "h_2 = tanh(W @ h_1 + U @ x_2 + b)",
        "h_3 = tanh(W @ h_2 + U @ x_3 + b)",
    ]


def test_the_loop_has_the_gradients_of_the_steps_written_out() -> None:
    by_hand = RNN.replace(
        "for t in 1..3:\n    h_t = tanh(W @ h_{t-1} + U @ x_t + b)\n",
        "".join(f"h_{t} = tanh(W @ h_{t - 1} + U @ x_{t} + b)\n" for t in (1, 2, 3)),
    )
    loop, written_out = bd.solve(RNN), bd.solve(by_hand)
    assert (loop.gradient("W") == written_out.gradient("W")).all()


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("for t in 1..2: h_t = w*h_(t-1)", ["h_1 = w * h_0", "h_2 = w * h_1"]),
        ("for t in 1 to 2: h_t = w*h_{t - 1}", ["h_1 = w * h_0", "h_2 = w * h_1"]),
        ("For k in 1…2: h_k = w*h_(k-1) + k", ["h_1 = w * h_0 + 1", "h_2 = w * h_1 + 2"]),
        ("for t in 1..1:\n  a_t = w*h_0\n  h_t = a_t^2", ["a_1 = w * h_0", "h_1 = a_1^2"]),
        ("for t in 1..2:\n\n  h_t = w*h_{t-1}  # the state", ["h_1 = w * h_0", "h_2 = w * h_1"]),
        ("for t in 1..2: t_t = w*h_0 + state", ["t_1 = w * h_0 + state", "t_2 = w * h_0 + state"]),
        ("for t in 2..1: h_t = w", []),
    ],
)
def test_loops_are_read_as_notes_write_them(loop: str, expected: list[str]) -> None:
    assert steps(f"Given w = 2, h_0 = 1, state = 3\n{loop}\nloss = w*h_0 + state")[:-1] == expected


def test_a_loop_variable_is_an_index() -> None:
    assert steps("Given x = [1, 2]\nfor t in 0..1: s_t = x[t]^2\nloss = s_0 + s_1")[:2] == [
        "s_0 = x[0]^2",
        "s_1 = x[1]^2",
    ]


def test_a_loop_stands_in_a_one_liner() -> None:
    assert len(steps("Given w, h_0\nfor t in 1..3: h_t = w*h_(t-1)\nloss = h_3")) == 4


def test_an_error_in_a_loop_has_the_line_of_the_loop() -> None:
    with pytest.raises(bd.ProblemError) as caught:
        read_problem("Given w = 1\nfor t in 1..3:\n  h_t = w*h_(t-1)\nloss = h_3")
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.found) == (3, "unknown name h_0")
    with pytest.raises(bd.ProblemError) as caught:
        read_problem("Given w = 1\nfor t in 1..3: a_t = w\nloss = q")
    assert caught.value.place is not None
    assert caught.value.place.line == 3


@pytest.mark.parametrize(
    ("loop", "message"),
    [
        ("for t in 1..T: h_t = w", "1..T is no range of numbers"),
        ("for t in x: h_t = w", "x is no range of numbers"),
        ("for t in 1..3:", "the loop holds no step"),
        ("for t in 1..999999999: h_t = w", "the limit `steps`"),
    ],
)
def test_a_loop_that_cannot_be_written_out_is_refused(loop: str, message: str) -> None:
    with pytest.raises(bd.BackpropError, match=message):
        read_problem(f"Given w = 1\n{loop}\nloss = w")


def test_a_sentence_that_begins_with_for_is_prose() -> None:
    assert steps("Given w = 1\nFor this, compute the loss:\nloss = w") == ["loss = w"]


def test_a_loop_may_be_the_end_of_the_text() -> None:
    assert steps("Given s_0 = 1\nfor t in 1..2:\n    s_t = 2*s_{t-1}") == ["s_1 = 2 * s_0", "s_2 = 2 * s_1"]
