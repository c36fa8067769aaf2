"""Labeling in Argilla: which records annotators see next, and how their responses come back."""
