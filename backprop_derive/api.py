"""The product in a few functions: solve, derive, and the Solution that shows itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .derivation import Derivation, TensorDerivation
from .errors import UsageError, shorten
from .graph import build_graph
from .language.reader import Scalar
from .limits import DEFAULT_LIMITS, Limits
from .options import DEFAULT_OPTIONS, PROGRAMS, Options, with_changes
from .plain import plain
from .problem import Problem, Step
from .solution import SolutionRecord, TensorSolution, TensorValue, Value
from .stages import (
    derived,
    evaluated,
    first_pass,
    gradient_values,
    jacobian_values,
    path_ledger,
    prepared,
    second_values,
    symbolic,
)
from .syntax.expression import Expr
from .syntax.names import canonical, nearest_name
from .telling import Telling, document, rendered

if TYPE_CHECKING:
    from .certificate import Certificate
    from .comparison import Comparison
    from .document import Document
    from .evaluate.compiled import Compiled
    from .ledger import Ledger


def solve(
    problem: str | Problem | Callable[..., Any],
    *,
    wrt: str | tuple[str, ...] | list[str] = (),
    given: Mapping[str, Scalar] | None = None,
    loss: str | None = None,
    expand: bool = False,
    mode: str | None = None,
    direction: Mapping[str, Scalar] | None = None,
    paths: bool = False,
    check: str | None = None,
    certify: bool = False,
    options: Options = DEFAULT_OPTIONS,
    limits: Limits = DEFAULT_LIMITS,
) -> Solution:
    """Solve a problem: derive every local gradient, compose them by the chain rule, evaluate at the given values.

    A problem is text, or a Python function, which is read from its source and never called (`lambda x, w: (w*x)**2`),
    or a module of PyTorch with its inputs as `given`.

    `wrt` names what to differentiate by (default: what the problem's Find asks, else every given), `given` sets or
    overrides values (int, float, Fraction or text), `loss` the step that is differentiated (default: Find's, else the
    last). `expand` splits compound steps into one operation a node. `mode` is `reverse` or `forward`: whether the chain
    rule is worked back from the loss, or forward from each name that is wanted; the options' own where it is None.
    `direction` says how vectors and matrices change, `{"w": [1, 0, 2]}`: forward mode then makes one sweep along it.
    `paths` adds the path ledger to every document, as the option of this name does. `check` names an engine (numeric,
    autograd, torch, jax) whose confirmation every document then states. `certify` has every line confirmed by other
    roads, and every document says by which; see `Solution.certify`.

    Raises ProblemError for a text that cannot be read, DomainError where a value or a gradient does not exist,
    LimitError where a stated limit is passed, CertificateError for a line that is refuted, UsageError
    where an argument does not fit.
    """
    if callable(problem):
        problem, given = _read_code(problem, given)
    mode = mode or ("forward" if direction else None)
    options = options if mode is None else replace(options, mode=mode)
    read, notes = prepared(problem, wrt, given, loss, expand, limits)
    along = _read_direction(read, direction, limits) if direction else {}
    record = evaluated(derived(build_graph(read)), limits)
    solution = Solution(replace(record, notes=(*notes, *record.notes)), _with_paths(options, paths), limits, along)
    if check is not None:
        solution.check(check)
    if certify:
        solution.certify()
    return solution


def derive(
    problem: str | Problem | Callable[..., Any],
    inputs: Mapping[str, Any] | tuple[Any, ...] | None = None,
    *,
    wrt: str | tuple[str, ...] | list[str] = (),
    loss: str | None = None,
    expand: bool = False,
    mode: str | None = None,
    paths: bool = False,
    options: Options = DEFAULT_OPTIONS,
    limits: Limits = DEFAULT_LIMITS,
) -> Solution:
    """As `solve`, symbolically only: the values of the givens are left out.

    Of a module of PyTorch and its inputs the derivation has its numbers, and shows them next to `.grad`; `loss` is then
    an expression in `y_hat`, the output, such as `mse(y_hat, y)`.
    """
    if callable(problem):
        from .importers.callables import is_module

        if is_module(problem):
            from .beside_torch import module_solution

            return module_solution(problem, inputs or (), loss, options, limits)
        problem, _ = _read_code(problem, None)
    options = options if mode is None else replace(options, mode=mode)
    read, notes = prepared(problem, wrt, None, loss, expand, limits)
    symbols = replace(symbolic(derived(build_graph(read))), notes=notes)
    return Solution(symbols, _with_paths(options, paths), limits)


def _read_code(code: Callable[..., Any], given: Mapping[str, Scalar] | None) -> tuple[str, Mapping[str, Scalar] | None]:
    """The text of a function's or a module's problem, and what is given besides."""
    from .importers.callables import callable_problem, is_module

    if is_module(code):
        from .importers.torch_module import module_problem

        return module_problem(code, given or {}).text, None
    return callable_problem(code), given


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

    read, _ = prepared(problem, wrt, None, loss, False, limits)
    if read.asks_jacobian:
        raise UsageError(f"{read.spelled[read.loss]} is a tensor: only gradients of a single number are compiled")
    return Compiled(derived(build_graph(read)))


def _read_direction(problem: Problem, direction: Mapping[str, Scalar], limits: Limits) -> dict[str, Expr]:
    from .language.directions import read_direction

    return read_direction(problem, direction, limits)


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
        direction: Mapping[str, Expr] | None = None,
    ) -> None:
        self.record = record
        self.options = options
        self._limits = limits
        self._direction = direction or {}
        self._other_adjoints: dict[str, Value | TensorValue] = {}
        self._seconds: dict[tuple[str, str], Value | TensorValue] = {}
        if record.second is not None:
            self._seconds |= record.second.values
        self._ledger: Ledger | None = None
        self.certificate: Certificate | None = None
        self.comparisons: tuple[Comparison, ...] = ()

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
        return plain(first_pass(self.record).values[self._key(name)])

    def gradient(self, name: str) -> Any:
        """d(loss)/d(name) for a given or a step (its adjoint); computed when asked for if the problem did not ask.

        Raises UsageError for an unknown name, DomainError where the derivative does not exist.
        """
        key = self._key(name)
        found = first_pass(self.record).adjoints.get(key) or self._other_adjoints.get(key)
        if found is None:
            found = self._other_adjoints[key] = gradient_values(self.problem, key, self._limits)
        return plain(found)

    @property
    def gradients(self) -> dict[str, Any]:
        """The gradients that were asked for, by the author's spelling."""
        return {self.problem.spelled[key]: self.gradient(key) for key in self.problem.gradients}

    def jacobian(self, name: str, by: str) -> Any:
        """d(name)/d(by) of a step: of tensors an array whose axes are those of `name`, then those of `by`.

        Raises UsageError for an unknown name or a given, DomainError where the derivative does not exist.
        """
        first_pass(self.record)
        return plain(jacobian_values(self.problem, self._key(name), self._key(by), self._limits))

    def second(self, name: str, other: str | None = None) -> Any:
        """d²(loss)/d(name)d(other), of one name by itself twice; computed when asked for if the problem did not ask.

        Of tensors an array whose axes are those of `name`, then those of `other`. Raises UsageError for an unknown
        name, DomainError where the second derivative does not exist.
        """
        pair = self._key(name), self._key(name if other is None else other)
        if pair not in self._seconds:
            first_pass(self.record)
            self._seconds |= second_values(self.problem, (pair,), self._limits)
        return plain(self._seconds[pair])

    def hessian(self, *names: str) -> Any:
        """The second derivatives of the loss by names (default: what the problem differentiates by).

        Of one name as `second`; of several numbers an array, a row and a column for each.
        """
        keys = tuple(map(self._key, names)) or self.derivation.graph.wanted
        if len(keys) == 1:
            return self.second(keys[0])
        if any(self.problem.shapes[key] for key in keys):
            raise UsageError("the Hessian by several names is made of numbers", hint="second(name, other) of tensors")
        first_pass(self.record)
        missing = tuple((a, b) for k, a in enumerate(keys) for b in keys[k:] if (a, b) not in self._seconds)
        if missing:
            self._seconds |= second_values(self.problem, missing, self._limits)
        found = (self._seconds[(a, b) if i <= j else (b, a)] for i, a in enumerate(keys) for j, b in enumerate(keys))
        entries = tuple(entry.entries[0] if isinstance(entry, TensorValue) else entry for entry in found)
        return plain(TensorValue((len(keys), len(keys)), entries))

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
        if self.problem.asks_jacobian:
            raise UsageError("the path ledger is about the gradient of a loss, a single number")
        if self._ledger is None:
            self._ledger = path_ledger(self.record, self._limits)
        return self._ledger

    def check(self, engine: str) -> Comparison:
        """Our values and gradients beside those of an engine: `numeric`, `autograd`, `torch` or `jax`.

        Every document of this solution then says whether it confirms them. Raises UsageError where it is not installed.
        """
        from .checks.engines import compare

        found = compare(self.record, engine)
        self.comparisons = (*(c for c in self.comparisons if c.engine != engine), found)
        return found

    def certify(self) -> Certificate:
        """What confirmed each line: every document of this solution then shows it.

        Raises CertificateError naming a line that is refuted, UsageError where there are no numbers to check.
        """
        from .checks.certify import certify

        self.certificate = certify(self.record)
        return self.certificate

    @property
    def remarks(self) -> tuple[str, ...]:
        """The remarks of the solution as plain text: conventions at kinks, roundings, zeros."""
        from .formats import plain_remarks

        return plain_remarks(self.document())

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

    def to_svg(self, **changes: Any) -> str:
        """The computation graph with values, gradients and local gradients, as a picture in SVG."""
        return str(self.render("svg", **changes))

    def to_notebook(self, **changes: Any) -> str:
        """A Jupyter notebook: the lesson with code cells; `execute=True` runs them. Raises OutputError."""
        return str(self.render("ipynb", **changes))

    def to_program(self, engine: str = "torch", **changes: Any) -> str:
        """A script for `torch`, `jax` or `numpy`; `backward="explicit"` writes the backward pass out, for NumPy.

        Raises UsageError where the problem has no values, or no such program.
        """
        if engine not in PROGRAMS:
            raise UsageError(f"unknown engine {shorten(engine)}", expected=", ".join(PROGRAMS))
        return str(self.render(engine, **changes))

    def render(self, format: str, **changes: Any) -> str | bytes:
        """The solution in a format by its name; bytes for `pdf`."""
        options = with_changes(self.options, changes)
        self._limits.check("digits", options.digits, "the number of digits")
        return rendered(self.telling(options), format)

    def document(self, options: Options | None = None) -> Document:
        """The worked solution as blocks, before any format prints it."""
        return document(self.telling(options))

    def telling(self, options: Options | None = None) -> Telling:
        """What the documents of this solution are told from."""
        chosen = options or self.options
        ledger = self.ledger if chosen.paths else None
        return Telling(self.record, chosen, self._limits, self._direction, ledger, self.comparisons, self.certificate)

    def _repr_markdown_(self) -> str:
        """There is no `_repr_html_` beside it: JupyterLab takes MathML out of a notebook that it does not trust."""
        return self.to_markdown(flavour="dollar")

    def __repr__(self) -> str:
        spelled = self.problem.spelled[self.problem.loss]
        wanted = ", ".join(self.problem.spelled[key] for key in self.derivation.graph.wanted)
        return f"<Solution: d({spelled})/d({wanted}), {len(self.steps)} steps>"
