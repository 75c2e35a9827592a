"""From numbers to words: a solution narrated as a Document."""
