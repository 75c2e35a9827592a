"""What a picture shows, in every format, small and large, and that nothing in it is told by colour alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import backprop_derive as bd
from backprop_derive import telling
from backprop_derive.cli.main import main
from backprop_derive.pictures import PICTURES
from backprop_derive.pictures.arrange import PAGE, SCREEN, fitted
from backprop_derive.pictures.collapse import collapsed
from backprop_derive.pictures.mermaid import escaped
from backprop_derive.pictures.svg import DARK, LIGHT, svg
from tests.browser import in_browser
from tests.conftest import CHECKOUT
from tests.latex import needs_latex
from tests.pictures.problems import perceptron, picture, recurrent, tangled

LESSON = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")
EXAMPLES = sorted((CHECKOUT / "examples").glob("*.txt"))
HOSTILE = """\
Title: </title><script>alert(1)</script> \\input{/etc/passwd} "]; end --> %% & ` $x^
Given x' = 1, end = 2, class = -3, 数_1 = 4
subgraph = x'*end + class*数_1
loss = subgraph^2
Find d(loss)/dx', d(loss)/dclass
"""
SPACE = "{http://www.w3.org/2000/svg}"


def texts(drawn: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(drawn).iter(f"{SPACE}text")]


def test_the_notes_example_shows_values_forward_gradients_back_and_local_gradients() -> None:
    shown = texts(bd.solve(LESSON).to_svg())
    for expected in ("ŷ = x · w", "→ 1", "← −2", "s = ŷ − y", "→ −1", "x = 1", "2s = −2", "loss = s²"):
        assert expected in shown


def test_a_local_gradient_that_is_a_number_is_written_once() -> None:
    shown = texts(bd.solve("Given x = 1, y = 2\ns = x - y\nloss = s^2").to_svg())
    assert {"1", "−1"} <= set(shown)
    assert not any(text.startswith("−1 =") for text in shown)


def test_what_is_on_a_path_is_thick_and_the_rest_is_not() -> None:
    root = ElementTree.fromstring(bd.solve(LESSON).to_svg())
    widths = {
        group.get("data-edge"): float(str(group[0].get("stroke-width"))) for group in root.iter(f"{SPACE}g")
        if group.get("data-edge")
    }  # fmt: skip
    assert {edge for edge, width in widths.items() if width > 2} == {"w y_hat", "y_hat s", "s loss"}
    assert {edge for edge, width in widths.items() if width < 2} == {"x y_hat", "y s"}


def test_tensors_show_shapes_layers_and_what_flows_back() -> None:
    drawn = bd.solve((CHECKOUT / "examples" / "mlp-batch.txt").read_text(encoding="utf-8")).to_svg()
    shown = texts(drawn)
    for expected in ("→ 3×2", "← 2×3", "Xᵀ @ (∂L/∂Z₁)", "→ [0.1, 0, −0.1]"):
        assert expected in shown
    circles = [group for group in ElementTree.fromstring(drawn).iter(f"{SPACE}g") if group.get("data-node") == "H"]
    assert len(circles[0].findall(f"{SPACE}circle")) == 3


def test_without_values_the_picture_shows_formulas() -> None:
    shown = texts(bd.derive(LESSON).to_svg())
    assert "2s" in shown
    assert not any(line.startswith(("→ ", "← ")) for line in shown if "legend" not in line and "forward" not in line)


# --- layers


@pytest.mark.parametrize("name", ["two-two-one-tanh", "two-two-two", "mlp-batch"])
def test_each_layer_of_a_net_is_framed_with_its_name(name: str) -> None:
    drawn = picture((CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8"))
    root = ElementTree.fromstring(svg(drawn))
    frames = {group.get("data-band"): group[0] for group in root.iter(f"{SPACE}g") if group.get("data-band")}
    assert list(frames) == ["Layer 1", "Layer 2"] == [band.name for band in drawn.bands]
    assert "dotted frame: a layer" in texts(svg(drawn))[-1]

    def span(rect: ElementTree.Element) -> tuple[float, float, float, float]:
        x, y, w, h = (float(str(rect.get(key))) for key in ("x", "y", "width", "height"))
        return x, x + w, y, y + h

    boxes = {group.get("data-node"): span(group[0]) for group in root.iter(f"{SPACE}g") if group.get("data-node")}
    for band in drawn.bands:
        left, right, top, bottom = span(frames[band.name])
        held = {key for key, (a, b, c, d) in boxes.items() if left <= a and b <= right and top <= c and d <= bottom}
        met = {key for key, (a, b, c, d) in boxes.items() if a < right and left < b and c < bottom and top < d}
        assert held == met == set(band.members)


def test_a_picture_of_layers_is_told_in_words_and_in_the_language_of_its_reader() -> None:
    solution = bd.solve((CHECKOUT / "examples" / "mlp-batch.txt").read_text(encoding="utf-8"))
    root = ElementTree.fromstring(solution.to_svg())
    assert "Layer 1: Z sub 1, H. Layer 2: Z sub 2. " in str(root.findtext(f"{SPACE}desc"))
    assert "A dotted frame is a layer of the net." in solution.to_html()
    assert "dotted frame" not in bd.solve(LESSON).to_html()
    assert "Schicht 2" in solution.to_html(language="de")
    assert "第 2 层" in solution.to_html(language="zh")


def test_layers_that_were_drawn_as_one_node_have_no_frame() -> None:
    whole = picture(perceptron(20))
    shown = collapsed(whole, 30)
    assert [band.name for band in shown.bands] == ["Layer 1", "Layer 19", "Layer 20"]
    assert fitted(whole, SCREEN)[0].bands == shown.bands
    assert fitted(picture(perceptron(4)), PAGE)[0].bands == picture(perceptron(4)).bands


@pytest.mark.parametrize("name", ["lesson", "mlp-batch", "two-two-one-tanh", "hostile"])
def test_mermaid_itself_draws_every_name_every_use_and_every_layer(name: str, tmp_path: Path) -> None:
    text = HOSTILE if name == "hostile" else (CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
    solution = bd.solve(text)
    drawn = telling.picture(solution.telling())
    found = in_browser(Path(__file__).with_name("mermaid.cjs"), str(solution.render("mermaid")), tmp_path, "mermaid")
    assert len(found["nodes"]) == len(drawn.nodes)
    assert found["edges"] == len(drawn.edges)
    assert sorted(found["bands"]) == [band.name for band in drawn.bands]
    assert sorted(found["inside"]) == sorted(len(band.members) for band in drawn.bands)


# --- large graphs


@pytest.mark.parametrize("frame", [PAGE, SCREEN])
@pytest.mark.parametrize("text", [recurrent(160), tangled(50), tangled(500)], ids=["repeated", "50", "500"])
def test_a_large_graph_is_collapsed_until_it_is_legible(text: str, frame: object) -> None:
    whole = picture(text)
    shown, layout = fitted(whole, frame)  # type: ignore[arg-type]
    assert len(shown.nodes) <= 80
    order = {node.key: k for k, node in enumerate(shown.nodes)}
    assert all(order[edge.source] < order[edge.target] for edge in shown.edges)
    assert sum(node.count for node in shown.nodes) == len(whole.nodes) or any(n.kind == "group" for n in shown.nodes)
    assert layout.width > 0


def test_repeated_steps_become_one_node_between_the_first_and_the_last() -> None:
    shown = collapsed(picture(recurrent(160)), 60)
    (group,) = [node for node in shown.nodes if node.kind == "group"]
    assert group.count == 158
    assert {"h_1", "h_160", "u", "w", "loss"} <= {node.key for node in shown.nodes}
    inner = [(edge.source, edge.target) for edge in shown.edges if edge.is_on_path]
    assert ("u", group.key) in inner
    assert ("h_1", group.key) in inner
    assert (group.key, "h_160") in inner


def test_a_small_picture_is_left_as_it_is() -> None:
    small = picture(LESSON)
    assert collapsed(small, 60) is small


# --- looks


def _contrast(one: str, other: str) -> float:
    """By WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_has_the_contrast_that_readers_need(look: dict[str, str]) -> None:
    for name in ("ink", "value", "adjoint"):
        assert _contrast(look[name], look["fill"]) >= 4.5
    for name in ("path", "edge"):
        assert _contrast(look[name], look["fill"]) >= 3


