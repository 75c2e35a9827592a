"""Where a module can be made wrong: every small change of one expression or statement, by its place in the source.

Not changed: annotations, docstrings, decorators, what only type checkers read, the text of f-strings, the words of what
is raised or asserted, `strict=`. `return False` where `bool` is said becomes `True`, and not `None` as well.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
# From here on a number is a budget of work or a length: one more of it is the same to everybody, and twice is not.
_LARGE = 100
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """A change of one place: the bytes from `start` to `end` become `new`."""

    path: str
    line: int
    start: int
    end: int
    new: str
    what: str

    def applied(self, source: str) -> str:
        """The source with this change."""
        data = source.encode()
        return (data[: self.start] + self.new.encode() + data[self.end :]).decode()


def mutants_of(source: str, path: str) -> list[Mutant]:
    """Every change of a module, in the order of the source."""
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node, changed, what in _changes(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        new = ast.unparse(changed)
        if isinstance(changed, ast.expr):
            new = f"({new})"
        found.append(Mutant(path, node.lineno, start, end, new, what))
    return sorted(found, key=lambda each: (each.start, each.end, each.new))


Change = tuple[ast.expr | ast.stmt, ast.AST, str]


def _changes(tree: ast.AST, is_question: bool = False) -> Iterator[Change]:
    """The changes within a tree; `is_question` where a function around it says that it answers yes or no."""
    characters = _sets_of_characters(tree)
    for child in _children(tree):
        if isinstance(child, ast.expr) and child in characters:
            yield child, ast.Constant(""), "string"
            continue
        if isinstance(child, ast.FunctionDef):
            answers = isinstance(child.returns, ast.Name) and child.returns.id == "bool"
            yield from _changes(child, answers)
            continue
        if isinstance(child, ast.expr):
            yield from _of_expression(child)
        elif isinstance(child, ast.stmt) and not (is_question and _is_no(child)):
            yield from _of_statement(child)
        yield from _changes(child, is_question)


def _sets_of_characters(node: ast.AST) -> list[ast.expr]:
    """The strings that `x in "([{"` and `text.strip("$")` take for sets: a letter more in one is no fault."""
    match node:
        case ast.Compare(ops=ops, comparators=found):
            sets = [each for op, each in zip(ops, found, strict=True) if isinstance(op, ast.In | ast.NotIn)]
        case ast.Call(func=ast.Attribute(attr="strip" | "lstrip" | "rstrip"), args=sets):
            pass
        case _:
            return []
    return [each for each in sets if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What is carried out of a node."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        values = value if isinstance(value, list) else [value]
        for child in values:
            if isinstance(child, ast.AST) and not _is_left_alone(child):
                yield child


def _is_left_alone(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr() | ast.Raise() | ast.Assert() | ast.Import() | ast.ImportFrom() | ast.MatchValue():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        # What must not happen, as an assertion says it.
        case ast.keyword(arg="strict"):
            return True
        # A type that is called or assigned, `X | Y` and `cast("X", …)`, is read by type checkers.
        case ast.Call(func=ast.Name(id="cast" | "TypeVar" | "isinstance")):
            return True
        case ast.BinOp(op=ast.BitOr(), left=ast.Name(id=name)) | ast.BinOp(op=ast.BitOr(), right=ast.Name(id=name)):
            return name[:1].isupper() or name in ("int", "str", "float", "bytes", "bool", "object")
    return False


def _of_expression(node: ast.expr) -> Iterator[Change]:
    match node:
        case ast.Compare(ops=[op, *_]):
            changed = copy.copy(node)
            changed.ops = [_COMPARE[type(op)](), *node.ops[1:]]
            yield node, changed, "comparison"
        case ast.BinOp(op=ast.Mult() | ast.Div(), right=ast.Constant(value=1)):
            yield node, ast.BinOp(node.left, ast.Add(), node.right), "arithmetic"  # times 1 is divided by 1
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
            yield node, ast.BinOp(node.left, _ARITHMETIC[type(op)](), node.right), "arithmetic"
        case ast.BoolOp(op=op):
            yield node, ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), node.values), "and, or"
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield node, operand, "sign, not"
        case ast.IfExp(test=test):
            yield node, ast.IfExp(ast.UnaryOp(ast.Not(), test), node.body, node.orelse), "condition"
        case ast.Constant(value=bool(value)):
            yield node, ast.Constant(not value), "truth"
        case ast.Constant(value=int(value)):
            yield node, ast.Constant(value + 1 if value < _LARGE else 2 * value), "number"
        case ast.Constant(value=str(value)):
            yield node, ast.Constant(f"XX{value}XX"), "string"
        case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
            yield node, ast.Call(ast.Name(_CALLS[name]), node.args, node.keywords), "call"
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            yield from _of_comprehension(node)


def _of_comprehension(node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Iterator[Change]:
    for generator in node.generators:
        for condition in generator.ifs:
            yield condition, ast.Constant(True), "filter"


def _of_statement(node: ast.stmt) -> Iterator[Change]:
    match node:
        case ast.If(test=test) | ast.While(test=test):
            yield test, ast.UnaryOp(ast.Not(), test), "condition"
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield node, ast.Return(ast.Constant(None)), "result"
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            yield node, ast.Pass(), "statement"
        case ast.Break():
            yield node, ast.Continue(), "loop"
        case ast.Continue():
            yield node, ast.Break(), "loop"
    if isinstance(node, ast.If) and any(isinstance(each, ast.Raise) for each in node.body):
        # What is refused is let through, which the condition turned round does not ask.
        yield node.test, ast.Constant(False), "refusal"


def _is_no(node: ast.stmt) -> bool:
    """`return False`, whose constant is changed; `None` in its place is as false."""
    return isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and node.value.value is False


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
