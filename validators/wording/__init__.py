"""Properties of the wording of texts: facets, guards, spelling, diversity."""
