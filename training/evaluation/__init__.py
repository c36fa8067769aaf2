"""Measure a run on one split of its release, and compare runs."""
