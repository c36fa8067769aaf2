"""The unmodified Argilla server on SQLite, a private Redis, and a search engine that answers from Argilla's tables."""
