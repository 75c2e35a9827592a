"""The bridge to SymPy: our expressions there and back, operations as functions that keep their form."""
