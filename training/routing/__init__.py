"""Routing: how the probabilities of a run become the answer that leaves it."""
