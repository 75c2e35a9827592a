"""The Matrix Cookbook's first derivatives (Petersen & Pedersen, version of 15 November 2012), derived and proved.

Each line is a section, a problem with symbolic sizes, and the right-hand side in our language. What we derive is
composed from the steps' matrix notation and proved equal to the right-hand side by the normal form of the entries, for
all sizes. Where the Cookbook assumes a symmetric matrix, the right-hand side is the general one first, and then, with
the matrix declared (`Q` symmetric, `E` diagonal), the Cookbook's own. In 2.8 the Cookbook counts the entries on and
below the diagonal of a symmetric matrix as the variables, so ours is compared with those off the diagonal doubled. The
requests to SymPy that nothing answered (#28618, #21062, #15136, #21347) stand at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from backprop_derive.calculus.adjoint import Symbols, is_proved
from backprop_derive.calculus.expand import set_apart
from backprop_derive.calculus.tensors import derive_tensors, with_matrices
from backprop_derive.derivation import INCOMING, OUTPUT, Flow
from backprop_derive.graph import Graph, build_graph
from backprop_derive.indexed.component import Components
from backprop_derive.indexed.shape import shape_of
from backprop_derive.language.reader import read_problem
from backprop_derive.ops.table import formula
from backprop_derive.problem import Problem
from backprop_derive.symbolic.implicit import without_cofactors
from backprop_derive.symbolic.translate import to_sympy
from backprop_derive.syntax.expression import ONE, Expr, Name, Product, Sum, Transpose, substitute
from backprop_derive.syntax.parser import deep_recursion

GIVENS = (
    "Given A: (n, n), B: (n, n), C: (n, n), D: (n, n), X: (n, n), S: (n, n), P: (n, m), R: (n, m), K: (m, n)\n"
    "Given Q: (n, n) symmetric, E: (n, n) diagonal\n"
    "Given a: (n), b: (n), c: (n), x: (n), s: (n), u: (m), v: (m), t\n"
)


@dataclass(frozen=True)
class Identity:
    section: str
    problem: str
    wrt: str
    right: str


TABLE = [
    Identity(*(part.strip() for part in line.split("|")))
    for line in """
    2.1    | y = det(X)                                | X | det(X) * inv(X).T
    2.1.2  | M = A @ X @ B; y = det(M)                 | X | A.T @ (det(M) * inv(M).T) @ B.T
    2.1.3  | M = X.T @ A @ X; y = det(M)               | X | det(M) * (A @ X @ inv(M) + A.T @ X @ inv(M).T)
    2.1.3  | M = P.T @ A @ P; y = det(M)               | P | det(M) * (A @ P @ inv(M) + A.T @ P @ inv(M).T)
    2.1.4  | M = P.T @ P; y = log(det(M))              | P | P @ inv(M).T + P @ inv(M)
    2.1.4  | y = log(det(X))                           | X | inv(X).T
    2.1.4  | y = det(X)^3                              | X | 3 * det(X)^3 * inv(X).T
    2.2    | y = a @ inv(X) @ b                        | X | -inv(X).T @ outer(a, b) @ inv(X).T
    2.2    | M = inv(X); y = det(M)                    | X | -det(M) * inv(X).T @ inv(M).T @ inv(X).T
    2.2    | y = trace(A @ inv(X) @ B)                 | X | -(inv(X) @ B @ A @ inv(X)).T
    2.2    | M = X + A; y = trace(inv(M))              | X | -(inv(M) @ inv(M)).T
    2.4.1  | y = x @ a                                 | x | a
    2.4.1  | y = a @ x                                 | x | a
    2.4.1  | y = a @ P @ u                             | P | outer(a, u)
    2.4.1  | y = u @ P.T @ a                           | P | outer(a, u)
    2.4.1  | y = a @ X @ a                             | X | outer(a, a)
    2.4.1  | y = a @ X.T @ a                           | X | outer(a, a)
    2.4.2  | y = sum(P)^2                              | P | 2 * sum(P) * outer(ones(n), ones(m))
    2.4.2  | y = u @ P.T @ P @ v                       | P | P @ (outer(u, v) + outer(v, u))
    2.4.2  | y = (B @ x + b) @ C @ (D @ x + c)         | x | B.T @ C @ (D @ x + c) + D.T @ C.T @ (B @ x + b)
    2.4.2  | y = x @ B @ x                             | x | (B + B.T) @ x
    2.4.2  | y = u @ P.T @ D @ P @ v                   | P | D.T @ P @ outer(u, v) + D @ P @ outer(v, u)
    2.4.2  | y = (X @ b + c) @ D @ (X @ b + c)         | X | (D + D.T) @ outer(X @ b + c, b)
    2.4.2  | y = (x - A @ s) @ S @ (x - A @ s)         | s | -A.T @ (S + S.T) @ (x - A @ s)
    2.4.2  | y = (x - s) @ S @ (x - s)                 | x | (S + S.T) @ (x - s)
    2.4.2  | y = (x - s) @ S @ (x - s)                 | s | -(S + S.T) @ (x - s)
    2.4.2  | y = (x - A @ s) @ S @ (x - A @ s)         | x | (S + S.T) @ (x - A @ s)
    2.4.2  | y = (x - A @ s) @ S @ (x - A @ s)         | A | -(S + S.T) @ outer(x - A @ s, s)
    2.4.3  | y = a @ X @ X @ b                         | X | outer(a, X @ b) + outer(X.T @ a, b)
    2.4.3  | M = X.T @ X; y = a @ M @ b | X | X @ (outer(a, b) + outer(b, a))
    2.4.4  | y = x @ A @ x + b @ x                     | x | (A + A.T) @ x + b
    2.5.1  | y = trace(X)                              | X | identity(n)
    2.5.1  | y = trace(X @ A)                          | X | A.T
    2.5.1  | y = trace(K @ P)                          | P | K.T
    2.5.1  | y = trace(A @ P @ K)                      | P | A.T @ K.T
    2.5.1  | y = trace(A @ X.T @ B)                    | X | B @ A
    2.5.1  | y = trace(P.T @ R)                        | P | R
    2.5.1  | y = trace(R @ P.T)                        | P | R
    2.5.2  | y = trace(X @ X)                          | X | 2 * X.T
    2.5.2  | y = trace(X @ X @ B)                      | X | (X @ B + B @ X).T
    2.5.2  | y = trace(P.T @ B @ P)                    | P | B @ P + B.T @ P
    2.5.2  | y = trace(B @ P @ P.T)                    | P | B @ P + B.T @ P
    2.5.2  | y = trace(P @ P.T @ B)                    | P | B @ P + B.T @ P
    2.5.2  | y = trace(X @ B @ X.T)                    | X | X @ B.T + X @ B
    2.5.2  | y = trace(B @ X.T @ X)                    | X | X @ B.T + X @ B
    2.5.2  | y = trace(X.T @ X @ B)                    | X | X @ B.T + X @ B
    2.5.2  | y = trace(A @ X @ B @ X)                  | X | A.T @ X.T @ B.T + B.T @ X.T @ A.T
    2.5.2  | y = trace(P.T @ P)                        | P | 2 * P
    2.5.2  | y = trace(B.T @ X.T @ C @ X @ B)          | X | C.T @ X @ B @ B.T + C @ X @ B @ B.T
    2.5.2  | y = trace(X.T @ B @ X @ C)                | X | B @ X @ C + B.T @ X @ C.T
    2.5.2  | y = trace(A @ X @ B @ X.T @ C)            | X | A.T @ C.T @ X @ B.T + C @ A @ X @ B
    2.5.2  | M = A @ X @ B + C; y = trace(M @ M.T)     | X | 2 * A.T @ M @ B.T
    2.5.3  | y = trace(X @ X @ X)                      | X | 3 * (X @ X).T
    2.5.3  | y = trace(A @ X @ X @ X)                  | X | (X @ X @ A + X @ A @ X + A @ X @ X).T
    2.6.1  | y = norm(x - a)                           | x | (x - a) / norm(x - a)
    2.6.1  | y = norm(x)^2                             | x | 2 * x
    2.6.1  | y = x @ x                                 | x | 2 * x
    2.7    | y = norm(P)^2                             | P | 2 * P
    2.7    | y = norm(P)                               | P | P / norm(P)
    2.8.1  | M = X @ A; z = tanh(M); y = sum(z)        | X | (1 - tanh(M)^2) @ A.T
    2.4.2  | y = (x - A @ s) @ Q @ (x - A @ s)         | s | -2 * A.T @ Q @ (x - A @ s)
    2.4.2  | y = (x - s) @ Q @ (x - s)                 | x | 2 * Q @ (x - s)
    2.4.2  | y = (x - s) @ Q @ (x - s)                 | s | -2 * Q @ (x - s)
    2.4.2  | y = (x - A @ s) @ Q @ (x - A @ s)         | A | -2 * Q @ outer(x - A @ s, s)
    2.1.3  | M = P.T @ Q @ P; y = det(M)               | P | det(M) * Q @ P @ (inv(M) + inv(M).T)
    2.5.2  | y = trace(P.T @ Q @ P)                    | P | 2 * Q @ P
    2.8.3  | y = trace(A @ E)                          | E | A * identity(n)
    2.8.3  | y = log(det(E))                           | E | inv(E)
    2.8.3  | y = trace(A @ inv(E))                     | E | -(inv(E) @ A @ inv(E)) * identity(n)
    2.8.3  | y = x @ E @ x                             | x | 2 * E @ x
    #28618 | y = log(det(X)) + trace(A @ inv(X))       | X | inv(X).T - (inv(X) @ A @ inv(X)).T
    #21062 | z = A @ x; y = sum(sin(z))                | x | A.T @ cos(z)
    #21062 | z = A @ x; y = sum(exp(z) * b)            | A | outer(exp(z) * b, x)
    #15136 | y = trace(A @ X @ B @ X.T)                | X | A.T @ X @ B.T + A @ X @ B
    #21347 | z = A @ x; p = sigmoid(z); y = (p-b) @ (p-b) | A | outer(2 * (p - b) * sigmoid(z) * (1 - sigmoid(z)), x)
    #21347 | y = cross_entropy(x, a)                   | x | softmax(x) * sum(a) - a
    """.strip().splitlines()
]


# A gradient by `Q` here, and what 2.8.2 has for it.
SYMMETRIC = [
    Identity(*(part.strip() for part in line.split("|")))
    for line in """
    2.8.2  | y = trace(A @ Q)                          | Q | A + A.T - A * identity(n)
    2.8.2  | y = det(Q)                                | Q | det(Q) * (2 * inv(Q) - inv(Q) * identity(n))
    2.8.2  | y = log(det(Q))                           | Q | 2 * inv(Q) - inv(Q) * identity(n)
    2.8.2  | y = x @ Q @ x                             | Q | 2 * outer(x, x) - outer(x, x) * identity(n)
    2.8.2  | y = trace(A @ inv(Q)) | Q | -inv(Q) @ (A + A.T) @ inv(Q) + (inv(Q) @ A @ inv(Q)) * identity(n)
    2.8.2  | z = Q @ x; y = a @ exp(z) | Q | outer(a * exp(z), x) + outer(x, a * exp(z)) - a * exp(z) * x * identity(n)
    """.strip().splitlines()
]


def derived(identity: Identity) -> tuple[Expr, Graph]:
    """The gradient in matrix notation, each step's adjoint put into those that use it."""
    problem = read_problem(f"{GIVENS}{identity.problem.replace('; ', chr(10))}\nFind dy/d{identity.wrt}")
    graph = build_graph(set_apart(problem)[0])
    derivation = with_matrices(derive_tensors(graph))
    totals: dict[str, Expr] = {graph.loss: ONE}

    def put_together(flow: Flow) -> Expr:
        assert flow.matrix is not None, f"{flow.step} by {flow.operand} has no matrix notation"
        slots = {f"#{k}": Name(key) for k, key in enumerate(flow.slots)}
        return substitute(flow.matrix, {**slots, OUTPUT: Name(flow.step), INCOMING: totals[flow.step]})

    for key in derivation.adjoint_order():
        parts = tuple(map(put_together, derivation.uses[key]))
        totals[key] = parts[0] if len(parts) == 1 else Sum(parts, (False,) * len(parts))
    return totals[identity.wrt], graph


