"""All operations with their definitions and their derived gradients, as a document."""
