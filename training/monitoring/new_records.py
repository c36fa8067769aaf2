"""How many labeled records a release does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from winnow.core.result import NotMeasured
from winnow.core.vocabulary import SPLITS, STATES
from winnow.curation.releases.release import Release


def count_new_records(rows: Iterable[Mapping[str, Any]], release: Release) -> int | NotMeasured:
    """Labeled records that a release neither holds nor left out as labeled ones; `rows` are working rows.

    What it left out as a repeat or a leak is nothing new; what nobody had labeled then is.
    """
    excluded = release.excluded()
    if excluded is None:
        return NotMeasured(f"{release.name} was frozen before it was written down what was left out")
    known = {str(record) for split in SPLITS if release.counts[split] for record in release.rows(split)["id"]}
    known |= {record for record, reason in excluded.items() if reason not in STATES}
    return sum(1 for row in rows if row["state"] == "labeled" and row["id"] not in known)
