"""Differentiation by SymPy: one shape of expression at a time, never a composed one."""
