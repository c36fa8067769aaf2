"""Measures of answers that may call tools, from judged answers."""
