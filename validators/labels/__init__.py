"""Names of labels: words for a missing value, names that look alike, and labels with one row."""
