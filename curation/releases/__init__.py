"""Releases: freeze, open, verify, compare, describe and export."""
