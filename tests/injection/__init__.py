"""What a user wrote is text at every place and in every format: the texts, the places, and a reader of each format."""
