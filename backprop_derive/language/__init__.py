"""The problem language: text to Problem, and Problem to text."""
