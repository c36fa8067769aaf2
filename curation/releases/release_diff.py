"""What changed between two releases, record by record, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from winnow.core.vocabulary import ChangeKind, ExclusionReason
from winnow.curation.releases.release import Release
from winnow.curation.releases.task_changes import TaskChange, task_changes
from winnow.validators.kinds.kind import Kind

if TYPE_CHECKING:
    import pandas as pd

NEW, REMOVED, FORGOTTEN = "new record", "no longer in the workspace", "forgotten since then"


class ExportedRow(NamedTuple):
    """What is compared of a record in a release."""

    text: str
    """Its content as text for people."""
    label: str
    """Name of its label in the release."""
    split: str
    """The split that holds it."""


@dataclass(frozen=True)
class RecordChange:
    """One record that differs between the releases."""

    kind: ChangeKind
    """How it differs."""
    id: str
    """Record id."""
    text: str
    """Its content as text for people; empty if it was forgotten since."""
    before: str
    """Its label before; empty if it was not exported."""
    after: str
    """Its label after; empty if it is not exported any more."""
    split: str
    """In the new release; in the old one if it was removed; "train to test" if it moved."""
    reason: str
    """Why it differs, in words."""


class Relabeling(NamedTuple):
    """Records whose label changed in the same way."""

    before: str
    """Label in the old release."""
    after: str
    """Label in the new release."""
    records: int
    """How many."""


@dataclass(frozen=True, repr=False)
class ReleaseDiff:
    """Every change, and the changes in counts."""

    old: str
    """Name of the old release."""
    new: str
    """Name of the new release."""
    changes: list[RecordChange]
    """Every record that differs, by id."""
    rows: dict[str, tuple[int, int]]
    """Rows by split, before and after."""
    labels: dict[str, tuple[int, int]]
    """Rows by label, before and after; labels of either release."""
    exclusions: dict[str, tuple[int, int]]
    """Excluded records by reason, before and after."""
    newly_excluded: dict[str, int]
    """Records exported before and excluded now, by reason."""
    no_longer_excluded: dict[str, int]
    """Records excluded before and exported now, by the reason that no longer applies."""
    task_changes: list[TaskChange]
    """Changed tools and system prompt; empty for kinds without them."""

    def __repr__(self) -> str:
        counts = Counter(change.kind for change in self.changes)
        changes = ", ".join(f"{n:,} {kind}" for kind, n in counts.items())
        return f"<ReleaseDiff {self.old} to {self.new}: {changes or 'no changes'}>"

    @property
    def counts(self) -> dict[str, int]:
        """Changes by kind."""
        counted = Counter(change.kind for change in self.changes)
        return {kind.value: counted[kind] for kind in ChangeKind}

    @property
    def relabelings(self) -> list[Relabeling]:
        """Changes of labels, the most frequent first."""
        pairs = Counter((c.before, c.after) for c in self.changes if c.kind == ChangeKind.RELABELED)
        return [Relabeling(before, after, count) for (before, after), count in pairs.most_common()]

    def json(self) -> dict[str, Any]:
        """The shape of `diff --json`."""
        shown = asdict(self)
        return {"old": self.old, "new": self.new, "counts": self.counts, "relabelings": self.relabelings, **shown}


def diff_releases(
    old: Release,
    new: Release,
    *,
    current_label: Callable[[str], str] = str,
    forgotten: Collection[str] = (),
) -> ReleaseDiff:
    """Compare two releases.

    `current_label` gives a label's name after all renames; the texts of `forgotten` records are not shown.
    """
    before, after = _rows(old), _rows(new)
    excluded_before, excluded_after = old.excluded(), new.excluded()
    changes = []
    for record in sorted(before.keys() | after.keys()):
        was, now = before.get(record), after.get(record)
        if was is None and now is not None:
            reason = _reason(record, excluded_before, NEW, "was excluded: {}")
            changes.append(RecordChange(ChangeKind.ADDED, record, now.text, "", now.label, now.split, reason))
        elif now is None and was is not None:
            reason = _reason(record, excluded_after, REMOVED, "excluded: {}")
            changes.append(RecordChange(ChangeKind.REMOVED, record, was.text, was.label, "", was.split, reason))
        elif was is not None and now is not None:
            changes += _record_changes(record, was, now, current_label)
    changes = [replace(one, text="", reason=FORGOTTEN) if one.id in forgotten else one for one in changes]
    return ReleaseDiff(
        old=old.name,
        new=new.name,
        changes=changes,
        rows={split: (old.counts[split], new.counts[split]) for split in old.counts},
        labels=_paired(Counter(r.label for r in before.values()), Counter(r.label for r in after.values())),
        exclusions=_paired(Counter(old.manifest.excluded), Counter(new.manifest.excluded)),
        newly_excluded=_count_reasons(before, after, excluded_after),
        no_longer_excluded=_count_reasons(after, before, excluded_before),
        task_changes=task_changes(old.task(), new.task()),
    )


def _record_changes(
    record: str, was: ExportedRow, now: ExportedRow, current_label: Callable[[str], str]
) -> list[RecordChange]:
    found = []
    if was.label != now.label:
        reason = "label renamed" if current_label(was.label) == current_label(now.label) else "decided again"
        found.append(RecordChange(ChangeKind.RELABELED, record, now.text, was.label, now.label, now.split, reason))
    if was.split != now.split:
        split = f"{was.split} to {now.split}"
        found.append(
            RecordChange(ChangeKind.MOVED, record, now.text, was.label, now.label, split, "assigned split changed")
        )
    return found


def _reason(record: str, excluded: Mapping[str, ExclusionReason], otherwise: str, sentence: str) -> str:
    return sentence.format(excluded[record]) if record in excluded else otherwise


def _count_reasons(
    here: Collection[str], there: Collection[str], excluded: Mapping[str, ExclusionReason]
) -> dict[str, int]:
    """Of the records that only `here` has, how many the other release excluded, by reason."""
    return dict(Counter(excluded[r].value for r in here if r not in there and r in excluded).most_common())


def _rows(release: Release) -> dict[str, ExportedRow]:
    tables = [release.rows(split) for split, count in release.counts.items() if count]
    return {record: row for table in tables for record, row in _readable_rows(table, release.kind)}


def _readable_rows(table: pd.DataFrame, kind: Kind) -> Iterator[tuple[str, ExportedRow]]:
    parts = list(kind.content_columns)
    for record, label, split, *values in zip(
        table["id"], table["label"], table["split"], *(table[part] for part in parts), strict=True
    ):
        content = kind.content_of(dict(zip(parts, values, strict=True)))
        yield record, ExportedRow(kind.readable(content), label, split)


def _paired(old: Counter[str], new: Counter[str]) -> dict[str, tuple[int, int]]:
    return {name: (old[name], new[name]) for name in sorted(old.keys() | new.keys())}
