"""Write dropped rows, whole, with the reason and the fix, to a file that can be fixed and added again."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence, Set
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from winnow.core.atomic import atomic_write
from winnow.core.example import ID_CHARACTERS, record_id
from winnow.core.hashing import stable_hash
from winnow.core.timestamps import parse_time
from winnow.core.vocabulary import RawFormat
from winnow.curation.ingest.drop_fixes import fix_of
from winnow.curation.ingest.dropped_values import without_private_values
from winnow.curation.ingest.screen import DroppedRow, ScreenContext
from winnow.curation.ingest.screen_file import ScreenedFile
from winnow.curation.io.dropped_line import DroppedBatch, DroppedLine, DroppedSource, is_encodable
from winnow.curation.io.foreign_values import to_json
from winnow.curation.io.readers.columns import parse_split
from winnow.curation.io.readers.dropped_rows import WITHHELD
from winnow.validators.kinds.kind import Kind

NOT_IN_NAMES = re.compile(r"[^\w.-]")
"""Characters of a source's name that the name of its file of dropped rows does not take over."""

RECORD_ID = re.compile(rf"[0-9a-f]{{{ID_CHARACTERS}}}")


@dataclass(frozen=True)
class DroppedFile:
    """Where dropped rows were written, and whether this command wrote the file."""

    path: Path
    new: bool


def write_dropped(
    screened: Sequence[ScreenedFile],
    kind: Kind,
    folder: Path,
    context: ScreenContext,
    targets: Set[str],
    *,
    dry_run: bool = False,
) -> DroppedFile | None:
    """All dropped rows of one command, as JSON Lines (`DroppedLine`) that can be fixed and added again.

    Private data is replaced in every column; if it is the reason for dropping the row, the content is left out, and
    file and row say where to find it. If one file in the folder already holds all of these rows, nothing is
    written, and a file that somebody has started to edit is never overwritten. `targets` are the labels of the task.
    A dry run names the file and does not write it.
    """
    lines = [_line(one, row, kind, context, targets) for one in screened for row in one.dropped]
    if not lines:
        return None
    holding = _file_holding({_identity(line) for line in lines}, folder)
    if holding:
        return DroppedFile(holding, new=False)
    first = next(one for one in screened if one.dropped)
    digest = stable_hash("".join(one.reading.file_hash for one in screened), length=12)
    stem = NOT_IN_NAMES.sub("_", Path(first.reading.name).stem)[:60] + f"-{digest}"
    names = itertools.chain([stem], (f"{stem}-{n}" for n in itertools.count(2)))
    path = next(path for path in (folder / f"{name}.jsonl" for name in names) if not path.exists())
    if not dry_run:
        _write_lines(lines, path)
    return DroppedFile(path, new=not dry_run)


def _write_lines(lines: Sequence[DroppedLine], path: Path) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text("".join(f"{line.text()}\n" for line in lines), encoding="utf-8")


def _identity(line: DroppedLine) -> str:
    """What makes two lines the same row: where it came from and what it holds; the reason may change."""
    return json.dumps([line.source.file_hash, line.number, line.row, line.raw], sort_keys=True)


def _file_holding(wanted: Set[str], folder: Path) -> Path | None:
    """A file in the folder that holds all of these rows."""
    return next((path for path in sorted(folder.glob("*.jsonl")) if wanted <= _identities(path)), None)


def _identities(path: Path) -> set[str]:
    """The rows that a file of dropped rows holds; lines that somebody has damaged are skipped."""
    found = set()
    for text in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            found.add(_identity(DroppedLine.model_validate(json.loads(text))))
        except ValueError:
            continue
    return found


def _line(
    one: ScreenedFile, dropped_row: DroppedRow, kind: Kind, context: ScreenContext, targets: Set[str]
) -> DroppedLine:
    if kind.json_content is not None:
        dropped_row = without_private_values(dropped_row, one.reading.columns, context.scrubber)
    drop, row = dropped_row.drop, dropped_row.row
    batch = DroppedBatch(**asdict(one.batch)) if one.batch else None
    source = DroppedSource(
        file_hash=one.reading.file_hash,
        format=RawFormat(one.reading.format) if one.reading.format in [*RawFormat] else RawFormat.JSONL,
        origin=one.origin,
        license=one.license,
        split=one.split,
        settings=json.loads(one.settings),
        batch=batch,
    )
    safe = partial(_safe_text, kind=kind, context=context)
    is_raw = bool(drop.raw) and not row.fields
    fix = fix_of([dropped_row])
    return DroppedLine(
        winnow="dropped row",
        reason=drop.reason,
        detail=safe(drop.detail),
        fix=safe(f"{fix}; then add the release again" if one.reading.restored and not is_raw else fix),
        file=one.reading.name,
        number=row.number,
        row=None if is_raw else _columns(one, dropped_row, kind, context, targets),
        raw=("" if drop.reason in WITHHELD else safe(drop.raw)) if is_raw else None,
        repairable=is_raw or bool(row.fields),
        source=source,
    )


def _safe_text(text: str, kind: Kind, context: ScreenContext) -> str:
    """A text as it may be written out: private values are replaced, and a forgotten text is left out."""
    scrubbed = context.scrubber.scrub(text).text
    is_forgotten = is_encodable(scrubbed) and record_id(kind.name, scrubbed) in context.forgotten
    return "" if is_forgotten else scrubbed


def _columns(
    one: ScreenedFile, dropped_row: DroppedRow, kind: Kind, context: ScreenContext, targets: Set[str]
) -> dict[str, Any]:
    """Every column of a row, or the ones that a generated row has; of a withheld row only those with a role."""
    row, roles = dropped_row.row, one.reading.columns
    fields = row.fields or {**row.content, "label": row.label, "session": row.session}
    content = roles.content.values() if row.fields else kind.content_columns
    label, session = (roles.label, roles.group) if row.fields else ("label", "session")
    kept: dict[str | None, Callable[[str], bool]] = {
        label: lambda text: text in targets,
        roles.split: lambda text: parse_split(text) is not None,
        roles.time: lambda text: parse_time(text) is not None,
        roles.supersedes: lambda text: RECORD_ID.fullmatch(text) is not None,
    }
    withheld = dropped_row.drop.reason in WITHHELD
    safe = partial(_safe_text, kind=kind, context=context)

    def cell(name: str, value: object) -> Any:
        if withheld and name in content:
            return None
        text = str(value).strip()
        if name in kept and kept[name](text):
            return to_json(value)
        if name in (session, roles.annotator) and value is not None:
            pseudonym = context.scrubber.pseudonym(text)
            return to_json(value) if pseudonym == text else pseudonym
        return to_json(value, safe)

    named = {*content, *roles.chosen().values()}
    return {
        name if name in named else safe(name): cell(name, value)
        for name, value in fields.items()
        if not withheld or name in named
    }
