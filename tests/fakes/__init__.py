"""Local stand-ins for what cannot be reached in a test: Claude's API, and tiny models that load like real ones."""
