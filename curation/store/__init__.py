"""The workspace database: one SQLite file, its tables, and all SQL for them."""
