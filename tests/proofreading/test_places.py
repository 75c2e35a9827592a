"""Parts of tensors and formulas by entries, as our printers and the language write them."""

from __future__ import annotations

import pytest

from backprop_derive import proofread, solve

NOTES = r"""
Given $W = \begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}$, $v = (1, -1, 2)$, $u = (3, 4)$

1. $r = W[1, :]$
2. $z = W v$
3. $L = \operatorname{sum}(z \odot z) + r[0]$

"""


def verdicts(notes: str, claim: str) -> list[str]:
    return [f.verdict for f in proofread(notes + claim).findings[len(proofread(notes).findings) :]]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("$r = (4, 5, 6)$", "right"),
        ("$r = (4, 5, 7)$", "wrong"),
        (r"$W[:, 0] = (1, 4)$", "right"),
        (r"$W[:, 1:] = \begin{pmatrix} 2 & 3 \\ 5 & 6 \end{pmatrix}$", "right"),
        (r"$W[:, 1:] = \begin{pmatrix} 1 & 2 \\ 4 & 5 \end{pmatrix}$", "wrong"),
        (r"$v[-1] = 2$", "right"),
        (r"$u[\text{None}, :] = \begin{pmatrix} 3 & 4 \end{pmatrix}$", "right"),
        (r"$W[0, 2] = 3$", "right"),
        (r"$2 W_{13} = 6$", "right"),  # below a name, numbers count from 1
        (r"$2 W_{02} = 6$", "right"),  # where one is 0, from 0
        (r"$2 W_{02} = 4$", "wrong"),
        (r"$\frac{\partial L}{\partial v} = 2 W^\top z$", "right"),
        (r"$\frac{\partial L}{\partial z} = 2z$", "right"),
    ],
)
def test_parts_of_tensors(claim: str, verdict: str) -> None:
    assert verdicts(NOTES, claim) == [verdict]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"$u \, \mathbf{1}^\top \odot W = \begin{pmatrix} 3 & 6 & 9 \\ 16 & 20 & 24 \end{pmatrix}$", "right"),
        (r"$u \, \mathbf{1}_{3}^\top = \begin{pmatrix} 3 & 3 & 3 \\ 4 & 4 & 4 \end{pmatrix}$", "right"),
        (r"$u \, \mathbf{1}_{2}^\top = \begin{pmatrix} 3 & 3 & 3 \\ 4 & 4 & 4 \end{pmatrix}$", "wrong"),
        (r"$\mathbf{1}^\top W = (5, 7, 9)$", "right"),
        (r"$W \mathbf{1} = (6, 14)$", "wrong"),
        ("[3, 4] @ ones(3)ᵀ = [[3, 3, 3], [4, 4, 4]]", "right"),
    ],
)
def test_columns_of_ones(claim: str, verdict: str) -> None:
    assert verdicts(NOTES, claim) == [verdict]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"$\sum_{0 \le i < 2} W_{i0} = 5$", "right"),
        (r"$\sum_{1 \le j \le 3} v_{j} = 2$", "right"),
        (r"$\sum_{0 \le j < 2} v_{j} = 0$", "right"),
        (r"$\sum_{0 \le j < 2} v_{j} = 2$", "wrong"),
        (r"$\sum_{j=1}^3 v_{j} = 2$", "right"),
        (r"$\sum_{0 \le i < 3} \exp(\delta_{0i}) \approx 4.718$", "rounded"),
        (r"$\sum_{0 \le i < 2} \exp(\delta_{0i}) \approx 4.718$", "wrong"),
        (r"$\frac{\partial L}{\partial W_{ij}} = 2 z_i v_j + \delta_{1i} \delta_{0j}$", "right"),
        (r"$\frac{\partial L}{\partial W_{ij}} = 2 z_i v_j + \delta_{0i} \delta_{0j}$", "wrong"),
        ("∂L/∂W[i, j] = 2z[i] · v[j] + δ[1, i] · δ[0, j]", "right"),
    ],
)
def test_sums_with_bounds_and_entries_that_count_from_zero(claim: str, verdict: str) -> None:
    assert verdicts(NOTES, claim) == [verdict]


TEXT = "Given a = [1, 2], b = [-1, 0.5, 3], M = [[2, 1], [1, 3]], k = [[1, 0], [1, 1]], s = 2, t = -1\n\n"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("concat([a, b]) = [1, 2, −1, 0.5, 3]", "right"),
        ("concat([a, b]) = [−1, 0.5, 3, 1, 2]", "wrong"),
        ("stack([s, t, 3]) = [2, −1, 3]", "right"),
        ("reshape(M, (4)) = [2, 1, 1, 3]", "right"),
        ("reshape(concat([a, a, b, [7]]), (2, 4)) = [[1, 2, 1, 2], [−1, 0.5, 3, 7]]", "right"),
        ("einsum(ij,j->i, M, a) = [4, 7]", "right"),
        ("einsum(ij->, M) = 6", "wrong"),
        ("softmax(M, mask = k) ≈ [[1, 0], [0.1192, 0.8808]]", "rounded"),
        ("norm(M, axis = 1) ≈ [2.236, 3.162]", "rounded"),
        ("M⁻ᵀ @ a = [0.2, 0.6]", "right"),
        ("a @ bᵀ = [[−1, 0.5, 3], [−2, 1, 6]]", "right"),
        ("P = [7]", "given"),
    ],
)
def test_what_the_language_calls_takes_its_arguments(claim: str, verdict: str) -> None:
    assert verdicts(TEXT, claim) == [verdict]


