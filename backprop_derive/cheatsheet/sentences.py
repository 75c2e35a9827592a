"""Every sentence of the cheat sheet, in one place to be translated."""

from __future__ import annotations

from ..languages import Sentences

# fmt: off
SHEET = Sentences("cheat sheet", {
    "title": "Operations and their gradients",
    "numbers": "Each operation with its definition, and its derivative by each of its arguments.",
    "tensors": "Below each operation on tensors stands what flows back to each of its operands, where the gradient"
    " {} arrives at its output.",
})

GROUPS = Sentences("groups of operations", {
    "elementary": "Elementary functions",
    "activations": "Activations",
    "selection": "Choices",
    "losses": "Losses",
    "products": "Products of matrices",
    "reductions": "Reductions and softmax",
    "shapes": "Shapes",
    "layers": "Layers",
})
