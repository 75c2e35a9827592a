"""`extensions = ["backprop_derive.sphinx_ext"]` in a project of Sphinx or Jupyter Book.

The directive `backprop` holds a problem and shows what its options ask for; the role of the same name shows one value.
"""

from __future__ import annotations

from typing import Any


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""
    from .directive import BackpropDirective, BackpropRole

    app.add_config_value("backprop_options", {}, "env", [dict])
    app.add_config_value("backprop_limits", {}, "env", [dict])
    app.add_latex_package("tikz")
    app.add_directive("backprop", BackpropDirective)
    app.add_role("backprop", BackpropRole())
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
