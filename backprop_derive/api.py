"""The product in a few functions: solve, derive, and the Solution that shows itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .derivation import Derivation, RuleStatement, TensorDerivation
from .errors import UsageError, shorten
from .graph import Graph, build_graph
from .language.reader import Scalar, read_problem
from .ledger import Ledger
from .limits import DEFAULT_LIMITS, Limits
from .options import DEFAULT_OPTIONS, Options, with_changes
from .problem import Problem, Step
from .solution import Note, Pass, SolutionRecord, TensorSolution, TensorValue, Value
from .syntax.names import canonical, nearest_name

if TYPE_CHECKING:
    from .evaluate.compiled import Compiled


def solve(
    problem: str | Problem,
    *,
    wrt: str | tuple[str, ...] | list[str] = (),
    given: Mapping[str, Scalar] | None = None,
    loss: str | None = None,
    expand: bool = False,
    paths: bool = False,
    options: Options = DEFAULT_OPTIONS,
    limits: Limits = DEFAULT_LIMITS,
) -> Solution:
    """Solve a problem: derive every local gradient, compose them by the chain rule, evaluate at the given values.

    `wrt` names what to differentiate by (default: what the problem's Find asks, else every given), `given` sets or
    overrides values (int, float, Fraction or text), `loss` the step that is differentiated (default: Find's, else the
    last). `expand` splits compound steps into one operation a node. `paths` adds the path ledger to every document, as
    the option of this name does.

    Raises ProblemError for a text that cannot be read, DomainError where a value or a gradient does not exist,
    LimitError where a stated limit is passed, UsageError where an argument does not fit.
    """
    read, notes = _prepared(problem, wrt, given, loss, expand, limits)
    derivation = _derivation(build_graph(read))
    record = _evaluated(derivation, limits)
    return Solution(replace(record, notes=(*notes, *record.notes)), _with_paths(options, paths), limits)


def derive(
    problem: str | Problem,
    *,
    wrt: str | tuple[str, ...] | list[str] = (),
    loss: str | None = None,
    expand: bool = False,
    paths: bool = False,
    options: Options = DEFAULT_OPTIONS,
    limits: Limits = DEFAULT_LIMITS,
) -> Solution:
    """As `solve`, symbolically only: the values of the givens are left out."""
    read, notes = _prepared(problem, wrt, None, loss, expand, limits)
    derivation = _derivation(build_graph(read))
    options = _with_paths(options, paths)
    if isinstance(derivation, TensorDerivation):
        return Solution(TensorSolution(read, derivation, None, notes=notes), options, limits)
    return Solution(SolutionRecord(read, derivation, None, notes=notes), options, limits)


def _with_paths(options: Options, paths: bool) -> Options:
    return replace(options, paths=True) if paths else options


def compile(
    problem: str | Problem,
    *,
    wrt: str | tuple[str, ...] | list[str] = (),
    loss: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Compiled:
    """The loss and its gradients as a function of arrays by name, in double precision: `compile(text)(W=…, x=…)`.

    It computes from the same derived formulas as `solve`, compiled for NumPy; values that the problem writes are not
    used. Sizes that are letters in the problem (`X: (n, d)`) are those of the arrays.
    """
    from .evaluate.compiled import Compiled

    read, _ = _prepared(problem, wrt, None, loss, False, limits)
    return Compiled(_derivation(build_graph(read)))


def _derivation(graph: Graph) -> Derivation | TensorDerivation:
    if graph.problem.has_tensors:
        from .calculus.tensors import derive_tensors

        derivation = derive_tensors(graph)
        for key in graph.wanted:
            if key in graph.on_path and key not in derivation.uses:
                raise UsageError(
                    f"{graph.problem.spelled[key]} only says which entries are meant (class labels, rows, a mask): it"
                    " has no gradient",
                    expected="a name that the loss is differentiable by",
                )
        return derivation
    from .calculus.derive import derive as derive_graph

    return derive_graph(graph)


def _evaluated(derivation: Derivation | TensorDerivation, limits: Limits) -> SolutionRecord | TensorSolution:
    if isinstance(derivation, TensorDerivation):
        from .evaluate.tensors import evaluate_tensors

        return evaluate_tensors(derivation, limits)
    from .evaluate.passes import evaluate

    return evaluate(derivation, limits)


def _prepared(
    problem: str | Problem,
    wrt: str | tuple[str, ...] | list[str],
    given: Mapping[str, Scalar] | None,
    loss: str | None,
    expand: bool,
    limits: Limits,
) -> tuple[Problem, tuple[Note, ...]]:
    """The problem as read, split where that was asked for or a step is too long for one derivative."""
    if isinstance(problem, Problem):
        read = problem
        if wrt or given or loss:
            from .language.changes import changed

            read = changed(problem, **_overrides(wrt, given, loss), limits=limits)
    elif isinstance(problem, str):
        read = read_problem(problem, **_overrides(wrt, given, loss), limits=limits)
    else:
        raise UsageError(f"a problem is text, not {type(problem).__name__}")
    if expand:
        from .calculus.expand import expand as expand_problem

        return expand_problem(read), ()
    if read.has_tensors:
        from .calculus.expand import set_apart

        apart, split = set_apart(read)
        return (apart, tuple(Note("set apart", key, what) for key, what in split)) if split else (read, ())
    large = read.large_steps(limits.operations)
    if not large:
        return read, ()
    from .calculus.expand import expand as expand_problem

    return expand_problem(read, large), tuple(Note("expanded", key) for key in large)


def _overrides(
    wrt: str | tuple[str, ...] | list[str], given: Mapping[str, Scalar] | None, loss: str | None
) -> dict[str, Any]:
    names = wrt.replace(",", " ").split() if isinstance(wrt, str) else list(wrt)
    return {"wrt": tuple(names), "given": given, "loss": loss}


class Solution:
    """A solved problem: its numbers by name, its records, and every format. It shows itself in a notebook.

    Values are `int`, `fractions.Fraction` or a SymPy expression where they are exact, else `float`; tensors are NumPy
    arrays of them, of floats where no entry is exact.
    """

    def __init__(
        self,
        record: SolutionRecord | TensorSolution,
        options: Options = DEFAULT_OPTIONS,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.record = record
        self.options = options
        self._limits = limits
        self._other_adjoints: dict[str, Value | TensorValue] = {}
        self._ledger: Ledger | None = None

    # --- numbers

    @property
    def problem(self) -> Problem:
        return self.record.problem

    @property
    def derivation(self) -> Derivation | TensorDerivation:
        return self.record.derivation

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.record.problem.steps

    @property
    def loss(self) -> Any:
        """The value of the loss."""
        return self.value(self.problem.spelled[self.problem.loss])

    def value(self, name: str) -> Any:
        """The value of a given or a step, under any spelling of its name. Raises UsageError."""
        return plain(self._first().values[self._key(name)])

    def gradient(self, name: str) -> Any:
        """d(loss)/d(name) for a given or a step (its adjoint); computed when asked for if the problem did not ask.

        Raises UsageError for an unknown name, DomainError where the derivative does not exist.
        """
        key = self._key(name)
        found = self._first().adjoints.get(key) or self._other_adjoints.get(key)
        if found is None:
            found = self._other_adjoints[key] = self._adjoint(key)
        return plain(found)

    @property
    def gradients(self) -> dict[str, Any]:
        """The gradients that were asked for, by the author's spelling."""
        return {self.problem.spelled[key]: self.gradient(key) for key in self.derivation.graph.wanted}

    @property
    def values(self) -> dict[str, Any]:
        """Every given's and step's value, by the author's spelling."""
        return {name: self.value(key) for key, name in self.problem.spelled.items()}

    @property
    def updates(self) -> tuple[dict[str, Any], ...]:
        """After each update, the values of what it moved, by the author's spelling."""
        spelled = self.problem.spelled
        return tuple({spelled[k]: plain(v) for k, v in update.values.items()} for update in self.record.updates)

    def updated(self, number: int) -> dict[str, Any]:
        """The values after update `number`, counted from 1."""
        return self.updates[number - 1]

    @property
    def ledger(self) -> Ledger:
        """The paths from each wanted name to the loss: all counted, the first listed, and what each contributes."""
        if self._ledger is None:
            from .calculus.paths import find_paths

            first = self.record.first
            if first is None:
                self._ledger = find_paths(self.derivation, self._limits.paths, None)
            else:
                from .evaluate.paths import log_sizes, with_accounts

                sizes = log_sizes(first) if isinstance(first, Pass) else None
                found = find_paths(self.derivation, self._limits.paths, sizes)
                self._ledger = with_accounts(found, self.derivation, first, self._limits)
        return self._ledger

    @property
    def remarks(self) -> tuple[str, ...]:
        """The remarks of the solution as plain text: conventions at kinks, roundings, zeros."""
        from .formats import plain_remarks

        return plain_remarks(self._document())

    def _first(self) -> Any:
        if self.record.first is None:
            missing = [g.written for g in self.problem.givens if g.value is None]
            reason = f"{', '.join(missing)} has no value" if missing else "this derivation is symbolic"
            raise UsageError(f"there are no numbers: {reason}", hint="solve(problem, given={…})")
        return self.record.first

    def _adjoint(self, key: str) -> Value | TensorValue:
        derivation = _derivation(build_graph(self.problem, (key,)))
        if isinstance(derivation, TensorDerivation):
            from .evaluate.tensors import tensor_adjoints

            return tensor_adjoints(derivation, self._limits)[key]
        from .evaluate.passes import adjoints_for

        return adjoints_for(derivation, self._limits)[key]

    def _key(self, name: str) -> str:
        key = canonical(name)
        if key not in self.problem.spelled:
            close = nearest_name(name, self.problem.spelled)
            raise UsageError(f"unknown name {shorten(name)}", hint=close)
        return key

    # --- documents

    def to_markdown(self, **changes: Any) -> str:
        """The worked solution as Markdown with LaTeX mathematics. `changes` are fields of Options."""
        return str(self.render("md", **changes))

    def to_latex(self, **changes: Any) -> str:
        """A standalone LaTeX article, or with `fragment=True` a body to \\\\input."""
        return str(self.render("tex", **changes))

    def to_html(self, **changes: Any) -> str:
        """One self-contained HTML page with MathML: no script, no network."""
        return str(self.render("html", **changes))

    def to_text(self, **changes: Any) -> str:
        """Unicode text for a terminal."""
        return str(self.render("txt", **changes))

    def to_typst(self, **changes: Any) -> str:
        """The source of the PDF, in Typst."""
        return str(self.render("typ", **changes))

    def to_json(self, **changes: Any) -> str:
        """Every record, by the versioned schema of docs/json.md."""
        return str(self.render("json", **changes))

    def to_pdf(self, path: str | Path | None = None, **changes: Any) -> bytes:
        """The PDF's bytes, also written to `path` where one is given. Raises OutputError."""
        content = self.render("pdf", **changes)
        assert isinstance(content, bytes)
        if path is not None:
            from .formats.files import write_whole

            write_whole(Path(path), content)
        return content

    def render(self, format: str, **changes: Any) -> str | bytes:
        """The solution in a format by its name; bytes for `pdf`."""
        options = with_changes(self.options, changes)
        self._limits.check("digits", options.digits, "the number of digits")
        if format == "json":
            from .formats.json import to_json

            return to_json(self.record, options, self.ledger if options.paths else None)
        from .formats import render

        return render(self._document(options), format, options)

    def _document(self, options: Options | None = None) -> Any:
        chosen = options or self.options
        ledger = self.ledger if chosen.paths else None
        if isinstance(self.record, TensorSolution):
            from .calculus.cancel_tensors import with_short_adjoints as with_short_tensors
            from .calculus.jacobians import with_jacobians
            from .calculus.tensors import with_matrices
            from .report.tensors import narrate_tensors

            short_tensors = with_short_tensors(self.record.derivation, self.record.first is not None)
            forms = with_matrices(short_tensors)
            told = replace(self.record, derivation=with_jacobians(forms))
            if chosen.layout == "lesson":
                from .report.lesson import tensor_lesson

                return tensor_lesson(told, chosen, ledger)
            return narrate_tensors(told, chosen, ledger)
        from .calculus.cancel import with_short_adjoints

        statements = self._rule_statements() if chosen.rules else {}
        short = with_short_adjoints(self.record.derivation, self.record.first is not None)
        record = replace(self.record, derivation=short)
        if chosen.layout == "lesson":
            from .report.lesson import lesson

            return lesson(record, chosen, statements, ledger)
        from .report.narrate import narrate

        return narrate(record, chosen, statements, ledger)

    def _rule_statements(self) -> dict[str, RuleStatement]:
        from .calculus.rules import rule_statement

        assert isinstance(self.derivation, Derivation)
        rules = {rule for gradient in self.derivation.local_gradients() for rule in gradient.form.rules}
        found = {rule: rule_statement(rule) for rule in sorted(rules)}
        return {rule: statement for rule, statement in found.items() if statement is not None}

    def _repr_markdown_(self) -> str:
        return self.to_markdown(flavour="dollar")

    def _repr_html_(self) -> str:
        from .formats.html import fragment

        return fragment(self._document(), self.options)

    def __repr__(self) -> str:
        spelled = self.problem.spelled[self.problem.loss]
        wanted = ", ".join(self.problem.spelled[key] for key in self.derivation.graph.wanted)
        return f"<Solution: d({spelled})/d({wanted}), {len(self.steps)} steps>"


def plain(value: Value | TensorValue) -> Any:
    """A value as Python has it: int, Fraction, a SymPy expression, or float (inf where beyond a float's range)."""
    if isinstance(value, TensorValue):
        return _array(value) if value.shape else plain(value.entries[0])
    if value.exact is not None:
        return int(value.exact) if value.exact.denominator == 1 else value.exact
    if value.closed is not None:
        from .symbolic.translate import constant

        return constant(value.closed)
    return float(value.decimal)


def _array(value: TensorValue) -> Any:
    """A tensor as a NumPy array: of floats where every entry is one, else of objects."""
    import numpy

    entries = [plain(entry) for entry in value.entries]
    array = numpy.empty(len(entries), dtype=float if all(isinstance(e, float) for e in entries) else object)
    array[:] = entries
    return array.reshape(value.shape)
