"""`python -m backprop_derive` is the command line."""

from .cli.main import main

main()
