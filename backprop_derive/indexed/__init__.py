"""Index notation: shapes, entries of tensors, and sums over indices; no SymPy and no numbers."""
