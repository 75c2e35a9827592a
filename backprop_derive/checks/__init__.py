"""Other roads to the same numbers. Nothing here reaches the calculus or the evaluation that it checks."""
