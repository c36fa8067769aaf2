"""Statistics: intervals, differences, significance tests, acceptance sampling."""
