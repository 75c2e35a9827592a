"""Which steps are a layer of a net, and what is no net with layers."""

from __future__ import annotations

import pytest

import backprop_derive as bd
from backprop_derive.report.bands import bands
from tests.conftest import CHECKOUT
from tests.pictures.problems import perceptron, recurrent, tangled


def members(text: str) -> list[tuple[str, ...]]:
    return [band.members for band in bands(bd.solve(text).derivation.graph)]


def example(name: str) -> list[tuple[str, ...]]:
    return members((CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8"))


def test_product_bias_and_activation_of_a_layer_are_one_band() -> None:
    assert example("two-two-one-tanh") == [("z_1", "h_1", "z_2", "h_2"), ("y_hat",)]
    assert example("mlp-batch") == [("Z_1", "H"), ("Z_2",)]
    apart = "Given x = 1, w_1 = 2, b_1 = 1, w_2 = 3, b_2 = 0, y = 1\n"
    apart += "m = w_1*x\nz = m + b_1\nh = tanh(z)\nn = w_2*h\no = n + b_2\ns = o - y\nloss = s^2\n"
    apart += "Find dloss/dw_1, dloss/db_1, dloss/dw_2, dloss/db_2"
    assert members(apart) == [("m", "z", "h"), ("n", "o")]
    assert members(apart.partition("Find")[0]) == members(apart)


def test_the_errors_and_the_loss_are_outside() -> None:
    hidden, output = example("two-two-two")
    assert hidden == ("net_h1", "out_h1", "net_h2", "out_h2")
    assert output == ("net_o1", "out_o1", "net_o2", "out_o2")


def test_weights_are_known_by_their_letter_where_only_one_is_asked_for() -> None:
    text = perceptron(2)
    assert members(text.replace("L = cross", "Find dL/dW_1\nL = cross")) == members(text) == [("Z_1", "H_1"), ("Z_2",)]


def test_a_penalty_of_the_weights_is_no_layer() -> None:
    plain = perceptron(3)
    assert members(f"{plain} + 0.1*(sum(W_1^2) + sum(W_2^2))") == members(plain)
    apart = plain.replace("L = cross", "R = 0.1*(sum(W_1^2) + sum(W_2^2))\nL = R + cross")
    assert members(apart) == members(plain) == [("Z_1", "H_1"), ("Z_2", "H_2"), ("Z_3",)]


@pytest.mark.parametrize(
    "name", ["lesson", "attention-head", "conv-net", "lstm-cell", "rnn-in-matrices", "rnn-through-time", "diamond"]
)
def test_one_layer_and_a_loop_over_the_same_weights_are_not_framed(name: str) -> None:
    assert example(name) == []


def test_what_is_no_net_has_no_layers() -> None:
    assert members(recurrent(8)) == members(tangled(50)) == members("L = 3") == []
