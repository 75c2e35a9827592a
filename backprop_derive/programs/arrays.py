"""Expressions as code for arrays: NumPy's, or JAX's, which is called alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from ..indexed.shape import Shape, shape_of
from ..ops import array_names
from ..ops.table import bound_arguments, definition_of, expanded, formula, is_loss
from ..records import record
from ..report.torch_code import Writer, is_plain_number
from ..syntax.expression import (
    ONE,
    ZERO,
    Call,
    Compare,
    Constant,
    Expr,
    Index,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Power,
    Quotient,
    Slice,
    Sum,
    Text,
    Transpose,
    TupleOf,
    integer,
    substitute,
)  # fmt: skip
from ..syntax.precedence import Precedence as P
from .layers import spatial


@record
class Engine:
    """An array library: the word for its module, and how it spells operations."""

    name: str
    np: str
    calls: Mapping[str, str]
    tensors: Mapping[str, str]


NUMPY = Engine("numpy", "np", array_names.NUMPY, array_names.NUMPY_TENSORS)
JAX = Engine("jax", "jnp", array_names.JAX, array_names.JAX_TENSORS)


# Functions that make tensors of what is none.
_OF_NUMBERS = ("ones", "identity", "einsum")


class ArrayWriter(Writer):
    """Expressions as code; `helpers` collects the names of the helper functions that it calls."""

    def __init__(self, engine: Engine, names: dict[str, str], shapes: Mapping[str, Shape]) -> None:
        super().__init__(names)
        self.engine = engine
        self.np = engine.np
        self.shapes = shapes
        self.helpers: set[str] = set()

    def rank(self, expr: Expr) -> int:
        return len(shape_of(expr, self.shapes))

    def tensor(self, expr: Expr) -> str:
        return self.write(expr, P.RELATION)

    def spelled(self, word: str) -> str:
        """A function of the engine by its word, noted where it is a helper."""
        if word in array_names.NUMPY_HELPERS:
            self.helpers.update((word, *array_names.NEEDS.get(word, ())))
        return word.format(np=self.np) if "{np}" in word else word

    def parts(self, expr: Expr) -> tuple[str, P]:
        match expr:
            case Number(value, None) if value.denominator != 1 and _is_decimal(value):
                return repr(float(value)), P.ATOM
            case Constant(name):
                return ("-" if name == "-inf" else "") + f"{self.np}.{name.removeprefix('-')}", P.ATOM
            case Power(base, Number(value)) if value < 0 and value.denominator == 1:
                return self.parts(Quotient(ONE, Power(base, integer(-int(value))) if value != -1 else base))
            case MatrixProduct(a, b):
                return f"{self.write(a, P.PRODUCT)} @ {self.write(b, P.JUXTAPOSITION)}", P.PRODUCT
            case Transpose(operand):
                return f"{self.write(operand, P.ATOM)}.T", P.ATOM
            case Index(base, items):
                return f"{self.write(base, P.ATOM)}[{', '.join(map(self._item, items))}]", P.ATOM
            case ListOf(items):
                return f"{self.np}.array([{', '.join(map(self._listed, items))}])", P.ATOM
        return super().parts(expr)

    def _listed(self, expr: Expr) -> str:
        if isinstance(expr, ListOf):
            return f"[{', '.join(map(self._listed, expr.items))}]"
        return self.write(expr, P.RELATION)

    def _item(self, item: Expr | Slice | None) -> str:
        if isinstance(item, Slice):
            parts = [item.start, item.stop, *([item.step] if item.step is not None else [])]
            return ":".join("" if part is None else self.write(part, P.SUM) for part in parts)
        return "None" if item is None else self.write(item, P.RELATION)

    def plain(self, expr: Expr) -> str:
        """An option's value: a number, a tuple of them."""
        if isinstance(expr, TupleOf):
            inside = ", ".join(map(self.plain, expr.items))
            return f"({inside},)" if len(expr.items) == 1 else f"({inside})"
        return self.write(expr, P.RELATION)

    # --- functions

    def call(self, call: Call) -> tuple[str, P]:
        name, arguments = call.function, call.arguments
        if name.startswith(("share of ", "first of ")):
            return self._share(call), P.ATOM
        if name in ("max", "min", "first max", "first min") and len(arguments) > 1:
            return self._largest(name.removeprefix("first "), arguments), P.ATOM
        if is_loss(call) and any(map(self.rank, arguments)):
            return self._loss(call)
        if (special := self._special(call)) is not None:
            return special if isinstance(special, tuple) else self.parts(special)
        if name in self.engine.tensors and (name in _OF_NUMBERS or self.rank(arguments[0])):
            return self._of_tensors(call), P.ATOM
        if name in self.engine.calls and not self._has_variant(call):
            word = self.engine.calls[name]
            self.spelled(word.split("(")[0])
            inside = bound_arguments(call).values() if name not in ("where",) else arguments
            return word.replace("{np}", self.np).format(*map(self._number, inside)), P.ATOM
        body = expanded(call)
        if body is None:
            raise TypeError(f"{name} has no code for {self.engine.name}")
        return self.parts(body)

    def _number(self, expr: Expr) -> str:
        """An argument; JAX differentiates by floats only, and some of its functions by all of their arguments."""
        text = self.write(expr, P.RELATION)
        return f"float({text})" if self.engine is JAX and is_plain_number(expr) else text

    def _has_variant(self, call: Call) -> bool:
        return any(option == "approximate" for option, _ in call.options)

    def _largest(self, name: str, arguments: tuple[Expr, ...]) -> str:
        if len(arguments) == 2:
            return f"{self.np}.{name}imum({', '.join(map(self.tensor, arguments))})"
        if not any(map(self.rank, arguments)):
            return f"{self.np}.{name}({self.np}.array([{', '.join(map(self.tensor, arguments))}]))"
        text = self.tensor(arguments[0])
        for other in arguments[1:]:
            text = f"{self.np}.{name}imum({text}, {self.tensor(other)})"
        return text

    def _share(self, call: Call) -> str:
        first, *rest = call.arguments
        numbers = f"[{', '.join(map(self.tensor, rest))}]"
        kind = call.function[-3:]
        if call.function.startswith("first"):
            return f"({self.np}.arg{kind}({numbers}, axis=0) == {self.tensor(first)})"
        return f"{self.spelled('share')}({self.tensor(first)}, {numbers}, {self.np}.{kind})"

    def _of_tensors(self, call: Call) -> str:
        word = self.spelled(self.engine.tensors[call.function])
        bound = bound_arguments(call) | dict(call.options)
        arguments = [f'"{a.value}"' if isinstance(a, Text) else self.tensor(a) for a in call.arguments]
        axis = bound.get("axis")
        is_usual = call.function.endswith("softmax") and axis == integer(-1)
        if axis is not None and axis != Name("none"):
            arguments = [*arguments[:1], *([] if is_usual else [f"axis={self.plain(axis)}"])]
        if bound.get("unbiased") == Name("true"):
            arguments.append("ddof=1")
        if bound.get("keepdims") == Name("true"):
            arguments.append("keepdims=True")
        return f"{word}({', '.join(arguments)})"

    def _loss(self, call: Call) -> tuple[str, P]:
        reduction = dict(call.options).get("reduction", Name("sum" if call.function == "kl_div" else "mean"))
        plain = replace(call, options=tuple(option for option in call.options if option[0] != "reduction"))
        body = substitute(_defined(plain), bound_arguments(plain))
        word = "sum" if reduction == Name("sum") else "mean"
        return f"{self.np}.{word}({self.write(body, P.RELATION)})", P.ATOM

    def _special(self, call: Call) -> tuple[str, P] | Expr | None:
        """What is written in another way than as a call by its own name: an expression, or code."""
        bound = bound_arguments(call)
        match call:
            case Call("onehot", (labels, size)):
                return f"{self.np}.eye({self.plain(size)})[{self.tensor(labels)}]", P.ATOM
            case Call("cross_entropy", (logits, target)):
                return self._negative_log(Call("log_softmax", (logits,)), target, call)
            case Call("nll", (logs, target)):
                return self._negative_log(logs, target, call)
            case Call("linear"):
                product = MatrixProduct(bound["x"], Transpose(bound["W"]))
                return product if bound["b"] == Name("none") else _plus(product, bound["b"])
            case Call("embedding", (table, rows)):
                return Index(table, (rows,))
            case Call("softmax", (x, *_)) if bound["mask"] != Name("none"):
                kept = Compare("!=", bound["mask"], ZERO)
                masked = Call("where", (kept, x, Negate(Constant("inf"))))
                return Call("softmax", (masked,), (("axis", bound["axis"]),))
            case Call("reshape", (x, shape)):
                return f"{self.write(x, P.ATOM)}.reshape({self.plain(shape).strip('()').rstrip(',')})", P.ATOM
            case Call("transpose", (x, *_)) if isinstance(bound["axes"], TupleOf):
                axes = ", ".join(map(self.plain, bound["axes"].items))
                return f"{self.write(x, P.ATOM)}.transpose({axes})", P.ATOM
            case Call("transpose", (x, *_)):
                return Transpose(x)
            case Call("concat" | "stack" as name, (ListOf(items), *_)):
                word = "concatenate" if name == "concat" else "stack"
                row = ", ".join(map(self.tensor, items))
                return f"{self.np}.{word}([{row}], axis={self.plain(bound['axis'])})", P.ATOM
            case Call("batch_norm"):
                return self._batch_norm(bound)
            case Call("attention"):
                return self._attention(bound)
        return spatial(self, call) if self.engine is JAX else None

    def _negative_log(self, logs: Expr, target: Expr, call: Call) -> tuple[str, P]:
        """-log p of the class that is right: of labels by their index, of one-hot rows by a product."""
        rows, labels = self.rank(logs), self.rank(target)
        word = "sum" if dict(call.options).get("reduction") == Name("sum") else "mean"
        text, classes = self.write(logs, P.ATOM), self.write(target, P.RELATION)
        if rows == labels:
            inner = f"{self.np}.sum({self.write(target, P.PRODUCT)} * {text}, axis=-1)"
            return f"-{inner}" if rows == 1 else f"-{self.np}.{word}({inner})", P.NEGATION
        if rows == 1:
            return f"-{text}[{classes}]", P.NEGATION
        shown = f"{self.np}.array({classes})" if isinstance(target, ListOf) and "(" not in classes else classes
        return f"-{self.np}.{word}({text}[{self.np}.arange(len({shown})), {shown}])", P.NEGATION

    def _batch_norm(self, bound: Mapping[str, Expr]) -> Expr:
        x = bound["x"]
        rank = self.rank(x)
        axes = TupleOf(tuple(integer(axis) for axis in range(rank) if axis != 1)) if rank > 2 else integer(0)
        space = (Slice(None, None, None), *([None] * (rank - 2)))
        gain, bias = (Index(bound[n], space) if rank > 2 else bound[n] for n in ("gain", "bias"))
        options = (("axis", axes), ("keepdims", Name("true")))
        body = formula("(x - mean) / sqrt(var + eps) * gain + bias")
        means = {"mean": Call("mean", (x,), options), "var": Call("var", (x,), options)}
        return substitute(body, {"x": x, "eps": bound["eps"], "gain": gain, "bias": bias, **means})

    def _attention(self, bound: Mapping[str, Expr]) -> Expr:
        keys = bound["K"]
        rank, width = self.rank(keys), shape_of(keys, self.shapes)[-1]
        axes = (*range(rank - 2), rank - 1, rank - 2)
        turned = Transpose(keys) if rank == 2 else Call("transpose", (keys, TupleOf(tuple(map(integer, axes)))))
        scores: Expr = Quotient(MatrixProduct(bound["Q"], turned), Call("sqrt", (_size(width),)))
        if bound["mask"] != Name("none"):
            scores = Call("where", (bound["mask"], scores, Negate(Constant("inf"))))
        return MatrixProduct(Call("softmax", (scores,)), bound["V"])


def _size(width: int | str) -> Expr:
    return integer(width) if isinstance(width, int) else Name(width)


def _defined(call: Call) -> Expr:
    body = definition_of(call)
    assert body is not None
    return body


def _plus(a: Expr, b: Expr) -> Expr:
    return Sum((a, b), (False, False))


def _is_decimal(value: Fraction) -> bool:
    """Whether a fraction is a decimal of few digits, as 1/100000 is."""
    rest = value.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    return rest == 1 and len(repr(float(value))) <= 8
