"""The task file, winnow.yaml: its models, its validation, and edits to it."""
