"""A short program of numbers as one Python function, in which nothing else is within reach."""

from __future__ import annotations

from backprop_derive.evaluate.straight import straight


def test_every_instruction_and_nothing_of_python() -> None:
    instructions = [
        ("add", lambda a, b: a + b, (0, 1)), ("subtract", lambda a, b: a - b, (1, 2)),
        ("multiply", lambda a, b: a * b, (1, 2)), ("divide", lambda a, b: a / b, (1, 2)),
        ("square", lambda a: a * a, (1,)), ("negative", lambda a: -a, (1,)), ("halved", lambda a: a / 2, (1,)),
        ("most", max, (0, 1, 2)),
    ]  # fmt: skip
    run = straight([10.0], 2, instructions, [*range(11), 3])
    assert run([6.0, 3.0]) == [10, 6, 3, 16, 3, 18, 2, 36, -6, 3, 10, 16]
    assert run.__globals__["__builtins__"] == {}  # type: ignore[attr-defined]


def test_a_program_without_inputs() -> None:
    assert straight([2.0, 5.0], 0, [("subtract", lambda a, b: a - b, (1, 0))], [2])([]) == [3]
