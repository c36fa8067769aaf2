"""The life of a dataset: one folder per stage, from reading files to frozen releases."""