def proves(claim: Expr, found: Expr, problem: Problem, wrt: str) -> bool:
    """Whether both are one tensor of the shape of `wrt`, for all sizes and entries."""
    shapes = dict(problem.shapes)
    at = tuple(f"@{k}" for k in range(len(shapes[wrt])))
    symbols = Symbols(shapes, problem.structures)
    components = Components(shapes, lambda expr: shape_of(expr, shapes), prefix="@f")
    entries = to_sympy(components.entry(found, tuple(map(Name, at))), symbols)
    return any(is_proved(claim, wanted, at, shapes[wrt], symbols) for wanted in (entries, without_cofactors(entries)))


@pytest.mark.parametrize("identity", TABLE, ids=lambda identity: f"{identity.section} {identity.problem}")
def test_what_the_cookbook_states_is_what_we_derive(identity: Identity) -> None:
    with deep_recursion():
        found, graph = derived(identity)
        right = formula(identity.right)
        assert proves(right, found, graph.problem, identity.wrt)
        wrong = Sum((right, Product((formula("1/7"), right))), (False, False))
        assert not proves(wrong, found, graph.problem, identity.wrt)


@pytest.mark.parametrize("identity", SYMMETRIC, ids=lambda identity: f"{identity.section} {identity.problem}")
def test_with_those_off_the_diagonal_doubled_it_is_the_cookbook_s_of_a_symmetric_matrix(identity: Identity) -> None:
    with deep_recursion():
        found, graph = derived(identity)
        doubled = substitute(formula("2 * G - G * identity(n)"), {"G": found})
        right = formula(identity.right)
        assert proves(right, doubled, graph.problem, identity.wrt)
        assert proves(Transpose(found), found, graph.problem, identity.wrt)
        assert not proves(right, found, graph.problem, identity.wrt)


def test_without_the_declaration_a_form_of_a_symmetric_matrix_is_not_proved() -> None:
    identity = Identity("2.4.2", "y = (x - s) @ S @ (x - s)", "x", "2 * S @ (x - s)")
    found, graph = derived(identity)
    assert not proves(formula(identity.right), found, graph.problem, identity.wrt)


def test_there_are_identities_enough_to_speak_of_a_cookbook() -> None:
    assert len([identity for identity in TABLE if not identity.section.startswith("#")]) >= 40
