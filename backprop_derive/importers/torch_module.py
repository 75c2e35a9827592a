"""A module of PyTorch into a problem: its graph by torch.fx, one step an operation, names and values from the module.

The module is an object that the caller has made; nothing of it is called but `torch.fx`, which runs its `forward` on
symbols. PyTorch is imported here, when a module is imported, and nowhere else.
"""

from __future__ import annotations

import ast
import linecache
import operator
import re
from collections.abc import Mapping
from typing import Any

from ..errors import ProblemError, UsageError
from ..records import record
from ..syntax.expression import Call, Compare, Name, Transpose, integer
from .calls import called
from .draft import Draft
from .functions import expression
from .losses import is_hiding
from .python_expressions import is_expression, taken
from .torch_layers import applied

_FRAME = re.compile(r'File "([^"]+)", line (\d+)')
_OPERATORS = {"iadd": "add", "isub": "sub", "imul": "mul", "itruediv": "truediv", "ipow": "pow", "imatmul": "matmul"}
_RELATIONS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "==", "ne": "!="}
_SHORT = {"weight": "W", "bias": "b", "in_proj_weight": "W_in", "in_proj_bias": "b_in"}
_SHORT_OF_NORM = {"weight": "gamma", "bias": "beta", "running_mean": "mu", "running_var": "var"}


@record
class ImportedModule:
    """A problem's text, and the names in it of the module's parameters and of its inputs."""

    text: str
    parameters: dict[str, str]
    inputs: dict[str, str]


def module_problem(
    module: Any, inputs: Mapping[str, Any] | tuple[Any, ...] = (), loss: str | None = None
) -> ImportedModule:
    """The problem of a module at its inputs, by name or in the order of `forward`.

    `loss` is an expression of the problem language in `y_hat`, the output, and in inputs that the module does not take
    (`mse(y_hat, y)`); without one the loss is the output, or the sum of its entries. Raises ProblemError for what is
    not supported, with its place in the module's code, UsageError where inputs do not fit.
    """
    torch = _torch()
    if not isinstance(module, torch.nn.Module):
        raise UsageError(f"{type(module).__name__} is no torch.nn.Module", hint="a module with its weights, Net()")
    return _Importer(torch, module).problem(inputs, loss)


def _torch() -> Any:
    try:
        import torch
        import torch.fx
    except ImportError:
        raise UsageError(
            "importing a module needs PyTorch, which is not installed", hint='pip install "backprop-derive[torch]"'
        ) from None
    return torch


def numbers(tensor: Any) -> Any:
    """A tensor's entries as nested lists, each the shortest decimal that its type tells from all others."""
    import numpy

    array = tensor.detach().cpu().numpy()
    if array.dtype.kind == "f":
        shortest = [float(str(entry)) for entry in array.reshape(-1)]
        array = numpy.array(shortest, dtype=float).reshape(array.shape)
    return array.tolist()


