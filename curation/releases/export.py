"""Export: the rows of a release in a format that other tools read, one file per split."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from winnow.core.atomic import atomic_write
from winnow.core.choices import check_choice
from winnow.core.counted import counted
from winnow.core.export_losses import LOSS_TEXTS, ExportLoss
from winnow.core.prompt_template import PromptTemplate
from winnow.core.vocabulary import SPLITS
from winnow.curation.io.writers import WRITERS, formats_of
from winnow.curation.io.writers.export_format import ExportFormat, WrittenLine
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
    """Lines by file name."""
    losses: Mapping[ExportLoss, int] = field(default_factory=dict)
    """Dialogues that lost something or were left out, by what it is."""
    examples: Mapping[ExportLoss, Sequence[str]] = field(default_factory=dict)
    """The first ids of them, and the reason where there is one."""
    warnings: Sequence[str] = ()
    """Rules of the reader that a file breaks, with the rows."""
    dataset_info: Mapping[str, object] = field(default_factory=dict)
    """The entries of `dataset_info.json`, where LLaMA-Factory reads the format."""

    def loss_lines(self) -> list[str]:
        """Everything that was lost, in words."""
        return [
            f"{counted(count, 'dialogue')} {LOSS_TEXTS[loss]} ({', '.join(self.examples[loss])}{more})"
            for loss, count in self.losses.items()
            for more in (", …" if count > IDS_SHOWN else "",)
        ]


@dataclass(frozen=True)
class _PreparedFile:
    """The text of one file, which is written when all are ready."""

    text: str
    count: int
    rows: Sequence[WrittenRow] = ()


def export(
    release: Release,
    format: str,  # noqa: A002  (the name of the parameter for users)
    folder: Path,
    *,
    template: PromptTemplate = PromptTemplate(),  # noqa: B008  (it cannot be changed)
) -> Exported:
    """Write one file per split into a folder. The release is not changed.

    Raises WinnowError for a format that is unknown or does not fit the kind of the release.
    """
    chosen = WRITERS[check_choice("format", format, formats_of(release.kind))]
    files = {
        f"{split}{chosen.suffix}": _prepared(release, split, chosen, template)
        for split in SPLITS
        if release.counts[split]
    }
    warnings = _warnings(chosen, files)
    entries = _dataset_info(release, chosen, files)
    texts = {name: one.text for name, one in files.items()}
    if entries:
        texts[DATASET_INFO] = json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
    for name, text in texts.items():
        with atomic_write(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    losses = [(loss, _named(row, loss)) for one in files.values() for row in one.rows for loss in row.losses]
    counts = Counter(loss for loss, _ in losses)
    return Exported(
        rows={name: one.count for name, one in files.items()},
        losses={loss: counts[loss] for loss in ExportLoss if counts[loss]},
        examples={loss: [name for one, name in losses if one == loss][:IDS_SHOWN] for loss in counts},
        warnings=warnings,
        dataset_info=entries,
    )


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
