"""A module of PyTorch into a problem: its graph by torch.fx, one step an operation, names and values from the module.

The module is an object that the caller has made; nothing of it is called but `torch.fx`, which runs its `forward` on
symbols. PyTorch is imported here, when a module is imported, and nowhere else.
"""

from __future__ import annotations

import inspect
import operator
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..records import record
from ..syntax.expression import Call, Compare, Name, Transpose, integer
from ..syntax.names import canonical
from .calls import called
from .code_lines import lines_of
from .draft import Draft
from .functions import expression
from .losses import is_hiding
from .module_names import assigned_to, short_names
from .python_expressions import is_expression, taken
from .torch_layers import applied

if TYPE_CHECKING:
    from .tracing import Recorded

_WORD = re.compile(r"[^\W\d]\w*")
_OPERATORS = {"iadd": "add", "isub": "sub", "imul": "mul", "itruediv": "truediv", "ipow": "pow", "imatmul": "matmul"}
_RELATIONS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "==", "ne": "!="}


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
        self.root = module
        self.names = short_names(module)
        self.owned: dict[str, Name] = {}
        self.by_tensor: dict[int, Name] = {}
        self.values: dict[Any, Any] = {}
        self.extra: dict[str, Name] = {}
        self.given: dict[str, Any] = {}

    def problem(self, inputs: Mapping[str, Any] | tuple[Any, ...], loss: str | None) -> ImportedModule:
        names = list(inspect.signature(self.module.forward).parameters)
        if not isinstance(inputs, Mapping):
            inputs = dict(zip(names, inputs, strict=False))
        self.given = dict(inputs)
        if type(self.module).__module__.startswith("torch.nn.modules") and type(self.module).__name__ != "Sequential":
            output = self._alone(names)
        else:
            output = self._traced()
        unknown = [name for name in self.given if name not in names and name not in self.extra]
        if unknown and loss is None:
            raise UsageError(
                f"{type(self.module).__name__} takes no input {unknown[0]}", expected=", ".join(names),
                hint="a loss that takes it",
            )  # fmt: skip
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
        self.draft.keep_needed([target.key])
        parameters = {name: key.key for name, key in self.owned.items()}
        text = self.draft.text(target, dict.fromkeys(wanted), title=f"The gradients of {type(self.module).__name__}")
        return ImportedModule(text, parameters, taken_inputs)

    # --- the graph

    def _alone(self, names: list[str]) -> Any:
        """A layer of torch.nn by itself."""
        arguments = [self._input(name) for name in names if name in self.given]
        made = applied(self.draft, "", self.module, arguments, {}, self._weights(""))
        return self._step(("y_hat",), made)

    def _traced(self) -> Any:
        from .tracing import recorded

        record = recorded(self.module, self.given)
        self.root = record.root
        self.names |= record.constants
        assigned = assigned_to(record.nodes, {node: (s.file, s.line, s.visit) for node, s in record.sites.items()})
        final = next(node for node in record.nodes if node.op == "output").args[0]
        for node in record.nodes:
            self._at(record, node)
            if node.op == "output":
                break
            value = self._node(node)
            names = ("y_hat",) if node is final else assigned.get(node) or (self._named(node),)
            self.values[node] = self._step(names, value) if node.op.startswith("call") else value
        return self._resolved(final)

    def _named(self, node: Any) -> str:
        """The node's own name; a layer that has a number only is called by its kind too: linear_0."""
        path = str(node.target).split(".")
        if node.op == "call_module" and path[-1].isdigit():
            return f"{type(self.module.get_submodule(node.target)).__name__.lower()}_{'_'.join(path)}"
        return str(node.name)

    def _step(self, names: tuple[str, ...], value: Any) -> Any:
        """A step under its name; of a tuple a step for each part, under names of their own where there are as many."""
        if isinstance(value, tuple):
            if len(names) != len(value):
                names = tuple(f"{names[0]}_{k}" for k in range(len(value)))
            return tuple(
                self._step((name,), part) if is_expression(part) else part
                for name, part in zip(names, value, strict=True)
            )
        if isinstance(value, Name | Compare) or not is_expression(value) or is_hiding(value):
            return value
        return self.draft.step(names[0], value)

    def _at(self, record: Recorded, node: Any) -> None:
        """The place in the module's code that made a node."""
        site = record.sites.get(node)
        if site is not None:
            self.draft.source, self.draft.line = site.file, site.line
            self.draft.lines = lines_of(site.file)

    def _node(self, node: Any) -> Any:
        arguments = [self._resolved(argument) for argument in node.args]
        keywords = {name: self._resolved(value) for name, value in node.kwargs.items()}
        match node.op:
            case "placeholder":
                return self._input(str(node.target))
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

    def _input(self, name: str) -> Any:
        base, _, place = name.rpartition("_")
        if name in self.given:
            value = self.given[name]
        elif base in self.given and place.isdigit() and isinstance(self.given[base], tuple):
            value = self.given[base][int(place)]
        else:
            from .tracing import missing_input

            raise missing_input(name, self.module)
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
        """The given of a parameter, a buffer or a constant, made where it is first used; a shared one is one given."""
        if full not in self.owned:
            *path, name = full.split(".")
            roots = [root.get_submodule(".".join(path)) for root in (self.module, self.root)]
            tensor = next((found for root in roots if (found := getattr(root, name, None)) is not None), None)
            if tensor is None:
                return None
            if id(tensor) not in self.by_tensor:
                self.by_tensor[id(tensor)] = self.draft.given(self.names.get(full, full), numbers(tensor))
            shared = [n for n, p in self.module.named_parameters(remove_duplicate=False) if p is tensor]
            self.owned |= dict.fromkeys((full, *shared), self.by_tensor[id(tensor)])
        return self.owned[full]

    # --- the loss

    def _loss(self, output: Any, loss: str | None) -> Name:
        output = output[0] if isinstance(output, tuple | list) else output
        draft = self.draft
        if not isinstance(output, Name):
            draft.refuse(
                f"{type(self.module).__name__} returns no tensor", "one tensor, or several of which one comes first"
            )
        if loss is not None:
            for name, value in self.given.items():
                if name not in self.extra:
                    self._tensor(name, value)
            shown = re.sub(r"\boutput\b", output.key, loss)
            word = draft.fresh("loss")  # another one where the module's code calls something loss
            target = Name(canonical(word))
            draft.steps.append((word, shown))
            draft.operands[target.key] = {canonical(found) for found in _WORD.findall(shown)} | {output.key}
            draft.used |= draft.operands[target.key]
            return target
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
