"""Erase a text from vectors, reports, dropped rows and stored responses."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from winnow.config.task import Task
from winnow.core.atomic import atomic_write
from winnow.core.csv_cells import unescape_cell
from winnow.core.example import canonical_text
from winnow.core.layout import WorkspaceFolder
from winnow.curation.engine.vector_cache import delete_vectors
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind


def user_files_holding(folder: WorkspaceFolder, task: Task, text: str) -> list[str]:
    """Files that contain a text of a record and that Winnow does not change."""
    places = [folder.root / "exports", *([folder.root / task.must_pass] if task.must_pass else [])]
    inside = [place for place in places if place.is_relative_to(folder.root)]
    return [str(path.relative_to(folder.root)) for place in inside for path in files_holding(place, text)]


def erase_from_files(folder: WorkspaceFolder, task: Task, content: str, *, dry_run: bool = False) -> list[str]:
    """Remove the texts of a record from everything outside the database; returns the files that contained them.

    A dry run only finds them.
    """
    kind = kind_of(task)
    if not dry_run:
        embedded = kind.embedding_text(content)
        delete_vectors([embedded, kind.guards(task).masked(embedded)], folder.vectors)
    return [name for text in kind.texts(content) for name in _erase_text(folder, kind, text, dry_run=dry_run)]


def _erase_text(folder: WorkspaceFolder, kind: Kind, text: str, *, dry_run: bool) -> list[str]:
    touched = []
    for place in (folder.reports, folder.earlier_tasks, *folder.runs.glob("*/evaluation")):
        for path in files_holding(place, text):
            if not dry_run:
                path.unlink(missing_ok=True)
            touched.append(path)
    dropped = sorted(folder.dropped.glob("*.csv"))
    touched += [path for path in dropped if _blank_dropped_rows(path, kind, text, dry_run=dry_run)]
    lines = sorted(folder.dropped.glob("*.jsonl"))
    touched += [path for path in lines if _blank_dropped_lines(path, text, dry_run=dry_run)]
    asked = (
        *folder.answers.rglob("*.json"),
        *folder.runs.glob("*/answers/*/*.json"),
        *folder.runs.glob("*/prompt.json"),
    )
    touched += [path for path in sorted(asked) if _blank_stored_response(path, text, dry_run=dry_run)]
    return [str(path.relative_to(folder.root)) for path in touched]


def files_holding(place: Path, text: str) -> Iterator[Path]:
    """Files below a folder, or a file itself, that contain a text in any form in which Winnow writes it."""
    forms = [form.encode() for form in _written_forms(text)]
    for path in sorted(place.rglob("*")) if place.is_dir() else (place,):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:
            continue  # another command deleted it
        if any(form in content for form in forms):
            yield path


def _written_forms(text: str) -> set[str]:
    """How a text may be written in a file: plain, and as JSON, HTML and CSV escape it."""
    quoted = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    pages = {html.escape(text), html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")}
    return {text, text.replace('"', '""'), *quoted, *pages}


def _blank_dropped_rows(path: Path, kind: Kind, text: str, *, dry_run: bool) -> bool:
    """Blank the content that holds a text in a CSV of dropped rows, as Winnow 0.2 wrote it; whether any did."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8", errors="replace"), newline="")))
    places = range(len(kind.content_columns))
    found = [
        (i, place)
        for i, row in enumerate(rows)
        for place in places
        if len(row) > place and text in canonical_text(unescape_cell(row[place]))
    ]
    for i, place in found:
        rows[i][place] = ""
    if found and not dry_run:
        with atomic_write(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows(rows)
    return bool(found)


def _blank_dropped_lines(path: Path, text: str, *, dry_run: bool) -> bool:
    """Blank every value that contains a text in a file of dropped rows; says whether there were any."""
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    blanked = [_blanked_line(line, text) for line in lines]
    if blanked == lines:
        return False
    if not dry_run:
        with atomic_write(path) as temporary:
            temporary.write_text("\n".join(blanked), encoding="utf-8")
    return True


def _blanked_line(line: str, text: str) -> str:
    """A line of JSON without the values that contain a text; one that somebody has damaged is blanked as a whole."""
    try:
        facts = json.loads(line)
    except ValueError:
        return "" if any(form in line for form in _written_forms(text)) else line
    shown = (
        {key: facts[key] for key in ("row", "raw", "detail", "fix") if key in facts} if isinstance(facts, dict) else {}
    )
    blanked = _without_values(shown, text)
    return line if blanked == shown else json.dumps({**facts, **blanked})


def _without_values(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {key: _without_values(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_values(inner, text) for inner in value]
    if not isinstance(value, str):
        return value
    return "" if any(form in canonical_text(value) for form in _written_forms(text)) else value


def _blank_stored_response(path: Path, text: str, *, dry_run: bool) -> bool:
    """Blank the text in a response or a prompt, also where it is quoted; says whether there was any.

    The rest of the response was paid for and is kept.
    """
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    blanked = _without_text(answer, text)
    if blanked != answer and not dry_run:
        with atomic_write(path) as temporary:
            temporary.write_text(json.dumps(blanked, ensure_ascii=False), encoding="utf-8")
    return bool(blanked != answer)


def without_quotations(written: str, text: str) -> str:
    """JSON, also nested inside JSON strings, without quotations of a text."""
    for plain in {json.dumps(text), json.dumps(text, ensure_ascii=False)}:
        for quoted in (plain, plain.replace("<", "\\u003c").replace(">", "\\u003e")):
            written = written.replace(quoted, '""')
            for inner in (json.dumps(quoted)[1:-1], json.dumps(quoted, ensure_ascii=False)[1:-1]):
                written = written.replace(inner, '\\"\\"')
    return written


def _without_text(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {key: _without_text(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_text(inner, text) for inner in value]
    if not isinstance(value, str):
        return value
    return "" if canonical_text(value) == text else without_quotations(value, text)
