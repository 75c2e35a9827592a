"""Training: updates by an optimiser, their trace, and how it is told and drawn."""
