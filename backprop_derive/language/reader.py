"""A problem's text into a Problem. What a user writes is read, compared with tables, and never executed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ..errors import ProblemError, UsageError, shorten
from ..limits import DEFAULT_LIMITS, Limits
from ..ops.table import CALLABLE, TENSOR_ONLY, operation
from ..problem import Claim, Given, Problem, Prose, Step
from ..syntax.expression import Expr, ListOf, Name, Negate, Number, Quotient, names_in, substitute, walk
from ..syntax.names import canonical, nearest_name
from ..syntax.numbers import exact_number
from ..syntax.parser import Parser, deep_recursion, parse_expression
from ..syntax.source import Source
from ..syntax.tokens import Token, tokenise
from ..syntax.words import Vocabulary
from .lines import Line, clean_text, split_lines
from .questions import Question, read_question
from .towers import refuse_towers

Scalar = int | float | Fraction | Decimal | str
_FUNCTIONS = {spelling: operation(name) for spelling, name in CALLABLE.items()}
_HAT_STEP = re.compile(r"\^(?=[ \t\u00a0]*=(?!=))")


@dataclass(frozen=True, slots=True)
class Head:
    """The left side of a step: its key and spelling, where it stands, and where its expression begins."""

    key: str
    written: str
    start: int
    body: int


def read_problem(
    text: str,
    *,
    name: str = "problem",
    given: Mapping[str, Scalar] | None = None,
    wrt: tuple[str, ...] = (),
    loss: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Problem:
    """Read a problem, with given values, wanted names and the loss overridden where the caller names them.

    Raises ProblemError where the text cannot be read, LimitError where it passes a limit, UsageError where an override
    does not fit.
    """
    limits.check("text", len(text), "the problem's text")
    source = Source(name, text.removeprefix("\ufeff"))
    limits.check("steps", source.line_count // 2, "the number of steps")
    lines = split_lines(source, limits)
    reader = _Reader(source, lines, limits)
    return reader.problem(dict(given or {}), wrt, loss)


class _Reader:
    """The state of one reading: what has been defined so far, and where."""

    def __init__(self, source: Source, lines: list[Line], limits: Limits) -> None:
        self.source, self.lines, self.limits = source, lines, limits
        self.lines_of: dict[str, int] = {}  # key → line of its definition
        self.spelled: dict[str, str] = {}
        self.prose_lines = {
            source.line_of(line.start) for line in lines if line.kind == "prose" and line.end > line.start
        }

    def of_kind(self, kind: str) -> list[Line]:
        return [line for line in self.lines if line.kind == kind]

    def option(self, kind: str) -> Line | None:
        found = self.of_kind(kind)
        if len(found) > 1:
            raise ProblemError(
                f"{kind.capitalize()} stands twice, already in line {self.source.line_of(found[0].start)}",
                place=self.source.place(found[1].start),
            )
        return found[0] if found else None

    # --- the whole

    def problem(self, overrides: dict[str, Scalar], wrt: tuple[str, ...], loss: str | None) -> Problem:
        for line in (*self.of_kind("vary"), *self.of_kind("require")):
            raise ProblemError(
                f"{line.kind.capitalize()} lines belong to exercises, which this version does not make yet",
                place=self.source.place(line.start),
            )
        givens = {line.start: self.givens(line) for line in self.of_kind("given")}
        extra = self.apply_overrides([g for group in givens.values() for g in group], overrides)
        step_lines = self.of_kind("step")
        self.limits.check("steps", len(step_lines), "the number of steps")
        heads = {line.start: self.head(line) for line in step_lines}
        if not heads:
            raise self.nothing_to_do(bool(givens))
        rate = self.learning_rate()
        steps = self.steps(step_lines, heads, rate)
        asked = self.questions()
        statements: list[Prose | Given | Step] = list(extra)
        for line in self.lines:
            if line.kind == "prose":
                statements.append(self.prose(line))
            elif line.kind == "given":
                statements += givens[line.start]
            elif line.kind == "step":
                statements.append(steps[line.start])
        overridden = {g.key: g for g in self.overridden}
        statements = [overridden.get(s.key, s) if isinstance(s, Given) else s for s in statements]
        return self.assemble(tuple(statements), asked, wrt, loss, rate)

    def assemble(
        self,
        statements: tuple[Prose | Given | Step, ...],
        asked: Question,
        wrt: tuple[str, ...],
        loss: str | None,
        rate: Expr | None,
    ) -> Problem:
        last = next(s.key for s in reversed(statements) if isinstance(s, Step))
        loss_key = self.known(loss, "--loss") if loss is not None else asked.loss or last
        if not any(isinstance(s, Step) and s.key == loss_key for s in statements):
            raise ProblemError(f"{self.spelled[loss_key]} is a given; the loss must be a step that is computed")
        parameters = self.parameters(statements)
        chosen = tuple(dict.fromkeys(self.known(word, "--wrt") for word in wrt)) or asked.wanted
        all_givens = tuple(s.key for s in statements if isinstance(s, Given))
        wanted = chosen or parameters or all_givens
        if loss_key in wanted:
            raise ProblemError(f"the derivative of {self.spelled[loss_key]} by itself is 1; ask for another name")
        updates = self.whole_number("updates", "updates")
        round_to = self.whole_number("round", "digits")
        return Problem(
            title=self.title(),
            statements=statements,
            loss=loss_key,
            wanted=wanted,
            asked=bool(chosen),
            parameters=parameters,
            learning_rate=rate,
            updates=0 if rate is None else 1 if updates is None else updates,
            round_to=round_to,
            source=self.source.text,
        )

    def nothing_to_do(self, has_givens: bool) -> ProblemError:
        if not self.source.text.strip():
            return ProblemError(
                "the problem is empty: nothing to derive", expected="Given lines and steps, name = expression"
            )
        place = self.source.place(self.lines[-1].start) if self.lines else None
        found = "no step: nothing to derive" if has_givens else "no Given and no step: nothing to derive"
        return ProblemError(
            f"the problem has {found}", place=place, expected="at least one step, such as loss = (w*x - y)^2"
        )

    # --- givens

    def givens(self, line: Line) -> list[Given]:
        tokens = tokenise(self.source, line.start, line.end, self.limits)
        parser = Parser(self.source, tokens, Vocabulary(_FUNCTIONS, {}, unavailable=TENSOR_ONLY), self.limits)
        found: list[Given] = []
        with deep_recursion():
            while True:
                found.append(self.one_given(parser))
                if parser.accept(",") is None or parser.peek().kind == "end":
                    break
        if parser.peek().kind != "end":
            raise parser.unexpected(parser.peek(), "a comma between givens, or the end of the line")
        return found

    def one_given(self, parser: Parser) -> Given:
        token = parser.advance()
        if token.kind != "name":
            raise parser.unexpected(token, "a name, such as x = 1")
        written = self.hatted(parser, token)
        key = self.define(written, token)
        place = self.source.place(token.start)
        if parser.accept(":") is not None:
            self.shape(parser)
            raise ProblemError(
                f"{written} has a shape: this version derives scalars only", place=place,
                hint="write the components out as scalars",
            )  # fmt: skip
        if parser.accept("=") is None:
            return Given(key, written, None, place)
        start = parser.peek()
        value = parser.expression()
        refuse_towers(value, self.limits, self.source.place(start.start))
        self.check_scalar(value, written, self.source.place(start.start))
        return Given(key, written, value, place)

    def hatted(self, parser: Parser, token: Token) -> str:
        """The spelling of a defined name; `y^` before `=`, `:`, `,` or the end is the hat."""
        following = parser.peek()
        if following.text == "^" and following.start == token.end:
            parser.advance()
            return token.text + "^"
        return token.text

    def shape(self, parser: Parser) -> None:
        opened = parser.peek()
        if parser.accept("(") is None:
            raise parser.unexpected(opened, "a shape such as (n, d)")
        while parser.peek().text != ")":
            size = parser.advance()
            following = parser.peek()
            if size.kind not in ("name", "number") or following.text not in (",", ")"):
                raise parser.unexpected(
                    following if size.kind in ("name", "number") else size, "a size of the shape: a number or a letter"
                )
            parser.accept(",")
        parser.expect(")", opened)

    def check_scalar(self, value: Expr, written: str, place: object) -> None:
        from ..errors import Place

        where = place if isinstance(place, Place) else None
        for node in walk(value):
            if isinstance(node, ListOf):
                lengths = {len(item.items) if isinstance(item, ListOf) else 0 for item in node.items}
                if len(lengths) > 1:
                    raise ProblemError(
                        f"the rows of {written} have different lengths (a ragged list)", place=where,
                        expected="rows of one length",
                    )  # fmt: skip
        if isinstance(value, ListOf):
            raise ProblemError(
                f"{written} is a vector or a matrix of shape {_shape_text(value)}: this version derives scalars only",
                place=where, expected="a scalar value", hint="write the components out as scalars: x_1 = …, x_2 = …",
            )  # fmt: skip

    def define(self, written: str, token: Token) -> str:
        key = canonical(written)
        line = self.source.line_of(token.start)
        if key in self.lines_of:
            same = "" if self.spelled[key] == written else f" ({self.spelled[key]} and {written} are the same name)"
            raise ProblemError(
                f"{written} is defined twice: already in line {self.lines_of[key]}{same}",
                place=self.source.place(token.start), hint="give one of them another name",
            )  # fmt: skip
        self.lines_of[key], self.spelled[key] = line, written
        return key

    def apply_overrides(self, givens: list[Given], overrides: dict[str, Scalar]) -> list[Given]:
        """Values of the caller in place of the written ones. A problem without Given takes them as its givens."""
        self.overridden: list[Given] = []
        extra: list[Given] = []
        by_key = {given.key: given for given in givens}
        for word, scalar in overrides.items():
            key = canonical(word)
            value = scalar_expression(word, scalar, self.limits)
            place = Source("--given", f"{word}={scalar}").place(0)
            if key in by_key:
                self.overridden.append(replace(by_key[key], value=value))
            elif not givens:
                self.lines_of[key], self.spelled[key] = 0, word
                extra.append(Given(key, word, value, place))
            else:
                close = nearest_name(word, self.spelled)
                raise UsageError(f"--given {shorten(word)}: {shorten(word)} is not a given of the problem", hint=close)
        return extra

    # --- steps

    def head(self, line: Line) -> Head:
        equals = self.source.text.index("=", line.start, line.end)
        tokens = tokenise(self.source, line.start, equals, self.limits)
        names = tokens[:-1]
        hat = len(names) == 2 and names[1].text == "^" and names[1].start == names[0].end
        if self.source.text.startswith("==", equals):
            raise ProblemError(
                "unexpected '=='", place=self.source.place(equals), expected="one '=' between a name and its expression"
            )
        if not names or names[0].kind != "name" or (len(names) > 1 and not hat):
            place = self.source.place(names[1].start if len(names) > 1 and names[0].kind == "name" else line.start)
            raise ProblemError(
                "the left side of '=' is not a name", place=place, expected="a step: one name = expression",
                hint="> at the beginning of the line makes it prose",
            )  # fmt: skip
        written = names[0].text + ("^" if hat else "")
        return Head(self.define_step(written, names[0]), written, names[0].start, equals + 1)

    def define_step(self, written: str, token: Token) -> str:
        if written.lower() == "lr" and self.of_kind("lr"):
            raise ProblemError("lr is the learning rate of this problem", place=self.source.place(token.start))
        return self.define(written, token)

    def steps(self, lines: list[Line], heads: dict[int, Head], rate: Expr | None) -> dict[int, Step]:
        step_keys = {head.key for head in heads.values()}
        defined = {key: spelled for key, spelled in self.spelled.items() if key not in step_keys}
        if rate is not None:
            defined.setdefault("lr", "lr")
        later = {head.key: self.lines_of[head.key] for head in heads.values()}
        hints = self.prose_hints(later)
        found: dict[int, Step] = {}
        for line in lines:
            head = heads[line.start]
            later.pop(head.key)
            vocabulary = Vocabulary(_FUNCTIONS, defined, later, head.key, TENSOR_ONLY, hints)
            expression = parse_expression(self.source, head.body, line.end, vocabulary, self.limits)
            place = self.source.place(head.start)
            self.check_scalar(expression, head.written, place)
            if rate is not None and "lr" not in self.spelled:
                expression = substitute(expression, {"lr": rate})
            body = self.first_of(head.body, line.end)
            refuse_towers(expression, self.limits, self.source.place(body))
            found[line.start] = Step(head.key, head.written, expression, place, self.source.place(body), line.label)
            defined[head.key] = head.written
        return found

    def first_of(self, start: int, end: int) -> int:
        text = self.source.text[start:end]
        return start + len(text) - len(text.lstrip())

    def prose_hints(self, later: Mapping[str, int]) -> dict[str, str]:
        """Names that a line before the first Given seems to define: it was read as prose."""
        hints = {}
        for line in self.of_kind("prose"):
            text = self.source.text[line.start : line.end]
            match = re.match(r"(?:[0-9]+[.)][ \t]+)?(\w+\^?)[ \t]*=", text)
            if match and canonical(match[1]) not in later:
                number = self.source.line_of(line.start)
                hints[canonical(match[1])] = (
                    f"line {number} stands before the first Given and is read as prose; move it"
                )
        return hints

    def prose(self, line: Line) -> Prose:
        text = clean_text(self.source, line.start, line.end)
        parts: list[str | Claim] = []
        position = 0
        for match in re.finditer(r"\$(?! )([^$]*[^$ ])\$(?![0-9])", text):
            claim = self.claim(match[1])
            if claim is not None:
                parts += [text[position : match.start()], claim]
                position = match.end()
        parts.append(text[position:])
        number = self.source.line_of(line.start)
        goes_on = number > 1 and (number - 1) in self.prose_lines
        return Prose(tuple(part for part in parts if part != ""), goes_on)

    def claim(self, text: str) -> Claim | None:
        source = Source("prose", text)
        vocabulary = Vocabulary(_FUNCTIONS, self.spelled)
        left, equals, _ = text.partition("=")
        if (
            equals
            and (hat := _HAT_STEP.search(text)) is not None
            and canonical(text[: hat.end()].strip()) in self.spelled
        ):
            left_expr: Expr = Name(canonical(text[: hat.end()].strip()))
        else:
            try:
                left_expr = parse_expression(source, 0, len(left), vocabulary, self.limits)
            except ProblemError:
                return None
        if not equals:
            return Claim(left_expr)
        try:
            return Claim(left_expr, parse_expression(source, len(left) + 1, len(text), vocabulary, self.limits))
        except ProblemError:
            return None

    # --- options

    def questions(self) -> Question:
        found = [read_question(self.source, line.start, line.end, self.spelled) for line in self.of_kind("find")]
        losses = list(dict.fromkeys(q.loss for q in found if q.loss is not None))
        if len(losses) > 1:
            raise ProblemError(
                f"Find asks for derivatives of both {self.spelled[losses[0]]} and {self.spelled[losses[1]]}",
                place=self.source.place(self.of_kind("find")[1].start), expected="derivatives of one loss",
            )  # fmt: skip
        wanted = tuple(dict.fromkeys(key for q in found for key in q.wanted))
        return Question(losses[0] if losses else None, wanted)

    def known(self, word: str, option: str) -> str:
        key = canonical(word.strip())
        if key not in self.spelled:
            close = nearest_name(word, self.spelled)
            raise UsageError(f"{option} {shorten(word)}: {shorten(word)} is not defined in the problem", hint=close)
        return key

    def title(self) -> str:
        line = self.option("title")
        if line is None:
            return ""
        text = clean_text(self.source, line.start, line.end)
        self.limits.check("title", len(text), "the title's length", self.source.place(line.start))
        return text

    def learning_rate(self) -> Expr | None:
        lines = [*self.of_kind("learning rate"), *self.of_kind("lr")]
        if len(lines) > 1:
            raise ProblemError("the learning rate stands twice", place=self.source.place(lines[1].start))
        if not lines:
            return None
        line = lines[0]
        try:
            return parse_expression(self.source, line.start, line.end, Vocabulary(_FUNCTIONS, {}), self.limits)
        except ProblemError as error:
            error.expected = "the learning rate as a number, such as 0.5 or 1/4"
            raise

    def whole_number(self, kind: str, limit: str) -> int | None:
        line = self.option(kind)
        if line is None:
            return None
        text = self.source.text[line.start : line.end].split("#", 1)[0].strip()
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ProblemError(
                f"{kind.capitalize()}: {shorten(text)}", place=self.source.place(line.start), expected="a whole number"
            )
        self.limits.check(limit, int(text), kind.capitalize(), self.source.place(line.start))
        return int(text)

    def parameters(self, statements: tuple[Prose | Given | Step, ...]) -> tuple[str, ...]:
        line = self.option("parameters")
        if line is None:
            return ()
        asked = read_question(self.source, line.start, line.end, self.spelled).wanted
        givens = {s.key for s in statements if isinstance(s, Given)}
        for key in asked:
            if key not in givens:
                raise ProblemError(
                    f"{self.spelled[key]} is a step, not a given that could be learned",
                    place=self.source.place(line.start),
                )
        return asked


def scalar_expression(word: str, scalar: Scalar, limits: Limits = DEFAULT_LIMITS) -> Expr:
    """A caller's value as an expression: a number exactly as it prints, or a closed expression of the language."""
    if isinstance(scalar, str):
        source = Source("--given", f"{word}={scalar}")
        value = parse_expression(source, len(word) + 1, len(source.text), Vocabulary(_FUNCTIONS, {}), limits)
        refuse_towers(value, limits, source.place(len(word) + 1))
        if names_in(value):
            raise UsageError(f"--given {word}: a value cannot depend on other names")
        return value
    if isinstance(scalar, bool) or not isinstance(scalar, int | float | Fraction | Decimal):
        raise UsageError(
            f"the value of {word} is {type(scalar).__name__}, not a number", expected="int, float, Fraction"
        )
    if isinstance(scalar, Fraction) and scalar.denominator != 1:
        number: Expr = Quotient(Number(Fraction(abs(scalar.numerator))), Number(Fraction(scalar.denominator)))
        return Negate(number) if scalar < 0 else number
    text = str(scalar).lower()
    if not re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", text):
        raise UsageError(f"the value of {word} is {text}, not a finite number")
    number = Number(exact_number(text.lstrip("-"), limits), text.lstrip("-"))
    return Negate(number) if text.startswith("-") else number


def _shape_text(value: Expr) -> str:
    sizes = []
    while isinstance(value, ListOf):
        sizes.append(str(len(value.items)))
        value = value.items[0]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
