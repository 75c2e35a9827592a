"""Problems as programs: scripts for PyTorch, JAX and NumPy. A script is text; nothing here runs one."""

from __future__ import annotations

from ..derivation import TensorDerivation
from ..errors import UsageError
from ..solution import SolutionRecord, TensorSolution


def program(record: SolutionRecord | TensorSolution, engine: str, backward: str | None = None) -> str:
    """A script for the problem: its forward pass and its gradients.

    `backward` tells who differentiates: the engine (`autograd`), or the script itself, line by line with the derived
    formulas (`explicit`; the default for NumPy, which differentiates nothing). Tensors are expected with their forms
    in matrix notation. Raises UsageError where there is no such program.
    """
    problem = record.problem
    if problem.asks_jacobian:
        raise UsageError(
            f"{problem.spelled[problem.loss]} is a tensor: a script computes the gradients of a single number",
            hint="--loss with a step that is a number",
        )
    if record.first is None:
        missing = [given.written for given in problem.without_value]
        reason = f"{', '.join(missing)} has no value" if missing else "this derivation is symbolic"
        raise UsageError(f"a script computes with numbers, and {reason}", hint="solve with --given x=1,w=2")
    chosen = backward or ("explicit" if engine == "numpy" else "autograd")
    if engine == "numpy" and chosen == "autograd":
        raise UsageError("NumPy does not differentiate", hint="-f torch, -f jax, or --backward explicit")
    if engine != "numpy" and chosen == "explicit":
        raise UsageError("explicit backward passes are written in NumPy", hint="-f numpy --backward explicit")
    if chosen == "explicit":
        if isinstance(record, TensorSolution):
            assert isinstance(record.derivation, TensorDerivation)
            from .explicit_tensors import tensor_script

            return tensor_script(record)
        from .explicit import script

        return script(record)
    if engine == "jax":
        from .jax import script as jax_script

        return jax_script(record)
    from .torch import script as torch_script

    return torch_script(record)
