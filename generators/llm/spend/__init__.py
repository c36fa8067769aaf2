"""The spend ledger of everything that pays for requests: the only code that reads and writes a `spend.db`."""
