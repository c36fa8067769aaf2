"""Benchmarks. `make bench` measures speed as a ratio to a named alternative in the same run; no test is timed."""
