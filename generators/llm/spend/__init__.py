"""The spend ledger of generation: the only code that reads and writes `.winnow/spend.db`."""
