"""The columns of a release, in order."""

from __future__ import annotations

RELEASE_COLUMNS = ["id", "text", "label", "route", "split", "origin", "group", "facets", "weight"]
