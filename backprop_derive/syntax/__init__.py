"""Source text, tokens, names and expressions: what the problem language and the operation table share."""
