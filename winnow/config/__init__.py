"""The task file, winnow.yaml: its models, its checks, and edits to it."""
