"""Diff: what changed between two releases, record by record, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from curation.release import Release

Kind = Literal["added", "removed", "relabeled", "moved"]
NEW, GONE, FORGOTTEN = "new record", "no longer in the workspace", "forgotten since"
NOT_WRITTEN = "not known: an old release does not say what it left out"


@dataclass(frozen=True)
class Change:
    """One record that stands otherwise in the new release."""

    kind: Kind
    id: str
    text: str
    before: str
    """Its label before; empty where it was not exported."""
    after: str
    split: str
    """In the new release; in the old one where it was removed; "train to test" where it moved."""
    reason: str


@dataclass(frozen=True, repr=False)
class Diff:
    """Everything that changed, and the same in counts."""

    old: str
    new: str
    changes: list[Change]
    rows: dict[str, tuple[int, int]]
    """Rows by split, before and after."""
    labels: dict[str, tuple[int, int]]
    """Rows by label, before and after; labels of either release."""
    exclusions: dict[str, tuple[int, int]]
    """Records left out by reason, before and after."""
    into_exclusions: dict[str, int]
    """Records exported before and left out now, by reason."""
    out_of_exclusions: dict[str, int]
    """Records left out before and exported now, by the reason that no longer holds."""

    def __repr__(self) -> str:
        counts = Counter(change.kind for change in self.changes)
        return f"<Diff {self.old} to {self.new}: {', '.join(f'{n:,} {kind}' for kind, n in counts.items()) or 'none'}>"

    @property
    def counts(self) -> dict[str, int]:
        """Changes by kind."""
        counted = Counter(change.kind for change in self.changes)
        return {kind: counted[kind] for kind in ("added", "removed", "relabeled", "moved")}

    @property
    def relabelings(self) -> list[tuple[str, str, int]]:
        """Label before, label after and records, the most frequent first."""
        pairs = Counter((c.before, c.after) for c in self.changes if c.kind == "relabeled")
        return [(before, after, count) for (before, after), count in pairs.most_common()]

    def json(self) -> dict[str, Any]:
        """The shape of `diff --json`."""
        shown = asdict(self)
        return {"old": self.old, "new": self.new, "counts": self.counts, "relabelings": self.relabelings, **shown}


def diff(
    old: Release,
    new: Release,
    *,
    called_now: Callable[[str], str] = str,
    forgotten: Collection[str] = (),
) -> Diff:
    """Compare two releases, opened from wherever they lie.

    `called_now` gives a label's name after all renamings; the texts of `forgotten` records are not shown.
    """
    before, after = _rows(old), _rows(new)
    left_out_before, left_out_after = old.left_out(), new.left_out()
    changes = []
    for record in sorted(before.keys() | after.keys()):
        was, now = before.get(record), after.get(record)
        if was is None and now is not None:
            reason = _reason(record, left_out_before, NEW, "was left out: {}")
            changes.append(Change("added", record, now["text"], "", now["label"], now["split"], reason))
        elif now is None and was is not None:
            reason = _reason(record, left_out_after, GONE, "left out: {}")
            changes.append(Change("removed", record, was["text"], was["label"], "", was["split"], reason))
        elif was is not None and now is not None:
            changes += _changed(record, was, now, called_now)
    changes = [replace(one, text="", reason=FORGOTTEN) if one.id in forgotten else one for one in changes]
    return Diff(
        old=old.name,
        new=new.name,
        changes=changes,
        rows={split: (old.counts[split], new.counts[split]) for split in old.counts},
        labels=_paired(Counter(r["label"] for r in before.values()), Counter(r["label"] for r in after.values())),
        exclusions=_paired(Counter(old.manifest["excluded"]), Counter(new.manifest["excluded"])),
        into_exclusions=_moved(before, after, left_out_after),
        out_of_exclusions=_moved(after, before, left_out_before),
    )


def _changed(record: str, was: dict[str, Any], now: dict[str, Any], called_now: Callable[[str], str]) -> list[Change]:
    found = []
    if was["label"] != now["label"]:
        reason = "label renamed" if called_now(was["label"]) == called_now(now["label"]) else "decided anew"
        found.append(Change("relabeled", record, now["text"], was["label"], now["label"], now["split"], reason))
    if was["split"] != now["split"]:
        split = f"{was['split']} to {now['split']}"
        found.append(Change("moved", record, now["text"], was["label"], now["label"], split, "another reserve"))
    return found


def _reason(record: str, left_out: dict[str, str] | None, otherwise: str, sentence: str) -> str:
    if left_out is None:
        return NOT_WRITTEN
    return sentence.format(left_out[record]) if record in left_out else otherwise


def _moved(here: dict[str, Any], there: dict[str, Any], left_out: dict[str, str] | None) -> dict[str, int]:
    """Of the records that only `here` has, how many the other release left out, by reason."""
    return dict(Counter((left_out or {})[r] for r in here if r not in there and r in (left_out or {})).most_common())


def _rows(release: Release) -> dict[str, dict[str, Any]]:
    tables = [release.rows(split) for split, count in release.counts.items() if count]
    columns = ("id", "text", "label", "split")
    rows = (row for table in tables for row in zip(*(table[name] for name in columns), strict=True))
    return {row[0]: dict(zip(columns, row, strict=True)) for row in rows}


def _paired(old: Counter[str], new: Counter[str]) -> dict[str, tuple[int, int]]:
    return {name: (old[name], new[name]) for name in sorted(old.keys() | new.keys())}
