"""Every kind of exercise asks for what its key answers, line by line and point by point."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest

from backprop_derive.document import Blank, Block, Chain, Heading, Item, ListBlock, Math, Paragraph, Room, Table
from backprop_derive.errors import UsageError
from backprop_derive.exercises.choose import choice_task
from backprop_derive.exercises.exercise import Exercise, Variant
from backprop_derive.exercises.kinds import KINDS, kind_of
from backprop_derive.exercises.parts import chain_of, parts_of
from backprop_derive.exercises.sheets import task_of
from backprop_derive.exercises.spot import spotted
from backprop_derive.exercises.task import SheetOptions, Task
from backprop_derive.formats.views import plain_inlines
from backprop_derive.options import DEFAULT_OPTIONS, Options
from backprop_derive.printers.text import text
from tests.exercises.problems import DIAMOND, LAYER, NEURON, PROBLEMS, TWO_WEIGHTS

SHORT = SheetOptions(key="short")


@cache
def variants(name: str, count: int) -> tuple[Variant, ...]:
    return Exercise(PROBLEMS[name]).variants(count, seed=11)


def variant(problem: str) -> Variant:
    return Exercise(problem).variants(1, seed=4)[0]


def lines(blocks: tuple[Block, ...]) -> dict[str, list[Item]]:
    """The lines below each heading, without the answer."""
    found: dict[str, list[Item]] = {}
    title = ""
    for block in blocks:
        if isinstance(block, Heading):
            title = plain_inlines(block.content, text)
        elif isinstance(block, ListBlock) and title and block.ordered:
            found.setdefault(title, []).extend(block.items)
    return found


def is_blank(item: Item) -> bool:
    nodes = [part.node for part in item.content if isinstance(part, Math)]
    return any(isinstance(n, Blank) or (isinstance(n, Chain) and isinstance(n.links[-1], Blank)) for n in nodes)


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_makes_a_sheet_of_every_problem_or_says_why_not(kind: str, name: str) -> None:
    one = variants(name, 1)[0]
    if kind == "update" and name != "two weights":
        with pytest.raises(UsageError, match="no update"):
            task_of(one, kind)
        return
    task = task_of(one, kind)
    assert task.question
    assert task.key
    assert task.points > 0 or kind == "example"


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("every", [1, 2, 3])
def test_what_is_blank_is_filled_in_the_key_at_the_same_place(name: str, every: int) -> None:
    task = task_of(variants(name, 1)[0], "faded", SheetOptions(every=every))
    asked, answered = lines(task.question), lines(task.key)
    assert {title: len(items) for title, items in asked.items()} == {t: len(items) for t, items in answered.items()}
    pairs = [pair for title in asked for pair in zip(asked[title], answered[title], strict=True)]
    blank = [k for k, (question, _) in enumerate(pairs, 1) if is_blank(question)]
    assert blank == list(range(every, len(pairs) + 1, every))
    assert task.points == len(blank)
    for question, answer in pairs:
        if is_blank(question):
            left, right = chain_of(question), chain_of(answer)
            assert left is None or right is None or left.links[0] == right.links[0]
            assert not is_blank(answer)
        else:
            assert question == answer


@pytest.mark.parametrize("name", PROBLEMS)
def test_one_line_is_missing_and_the_key_has_it(name: str) -> None:
    task = task_of(variants(name, 1)[0], "line")
    asked, answered = lines(task.question), lines(task.key)
    missing = [(t.split(" (")[0], n) for t, items in asked.items() for n, item in enumerate(items) if is_blank(item)]
    marked = [(t.split(" (")[0], n) for t, items in answered.items() for n, i in enumerate(items)
              if any("blank on the sheet" in plain_inlines(note, text) for note in i.notes)]  # fmt: skip
    assert len(missing) == task.points == 1
    assert marked == missing


def test_points_count_the_lines_of_the_whole_derivation() -> None:
    one = variant(TWO_WEIGHTS)
    task = task_of(one, "full")
    assert [(part.label, part.points) for part in task.scored] == [
        ("Forward pass", 3), ("Local gradients", 4), ("Backward pass", 3), ("Parameter update", 2),
    ]  # fmt: skip
    assert any(isinstance(block, Room) for block in task.question)
    (table,) = (block for block in task_of(one, "full", SHORT).key if isinstance(block, Table))
    assert len(table.rows) == task.points == 12


def test_a_stage_alone_shows_no_result() -> None:
    for kind, points in (("forward", 3), ("local", 4), ("update", 2)):
        task = task_of(variant(TWO_WEIGHTS), kind)
        asked = [item for block in task.question[3:] if isinstance(block, ListBlock) for item in block.items]
        assert task.points == points
        assert sum(map(is_blank, asked)) == points
        assert not any(isinstance(block, Heading) for block in task.question)


def test_one_gradient_leaves_the_others_out() -> None:
    shown = shown_text(task_of(variant(TWO_WEIGHTS), "gradient").key)
    assert "∂loss/∂u" in shown
    assert "∂loss/∂v" not in shown


def test_the_short_key_names_what_is_accepted() -> None:
    problem = "Given y = 1\nVary w in {4, 5}\nz = w/3\na = w/2\nloss = (z + a - y)^2\nFind d(loss)/dw\n"
    for one in Exercise(problem).variants(2, seed=1):
        w = Fraction(one.solution.value("w"))
        (table,) = (block for block in task_of(one, "full", SHORT).key if isinstance(block, Table))
        rows = {plain_inlines(row[0], text): plain_inlines(row[2], text) for row in table.rows}
        assert rows["a"] == str(w / 2)
        assert rows["∂z/∂w"] == "any equal form"
        low, high = (Fraction(end) for end in rows["z"].removeprefix("from ").split(" to "))
        assert low <= w / 3 <= high
        assert Fraction(9, 10_000) <= high - low <= Fraction(11, 10_000)


def test_the_short_key_names_what_is_accepted_of_each_entry() -> None:
    problem = "Given x = [1, 2], W: (2, 2)\nVary W in 1..3\ny = W @ x / {by}\nL = sum(y^2)\nFind dL/dW\n"
    for by, is_exact in (("2", True), ("11", False)):
        (one,) = Exercise(problem.replace("{by}", by)).variants(1, seed=1)
        (table,) = (block for block in task_of(one, "forward", SHORT).key if isinstance(block, Table))
        cell = next(row[2] for row in table.rows if plain_inlines(row[0], text) == "y")
        parts = [part.node for part in cell if isinstance(part, Math)]
        right = [Fraction(entry) for entry in one.solution.value("y")]
        shown = [[entry.value for entry in part.items] for part in parts]  # type: ignore[union-attr]
        if is_exact:
            assert shown == [right]
        else:
            low, high = shown
            assert all(a <= value <= b for a, value, b in zip(low, right, high, strict=True))
            assert all(Fraction(9, 100_000) <= b - a <= Fraction(11, 10_000) for a, b in zip(low, high, strict=True))


def shown_text(blocks: tuple[Block, ...]) -> str:
    return "\n".join(plain_inlines(item.content, text) for items in lines(blocks).values() for item in items)


def test_hints_say_more_and_more_and_stop_before_the_answer() -> None:
    one = variant(NEURON)
    hints = task_of(one, "hints").question[-1]
    assert isinstance(hints, ListBlock)
    told = [plain_inlines(item.content, text) for item in hints.items]
    assert told[0] == "w reaches the loss along w → z → a → loss"
    assert told[1].startswith("The forward pass comes to z = ")
    assert told[2] == "By the chain rule, ∂loss/∂z = ∂loss/∂a · ∂a/∂z, ∂loss/∂w = ∂loss/∂z · ∂z/∂w"
    assert told[-1].startswith("On the way back you get ∂loss/∂z")
    assert "∂loss/∂w" not in told[-1]


def test_a_hint_names_the_steps_that_use_a_name_twice() -> None:
    hints = task_of(variant(DIAMOND), "hints").question[-1]
    assert isinstance(hints, ListBlock)
    first = plain_inlines(hints.items[0].content, text)
    assert first == "a is used more than once, in b, c: what comes back from each of them is added."


# --- spot the error


@pytest.mark.parametrize("name", PROBLEMS)
def test_exactly_one_line_is_wrong_and_changes_the_answer(name: str) -> None:
    for one in variants(name, 40):
        record = one.drawn.record
        right = parts_of(record, DEFAULT_OPTIONS)
        found = spotted(one.drawn, right, DEFAULT_OPTIONS)
        assert found.made.mistake.stage != "update"
        said = [
            (k, n)
            for k, section in enumerate(right.sections)
            for n, item in enumerate(section.items)
            if statement(section.key, item, name) != statement(section.key, found.parts.sections[k].items[n], name)
        ]
        assert said == [found.place]
        section, number = found.place
        looks = [
            (k, n)
            for k, part in enumerate(right.sections)
            for n, item in enumerate(part.items)
            if item != found.parts.sections[k].items[n]
        ]
        assert looks[0] == (section, number)
        assert found.parts.answer != right.answer


def statement(key: str, item: Item, name: str) -> object:
    """What a line says, without the numbers that follow from the lines before it."""
    chain = chain_of(item)
    if chain is None or key == "flows":
        return item
    if key == "local":
        return chain.links[:3]
    return chain.links[: 1 if key == "backward" and name == "layer" else 2]


def test_the_key_tells_the_wrong_line_and_the_right_one() -> None:
    one = variant(TWO_WEIGHTS)
    found = spotted(one.drawn, parts_of(one.drawn.record, DEFAULT_OPTIONS), DEFAULT_OPTIONS)
    section, number = found.place
    key = [plain_inlines(block.content, text) for block in task_of(one, "spot", SHORT).key]  # type: ignore[union-attr]
    assert key[0].startswith(f"The wrong line: {found.parts.sections[section].title}, line {number + 1}, ")
    assert key[0].endswith(plain_inlines(found.parts.sections[section].items[number].content, text))
    assert key[1].startswith("It should be ")
    assert key[2] == found.made.mistake.feedback


def test_where_no_mistake_shows_it_is_said() -> None:
    one = variant("Vary w in 1..2\nloss = w\nFind d(loss)/dw\n")
    with pytest.raises(UsageError, match="no mistake that is known shows"):
        task_of(one, "spot")


def test_the_wrong_flow_of_a_tensor_is_written_as_it_is_computed() -> None:
    for one in variants("layer", 40):
        right = parts_of(one.drawn.record, DEFAULT_OPTIONS)
        found = spotted(one.drawn, right, DEFAULT_OPTIONS)
        section, number = found.place
        assert right.sections[section].key == "flows"
        old, new = right.sections[section].items[number], found.parts.sections[section].items[number]
        assert old.content != new.content


# --- multiple choice


@pytest.mark.parametrize("name", PROBLEMS)
def test_no_answer_looks_like_another(name: str) -> None:
    for one in variants(name, 40):
        task = choice_task(one.drawn, SheetOptions())
        (offered,) = (block for block in task.question if isinstance(block, ListBlock) and is_numbers(block))
        looks = [plain_inlines(item.content, text) for item in offered.items]
        assert len(set(looks)) == len(looks) >= 2
        right = [item for item in feedback(task) if item.endswith(" – Right.")]
        assert len(right) == 1
        assert sorted(item.split(" – ")[0] for item in feedback(task)) == sorted(looks)
        shown = plain_inlines(parts_of(one.drawn.record, DEFAULT_OPTIONS).answer[0].content, text)  # type: ignore[union-attr]
        if name != "layer":
            assert right[0].removesuffix(" – Right.") in shown


def is_numbers(block: ListBlock) -> bool:
    return all(chain_of(item) is None for item in block.items)


def feedback(task: Task) -> list[str]:
    told = [plain_inlines(i.content, text) for b in task.key if isinstance(b, ListBlock) for i in b.items]
    return [line for line in told if " – " in line]


def test_fewer_digits_leave_fewer_answers() -> None:
    """Answers that would look alike are not offered, however different they are."""
    for one in variants("neuron", 40):
        for digits in (1, 2):
            options = SheetOptions(presentation=Options(digits=digits))
            (offered,) = (
                b for b in choice_task(one.drawn, options).question if isinstance(b, ListBlock) and is_numbers(b)
            )
            looks = [plain_inlines(item.content, text) for item in offered.items]
            assert len(set(looks)) == len(looks)


def test_an_unknown_kind_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UsageError) as error:
        kind_of("spott")
    assert error.value.hint == "spot"


@pytest.mark.parametrize("wrong", [{"key": "long"}, {"every": 0}, {"choices": 1}])
def test_options_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        SheetOptions(**wrong)  # type: ignore[arg-type]


def test_a_layer_in_the_wrong_shape_keeps_room_for_a_matrix() -> None:
    task = task_of(variant(LAYER), "faded", SheetOptions(every=1))
    heights = {
        text(chain.links[0]): chain.links[1].lines
        for items in lines(task.question).values()
        for item in items
        if (chain := chain_of(item)) is not None and isinstance(chain.links[1], Blank)
    }
    assert heights["Z"] == 2
    assert heights["L"] == 1


def test_the_hints_leave_out_a_step_that_is_asked_for_itself() -> None:
    one = variant(NEURON.replace("Find d(loss)/dw", "Find d(loss)/dz"))
    hints = task_of(one, "hints").question[-1]
    assert isinstance(hints, ListBlock)
    told = [plain_inlines(item.content, text) for item in hints.items]
    assert told[0] == "z reaches the loss along z → a → loss"
    assert not any("you get" in hint for hint in told)


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_without_values_there_is_nothing_to_work_out(kind: str) -> None:
    one = variant("Given y\nVary w in 1..9\nloss = (w - y)^2\nFind d(loss)/dw\n")
    with pytest.raises(UsageError, match="have no values"):
        task_of(one, kind)


def test_a_sheet_says_how_numbers_are_to_be_rounded() -> None:
    rounded, exact = (variants(name, 1)[0] for name in ("rounded", "diamond"))
    carried = "Round every result to 3 decimals and carry on with that."
    digits = "Round numbers that do not end to 4 significant digits."
    for kind in ("full", "forward", "faded", "headings", "boxes"):
        assert carried in said(task_of(rounded, kind))
        assert digits in said(task_of(variants("two weights", 1)[0], kind))
        assert "ound" not in said(task_of(exact, kind))
    assert "ound" not in said(task_of(variants("two weights", 1)[0], "local"))


def said(task: Task) -> str:
    return " ".join(plain_inlines(b.content, text) for b in task.question if isinstance(b, Paragraph))
