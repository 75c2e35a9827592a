"""The site: `make docs` builds it with warnings as errors, and asks nothing of the network."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE / "extensions"))

import backprop_derive  # noqa: E402

project = "backprop-derive"
author = "backprop-derive contributors"
copyright = "backprop-derive contributors, MIT license"
version = release = backprop_derive.__version__

extensions = [
    "myst_parser", "sphinx.ext.autodoc", "sphinx_click", "sphinx_copybutton", "backprop_derive.sphinx_ext",
    "in_mathml", "made_pages",
]  # fmt: skip
exclude_patterns = ["_generated"]
nitpicky = False  # types of other projects would need their inventories, from the network
suppress_warnings = ["myst.strikethrough"]

myst_enable_extensions = ["deflist", "dollarmath"]
myst_dmath_double_inline = True
myst_fence_as_directive = {"math"}
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_class_signature = "separated"
autodoc_default_options = {"members": True, "undoc-members": True}

default_role = "code"  # what stands between single backticks in docstrings
smartquotes = False  # `--open` keeps its hyphens
highlight_language = "none"
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

html_theme = "furo"
html_title = f"backprop-derive {version}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_extra_path = ["_generated/extra"]
(HERE / html_extra_path[0]).mkdir(parents=True, exist_ok=True)  # `made_pages` fills it later
html_favicon = "../backprop_derive/serving/page/icon.svg"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True, "top_of_page_buttons": []}
