"""A forward recorded by torch.fx, with an example of every value beside its symbol: sizes are numbers to the code.

So `B, T, C = x.shape`, `for t in range(x.size(1))` and `math.sqrt(k.size(-1))` are what they are when the code runs.
Examples are computed by PyTorch on a copy of the module. This module imports PyTorch, and is imported with a module.
"""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import torch
import torch.fx
from torch.utils._pytree import tree_map

from ..errors import Place, ProblemError, UsageError, shorten
from ..records import record
from .code_lines import lines_of, statement_line

_NOT_THE_USERS = (str(Path(torch.__file__).parent), str(Path(__file__).parent.parent), "<")
# What makes a tensor that depends on sizes alone: a constant, as torch.zeros is.
_BY_SIZE = {"zeros_like", "ones_like", "full_like", "new_zeros", "new_ones", "new_full"}
_FAILURES = (RuntimeError, TypeError, ValueError, IndexError)


@record
class Site:
    """Where a node was made: file, line, and a number that all nodes of one run of one statement share."""

    file: str
    line: int
    visit: int


@record
class Recorded:
    """The nodes in order, their sites, the module that was run (a copy), and constants by the code's name for them."""

    nodes: tuple[Any, ...]
    sites: dict[Any, Site]
    root: Any
    constants: dict[str, str]


class _NoGradient(Exception):
    """An operation under torch.no_grad."""


class _Numbers(Exception):
    """The code asks for the numbers of a tensor."""


class Symbol(torch.fx.Proxy):
    """A value of the graph whose sizes are those of its example."""

    tracer: Any

    @property
    def _example(self) -> Any:
        return self.tracer.examples[self.node]

    shape = property(lambda self: self._example.shape)
    ndim = property(lambda self: self._example.ndim)
    dtype = property(lambda self: self._example.dtype)
    device = property(lambda self: self._example.device)

    def size(self, dim: int | None = None) -> Any:
        return self._example.size() if dim is None else self._example.size(dim)

    def dim(self) -> int:
        return int(self._example.dim())

    def numel(self) -> int:
        return int(self._example.numel())

    def __len__(self) -> int:
        return len(self._example)

    def __iter__(self) -> Iterator[Any]:
        whole: Any = self  # indices are among the operators that Proxy has without saying so
        return (whole[k] for k in range(len(self._example)))

    def _refuse_numbers(self, *_: Any, **__: Any) -> Any:
        raise _Numbers

    item = tolist = numpy = __array__ = __float__ = __int__ = __index__ = _refuse_numbers


