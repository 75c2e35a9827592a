"""`python -m backprop_derive` is the command line."""

from .cli.entry import run

run()