def test_a_picture_has_a_title_and_a_description_in_words() -> None:
    root = ElementTree.fromstring(bd.solve(LESSON).to_svg())
    assert root.get("role") == "img"
    assert root.findtext(f"{SPACE}title") == "Worked solution"
    description = root.findtext(f"{SPACE}desc") or ""
    assert "s is computed from y hat, y, with the value minus 1; the gradient by it is minus 2." in description


# --- formats


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_drawn_as_well_formed_svg(path: Path) -> None:
    solution = bd.solve(path.read_text(encoding="utf-8"))
    root = ElementTree.fromstring(solution.to_svg())
    drawn = {group.get("data-node") for group in root.iter(f"{SPACE}g")} - {None}
    assert drawn == set(solution.problem.spelled)
    for format in PICTURES:
        assert str(solution.render(format)).endswith("\n")


@pytest.mark.parametrize("name", ["lesson", "mlp-batch", "two-two-two", "rnn-through-time", "hostile"])
@needs_latex
def test_tikz_compiles(name: str, tmp_path: Path) -> None:
    text = HOSTILE if name == "hostile" else (CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
    (tmp_path / "graph.tex").write_text(str(bd.solve(text).render("tikz")), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "graph.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert b"Overfull" not in done.stdout


def test_nothing_that_a_user_wrote_is_markup_in_a_picture() -> None:
    solution = bd.solve(HOSTILE)
    drawn = solution.to_svg()
    assert "<script" not in drawn
    assert "subgraph" in " ".join(texts(drawn))
    assert "<script" not in str(solution.render("mermaid"))
    dot = str(solution.render("dot"))
    assert r"\"]; end" in dot
    assert "<script" not in dot.replace('label="</title><script>', "")


def test_mermaid_knows_no_name_as_a_word_of_its_own() -> None:
    assert escaped('end"]') == "end#34;#93;"
    lines = str(bd.solve(HOSTILE).render("mermaid")).splitlines()
    assert all(re.match(r"  n\d+|flowchart LR|  classDef", line) for line in lines)


def test_dot_has_a_node_a_name_and_an_edge_a_use() -> None:
    dot = str(bd.solve(LESSON).render("dot"))
    assert dot.count(" -> ") == 5
    assert len(re.findall(r"^  n\d+ \[label=<", dot, re.MULTILINE)) == 6


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("name", sorted(path.stem for path in (CHECKOUT / "examples").glob("*.txt")))
def test_graphviz_draws_every_name_and_every_use(name: str) -> None:
    solution = bd.solve((CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8"))
    command = ["dot", "-Tjson0"]
    dot = str(solution.render("dot"))
    done = subprocess.run(command, input=dot, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    drawn = json.loads(done.stdout)
    assert len([each for each in drawn["objects"] if each["name"].startswith("n")]) == dot.count("[label=<")
    assert len(drawn["edges"]) == dot.count(" -> ")


# --- documents


def test_a_page_has_the_picture_unless_it_is_not_wanted() -> None:
    solution = bd.solve(LESSON)
    for format in ("html", "typ", "tex"):
        assert "computation graph" in str(solution.render(format))
        assert "computation graph" not in str(solution.render(format, graph=False))
    for format in ("md", "txt"):
        assert "computation graph" not in str(solution.render(format)).lower()
    assert "```mermaid\nflowchart LR" in solution.to_markdown(graph=True)
    assert "is computed from x, w, with the value 1" in " ".join(solution.to_text(graph=True).split())
    assert "tikzpicture" not in solution.to_latex(fragment=True)
    assert "for the graph" in solution.to_latex(fragment=True, graph=True)


def test_the_command_line_draws(tmp_path: Path) -> None:
    problem = tmp_path / "p.txt"
    problem.write_text(LESSON, encoding="utf-8")
    for suffix, begins in {".svg": "<svg", ".tikz": "\\documentclass", ".mmd": "flowchart", ".gv": "digraph"}.items():
        target = tmp_path / f"graph{suffix}"
        done = CliRunner().invoke(main, ["solve", str(problem), "-o", str(target)])
        assert done.exit_code == 0, done.output
        assert target.read_text(encoding="utf-8").startswith(begins)
    done = CliRunner().invoke(main, ["solve", str(problem), "-f", "html", "--no-graph"])
    assert "<svg" not in done.output


def test_a_file_of_svg_brings_its_background_and_legend_and_a_page_does_not() -> None:
    small = picture(LESSON)
    assert "thick: paths" in svg(small)
    assert "thick: paths" not in svg(small, is_inline=True)
    assert "prefers-color-scheme" not in svg(small, is_printed=True)
