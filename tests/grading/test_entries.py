"""Vectors and matrices that are handed in entry by entry."""

from __future__ import annotations

from fractions import Fraction

import backprop_derive as bd

PROBLEM = """Given X = [[1, 2], [3, 4]], W = [[1, -1], [2, 0]], b = [7, 8]
Z = X @ W + b
L = sum(Z * Z)
Find dL/dW, dL/db
"""


def sheet(answer: str) -> bd.grading.record.Sheet:  # type: ignore[name-defined]
    return bd.grade(PROBLEM, answer)


def lines(answer: str) -> dict[str, tuple[str, Fraction, str]]:
    return {line.item.title: (line.verdict, line.credit, line.reason) for line in sheet(answer).lines}


def test_entries_earn_their_share_of_the_point() -> None:
    found = lines("Z_11 = 12\nZ_12 = 7\n$Z_{21} = 18$\n\nZ[1, 1] = 5\ndL/dW_11 = 132\n∂L/∂W_{12} = 44\n\ndb_1 = 60")
    assert found["Z"] == ("right", 1, "")
    assert found["∂L/∂W"] == ("partly", Fraction(1, 2), "entries that are not written: 2")
    assert found["∂L/∂b"] == ("partly", Fraction(1, 2), "entries that are not written: 1")


def test_a_wrong_entry_is_told_with_what_is_right() -> None:
    answer = "$Z_{11} = X_{11} W_{11} + X_{12} W_{21} + b_1 = 12$\n\n$Z_{12} = 6$"
    assert lines(answer)["Z"] == ("partly", Fraction(1, 4), "wrong in entry (1, 2), counted from 1")
    assert [(r.claim, r.verdict, r.expected) for r in sheet(answer).remarks] == [("Z_{12} = 6", "wrong", "7")]
    assert lines("Z_11 = 11")["Z"] == ("wrong", 0, "wrong in entry (1, 1), counted from 1")


def test_what_follows_from_own_entries_keeps_its_points() -> None:
    wrong = "Z_11 = 12\nZ_12 = 6\nZ_21 = 18\nZ_22 = 5\n"
    found = lines(wrong + "L = 529\ndL/dZ = [[24, 12], [36, 10]]")
    assert found["Z"][0] == "partly"
    assert found["L"][0] == found["∂L/∂Z"][0] == "follows"
    assert lines(wrong.replace("6", "7") + "L = 529")["L"][0] == "wrong"


def test_a_matrix_as_a_whole_counts_instead_of_its_entries() -> None:
    assert lines("Z = [[12, 7], [18, 5]]\nZ_11 = 12")["Z"] == ("right", 1, "")
    assert lines("Z_11 = 11\nZ = [[12, 7], [18, 5]]")["Z"] == ("right", 1, "")


def test_a_name_of_the_students_own_stays_a_name() -> None:
    found = lines("Z_1 = X @ W = [[5, -1], [11, -3]]\nZ = Z_1 + b = [[12, 7], [18, 5]]")
    assert found["Z"] == ("right", 1, "")
    assert sheet("Z_1 = X @ W = [[5, -1], [11, -3]]\nZ = Z_1 + b = [[12, 7], [18, 5]]").remarks == ()
    assert lines("if Z_11 = 12 then L = 542")["L"][0] == "right"


def test_an_entry_needs_its_digits_too() -> None:
    problem = "Given x = [0.3, -0.7]\np = sigmoid(x)\nL = sum(p)\nFind dL/dx"
    for answer, verdict, credit in (
        ("p_1 = 0.574\np_2 = 0.33", "rounded", 1), ("p_1 = 0.574\np_2 = 0.3", "partly", Fraction(1, 2)),
        ("p_1 = 0.5\np_2 = 0.33", "partly", Fraction(1, 2)), ("p_1 = 0.6\np_2 = 0.3", "wrong", 0),
    ):  # fmt: skip
        line = bd.grade(problem, answer).line("p")  # type: ignore[union-attr]
        assert (line.verdict, line.credit) == (verdict, credit)
    found = bd.grade(problem, "p_1 = 0.7\np_2 = 0.33\nL = 1.0").line("L")  # type: ignore[union-attr]
    assert (found.verdict, [(used.name, used.value) for used in found.used]) == ("follows", [("p", "[0.7, 0.33]")])


