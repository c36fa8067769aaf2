"""Speed, measured as ratios against a named alternative in the same run. Run by `make bench`; never a timed test."""
