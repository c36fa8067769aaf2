"""Read databases of users: SQLite files, and dumps of them. The only SQL on data of others."""
