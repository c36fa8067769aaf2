"""Dialogues written by a language model: requests, the results of their calls, what follows, contrasts, and a judge."""
