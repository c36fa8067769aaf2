"""One renderer a result type."""