class _Importer:
    def __init__(self, torch: Any, module: Any) -> None:
        self.torch = torch
        self.module = module
        self.draft = Draft(type(module).__name__)
        self.names = _short_names(module)
        self.owned: dict[str, Name] = {}
        self.values: dict[Any, Any] = {}
        self.extra: dict[str, Name] = {}
        self.given: dict[str, Any] = {}

    def problem(self, inputs: Mapping[str, Any] | tuple[Any, ...], loss: str | None) -> ImportedModule:
        names = _parameters_of(self.module)
        if not isinstance(inputs, Mapping):
            inputs = dict(zip(names, inputs, strict=False))
        self.given = dict(inputs)
        if type(self.module).__module__.startswith("torch.nn.modules") and type(self.module).__name__ != "Sequential":
            output = self._alone(names)
        else:
            output = self._traced()
        taken_inputs = {str(key): name.key for key, name in self.extra.items()}
        target = self._loss(output, loss)
        wanted = [
            self.owned[name].key
            for name, parameter in self.module.named_parameters(remove_duplicate=False)
            if parameter.requires_grad and name in self.owned
        ]
        wanted += [
            self.extra[name].key for name, value in self.given.items() if _requires(value) and name in self.extra
        ]
        parameters = {name: key.key for name, key in self.owned.items()}
        text = self.draft.text(target, dict.fromkeys(wanted), title=f"The gradients of {type(self.module).__name__}")
        return ImportedModule(text, parameters, taken_inputs)

    # --- the graph

    def _alone(self, names: list[str]) -> Any:
        """A layer of torch.nn by itself."""
        required = [name for name in names if name in self.given]
        arguments = [self._input(name) for name in required[: len(names)]]
        made = applied(self.draft, "", self.module, arguments, {}, self._weights(""))
        return self._step("y_hat", made)

    def _traced(self) -> Any:
        tracer = self.torch.fx.Tracer()
        tracer.record_stack_traces = True
        try:
            graph = tracer.trace(self.module)
        except self.torch.fx.proxy.TraceError as error:
            raise ProblemError(
                f"{type(self.module).__name__} chooses its way by the values of tensors: {error}",
                expected="a forward whose operations do not depend on values",
                hint="torch.where in the place of if",
            ) from None
        nodes = list(graph.nodes)
        assigned = _assigned(nodes)
        final = next(node for node in nodes if node.op == "output").args[0]
        output = None
        for node in nodes:
            self._at(node)
            if node.op == "output":
                output = self._resolved(node.args[0])
                continue
            value = self._node(node)
            name = "y_hat" if node is final else assigned.get(node) or self._named(node)
            self.values[node] = self._step(name, value) if node.op.startswith("call") else value
        return output

    def _named(self, node: Any) -> str:
        """The node's own name; a layer that has a number only is called by its kind too: linear_0."""
        path = str(node.target).split(".")
        if node.op == "call_module" and path[-1].isdigit():
            return f"{type(self.module.get_submodule(node.target)).__name__.lower()}_{'_'.join(path)}"
        return str(node.name)

    def _step(self, name: str, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(
                self._step(f"{name}_{k}", part) if is_expression(part) else part for k, part in enumerate(value)
            )
        if isinstance(value, Name | Compare) or not is_expression(value) or is_hiding(value):
            return value
        return self.draft.step(name, value)

    def _at(self, node: Any) -> None:
        """The place in the module's code that made a node."""
        place = _place(node)
        if place is not None:
            self.draft.source, self.draft.line = place
            self.draft.lines = linecache.getlines(place[0])

    def _node(self, node: Any) -> Any:
        arguments = [self._resolved(argument) for argument in node.args]
        keywords = {name: self._resolved(value) for name, value in node.kwargs.items()}
        match node.op:
            case "placeholder":
                return self._input(str(node.target), node.args)
            case "get_attr":
                return self._owned(node.target)
            case "call_module":
                layer = self.module.get_submodule(node.target)
                return applied(self.draft, node.target, layer, arguments, keywords, self._weights(node.target))
            case "call_method":
                if node.target in ("mT", "T"):
                    return Transpose(arguments[0])
                return self._call(str(node.target), arguments, keywords)
        return self._call(_OPERATORS.get(node.target.__name__, node.target.__name__), arguments, keywords)

    def _call(self, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        if name == "getattr":
            return self._attribute(arguments[0], arguments[1])
        if name == "getitem":
            items = arguments[1]
            parts = list(items) if isinstance(items, tuple) else [items]
            return taken(self, None, arguments[0], [_sliced(self.draft, part) for part in parts])  # type: ignore[arg-type]
        if name in _RELATIONS:
            left, right = (expression(self.draft, argument) for argument in arguments)
            return Compare(_RELATIONS[name], left, right)
        if all(isinstance(argument, int | float) for argument in arguments) and hasattr(operator, name):
            return getattr(operator, name)(*arguments)
        if name not in ("where", "masked_fill"):
            arguments = [_mask(argument) for argument in arguments]
        return called(self.draft, name, arguments, keywords)

    def _attribute(self, value: Any, name: str) -> Any:
        if name in ("T", "mT"):
            return Transpose(value)
        if name == "shape":
            return tuple(self.draft.shape(value))
        return self.draft.refuse(f".{name} is not supported", ".T, .shape")

    def refuse(self, node: Any, found: str, expected: str | None = None, hint: str | None = None) -> Any:
        self.draft.refuse(found, expected, hint)

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, self.torch.fx.Node):
            return self.values[value]
        if isinstance(value, tuple | list):
            return type(value)(self._resolved(part) for part in value)
        if isinstance(value, slice):
            return slice(self._resolved(value.start), self._resolved(value.stop), self._resolved(value.step))
        return value

    # --- inputs and weights

    def _input(self, name: str, default: tuple[Any, ...] = ()) -> Any:
        if name not in self.given:
            if default:
                return default[0]
            raise UsageError(
                f"the input {name} has no value", expected=f"one for each of {', '.join(_parameters_of(self.module))}",
                hint=f"--inputs {name}=[…]",
            )  # fmt: skip
        value = self.given[name]
        if isinstance(value, tuple) and any(isinstance(part, self.torch.Tensor) for part in value):
            return tuple(self._tensor(f"{name}_{k}", part) for k, part in enumerate(value))
        if value is None or isinstance(value, bool | str):
            return value
        return self._tensor(name, value)

    def _tensor(self, name: str, value: Any) -> Name:
        self.extra[name] = self.draft.given(name, as_numbers(value))
        return self.extra[name]

    def _weights(self, path: str) -> Any:
        def weights(name: str) -> Name | None:
            full = f"{path}.{name}" if path else name
            if name == "mask":
                word = f"{path.replace('.', '_') or 'dropout'}_mask"
                return self._tensor(word, self.given[word]) if word in self.given else None
            return self._owned(full)

        return weights

    def _owned(self, full: str) -> Name | None:
        """The given of a parameter or a buffer, made where it is first used."""
        if full not in self.owned:
            *path, name = full.split(".")
            tensor = getattr(self.module.get_submodule(".".join(path)), name, None)
            if tensor is None:
                return None
            self.owned[full] = self.draft.given(self.names.get(full, full), numbers(tensor))
        return self.owned[full]

    # --- the loss

    def _loss(self, output: Any, loss: str | None) -> Name:
        output = output[0] if isinstance(output, tuple | list) else output
        if not is_expression(output):
            raise ProblemError(f"{type(self.module).__name__} returns no tensor", expected="one tensor")
        draft = self.draft
        if loss is not None:
            for name, value in self.given.items():
                if name not in self.extra:
                    self._tensor(name, value)
                    draft.used.add(self.extra[name].key)
            draft.used.add(output.key)
            shown = re.sub(r"\boutput\b", output.key, loss)
            draft.steps.append((draft.fresh("loss"), shown))
            return Name("loss")
        if not draft.shape(output):
            return Name(output.key)
        draft.notes.append("The module gives a tensor; the loss is the sum of its entries.")
        return draft.step("loss", Call("sum", (output,)))


def _mask(value: Any) -> Any:
    return Call("where", (value, integer(1), integer(0))) if isinstance(value, Compare) else value


def _sliced(draft: Draft, part: Any) -> Any:
    from ..syntax.expression import Slice

    if isinstance(part, slice):
        if part.step not in (None, 1):
            draft.refuse("a slice with a step is not supported", "start:stop")
        start, stop = (None if end is None else expression(draft, end) for end in (part.start, part.stop))
        return Slice(start, stop, None)
    return part


def as_numbers(value: Any) -> Any:
    """An input as nested lists of numbers: of a tensor, an array, a list or a number."""
    if hasattr(value, "detach"):
        return numbers(value)
    return value.tolist() if hasattr(value, "tolist") else value


def _requires(value: Any) -> bool:
    return bool(getattr(value, "requires_grad", False))


def _parameters_of(module: Any) -> list[str]:
    import inspect

    return list(inspect.signature(module.forward).parameters)


def _place(node: Any) -> tuple[str, int] | None:
    """The line of the user's code that made a node, the innermost that is not PyTorch's."""
    frames = _FRAME.findall(node.stack_trace or "")
    own = [(file, int(line)) for file, line in frames if "/torch/" not in file and not file.startswith("<")]
    return own[-1] if own else None


def _assigned(nodes: list[Any]) -> dict[Any, str]:
    """The name that the code assigns the last node of a line to: `h = torch.relu(self.fc1(x))` makes h."""
    last: dict[tuple[str, int], Any] = {}
    for node in nodes:
        if node.op.startswith("call") and (place := _place(node)) is not None:
            last[place] = node
    found = {}
    for (file, line), node in last.items():
        try:
            statement = ast.parse(linecache.getline(file, line).strip()).body
        except SyntaxError:
            continue
        match statement:
            case [ast.Assign([ast.Name(name)])]:
                found[node] = name
    return found


def _short_names(module: Any) -> dict[str, str]:
    """fc1.weight is W_1 where no other weight would be; else W_fc1."""
    full = [name for name, _ in (*module.named_parameters(remove_duplicate=False), *module.named_buffers())]
    short = {name: _short(module, name, by_number=True) for name in full}
    taken_names = list(short.values())
    return {
        name: word if taken_names.count(word) == 1 else _short(module, name, by_number=False)
        for name, word in short.items()
    }


def _short(module: Any, full: str, by_number: bool) -> str:
    *path, name = full.split(".")
    owner = module.get_submodule(".".join(path))
    is_norm = "Norm" in type(owner).__name__
    base = (_SHORT_OF_NORM if is_norm else _SHORT).get(name, name)
    base = re.sub(r"^weight_", "W_", re.sub(r"^bias_", "b_", base))
    digits = re.search(r"(\d+)$", path[-1]) if path else None
    if not path:
        return base
    return f"{base}_{digits[1]}" if by_number and digits else f"{base}_{'_'.join(path)}"
