"""What a workspace knows by now that a release did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from curation.estimates import NotMeasured
from curation.labels import STATES
from curation.release import SPLITS, Release


def new_records(rows: Iterable[Mapping[str, Any]], release: Release) -> int | NotMeasured:
    """Labeled records that a release neither holds nor left out as labeled ones; `rows` are working rows.

    What it left out as a repeat or a leak is nothing new; what nobody had labeled then is.
    """
    left_out = release.left_out()
    if left_out is None:
        return NotMeasured(f"{release.name} was frozen before it was written down what was left out")
    held = {str(record) for split in SPLITS if release.counts[split] for record in release.rows(split)["id"]}
    held |= {record for record, reason in left_out.items() if reason not in STATES}
    return sum(1 for row in rows if row["state"] == "labeled" and row["id"] not in held)


def whole_months(since: datetime, until: datetime) -> int:
    """Calendar months that have passed; a month is whole on its day, or on the last one of a shorter month."""
    months = 12 * (until.year - since.year) + until.month - since.month
    early = (until.day, until.time()) < (since.day, since.time()) and not _last_day(until)
    return max(months - early, 0)


def _last_day(at: datetime) -> bool:
    from calendar import monthrange

    return at.day == monthrange(at.year, at.month)[1]
