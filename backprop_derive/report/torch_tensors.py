"""The same computation of tensors in PyTorch, in its own functions; what it prints comes from our own values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from ..indexed.shape import Shape, shape_of
from ..ops.table import bound_arguments, expanded, is_loss, is_pointwise
from ..ops.torch_names import TENSOR_TORCH
from ..problem import Problem
from ..solution import TensorSolution, TensorValue
from ..syntax.expression import (
    Call,
    Expr,
    Index,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Slice,
    Text,
    Transpose,
    TupleOf,
    integer,
    walk,
)  # fmt: skip
from ..syntax.precedence import Precedence as P
from .torch_code import Cell, Writer, connected, grad_fn, python_names
from .torch_print import is_single, printed, printed_number

# Tensors of more entries are no literals that anybody reads.
_MOST_ENTRIES = 200
# The formulas of `indexed.structure` in PyTorch.
MADE_OF = {"symmetric": "({leaf} + {leaf}.T) / 2", "diagonal": "{leaf} * torch.eye({size})"}
_SPATIAL = {"conv1d": 1, "conv2d": 2, "max_pool1d": 1, "max_pool2d": 2, "avg_pool1d": 1, "avg_pool2d": 2}


def tensor_cells(record: TensorSolution, most_entries: int | None = _MOST_ENTRIES) -> tuple[Cell, ...]:
    """The cells of the lesson: import, tensors, forward pass and loss printed, backward pass and gradients printed.

    None where a given has more entries than anybody reads, unless `most_entries` is None.
    """
    assert record.first is not None
    problem, first = record.problem, record.first
    if most_entries is not None and any(len(first.values[g.key].entries) > most_entries for g in problem.givens):
        return ()
    names = python_names(problem, ("F",))
    loss = record.derivation.graph.loss
    tracked = set(record.derivation.graph.wanted) & {g.key for g in problem.givens} & connected(problem, loss)
    writer = TensorWriter(names, problem.shapes)
    leaves = _leaves(problem, names, tracked)
    forward = [f"{names[step.key]} = {writer.tensor(step.expression)}" for step in problem.steps]
    node = _node(problem, loss, writer) if tracked else ""
    shown = names[loss] if node is not None else f"{names[loss]}.detach()"
    number = printed_number(first.values[loss].entries[0])
    cells = [
        Cell(_imports(record, forward)),
        Cell("\n".join(_givens(record, names, tracked, leaves))),
        Cell("\n".join([*forward, f"print({shown})"]), f"tensor({number}{node or ''})"),
    ]
    wanted = [key for key in record.derivation.graph.wanted if key in tracked]
    if wanted:
        prints = "\n".join(f"print({leaves.get(key, names[key])}.grad)" for key in wanted)
        outputs = "\n".join(printed(first.adjoints[key]) for key in wanted)
        cells.append(Cell(f"{names[loss]}.backward()\n{prints}", outputs))
    return tuple(cells)


def _imports(record: TensorSolution, forward: list[str]) -> str:
    assert record.first is not None
    lines = ["import torch"]
    if any("F." in line for line in forward):
        lines.append("import torch.nn.functional as F")
    tensors = (*record.first.values.values(), *record.first.adjoints.values())
    if not all(is_single(entry) for tensor in tensors for entry in tensor.entries):
        lines += ["", "torch.set_default_dtype(torch.float64)"]
    return "\n".join(lines)


def _givens(
    record: TensorSolution, names: Mapping[str, str], tracked: set[str], leaves: Mapping[str, str]
) -> list[str]:
    assert record.first is not None
    labels = label_names(record.problem)
    lines = []
    for given in record.problem.givens:
        numbers = _literal(record.first.values[given.key], is_label=given.key in labels)
        option = ", requires_grad=True" if given.key in tracked else ""
        leaf = leaves.get(given.key, names[given.key])
        lines.append(f"{leaf} = torch.tensor({numbers}{option})")
        if given.key in leaves:
            size = record.problem.shapes[given.key][0]
            lines.append(f"{names[given.key]} = {MADE_OF[given.structure].format(leaf=leaf, size=size)}")
    return lines


def _leaves(problem: Problem, names: Mapping[str, str], tracked: set[str]) -> dict[str, str]:
    """A free matrix for each declared one that is differentiated by; PyTorch's gradient is that by the free one."""
    found: dict[str, str] = {}
    for key in problem.structures.keys() & tracked:
        leaf = f"{names[key]}_free"
        while leaf in names.values():
            leaf += "_"
        found[key] = leaf
    return found


