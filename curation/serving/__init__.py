"""The embedded Argilla server, seen from Winnow: its environment, its process, its people."""
