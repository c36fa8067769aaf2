"""Rows of a release that are added again keep id, origin, split, group, weight, license and who decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from winnow.core.counted import agreeing, counted
from winnow.core.csv_cells import unescape_cell
from winnow.core.errors import Problem, WinnowError
from winnow.core.example import record_id
from winnow.core.hashing import json_hash
from winnow.core.vocabulary import ORIGINS, DecidedBy, Origin
from winnow.core.working_row import LICENSE_SEPARATOR
from winnow.curation.ingest.known_releases import NO_RELEASE, KnownReleases, ReleasedRows, ReleaseFacts, ReleaseName
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.raw_rows import RawRows
from winnow.curation.io.readers.source_rows import FrozenRow, RestoredRows, SourceRow, SourceRows
from winnow.curation.releases.manifest import MANIFEST
from winnow.validators.kinds.kind import Kind
from winnow.validators.text import Drop

RESTORED_COLUMNS = ("id", "label", "split", "origin", "group", "weight")
"""Columns that every row of a release has had since the first version, besides those of the content."""


class _ReadRow(NamedTuple):
    number: int
    id: str
    content: Mapping[str, str]
    route: str
    facts: ReleaseFacts
    intact: bool
    """The id is that of the content."""


class _Part(NamedTuple):
    """What the rows of one source have in common."""

    origin: int
    """Its place among the origins: human rows are stored before synthetic ones."""
    license: str
    release: ReleaseName
    origin_model: str


def release_files(path: Path) -> list[Path]:
    """The files that hold the rows of a release, if the path is a release folder; else the path itself."""
    return sorted((path / "jsonl").glob("*.jsonl")) if (path / MANIFEST).is_file() else [path]


def release_readings(found: RawRows, path: Path, known: KnownReleases) -> list[SourceRows]:
    """The rows of a file with the columns of a release, by origin, license and the release that has them unchanged.

    They are compared with the rows of the releases next to the file and in the workspace. An empty list means that the
    file is not one of a release: columns are missing, or no id is the hash of its row's content.

    Raises GateError for a file of a release of the workspace that contradicts its ledger.
    """
    for folder in (*path.absolute().parents[:2], *path.resolve().parents[:2]):
        known.require_recorded(folder)
    rows = [_read_row(number, fields, known.kind) for number, fields in found.rows if not isinstance(fields, Drop)]
    read = [row for row in rows if row is not None]
    if len(read) < len(rows) or not any(row.intact for row in read):
        return []
    releases = known.near(path)
    parts: dict[_Part, list[SourceRow]] = defaultdict(list)
    counts: Counter[ReleaseName] = Counter()
    for row in sorted(read, key=lambda row: row.id):
        release = _release_of(row, releases)
        counts[release] += 1
        for license, source_row in _source_rows(row, verified=bool(release.sha256)):
            parts[_Part(ORIGINS.index(row.facts.origin), license, release, row.facts.origin_model)].append(source_row)
    unreadable = [SourceRow(number, problem=drop) for number, drop in found.rows if isinstance(drop, Drop)]
    readings = [_reading(found, part, listed) for part, listed in sorted(parts.items())]
    readings[0].rows.extend(unreadable)
    readings[0].notes.extend([*found.notes, *_notes(found.name, counts, sum(not row.intact for row in read))])
    return readings


def _release_of(row: _ReadRow, releases: Sequence[ReleasedRows]) -> ReleaseName:
    """The first release that has the row unchanged."""
    having = (one.release for one in releases if row.intact and one.facts.get(row.id) == row.facts)
    return next(having, NO_RELEASE)


def _read_row(number: int, fields: Mapping[str, Any], kind: Kind) -> _ReadRow | None:
    """A row with the columns of a release; None if it is not one. A cell may be escaped, as in an exported CSV file."""
    if not {*RESTORED_COLUMNS, *kind.content_columns} <= fields.keys() or fields["origin"] not in ORIGINS:
        return None
    try:
        weight = max(1, int(fields["weight"]))
    except (TypeError, ValueError):
        return None
    plain = {name: str("" if value is None else value) for name, value in fields.items()}
    for cells in (plain, {name: unescape_cell(value) for name, value in plain.items()}):
        content = {name: cells[name] for name in kind.content_columns}
        intact = record_id(kind.name, kind.content_of(content)) == cells["id"]
        label, split, origin, group = (cells[name] for name in ("label", "split", "origin", "group"))
        decided_by, license = cells.get("decided_by", ""), cells.get("license", "")
        facts = ReleaseFacts(label, split, origin, group, weight, decided_by, license, cells.get("origin_model", ""))
        row = _ReadRow(number, cells["id"], content, cells.get("route", ""), facts, intact)
        if intact:
            break
    return row


def _source_rows(row: _ReadRow, *, verified: bool) -> Iterator[tuple[str, SourceRow]]:
    """The row as a row of one source for each of its licenses; the first one has what is left of the weight."""
    licenses = row.facts.license.split(LICENSE_SEPARATOR)
    for position, license in enumerate(licenses):
        weight = 1 if position else max(1, row.facts.weight - len(licenses) + 1)
        frozen = FrozenRow(weight, _decided_by(row) if verified else DecidedBy.FILE, verified)
        yield (
            license,
            SourceRow(
                row.number,
                row.content,
                row.facts.label,
                row.route,
                row.facts.split,
                group=row.facts.group or None,
                frozen=frozen,
            ),
        )


def _decided_by(row: _ReadRow) -> DecidedBy:
    """Who decided; releases that do not say it hold only synthetic rows that a lot or a person accepted.

    Raises WinnowError for a value that no release has.
    """
    stated = row.facts.decided_by or (DecidedBy.LOT if row.facts.origin == Origin.SYNTHETIC else DecidedBy.FILE)
    expected = [one for one in DecidedBy if one != DecidedBy.NOBODY]
    if stated not in expected:
        found = f"the release says that {stated!r} decided its label"
        fix = "restore the release from a copy, or leave it out"
        raise WinnowError(Problem(f"record {row.id}", found, f"one of {', '.join(expected)}", fix))
    return DecidedBy(stated)


def _reading(found: RawRows, part: _Part, rows: list[SourceRow]) -> SourceRows:
    origin, verified = ORIGINS[part.origin], bool(part.release.sha256)
    facts = [[dict(row.content), row.label, row.split, row.group, row.frozen and row.frozen[:2]] for row in rows]
    stated = part if part.origin_model else part[:3]  # the hash is that of versions without models
    digest = json_hash([*stated, facts] if verified else [*stated, found.file_hash])
    if verified:  # their order in every file of a release is that of their ids
        rows = [replace(row, number=number) for number, row in enumerate(rows, 1)]
    columns = Columns(text="text", label="label", split="split", group="group")
    batch = f"release-{digest[:12]}" if origin == Origin.SYNTHETIC else ""
    restored = RestoredRows(origin, part.license, part.release.sha256, batch, part.origin_model)
    return SourceRows(found.name, digest, columns, rows, [], restored=restored)


def _notes(name: str, counts: Counter[ReleaseName], edited: int) -> list[str]:
    """How many rows each release has unchanged, and how many no release has; `edited` ones have another text."""
    kept = "they keep id, origin, split, group, weight, license, model and who decided"
    notes = [
        f"{name}: {counted(count, 'row')} of release {release.name}: {kept}"
        for release, count in sorted(counts.items())
        if release != NO_RELEASE
    ]
    if counts[NO_RELEASE]:
        texts = f" ({edited:,} have a text that is not that of their id)" if edited else ""
        missing = "no release next to the file or in the workspace contains them unchanged"
        found = (
            f"{counted(counts[NO_RELEASE], 'row')} "
            f"{agreeing(counts[NO_RELEASE], 'has', 'have')} the columns of a release, but {missing}"
        )
        notes.append(f"{name}: {found}{texts}: their labels count as a file's, and synthetic rows wait for review")
    return notes
