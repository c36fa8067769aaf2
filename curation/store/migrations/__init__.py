"""Schema changes, in order. HEAD is the revision that this version of Winnow reads and writes."""

from __future__ import annotations

HEAD = "0016"
