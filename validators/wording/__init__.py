"""What can be said about how a text is worded: facets, guards, spelling, diversity."""
