"""Python code into a problem, read through `ast`: a function, a lambda, or the statements of a script.

Nothing is executed. Names are bound to expressions of the problem or to plain numbers of the code; what has no meaning
in the problem language is refused with its line.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import Place, ProblemError
from ..limits import DEFAULT_LIMITS
from ..syntax.expression import Name, Negate, Number
from ..syntax.parser import deep_recursion
from . import python_expressions as expressions
from .draft import Draft
from .losses import is_hiding
from .made_numbers import made_by_size, plain_numbers

_MODULES = {
    "torch", "F", "nn", "np", "numpy", "math", "jnp", "jax", "functional", "linalg", "special", "scipy", "lax", "optim",
}  # fmt: skip
_MOST_TURNS = 1000
_TOO_DEEP = "an expression nested too deeply"


class Stop(Exception):
    """The loss is known: what follows is about its gradient."""

    def __init__(self, loss: Name) -> None:
        self.loss = loss


@dataclass
class Reader:
    """Reads statements. `names` binds a name of the code to an expression, plain data, a function, or a module."""

    draft: Draft
    names: dict[str, Any] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    modules: set[str] = field(default_factory=lambda: set(_MODULES))
    imported: dict[str, str] = field(default_factory=dict)
    free_are_givens: bool = False
    printed: list[Name] = field(default_factory=list)
    depth: int = 0

    def refuse(self, node: ast.AST, found: str, expected: str | None = None, hint: str | None = None) -> Any:
        self.draft.line = getattr(node, "lineno", self.draft.line)
        self.draft.refuse(found, expected, hint)

    # --- statements

    def run(self, statements: list[ast.stmt]) -> Any:
        """Reads statements in order; what a `return` gives, or None. Raises Stop where the loss goes backward."""
        for statement in statements:
            self.draft.line = statement.lineno
            match statement:
                case ast.Return(value):
                    return None if value is None else self.value(value)
                case ast.Import(names):
                    self.modules.update((alias.asname or alias.name).split(".")[0] for alias in names)
                case ast.ImportFrom(_, names):
                    self._import_from(names)
                case ast.FunctionDef(name):
                    self.functions[name] = statement
                case ast.Assign(targets, value):
                    for target in targets:
                        self.assign(target, value)
                case ast.AnnAssign(target, _, value):
                    if value is not None:
                        self.assign(target, value)
                case ast.AugAssign(target, operator, value):
                    read = ast.copy_location(ast.BinOp(_as_load(target), operator, value), statement)
                    self.assign(target, read)
                case ast.Expr(value):
                    self._alone(value)
                case ast.For():
                    self._loop(statement)
                case ast.With(_, body):
                    self.run(body)
                case ast.Pass() | ast.Assert():
                    pass
                case _:
                    what = type(statement).__name__.lower().replace("classdef", "class").replace("asyncfor", "for")
                    self.refuse(
                        statement, f"a statement of this kind ({what}) is not read",
                        "assignments, calls, for over range(…), return",
                    )  # fmt: skip
        return None

    def _import_from(self, names: list[ast.alias]) -> None:
        for alias in names:
            self.imported[alias.asname or alias.name] = alias.name
            self.modules.add(alias.asname or alias.name)

    def _alone(self, value: ast.expr) -> None:
        """An expression as a statement: `loss.backward()`, `print(…)`, a docstring."""
        match value:
            case ast.Call(ast.Attribute(receiver, "backward")):
                loss = self.value(receiver)
                if not isinstance(loss, Name):
                    loss = self.draft.step("loss", expressions.as_tensor(self, loss, value))
                raise Stop(loss)
            case ast.Call(ast.Attribute(receiver, "requires_grad_")):
                self.require(receiver)
            case ast.Call(ast.Name("print")):
                for argument in value.args:
                    if isinstance(argument, ast.Name) and isinstance(self.names.get(argument.id), Name):
                        self.printed.append(self.names[argument.id])
            case ast.Constant() | ast.Call() | ast.Name() | ast.Attribute():
                pass
            case _:
                self.refuse(value, "an expression that nothing is assigned to")

    def _loop(self, loop: ast.For) -> Any:
        match loop.iter:
            case ast.Call(ast.Name("range"), arguments):
                numbers = [self.value(argument) for argument in arguments]
            case _:
                return self.refuse(loop, "a loop over something else than range(…)", "for t in range(3)")
        if not all(isinstance(number, int) for number in numbers) or not isinstance(loop.target, ast.Name):
            return self.refuse(loop, "a range whose ends the code does not write out", "for t in range(3)")
        turns = range(*numbers)
        if len(turns) > _MOST_TURNS:
            return self.refuse(loop, f"a loop of {len(turns)} turns", f"at most {_MOST_TURNS}")
        for turn in turns:
            self.draft.turns += 1
            if self.draft.turns > 10 * _MOST_TURNS:
                self.refuse(loop, f"loops of more than {10 * _MOST_TURNS} turns in all", "a shorter loop")
            self.names[loop.target.id] = turn
            self.run(loop.body)
        return None

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        """Binds a name: a tensor with values is a given, an expression of what is known is a step."""
        match target:
            case ast.Name(name):
                if (made := self.made(value)) is not None:
                    data, wanted = made
                    self.names[name] = self.draft.given(name, data, wanted=wanted)
                    return
                self.names[name] = self.bound(name, self.value(value))
            case ast.Tuple(elements) | ast.List(elements):
                values = (
                    [self.value(part) for part in value.elts]
                    if isinstance(value, ast.Tuple | ast.List)
                    else self.value(value)
                )
                if not isinstance(values, tuple | list) or len(values) != len(elements):
                    self.refuse(target, f"{len(elements)} names for something else than {len(elements)} values")
                for element, part in zip(elements, values, strict=True):
                    if not isinstance(element, ast.Name):
                        self.refuse(element, "a target that is no name")
                    assert isinstance(element, ast.Name)
                    self.names[element.id] = self.bound(element.id, part)
            case ast.Attribute(receiver, "requires_grad"):
                if isinstance(value, ast.Constant) and value.value:
                    self.require(receiver)
            case _:
                self.refuse(target, "an assignment to a part of something", "a name of its own for the result")

    def bound(self, name: str, value: Any) -> Any:
        """A step for an expression; numbers and names stay what they are."""
        if isinstance(value, Name) or is_hiding(value):
            return value
        if isinstance(value, Number) or (isinstance(value, Negate) and isinstance(value.operand, Number)):
            return value
        if expressions.is_expression(value):
            return self.draft.step(name, value)
        return value

    def require(self, receiver: ast.expr) -> None:
        tensor = self.value(receiver)
        if isinstance(tensor, Name):
            self.draft.wanted.append(tensor.key)

    def made(self, node: ast.expr) -> tuple[Any, bool] | None:
        """The numbers of `torch.tensor(…)` and its like, and whether it requires a gradient; None for anything else."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "requires_grad_" and (inner := self.made(node.func.value)) is not None:
                return inner[0], True
            if node.func.attr in ("float", "double", "to") and (inner := self.made(node.func.value)) is not None:
                return inner
        if not isinstance(node, ast.Call):
            return None
        name = _last(node.func)
        options = {keyword.arg: keyword.value for keyword in node.keywords}
        needs = options.get("requires_grad")
        wanted = (isinstance(needs, ast.Constant) and bool(needs.value)) or name == "Parameter"
        if name in expressions.MAKERS and node.args:
            inner_made = self.made(node.args[0])
            data = inner_made[0] if inner_made is not None else plain_numbers(node.args[0])
            return None if data is None else (data, wanted)
        if (filled := made_by_size(name, node)) is not None:
            return filled, wanted
        if name in ("randn", "rand", "normal", "manual_seed", "randint"):
            if name == "manual_seed":
                return None
            self.refuse(node, f"{name} draws random numbers, which reading alone does not know", "numbers written out")
        return None

    # --- expressions

    def value(self, node: ast.expr) -> Any:
        """What an expression is: an expression of the problem, or plain data."""
        self.depth += 1
        if self.depth > DEFAULT_LIMITS.depth:
            self.refuse(node, _TOO_DEEP)
        try:
            return expressions.value(self, node)
        finally:
            self.depth -= 1

    def lookup(self, node: ast.Name) -> Any:
        """What a name is bound to; a free name of a lambda is a given."""
        name = node.id
        if name in self.names:
            return self.names[name]
        if name in self.constants:
            value = self.constants[name]
            self.names[name] = self.draft.given(name, value)
            return self.names[name]
        if self.free_are_givens:
            self.names[name] = self.draft.given(name)
            return self.names[name]
        return self.refuse(node, f"{name} is not defined above", "a name that the code has assigned, or an argument")

    def call_own(self, node: ast.Call, function: ast.FunctionDef | ast.Lambda) -> Any:
        """A function of the same code, read where it is called."""
        parameters = [argument.arg for argument in function.args.args]
        values = [self.value(argument) for argument in node.args]
        bound = dict(zip(parameters, values, strict=False))
        bound |= {str(keyword.arg): self.value(keyword.value) for keyword in node.keywords}
        defaults = function.args.defaults
        for parameter, default in zip(parameters[len(parameters) - len(defaults) :], defaults, strict=True):
            bound.setdefault(parameter, self.value(default))
        missing = [parameter for parameter in parameters if parameter not in bound]
        if missing or len(bound) > len(parameters):
            return self.refuse(node, f"the arguments of {_last(node.func)} do not fit", ", ".join(parameters))
        used = [name.id for name in ast.walk(function) if isinstance(name, ast.Name)]
        self.draft.line = node.lineno
        for parameter, value in bound.items():
            bound[parameter] = self._argument(parameter, value, used.count(parameter))
        inner = Reader(
            self.draft, bound, self.constants, self.functions, self.modules, self.imported, depth=self.depth + 20
        )
        if isinstance(function, ast.Lambda):
            return inner.value(function.body)
        return inner.run(function.body)

    def _argument(self, parameter: str, value: Any, uses: int) -> Any:
        """An argument as a function has it: a step of its own where it would be written out several times."""
        if not expressions.is_expression(value) or is_hiding(value):
            return value
        if uses > 1:
            return self.bound(parameter, value)
        self.draft.shape(value)  # what does not fit is told where it is called
        return value


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _as_load(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    return target


# --- whole problems


def parsed(source: str, name: str) -> ast.Module:
    """The syntax tree. Raises ProblemError where the text is no Python."""
    try:
        with warnings.catch_warnings():  # of Python, about code that is not ours
            warnings.simplefilter("ignore")
            return _shallow(ast.parse(source), source, name)
    except SyntaxError as error:
        text = (error.text or "").rstrip("\n")
        place = Place(name, error.lineno or 1, error.offset or 1, text)
        raise ProblemError(f"this is no Python: {error.msg}", place=place) from None
    except (RecursionError, MemoryError):
        raise ProblemError(f"{name} is nested too deeply to be read") from None
    except ValueError as error:
        raise ProblemError(f"{name} is no Python: {error}") from None


def _shallow(tree: ast.Module, source: str, name: str) -> ast.Module:
    """The tree, if no expression in it is deeper than those of the language: a reader calls itself once a level."""
    pending: list[tuple[ast.AST, int]] = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        if isinstance(node, ast.expr) and depth > DEFAULT_LIMITS.depth:
            Reader(Draft(name, source.splitlines())).refuse(node, _TOO_DEEP)
        pending.extend((child, depth + isinstance(child, ast.expr)) for child in ast.iter_child_nodes(node))
    return tree


@deep_recursion()
def function_problem(
    source: str,
    function: str | None = None,
    *,
    name: str = "the code",
    inputs: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
) -> str:
    """The problem of a function in a source text, by its name (default: the last one that is defined)."""
    tree = parsed(source, name)
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    chosen = found[-1:] if function is None else [node for node in found if node.name == function]
    if not chosen:
        known = ", ".join(node.name for node in found) or "none"
        raise ProblemError(f"{name} defines no function {function or ''}".rstrip(), expected=f"one of: {known}")
    reader = Reader(Draft(name, source.splitlines()), constants=dict(constants or {}))
    reader.functions = {node.name: node for node in found}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            reader.run([node])
        elif isinstance(node, ast.Assign) and node.lineno < chosen[0].lineno and plain_numbers(node.value) is not None:
            reader.constants |= {t.id: plain_numbers(node.value) for t in node.targets if isinstance(t, ast.Name)}
    return _of_function(reader, chosen[0], dict(inputs or {}))


def _of_function(reader: Reader, function: ast.FunctionDef | ast.Lambda, inputs: dict[str, Any]) -> str:
    draft = reader.draft
    arguments = function.args
    defaults = dict(
        zip(
            [a.arg for a in arguments.args][len(arguments.args) - len(arguments.defaults) :],
            arguments.defaults,
            strict=True,
        )
    )
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        default = plain_numbers(defaults[argument.arg]) if argument.arg in defaults else None
        reader.names[argument.arg] = draft.given(argument.arg, inputs.get(argument.arg, default))
    try:
        result = reader.value(function.body) if isinstance(function, ast.Lambda) else reader.run(function.body)
    except Stop as stop:
        result = stop.loss
    if result is None:
        reader.refuse(function, "the function returns nothing", "return with the loss")
    return draft.text(final(draft, result))


def final(draft: Draft, result: Any) -> Name:
    """The loss as a step."""
    if isinstance(result, Name) and any(key == result.key for key, _ in draft.steps):
        return result
    if isinstance(result, tuple) or not expressions.is_expression(result):
        draft.refuse("the result is no tensor", "one expression")
    steps = {word for word, _ in draft.steps}
    if isinstance(result, Name) and result.key not in draft.givens:
        return result
    return draft.step("loss" if "loss" not in steps else "L", result)


def lambda_problem(
    source: str, line: int, *, name: str = "the code", inputs: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None, parameters: tuple[str, ...] = (),
) -> str:  # fmt: skip
    """The problem of the lambda with these parameters at or behind a line of a source text."""
    tree = parsed(source, name)
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda)
        and node.lineno >= line
        and tuple(argument.arg for argument in node.args.args) == parameters
    ]
    nearest = [node for node in found if node.lineno == min(other.lineno for other in found)]
    if not nearest or len({ast.dump(node) for node in nearest}) > 1:
        raise ProblemError(
            "the lambda cannot be told from others on its line", expected="one lambda a line", hint="def f(x, w): …"
        )
    reader = Reader(Draft(name, source.splitlines()), constants=dict(constants or {}), free_are_givens=True)
    return _of_function(reader, nearest[0], dict(inputs or {}))


@deep_recursion()
def script_problem(source: str, name: str = "the code", inputs: Mapping[str, Any] | None = None) -> str:
    """The problem of statements in order: tensors with values, steps, `loss.backward()`."""
    reader = Reader(Draft(name, source.splitlines()))
    reader.constants |= dict(inputs or {})
    loss = None
    try:
        reader.run(parsed(source, name).body)
    except Stop as stop:
        loss = stop.loss
    draft = reader.draft
    if loss is None:
        if not draft.steps:
            raise ProblemError(f"{name} computes nothing", expected="tensors, steps of them, loss.backward()")
        from ..syntax.names import canonical

        loss = Name(canonical(draft.steps[-1][0]))
    return draft.text(loss)
