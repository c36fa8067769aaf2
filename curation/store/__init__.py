"""The workspace's memory: one SQLite file, its tables, and the only code that talks to it."""

from curation.store.database import Store, open_store, setting

__all__ = ["Store", "open_store", "setting"]
