"""A Typst document: the source of the PDF."""

from __future__ import annotations

from ..document import Document, MathNode, Picture
from ..options import Options
from ..pictures.arrange import PAGE, fitted, scale
from ..pictures.svg import svg as drawn
from ..pictures.words import description
from ..printers.speech import SpeechPrinter, speech
from ..printers.text import width
from ..printers.typst import TypstPrinter, spaced, string_literal, typst
from .squares import svg
from .templates import fill
from .views import SHORT, Segment, Voice, segments, views

# Families that machines have for a language, the first one that is there is taken.
_FONTS = {
    "zh": (
        "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun", "Noto Sans CJK SC", "Source Han Sans SC",
        "PingFang SC", "Microsoft YaHei",
    ),
}  # fmt: skip


def render(document: Document, options: Options) -> str:
    """The document as Typst source. Whatever a user wrote stands in string literals."""
    names = document.literal_names
    voice = Voice(
        words=lambda text: f"#{string_literal(text)}" if text else "",
        strong=lambda text: f"#strong({string_literal(text)})",
        code=lambda text: f"#raw({string_literal(text)})",
        math=lambda part: _formula(part.node, names),
        equation=lambda node: f"#formula({string_literal(speech(node, names))}, ${typst(node, names)}$)",
        code_block=string_literal,
        squares=lambda code: (
            f'#image(bytes({string_literal(svg(code))}), format: "svg", width: 1.8cm, alt: {string_literal(code.text)})'
        ),
        drawing=_drawing,
    )
    blocks = views(document, voice)
    title, language = string_literal(document.title), string_literal(document.language)
    fonts = _fonts(document.language)
    return fill("typ", document, blocks, options, title=title, language=language, fonts=fonts)


def _fonts(language: str) -> str:
    families = [string_literal(family) for family in ("New Computer Modern", *_FONTS.get(language, ()))]
    return families[0] if len(families) == 1 else f"({', '.join(families)})"


def _formula(node: MathNode, names: frozenset[str]) -> str:
    def measure(part: MathNode) -> int:
        return width(part, names)

    pieces = (Segment("", node),) if measure(node) <= SHORT else segments(node, measure)
    return "".join(_piece(piece, names) for piece in pieces)


def _drawing(picture: Picture) -> str:
    """The call that sets the picture, no larger than it is and no wider than the page; it lacks the caption."""
    fit = fitted(picture, PAGE)
    source = string_literal(drawn(picture, PAGE, is_printed=True, fit=fit))
    function = "tall-picture" if fit[1].height * scale(fit[1], PAGE) > _TALL else "picture"
    return f"{function}(bytes({source}), {string_literal(description(picture))})"


_TALL = 320.0  # pixels, about a third of a page


# A piece that is longer than a line must break within; a shorter one is kept together.
_LONGEST_KEPT = 75


def _piece(piece: Segment, names: frozenset[str]) -> str:
    """A piece with the sign before it: a line may break before each, never within a short one."""
    printer, speaker = TypstPrinter(names), SpeechPrinter(names)
    source, spoken = printer.show(piece.node, piece.outer), speaker.show(piece.node, piece.outer)
    if not source:
        return ""  # of nothing that is asked, there is no formula
    gap = ""
    if piece.sign:
        spoken = f"{speaker.relation(piece.sign).strip()} {spoken}"
        gap, source = _signed(piece.sign, printer.relation(piece.sign), source)
    function = "link" if width(piece.node, names) <= _LONGEST_KEPT else "formula"
    comma = piece.comma.replace(";", "\\;")  # a bare one would end the call, and be gone
    return f"{gap}#{function}({string_literal(spoken)}, ${source}$)" + (f"{comma} " if comma else "")


def _signed(sign: str, shown: str, source: str) -> tuple[str, str]:
    """The space before a sign, which vanishes where a line breaks, and the sign with its formula."""
    if sign in "+-·":
        # Without a left operand Typst would take it for a sign of the number.
        return "#operator-gap", spaced(f'class("normal", {shown}) med', source)
    return "#relation-gap", spaced(shown, source)
