"""The table of operations: one record each, grouped by family."""
