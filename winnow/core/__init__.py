"""Shared by all packages: vocabulary, errors, results, hashing, time, paths."""
