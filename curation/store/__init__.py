"""The workspace database: one SQLite file, its tables, and all SQL for them."""

from __future__ import annotations

__all__ = ["Store", "open_store", "setting"]
