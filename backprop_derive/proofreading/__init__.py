"""A written derivation judged line by line, with the engine as its judge. Nothing in it is ever executed."""