def label_names(problem: Problem) -> set[str]:
    """The names whose numbers are classes or rows, which are whole numbers of PyTorch."""
    found: set[str] = set()
    for step in problem.steps:
        for node in walk(step.expression):
            match node:
                case Call("cross_entropy" | "nll", (logits, Name(key), *_)):
                    if len(problem.shapes[key]) < len(shape_of(logits, problem.shapes)):
                        found.add(key)
                case Call("embedding", (_, Name(key))):
                    found.add(key)
                case Index(_, items):
                    found.update(item.key for item in items if isinstance(item, Name))
    return found


def _literal(value: TensorValue, is_label: bool) -> str:
    numbers = [float(e.exact) if e.exact is not None else float(e.decimal) for e in value.entries]
    texts = [str(int(number)) if is_label else repr(number) for number in numbers]
    for size in reversed(value.shape):
        texts = [f"[{', '.join(texts[k : k + size])}]" for k in range(0, len(texts), size)]
    return texts[0]


def _node(problem: Problem, loss: str, writer: TensorWriter) -> str | None:
    """What PyTorch prints beside the loss; None where the name of the node says nothing about the formula."""
    expressions = {step.key: step.expression for step in problem.steps}
    expr: Expr = Name(loss)
    while isinstance(expr, Name) and expr.key in expressions:
        expr = expressions[expr.key]
    name = _node_name(expr, writer)
    return None if name is None else f", grad_fn=<{name}>"


def _node_name(expr: Expr, writer: TensorWriter) -> str | None:
    match expr:
        case Call(function, arguments, options) if writer.is_of_tensors(expr) and function in TENSOR_TORCH:
            name = TENSOR_TORCH[function].grad_fn
            has_axis = any(option == "axis" for option, _ in options)
            is_dense = function in ("cross_entropy", "nll") and writer.rank(arguments[0]) == writer.rank(arguments[1])
            is_other = not name or has_axis or is_dense or writer.is_spread_loss(expr)
            return None if is_other else f"{name}Backward0"
        case MatrixProduct():
            return "DotBackward0"
        case Call() if writer.is_of_tensors(expr):
            return None
    return None if isinstance(expr, Index | Name) else grad_fn(expr)


