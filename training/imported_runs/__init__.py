"""Runs made of another system's predictions, so that it can be evaluated and compared."""
