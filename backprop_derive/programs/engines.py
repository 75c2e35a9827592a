"""The engines that scripts are written for."""

from __future__ import annotations

ENGINES = ("torch", "jax", "numpy")
