"""Numbers for a derivation: exact rationals, short closed forms, and reals whose error is known."""
