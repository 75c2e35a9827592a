"""Notations for mathematics: LaTeX, Typst and Unicode text, each stating its differences from one walk."""
