"""Count the labeled records that are new or changed since a release."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from winnow.core.vocabulary import SPLITS, STATES, State
from winnow.core.working_row import WorkingRow
from winnow.curation.releases.release import Release


def count_new_records(rows: Iterable[WorkingRow], release: Release) -> int:
    """Number of labeled records that a release neither contains nor excluded as labeled; `rows` are working rows.

    A record that was excluded as a duplicate or leak is not new; one that was not labeled at the time is.
    """
    excluded = release.excluded()
    known = {str(record) for split in _splits(release) for record in release.rows(split)["id"]}
    known |= {record for record, reason in excluded.items() if reason not in STATES}
    return sum(1 for row in rows if row.state == State.LABELED and row.id not in known)


def has_removed_records(rows: Iterable[WorkingRow], release: Release) -> bool:
    """Whether a release has a record that is not labeled any more, because it was retracted, forgotten or discarded."""
    labeled = {row.id for row in rows if row.state == State.LABELED}
    return any(str(record) not in labeled for split in _splits(release) for record in release.rows(split)["id"])


def count_changed_records(
    rows: Iterable[WorkingRow], release: Release, current_label: Callable[[str], str] = str
) -> int:
    """Number of labeled records that are new since a release, or that it holds under another label.

    `current_label` maps a label to its name after all renames.
    """
    every = list(rows)
    frozen = {
        str(record): current_label(str(label))
        for split in _splits(release)
        for record, label in release.rows(split)[["id", "label"]].itertuples(index=False, name=None)
    }
    relabeled = sum(row.state == State.LABELED and row.label != frozen.get(row.id, row.label) for row in every)
    return count_new_records(every, release) + relabeled


def _splits(release: Release) -> list[str]:
    """The splits with rows."""
    return [split for split in SPLITS if release.counts[split]]
