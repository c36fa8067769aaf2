"""Acceptance sampling of generated records, and the measured accuracy of labels."""
