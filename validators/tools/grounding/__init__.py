"""Whether every argument of a call follows from what came before it; one module a normalization."""
