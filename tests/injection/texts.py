"""What a hostile author writes: whatever some reader of some format takes for more than text."""

from __future__ import annotations

HOSTILE = [
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "</title><b>x</b>", "</style><b>x</b>", "<!-- x", "--> x", "a ]]> b", "&lt;b&gt; &amp;", 'x" onload="y', "$x$",
    "$$x$$", "cost $5 and $6", "`x`", "``` x", "*x* _y_ ~~z~~", "![](x)", "[a](javascript:alert(1))",
    "<javascript:alert(1)>", "---", "===", "# x", "- x", "1. x", "+ x", "> x", "| a | b |", "[^1]: x", "{.x #y}",
    "::: x", "@name", r"\input{secret.txt}", r"\write18{touch x}", "^^5cinput{secret.txt}", r"\end{document}",
    "100% sure", "} {", "~ # & _", r"ends with \ ", r"\begin{verbatim}", '#import "x.typ": *', '#read("secret.txt")',
    '#eval("1")', '"); #x', "$ ] `", "// x /* y", "{{ 7*191 }}", "{% for x in y %}", "{# x #}", "<< 7*191 >>",
    "<% x %>", "<# x #>", "%%bash", "!echo", "?x", ": x", "${x}", "x" * 400, "\\" * 50, "a&#36;b",
    "https://example.invalid/?a=b",
]  # fmt: skip

# What only spreadsheets, learning platforms, notebooks, Graphviz and Mermaid read.
PLATFORMS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("https://example.invalid","x")',
    "{1:NUMERICAL:=3:0.1#why}", "a::b {=yes ~no #why}", "$CATEGORY: x", r"\(\evil\) and \[\evil\]", "{{params.x}}",
    "`r 191*7`", "```{r}", "exsolution: 5", "Solution", "{{c1::x}} [latex]x[/latex] [sound:x.mp3]",
    "### BEGIN SOLUTION", '"""', "'''", "\\N{BULLET} \\x41 \\u0041", r"\N \G \L \l", '"] ; x', "x --> y; end", "%% x",
    "{backprop}`w`", "<|x|>", "a,b;c", "&#x22; &quot; &apos;", "<![CDATA[ x", "<?xml x ?>", "&xxe; %xxe;",
]  # fmt: skip

ALL = HOSTILE + PLATFORMS
PLAIN = "plain words"  # what any other text is compared with

# Words of formats and of what is built upon them, as names.
NAMES = (
    "dot end input frac script class import None null NaN constructor prototype function graph subgraph style let while"
    " eval def begin text var this toString torch jax numpy np print self straße sty vec cases table array object"
).split()


def plain_name(name: str) -> str:
    """A word that no format knows, as long as a name: where formulas break is asked of their length."""
    return ("word" * 9)[: len(name)]


HIDDEN = ["\x1b", "\x00", "\x07", "\x9b", "\x7f", "\u202e", "\u200b", "\u2066", "\ufffe", "\u2028"]
