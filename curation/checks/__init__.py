"""What may be exported: similarity, leakage, dedup, coverage, and the gates."""
