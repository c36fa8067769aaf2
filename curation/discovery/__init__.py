"""A first taxonomy of queries that have no labels: groups of similar queries, as suggestions for labels."""
