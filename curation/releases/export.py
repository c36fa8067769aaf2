"""Export: a release in a format that other tools read, mostly one file per split."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from winnow.core.atomic import atomic_write
from winnow.core.choices import check_choice
from winnow.core.counted import counted
from winnow.core.export_losses import LOSS_TEXTS, OF_QUERIES, ExportLoss
from winnow.core.prompt_template import PromptTemplate
from winnow.core.vocabulary import SPLITS
from winnow.curation.io.writers import WRITERS, formats_of
from winnow.curation.io.writers.export_format import ExportFormat, WrittenLine
from winnow.curation.io.writers.query_release import QueryRelease, ReleasedQuery
from winnow.curation.io.writers.written_rows import WrittenRow, content_rows, lines_text, written_rows
from winnow.curation.releases.release import Release

DATASET_INFO = "dataset_info.json"
"""The file in which LLaMA-Factory looks its datasets up."""

IDS_SHOWN = 3
"""A loss names so many rows."""


@dataclass(frozen=True)
class Exported:
    """What was written, and what was not."""

    rows: Mapping[str, int]
    """Rows by file name; 0 for a file that holds none, such as settings."""
    losses: Mapping[ExportLoss, int] = field(default_factory=dict)
    """Rows that lost something or were left out, by what it is."""
    examples: Mapping[ExportLoss, Sequence[str]] = field(default_factory=dict)
    """The first ids of them, and the reason where there is one."""
    warnings: Sequence[str] = ()
    """Rules of the reader that a file breaks, with the rows."""
    dataset_info: Mapping[str, object] = field(default_factory=dict)
    """The entries of `dataset_info.json`, where LLaMA-Factory reads the format."""

    def loss_lines(self) -> list[str]:
        """Everything that was lost, in words."""
        return [
            f"{counted(count, noun)} {LOSS_TEXTS[loss]} ({', '.join(self.examples[loss])}{more})"
            for loss, count in self.losses.items()
            for noun in ("row" if loss in OF_QUERIES else "dialogue",)
            for more in (", …" if count > IDS_SHOWN else "",)
        ]


@dataclass(frozen=True)
class _PreparedFile:
    """The text of one file, which is written when all are ready."""

    text: str
    count: int
    rows: Sequence[WrittenRow] = ()


@dataclass(frozen=True)
class _PreparedExport:
    """All files, and what is said about them."""

    files: Mapping[str, _PreparedFile]
    rows: Sequence[WrittenRow]
    """What became of each row; of a format that writes a release as a whole, only of those that are left out."""
    warnings: Sequence[str]
    dataset_info: Mapping[str, object] = field(default_factory=dict)


def export(
    release: Release,
    format: str,  # noqa: A002  (the name of the parameter for users)
    folder: Path,
    *,
    template: PromptTemplate = PromptTemplate(),  # noqa: B008  (it cannot be changed)
) -> Exported:
    """Write the files of a format into a folder, mostly one per split. The release is not changed.

    The template is put around each query by formats that write prompts.
    Raises WinnowError for a format that is unknown or does not fit the kind of the release.
    """
    chosen = WRITERS[check_choice("format", format, formats_of(release.kind))]
    prepared = _prepared_whole(release, chosen) if chosen.whole else _prepared_splits(release, chosen, template)
    files, entries = prepared.files, prepared.dataset_info
    texts = {name: one.text for name, one in files.items()}
    if entries:
        texts[DATASET_INFO] = json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
    for name, text in texts.items():
        with atomic_write(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    losses = [(loss, _named(row, loss)) for row in prepared.rows for loss in row.losses]
    counts = Counter(loss for loss, _ in losses)
    return Exported(
        rows={name: one.count for name, one in files.items()},
        losses={loss: counts[loss] for loss in ExportLoss if counts[loss]},
        examples={loss: [name for one, name in losses if one == loss][:IDS_SHOWN] for loss in counts},
        warnings=prepared.warnings,
        dataset_info=entries,
    )


def _prepared_splits(release: Release, chosen: ExportFormat, template: PromptTemplate) -> _PreparedExport:
    files = {
        f"{split}{chosen.suffix}": _prepared(release, split, chosen, template)
        for split in SPLITS
        if release.counts[split]
    }
    rows = [row for one in files.values() for row in one.rows]
    return _PreparedExport(files, rows, _warnings(chosen, files), _dataset_info(release, chosen, files))


def _prepared_whole(release: Release, chosen: ExportFormat) -> _PreparedExport:
    assert chosen.whole is not None
    found = chosen.whole(_content(release))
    left_out = [WrittenRow(record, [], {loss: ""}) for loss, ids in found.left_out.items() for record in ids]
    files = {one.name: _PreparedFile(one.text, one.rows) for one in found.files}
    return _PreparedExport(files, left_out, found.warnings)


def _content(release: Release) -> QueryRelease:
    """The rows of a release of queries, and its task."""
    tables = {split: release.rows(split) for split in SPLITS if release.counts[split]}
    names = ("id", "text", "label", "group", "origin", "weight")
    rows = {
        split: [ReleasedQuery(*values) for values in zip(*(table[name].tolist() for name in names), strict=True)]
        for split, table in tables.items()
    }
    return QueryRelease(release.task(), release.labels, rows)


def _named(row: WrittenRow, loss: ExportLoss) -> str:
    return f"{row.id}: {row.losses[loss]}" if row.losses[loss] else row.id


def _prepared(release: Release, split: str, chosen: ExportFormat, template: PromptTemplate) -> _PreparedFile:
    rows = release.rows(split)
    if chosen.table is not None:
        return _PreparedFile(chosen.table(rows, release.columns), len(rows))
    written = list(written_rows(content_rows(rows, release.task(), template), chosen))
    lines = [line for row in written for line in row.lines]
    return _PreparedFile(lines_text(lines), len(lines), written)


def _warnings(chosen: ExportFormat, files: Mapping[str, _PreparedFile]) -> list[str]:
    if chosen.warnings is None:
        return []
    lines = {name: [WrittenLine(row.id, line) for row in one.rows for line in row.lines] for name, one in files.items()}
    return [warning for name, found in lines.items() for warning in chosen.warnings(found, name)]


def _dataset_info(release: Release, chosen: ExportFormat, files: Mapping[str, _PreparedFile]) -> dict[str, object]:
    """An entry for each file, under the name of the release and the split."""
    if chosen.dataset_columns is None:
        return {}
    columns = chosen.dataset_columns(release.task())
    return {f"{release.name}_{Path(name).stem}": {"file_name": name, **columns} for name in files}
