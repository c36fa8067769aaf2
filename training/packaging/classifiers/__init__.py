"""Packages of runs that label texts: one folder that answers without Winnow, checked against the run."""