def test_six_wrong_entries_are_named_and_the_others_counted() -> None:
    problem = "Given x = [1, 2, 3, 4, 5, 6, 7, 8]\nL = sum(x^2)\nFind dL/dx"
    for answer, reason in (
        ("[2, 0, 0, 0, 0, 0, 0, 16]", "wrong in entries (2), (3), (4), (5), (6), (7), counted from 1"),
        ("[2, 0, 0, 0, 0, 0, 0, 0]", "wrong in entries (2), (3), (4), (5), (6), (7) and 1 more, counted from 1"),
        ("[0, 0, 6, 8, 10, 12, 14, 16]", "wrong in entries (1) and (2), counted from 1"),
    ):
        assert bd.grade(problem, f"dL/dx = {answer}").line("∂L/∂x").reason == reason  # type: ignore[union-attr]


def test_a_matrix_that_was_put_right_is_no_error_to_follow_from() -> None:
    first, then = "Z = [[12, 6], [18, 5]]\n\n", "Z = [[12, 7], [18, 5]]\n\n"
    wrong = "dL/dZ = [[24, 12], [36, 11]]"
    used = [sheet(before + wrong).line("∂L/∂Z").used for before in (first, first + then)]
    assert [[each.name for each in found] for found in used] == [["Z"], []]


def test_a_vector_of_the_wrong_sign_earns_nothing_for_its_zeros() -> None:
    problem = "Given x = [0, 2, 0], y = [1, 1, 1]\nL = sum(x^2) + sum(y*x)\nFind dL/dx, dL/dy"
    for answer, credit, mistake in (
        ("dL/dy = [0, -2, 0]", 0, ["sign"]), ("dL/dy = [0, 4, 0]", Fraction(2, 3), ["a factor of 2 too much"]),
        ("dL/dy = [0, 1, 0]", Fraction(2, 3), ["a factor of 2 is missing"]), ("dL/dy = [0, 7, 0]", Fraction(2, 3), []),
        ("dL/dy = [0, 6, 0]", Fraction(2, 3), []), ("dL/dy = [2, 0, 0]", Fraction(1, 3), []),
    ):  # fmt: skip
        line = bd.grade(problem, answer).line("∂L/∂y")  # type: ignore[union-attr]
        assert (line.credit, [found.name for found in line.mistakes]) == (credit, mistake)


def test_a_square_matrix_that_is_turned_earns_nothing() -> None:
    line = sheet("Z = [[12, 18], [7, 5]]").line("Z")
    assert (line.credit, [found.name for found in line.mistakes]) == (0, ["result transposed"])
    rounded = sheet("Z = [[12.01, 18.01], [7, 5]]").line("Z")
    assert [found.name for found in rounded.mistakes] == ["result transposed"]


def test_a_shape_is_told_with_what_stands_in_it() -> None:
    problem = "Given X = [[1, 2, 3], [4, 5, 6]]\nL = sum(X^2)\nFind dL/dX"
    for answer, mistake in (
        ("[[2, 8], [4, 10], [6, 12]]", "result transposed"), ("[[2, 4], [6, 8], [10, 12]]", "another shape"),
        ("[2, 4, 6, 8, 10, 12]", "another shape"), ("[1, 2]", "another shape"),
    ):  # fmt: skip
        line = bd.grade(problem, f"dL/dX = {answer}").line("∂L/∂X")  # type: ignore[union-attr]
        assert (line.verdict, line.credit, line.mistakes[0].name) == ("wrong", 0, mistake)
        assert line.reason.startswith("the shape is ")
        assert line.reason.endswith("and it must be 2×3")
    told = [
        bd.grade(problem, f"dL/dX = {a}").line("∂L/∂X").mistakes[0].feedback for a in ("[2, 4, 6, 8, 10, 12]", "[1, 2]")
    ]  # type: ignore
    assert told == ["The entries are right, and the shape is not.", "A gradient has the shape of its variable."]
