"""Exports to learning platforms: variants as the questions of one, a module a format."""
