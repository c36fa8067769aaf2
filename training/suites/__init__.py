"""Suites: dialogues that were written for measuring and are never part of a dataset."""
