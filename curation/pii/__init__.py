"""Personal data: detect it, and replace it with natural surrogates."""
