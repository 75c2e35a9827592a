"""Every word within mathematics, and every phrase in which formulas are heard, in one place to be translated."""

from __future__ import annotations

from ..languages import Sentences

# fmt: off
# Within formulas; a blank at the end keeps a word from what follows.
WORDS = Sentences("words in formulas", {
    "if": "if ",
    "otherwise": "otherwise",
    "first": ", the first to be",
    "equal": ", {} of them equal",
})

# Signs as they are heard between two formulas.
SIGNS = Sentences("signs heard", {
    "=": "equals",
    "≈": "is approximately",
    ":=": "is defined as",
    "<-": "becomes",
    "->": "to",
    "<=": "is at most",
    ">=": "is at least",
    "!=": "is not",
    "==": "equals",
    "<": "is less than",
    ">": "is greater than",
    "+": "plus",
    "-": "minus",
    "·": "times",
    "⊙": "times entry by entry",
    "@": "matrix times",
    "∈": "is one of",
})

# Formulas as they are heard.
HEARD = Sentences("formulas heard", {
    "minus": "minus ",
    "sub": "sub {index}",
    "prime": "prime",
    "capital": "capital {letter}",
    "hat": "hat",
    "bar": "bar",
    "tilde": "tilde",
    "dot": "dot",
    "ten": "10 to the power {exponent}",
    "scientific": "{mantissa} times {power}",
    "over": "{above} over {below}",
    "fraction": "the fraction {above} over {below} end fraction",
    "squared": "{base} squared",
    "cubed": "{base} cubed",
    "power": "{base} to the power {exponent}",
    "transposed": "{inner} transposed",
    "inverse transposed": "the inverse of {inner} transposed",
    "root": "the square root of {inner}",
    "long root": "the square root of {inner} end root",
    "absolute value": "the absolute value of {inner}",
    "norm": "the norm of {inner}",
    "floor": "the floor of {inner}",
    "end of it": "{inner}, end of it",
    "parentheses": "open parenthesis {inner} close parenthesis",
    "cases": "by cases {rows}; end of cases",
    "operator": "{above} by {below} of {operand}",
    "partial": "partial {of}",
    "d": "d {of}",
    "second partial": "second partial {of}",
    "second d": "second d {of}",
    "derivative": "{above} by {below}",
    "held": "{derivative} with {held} held fixed",
    "delta": "delta sub {by}",
    "gradient": "the gradient of {of} by {by}",
    "application": "{head} of {arguments}",
    "sum": "the sum over {indices} of {body}",
    "and": " and ",
    "matrix": "the matrix with rows {rows} end matrix",
    "vector": "the vector {items} end vector",
    "and so on": "and so on",
    "blank": "blank",
    "matrix product": "{left} matrix times {right}",
    "tensors": "the real tensors of shape {shape}",
    "by": " by ",
    "real numbers": "the real numbers",
})
