"""How the parts of a module are called in its problem: weights by their path, steps by what the code calls them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from .code_lines import Target, assigned_names

_SHORT = {"weight": "W", "bias": "b", "in_proj_weight": "W_in", "in_proj_bias": "b_in"}
_SHORT_OF_NORM = {"weight": "gamma", "bias": "beta", "running_mean": "mu", "running_var": "var"}


def short_names(module: Any) -> dict[str, str]:
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


Sites = Mapping[Any, tuple[str, int, int]]


def assigned_to(nodes: Sequence[Any], sites: Sites) -> dict[Any, tuple[str, ...]]:
    """The names that the code gives to nodes: `h = torch.relu(self.fc1(x))` makes its last node h.

    Of `q, k, v = x.chunk(3)` the node of several parts has the names of all three. A statement that runs again, in a
    loop, names its nodes anew. `sites` has file, line and the number of the statement's run.
    """
    found: dict[Any, tuple[str, ...]] = {}
    calls = [node for node in nodes if node.op.startswith("call") and node in sites]
    for _, group in groupby(calls, key=lambda node: sites[node][2]):
        run = list(group)
        file, line, _ = sites[run[-1]]
        target = assigned_names(file, line)
        if isinstance(target, tuple):
            found |= _unpacked(run, target)
        elif target:
            found[run[-1]] = (target,)
    return found


def _unpacked(run: list[Any], names: tuple[Target, ...]) -> dict[Any, tuple[str, ...]]:
    """The nodes whose parts a statement takes one by one, each with the names of its parts."""
    taken = {
        (node.args[0], node.args[1]): node
        for node in run
        if getattr(node.target, "__name__", "") == "getitem" and isinstance(node.args[1], int)
    }

    def named(whole: Any, targets: tuple[Target, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
        yield whole, tuple(t if t and isinstance(t, str) else f"part_{k}" for k, t in enumerate(targets))
        for k, target in enumerate(targets):
            if isinstance(target, tuple) and (whole, k) in taken:
                yield from named(taken[whole, k], target)

    wholes = [whole for whole, _ in taken if all((whole, k) in taken for k in range(len(names)))]
    return dict(named(wholes[0], names)) if wholes else {}
