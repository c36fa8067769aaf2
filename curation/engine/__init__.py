"""Vectors: embedding models, the vector cache, exact similarity search, the linear probe."""
