"""Exercises: variants of a problem, the mistakes people make in it, and the sheets and quizzes that come of them."""