@pytest.mark.parametrize("inverse", ["A⁻¹", "inv(A)"])
def test_the_inverse_of_a_matrix_is_differentiated_as_one(inverse: str) -> None:
    notes = f"Given A = [[2, 1], [0, 1]], x = [1, -1]\n\nf = x @ {inverse} @ x\n\n"
    assert verdicts(notes, "∂f/∂x = A⁻¹ @ x + A⁻ᵀ @ x") == ["right"]
    assert verdicts(notes, "∂f/∂x = A⁻¹ @ x + A⁻¹ @ x") == ["wrong"]


def test_an_outer_product_is_one_in_the_problem_too() -> None:
    notes = "Given a = [1, -2], b = [0.5, 3, 1]\n\nP = a @ bᵀ\n\nf = sum(P * P)\n\n"
    assert verdicts(notes, "∂f/∂a = ∂f/∂P @ b = [20.5, −41]") == ["right", "right"]
    assert verdicts(notes, "∂P[j, k]/∂a[i] = δ[j, i] · b[k]") == ["right"]


def test_a_gradient_by_entries_runs_over_its_own_places() -> None:
    notes = "Given a = [1, 2], b = [-1, 3, 5]\n\nc = concat([a, b])\n\nL = sum(c * c)\n\n"
    assert verdicts(notes, "∂L/∂a[i] = ∂L/∂c[i]") == ["right"]
    assert verdicts(notes, "∂L/∂b[i] = ∂L/∂c[i + 2]") == ["right"]
    assert verdicts(notes, "∂L/∂b[i] = ∂L/∂c[i]") == ["wrong"]
    assert verdicts(notes, "∂L/∂c[i] = ∂L/∂a[i]") == ["wrong"]


def test_one_number_is_every_entry_of_a_gradient() -> None:
    notes = "Given r = [1, 2], n = 3, x = 5\n\nf = n * sum(r) + x\n\n"
    assert verdicts(notes, "∂f/∂r = n") == ["right"]
    assert verdicts(notes, "∂f/∂r = x") == ["wrong"]
    assert verdicts(notes, "r · 1 = n") == ["wrong"]


TIES = "Given x = 2, y = 2, z = 1\n\nm = max(x, y, z)\n\nL = m^2\n\n"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("∂m/∂x = {1 if x > max(y, z); 1/k if x = max(y, z), k of them equal; 0 otherwise} = 1/2", ["right", "right"]),
        ("∂m/∂z = {1 if z > max(x, y); 1/k if z = max(x, y), k of them equal;\n0 otherwise} = 0", ["right", "right"]),
        ("∂m/∂x = {1 if x > max(y, z); 0 otherwise}", ["wrong"]),
        ("{1 if x = max(x, y), the first to be; 0 otherwise} = 1", ["right"]),
        ("{1 if y = max(x, y), the first to be; 0 otherwise} = 1", ["wrong"]),
    ],
)
def test_ties_are_counted(claim: str, verdict: list[str]) -> None:
    assert verdicts(TIES, claim) == verdict


def test_what_a_matrix_is_after_some_updates() -> None:
    notes = (
        "Given W = [[1, 0], [0, 2]], η = 0.25\n\nL = sum(W * W)\n\n"
        "W ← W − η ∂L/∂W = [[0.5, 0], [0, 1]]\n\nThe third update gives\n\n"
    )
    assert verdicts(notes, "W = [[0.125, 0], [0, 0.25]]") == ["right"]
    assert verdicts(notes, "W = [[0.125, 0], [0, 0.5]]") == ["wrong"]


def test_delta_has_a_place_that_steps_along_an_axis() -> None:
    notes = solve("Given x = [[[1, 2, 3, 4]]]\na = avg_pool1d(x, 2)\nL = sum(a^2) + sum(x)").to_markdown()
    assert r"\delta_{k,2l + 1}" in notes
    counts = proofread(notes).counts
    assert (counts["wrong"], counts["unread"]) == (0, 0)
    assert proofread(notes.replace(r"\delta_{k,2l + 1}", r"\delta_{k,2l}")).counts["wrong"] == 1


def test_a_sum_in_a_sum_over_the_same_letter_has_an_index_of_its_own() -> None:
    notes = "Given z = [1, 3, -2], t = 2\n\nb = logsumexp(t*z)/t\n\n"
    claim = "∂b/∂t = Σ_i z[i] · e^(t · z[i])/(t · (Σ_i e^(t · z[i]))) − log(Σ_i e^(t · z[i]))/t²"
    assert proofread(notes + claim).findings[-1].verdict == "right"
    assert proofread(notes + claim.replace("/(t · ", "/(2 · t · ")).findings[-1].verdict == "wrong"
