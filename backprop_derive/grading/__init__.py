"""Students' derivations graded line by line: points, follow-through, mistakes, reports."""
