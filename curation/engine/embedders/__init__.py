"""Embedding models: the model's files, and one backend a file."""