class TensorWriter(Writer):
    """Expressions of tensors as PyTorch code."""

    def __init__(self, names: dict[str, str], shapes: Mapping[str, Shape]) -> None:
        super().__init__(names)
        self.shapes = shapes

    def rank(self, expr: Expr) -> int:
        return len(shape_of(expr, self.shapes))

    def is_of_tensors(self, call: Call) -> bool:
        """Whether a call has a tensor among its arguments; of numbers it is written as scalars are."""
        return any(
            isinstance(a, ListOf) or (not isinstance(a, TupleOf | Text) and self.rank(a)) for a in call.arguments
        )

    def is_spread_loss(self, call: Call) -> bool:
        """Whether a loss has a prediction and a target of two shapes, which PyTorch's own function warns of."""
        return is_loss(call) and len(set(map(self.rank, call.arguments))) > 1

    def parts(self, expr: Expr) -> tuple[str, P]:
        match expr:
            case MatrixProduct(a, b):
                return f"{self.write(a, P.PRODUCT)} @ {self.write(b, P.JUXTAPOSITION)}", P.PRODUCT
            case Transpose(operand):
                return self._turned(operand, tuple(reversed(range(self.rank(operand)))))
            case Index(base, items):
                return f"{self.write(base, P.ATOM)}[{', '.join(map(self._item, items))}]", P.ATOM
            case ListOf() if (numbers := _numbers(expr, float)) is not None:
                return f"torch.tensor({numbers})", P.ATOM
            case ListOf(items):
                return f"torch.stack([{', '.join(map(self.tensor, items))}])", P.ATOM
            case Call() if self.is_of_tensors(expr):
                return self._function(expr)
        return super().parts(expr)

    def tensor(self, expr: Expr) -> str:
        return self.write(expr, P.RELATION) if isinstance(expr, ListOf) else super().tensor(expr)

    def _turned(self, operand: Expr, axes: tuple[int, ...]) -> tuple[str, P]:
        text = self.write(operand, P.ATOM)
        if axes == (1, 0):
            return f"{text}.T", P.ATOM
        return (text, P.ATOM) if len(axes) < 2 else (f"{text}.permute{axes}", P.ATOM)

    def _item(self, item: Expr | Slice | None) -> str:
        if isinstance(item, Slice):
            return ":".join("" if part is None else self.write(part, P.SUM) for part in (item.start, item.stop))
        return "None" if item is None else self.write(item, P.RELATION)

    # --- functions

    def _function(self, call: Call) -> tuple[str, P]:
        name, arguments, options = call.function, call.arguments, dict(call.options)
        if name in ("max", "min"):
            return self._extreme(name, arguments, options), P.ATOM
        if name in _SPATIAL:
            return self._spatial(call), P.ATOM
        if (special := self._special(call)) is not None:
            return special
        if name in TENSOR_TORCH and not self.is_spread_loss(call):
            inside = [self._argument(a) for a in arguments] + self._options(name, arguments, options)
            return f"{TENSOR_TORCH[name].call}({', '.join(inside)})", P.ATOM
        if is_loss(call):
            return self._loss(call), P.ATOM
        body = expanded(call)
        if body is None or is_pointwise(call):
            return super().call(call)
        return self.parts(body)

    def _argument(self, expr: Expr) -> str:
        return f'"{expr.value}"' if isinstance(expr, Text) else self.tensor(expr)

    def _options(self, name: str, arguments: tuple[Expr, ...], options: Mapping[str, Expr]) -> list[str]:
        """Axes are called dim; var and std divide by n; logsumexp and softmax are told their axes."""
        found = []
        axis = options.get("axis")
        if axis is None and name in ("softmax", "log_softmax"):
            axis = integer(-1)
        if axis is None and name == "logsumexp":
            axis = TupleOf(tuple(map(integer, range(self.rank(arguments[0])))))
        if axis is not None:
            found.append(f"dim={self._plain(axis)}")
        if name in ("var", "std"):
            found.append(f"correction={int(_is_true(options.get('unbiased')))}")
        if _is_true(options.get("keepdims")):
            found.append("keepdim=True")
        found += [f"delta={self.write(options['delta'], P.RELATION)}"] if "delta" in options else []
        reduction = options.get("reduction")
        if isinstance(reduction, Name):
            found.append(f'reduction="{reduction.key}"')
        return found

    def _plain(self, expr: Expr) -> str:
        if isinstance(expr, TupleOf):
            inside = ", ".join(map(self._plain, expr.items))
            return f"({inside},)" if len(expr.items) == 1 else f"({inside})"
        return self.write(expr, P.RELATION)

    def _extreme(self, name: str, arguments: tuple[Expr, ...], options: Mapping[str, Expr]) -> str:
        if len(arguments) == 1:
            inside = [self.tensor(arguments[0]), *self._options(name, arguments, options)]
            return f"torch.{name}({', '.join(inside)})" + (".values" if "axis" in options else "")
        text = self.tensor(arguments[0])
        for other in arguments[1:]:
            text = f"torch.{name}imum({text}, {self.tensor(other)})"
        return text

    def _spatial(self, call: Call) -> str:
        """PyTorch wants a channel, which we may leave out: it is added before and taken off behind."""
        name, space = call.function, _SPATIAL[call.function]
        bound = {key: value for key, value in bound_arguments(call).items() if value != Name("none")}
        missing = space + 1 - self.rank(bound["x"])
        x = self.tensor(bound.pop("x"))
        inside = [x if missing <= 0 else f"{x}[None]"]
        if "W" in bound:
            weight = bound.pop("W")
            text = self.tensor(weight)
            lacking = space + 2 - self.rank(weight)
            inside.append(f"{text}[{', '.join(['None'] * lacking)}]" if lacking > 0 else text)
        if "b" in bound:
            bias = self.tensor(bound["b"])
            inside.append(bias if self.rank(bound.pop("b")) else f"{bias}[None]")
        if "size" in bound:
            inside.append(self._plain(bound.pop("size")))
        defaults = {"stride": integer(1), "padding": integer(0)}
        inside += [f"{key}={self._plain(value)}" for key, value in bound.items() if value != defaults.get(key)]
        return f"{TENSOR_TORCH[name].call}({', '.join(inside)})" + ("[0]" if missing > 0 else "")

    def _special(self, call: Call) -> tuple[str, P] | None:
        """The functions whose arguments PyTorch takes in another way."""
        text = {key: self._plain(v) for key, v in bound_arguments(call).items() if not isinstance(v, ListOf)}
        match call:
            case Call("layer_norm" | "rms_norm" as name, (x, *_)):
                parameters = [text["gain"], *([text["bias"]] if name == "layer_norm" else [])]
                width = f"{self.write(x, P.ATOM)}.shape[-1:]"
                return f"F.{name}({', '.join([text['x'], width, *parameters])}, eps={text['eps']})", P.ATOM
            case Call("batch_norm"):
                rest = f"{text['gain']}, {text['bias']}, training=True, eps={text['eps']}"
                return f"F.batch_norm({text['x']}, None, None, {rest})", P.ATOM
            case Call("cross_entropy" | "nll" as name, (logits, target)) if self.rank(target) < self.rank(logits):
                labels = _numbers(target, int)
                classes = text["target"] if labels is None else f"torch.tensor({labels})"
                inside = [self.tensor(logits), classes, *self._options(name, call.arguments, dict(call.options))]
                return f"{TENSOR_TORCH[name].call}({', '.join(inside)})", P.ATOM
            case Call("embedding"):
                return f"F.embedding({text['i']}, {text['W']})", P.ATOM
            case Call("softmax", (x, *_)) if (bound := bound_arguments(call))["mask"] != Name("none"):
                kept = f"{self.write(x, P.ATOM)}.masked_fill({self.tensor(bound['mask'])} == 0, -torch.inf)"
                return f"torch.softmax({kept}, dim={self._plain(bound['axis'])})", P.ATOM
            case Call("attention"):
                mask = "" if text["mask"] == "none" else f", attn_mask={text['mask']}.bool()"
                return f"F.scaled_dot_product_attention({text['Q']}, {text['K']}, {text['V']}{mask})", P.ATOM
            case Call("transpose", (x, *_)):
                axes = bound_arguments(call)["axes"]
                if not isinstance(axes, TupleOf):
                    return self.parts(Transpose(x))
                return f"{self.write(x, P.ATOM)}.permute({', '.join(map(self._plain, axes.items))})", P.ATOM
            case Call("reshape", (x, _)):
                return f"{self.write(x, P.ATOM)}.reshape({text['shape']})", P.ATOM
            case Call("concat" | "stack" as name, (ListOf(items), *_)):
                word = "cat" if name == "concat" else "stack"
                row = ", ".join(map(self.tensor, items))
                return f"torch.{word}([{row}], dim={self._plain(bound_arguments(call)['axis'])})", P.ATOM
        return None

    def _loss(self, call: Call) -> str:
        """A loss that PyTorch does not have: its definition entry by entry, and their mean."""
        reduction = dict(call.options).get("reduction")
        word = "sum" if call.function == "kl_div" or reduction == Name("sum") else "mean"
        plain = replace(call, options=tuple(option for option in call.options if option[0] != "reduction"))
        body = expanded(plain)
        assert body is not None
        return f"torch.{word}({self.write(body, P.RELATION)})"


def _numbers(expr: Expr, kind: Callable[[Fraction], float]) -> str | None:
    """Numbers written out, as Python writes them; None where it is not all numbers."""
    match expr:
        case Number(value):
            return repr(kind(value))
        case Negate(Number(value)):
            return repr(kind(-value))
        case ListOf(items):
            parts = [_numbers(item, kind) for item in items]
            return None if None in parts else f"[{', '.join(map(str, parts))}]"
    return None


def _is_true(value: Expr | None) -> bool:
    return value == Name("true")