class _Recorder(torch.fx.Tracer):
    def __init__(self, root: Any, given: Mapping[str, Any]) -> None:
        super().__init__()
        self.given = given
        self.twin = copy.deepcopy(root)  # computes the examples: of `root` each attribute is a symbol
        self.paths = {id(value): name for name, value in (*root.named_parameters(), *root.named_buffers())}
        self.inputs: dict[str, Any] = {}
        self.examples: dict[Any, Any] = {}
        self.sites: dict[Any, Site] = {}
        self.constants: dict[str, str] = {}
        self.last: tuple[Any, int, int] = (None, 0, 0)

    def proxy(self, node: Any) -> Symbol:
        return Symbol(node, self)

    def create_args_for_root(self, root_fn: Any, is_module: bool, concrete_args: Any = None) -> Any:
        return root_fn, [self.root, *(self._argument(p) for p in _positional(root_fn)[1:])]

    def _argument(self, parameter: inspect.Parameter) -> Any:
        name = parameter.name
        if name not in self.given:
            if parameter.default is inspect.Parameter.empty:
                raise missing_input(name, self.root)
            return parameter.default
        value = self.given[name]
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, tuple) and any(isinstance(part, torch.Tensor) for part in value):
            return tuple(self._input(f"{name}_{k}", part) for k, part in enumerate(value))
        return self._input(name, value)

    def _input(self, name: str, value: Any) -> Any:
        self.inputs[name] = example(name, value, self.root)
        return self.create_proxy("placeholder", name, (), {})

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        """A parameter or a buffer as a symbol."""
        path = self.paths.get(id(attr_val))
        if path is None:
            return attr_val
        if path not in parameter_proxy_cache:
            parameter_proxy_cache[path] = self.create_proxy("get_attr", path, (), {})
        return parameter_proxy_cache[path]

    def create_proxy(self, kind: str, target: Any, args: Any, kwargs: Any, *more: Any, **options: Any) -> Any:
        made = super().create_proxy(kind, target, args, kwargs, *more, **options)
        if getattr(target, "__name__", target) in _BY_SIZE and kind.startswith("call"):
            return self.examples[made.node]
        return made

    def create_arg(self, a: Any) -> Any:
        made = super().create_arg(a)
        if isinstance(a, torch.Tensor) and isinstance(made, torch.fx.Node):
            frame = _users_frame()
            known = frame.f_locals.items() if frame is not None else ()
            names = [name for name, value in known if value is a]
            self.constants.setdefault(str(made.target), names[0] if names else "c")
        return made

    def create_node(self, kind: str, target: Any, args: Any, kwargs: Any, *more: Any, **options: Any) -> Any:
        if kind.startswith("call") and not torch.is_grad_enabled():
            raise _NoGradient
        node = super().create_node(kind, target, args, kwargs, *more, **options)
        site = self._site()
        if site is not None:
            self.sites[node] = site
        if kind != "output":
            self.examples[node] = self._example(node)
        return node

    def _site(self) -> Site | None:
        frame = _users_frame()
        if frame is None:
            return None
        file, line = frame.f_code.co_filename, frame.f_lineno
        statement = (file, statement_line(file, line), id(frame))
        before, offset, visit = self.last
        if statement != before or frame.f_lasti < offset:  # another statement, or the same in a loop's next turn
            visit += 1
        self.last = (statement, frame.f_lasti, visit)
        return Site(file, line, visit)

    def _example(self, node: Any) -> Any:
        args, kwargs = torch.fx.node.map_arg((node.args, node.kwargs), self.examples.__getitem__)
        if node.op == "placeholder":
            return self.inputs[node.target]
        if node.op == "get_attr":
            return self._attribute(node.target)
        try:
            return self._carried_out(node, args, kwargs)
        except _FAILURES as error:
            if not _holds_whole_numbers((args, kwargs)):
                raise
            # Whole numbers of a list may stand for floats, as in --inputs x=[1, 2].
            floats = tree_map(lambda value: _as_float(value, self.root), (args, kwargs))
            try:
                return self._carried_out(node, *floats)
            except _FAILURES:
                raise error from None

    def _attribute(self, path: str) -> Any:
        """Of the twin, or a constant that the code has made."""
        *owners, name = path.split(".")
        own = getattr(self.twin.get_submodule(".".join(owners)), name, None)
        return getattr(self.root, path) if own is None else own

    def _carried_out(self, node: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with torch.no_grad():
            if node.op == "call_module":
                return self.twin.get_submodule(node.target).forward(*args, **kwargs)
            if node.op == "call_method":
                return getattr(args[0], node.target)(*args[1:], **kwargs)
            return node.target(*args, **kwargs)


def recorded(module: Any, inputs: Mapping[str, Any]) -> Recorded:
    """The graph of a module's forward at these inputs, by name.

    Raises ProblemError, with the place in the user's code, where forward fails or chooses its way by values of tensors;
    UsageError for an input that has no value or is no tensor. The module stays as it was.
    """
    root = copy.deepcopy(module)
    recorder = _Recorder(root, inputs)
    try:
        with torch.enable_grad(), torch.random.fork_rng(devices=[]):
            graph = recorder.trace(root)
    except (ProblemError, UsageError):
        raise
    except Exception as error:
        raise _refusal(type(module).__name__, error) from None
    return Recorded(tuple(graph.nodes), recorder.sites, root, recorder.constants)


def _refusal(name: str, error: Exception) -> ProblemError:
    """What the user's code did, at its innermost line."""
    place = _place_of(error.__traceback__)
    if isinstance(error, torch.fx.proxy.TraceError):
        return ProblemError(
            f"{name} chooses its way by the values of tensors", place=place,
            expected="a forward whose operations do not depend on values", hint="torch.where in the place of if",
        )  # fmt: skip
    if isinstance(error, _NoGradient):
        return ProblemError(
            f"{name} computes without gradients, which a problem cannot say", place=place,
            expected="a forward without torch.no_grad()", hint="what is constant as an input of its own",
        )  # fmt: skip
    if isinstance(error, _Numbers):
        return ProblemError(
            f"{name} takes the numbers out of a tensor", place=place,
            expected="operations of PyTorch on whole tensors, without item(), float() or numpy()",
        )  # fmt: skip
    text = str(error).split("\n")[0]
    return ProblemError(
        f"{name} fails at these inputs: {type(error).__name__}: {shorten(text, 160)}", place=place,
        expected="inputs that forward takes",
    )  # fmt: skip


def missing_input(name: str, module: Any) -> UsageError:
    names = ", ".join(p.name for p in _positional(type(module).forward)[1:])
    return UsageError(
        f"the input {name} has no value", expected=f"one for each of {names}", hint=f"--inputs {name}=[…]"
    )


def example(name: str, value: Any, module: Any) -> Any:
    """An input as a tensor of its own; floats have the type of the module's."""
    try:
        made = value.detach().clone() if isinstance(value, torch.Tensor) else torch.as_tensor(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise UsageError(
            f"the input {name} is no tensor: {error}", expected="numbers, or lists of equal lengths"
        ) from None
    floats = [p.dtype for p in module.parameters() if p.is_floating_point()]
    is_ready = not made.is_floating_point() or (not floats and isinstance(value, torch.Tensor))
    return made if is_ready else made.to(_dtype(module))


def _positional(function: Any) -> list[inspect.Parameter]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p for p in inspect.signature(function).parameters.values() if p.kind in kinds]


def _dtype(module: Any) -> Any:
    floats = (p.dtype for p in module.parameters() if p.is_floating_point())
    return next(floats, torch.get_default_dtype())


def _as_float(value: Any, module: Any) -> Any:
    is_whole = isinstance(value, torch.Tensor) and value.dtype in (torch.int64, torch.int32)
    return value.to(_dtype(module)) if is_whole else value


def _holds_whole_numbers(values: Any) -> bool:
    found: list[bool] = []
    tree_map(lambda v: found.append(isinstance(v, torch.Tensor) and v.dtype in (torch.int64, torch.int32)), values)
    return any(found)


def _is_the_users(file: str) -> bool:
    return not file.startswith(_NOT_THE_USERS)


def _users_frame() -> FrameType | None:
    """The innermost frame of the user's own code, None where PyTorch's layers alone are at work."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not recorded.__code__:
        if _is_the_users(frame.f_code.co_filename):
            return frame
        frame = frame.f_back
    return None


def _place_of(traceback: TracebackType | None) -> Place | None:
    found = None
    while traceback is not None:
        file, line = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        if _is_the_users(file):
            found = (file, line)
        traceback = traceback.tb_next
    return None if found is None else place_at(*found)


def place_at(file: str, line: int) -> Place | None:
    """A line of code as the place of an error."""
    lines = lines_of(file)
    if not 0 < line <= len(lines):
        return None
    text = lines[line - 1].rstrip("\n")
    return Place(file, line, len(text) - len(text.lstrip()) + 1, text)
