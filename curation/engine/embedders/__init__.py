"""Embedding models: the model's files, the embedder, and one file per backend."""
