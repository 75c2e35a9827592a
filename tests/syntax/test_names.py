"""The spellings of one name have one key, and a key is its own key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_derive.syntax.names import canonical

SPELLINGS = {
    "y_hat": ["y^", "ŷ", "y\u0302", "y_hat"],
    "x_bar": ["x_bar", "x̄", "x\u0304", "x\u0305"],
    "w_1": ["w_1", "w₁"],
    "w_12": ["w_12", "w₁₂"],
    "x_hat_1": ["x_1^", "x̂_1", "x̂₁", "x_1_hat", "x_hat_1", "x₁^"],
    "theta": ["θ", "theta", "ϑ"],
    "theta_1": ["θ_1", "theta_1", "θ₁", "theta₁"],
    "theta1": ["θ1", "theta1"],
    "theta_hat": ["θ^", "theta^", "θ̂", "theta_hat"],
    "mu": ["µ", "μ", "mu"],
    "Omega": ["Ω", "Ω", "Omega"],
    "phi": ["ϕ", "φ", "phi"],
    "sigma": ["σ", "sigma"],
    "lambda": ["λ", "lambda"],
    "x'": ["x'", "x′", "x’"],
    "x''": ["x''", "x″", "x′′"],
    "w_1'": ["w_1'", "w₁′", "w'_1"],
    "é": ["é", "e\u0301"],
    "K": ["K", "\u212a"],
    "a_alpha": ["a_α", "a_alpha"],
}


@pytest.mark.parametrize(("key", "spelling"), [(key, s) for key, group in SPELLINGS.items() for s in group])
def test_a_spelling_has_the_key_of_its_name(key: str, spelling: str) -> None:
    assert canonical(spelling) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [("x", "X"), ("w1", "w_1"), ("a", "а"), ("x", "x'"), ("y", "y^"), ("Δw", "delta_w"), ("dW", "W"), ("x_", "x")],
)
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@given(st.from_regex(r"\A[a-zA-Zαβθσλŷ日é][a-z0-9_'₀-₉^α\u0302\u0304]{0,10}\Z"))
def test_a_key_is_its_own_key(spelling: str) -> None:
    assert canonical(canonical(spelling)) == canonical(spelling)
