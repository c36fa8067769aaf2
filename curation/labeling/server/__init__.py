"""The embedded Argilla server, seen from Winnow: its environment, process, address and accounts."""
