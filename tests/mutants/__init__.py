"""Mutation testing: small faults put into the package, and whether a test notices each."""
