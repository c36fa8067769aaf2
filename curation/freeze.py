"""Freeze: a checked selection becomes a release. All or nothing, and the same state gives the same bytes (rule 6)."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from curation.card import dataset_card
from curation.check import Check
from curation.clock import now
from curation.croissant import croissant
from curation.folder import Folder
from curation.lots import Lot, lots
from curation.pinned import pinned_lines, stated
from curation.private import POLICY
from curation.queues.accuracy import LabelAccuracy, confirmed, label_accuracy
from curation.queues.opinions import opinions
from curation.release import (
    CARD,
    CROISSANT,
    EXCLUDED_FILE,
    MANIFEST,
    PINNED_FILE,
    SPLITS,
    TASK_COPY,
    Pinned,
    open_release,
    sha256_of,
)
from curation.selection import EXCLUDED
from curation.store import Store
from curation.store import tables as t
from curation.task import Task
from curation.wording import wordings
from curation.working import forgotten_ids
from validators.faults import Fault, GateError, ServiceError, WinnowError
from validators.gates import Gate

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 3
"""1 had no `excluded.jsonl` and no `croissant.json`, 2 no `must_pass.jsonl`; they are read as before."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
PINNED = ("winnow", "datasets", "numpy", "openvino", "pandas", "pyarrow", "torch", "wordfreq")
"""Packages whose version can change a byte of a release."""
LOCK_SECONDS = 600


@dataclass(frozen=True)
class Frozen:
    """What a freeze made."""

    release: str
    path: str
    sha256: str
    counts: dict[str, int]
    max_cross_split_similarity: float | None
    """Highest cosine left between train and hold-out."""
    excluded: dict[str, int]


@dataclass(frozen=True)
class Lineage:
    """What the database knows beside the working table, at the same moment."""

    sources: list[dict[str, Any]]
    """Every source, by file hash."""
    flags: list[tuple[str, str]]
    """Record and name of every flag."""
    accuracy: LabelAccuracy | None
    """Of the labels that were audited; None when none was."""
    confirmed: dict[str, Any]
    """Of single answers to hold-out rows, how many the outcome confirms, with interval; or why it is not measured."""
    lots: list[Lot]
    """Lots that were decided."""

    def exported(self, selected: pd.DataFrame) -> list[dict[str, Any]]:
        """The sources of the selected records, as the manifest lists them."""
        shown = Counter(source for sources in selected["sources"] for source in sources)
        return [
            {
                "name": source["name"],
                "sha256": source["file_hash"],
                "origin": source["origin"],
                "licence": source["licence"],
                "batch": source["batch_id"],
                "records": shown[source["id"]],
            }
            for source in self.sources
            if source["id"] in shown
        ]

    def judged(self, selected: pd.DataFrame) -> list[dict[str, Any]]:
        """The lots of which records are selected, with what was ruled about them."""
        ids = set(selected["id"])
        return [{**lot.json(), "exported": len(ids & set(lot.members))} for lot in self.lots if ids & set(lot.members)]

    def flagged(self, selected: pd.DataFrame, name: str) -> int:
        """How many selected records carry a flag."""
        ids = set(selected["id"])
        return sum(flag == name and record in ids for record, flag in self.flags)


def lineage(connection: Connection, table: pd.DataFrame, task: Task) -> Lineage:
    """Read sources, flags, audits and lots; `table` is the working table of the same moment."""
    sources = connection.execute(select(t.source).order_by(t.source.c.file_hash, t.source.c.id)).mappings()
    flags = connection.execute(select(t.flag.c.record_id, t.flag.c.name))
    return Lineage(
        [dict(row) for row in sources],
        [(record, name) for record, name in flags],
        label_accuracy(connection, table),
        confirmed(opinions(connection, task), table).json(),
        [lot for lot in lots(connection, _rows(table)) if lot.ruled],
    )


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    keys = ["id", "state", "label", "decided_by"]
    return [dict(zip(keys, row, strict=True)) for row in table[keys].itertuples(index=False)]


def check_name(name: str, store: Store, folder: Folder) -> None:
    """Raises WinnowError for a name that is badly formed or was used before."""
    if not NAME.fullmatch(name):
        fix = "such as 2026-05-first"
        raise WinnowError(Fault("freeze", f"name {name!r}", "letters, digits, dot, dash, underscore", fix))
    with store.reading() as connection:
        used = connection.execute(select(func.count()).where(t.ledger.c.name == name)).scalar_one()
    if used:
        raise WinnowError(Fault(f"freeze {name}", "the name is in the ledger", "a new name", "names are never reused"))


def freeze(
    name: str,
    checked: Check,
    task_text: str,
    pinned: Sequence[Pinned],
    embedder: str,
    own: Lineage,
    folder: Folder,
    store: Store,
) -> Frozen:
    """Write the release and enter it in the ledger. `pinned` is what `read_pinned` found.

    Raises GateError when a gate fails; nothing is written then. A kill leaves either no release or a whole one.
    """
    failed = [gate for gate in checked.gates if gate.verdict == "fail"]
    if failed:
        raise GateError([_gate_fault(gate) for gate in failed])
    check_name(name, store, folder)
    folder.releases.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.state / "freeze.lock", timeout=LOCK_SECONDS):
        check_name(name, store, folder)  # another freeze may have taken it while this one waited
        for stale in folder.releases.glob(".*.part"):
            shutil.rmtree(stale, ignore_errors=True)
        part = folder.releases / f".{name}.part"
        try:
            manifest = _write(part, checked, task_text, pinned, embedder, own)
            held = frozenset([*checked.selected["id"], *(case.id for case in pinned)])
            return _publish(part, name, manifest, folder, store, held)
        except OSError as error:
            fix = "free some space and freeze again; no release was made"
            raise ServiceError(Fault(str(folder.releases), error.strerror or str(error), "", fix)) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _gate_fault(gate: Gate) -> Fault:
    found = f"measured {gate.measured:g}, threshold {gate.threshold:g}"
    return Fault(f"gate {gate.name}", ": ".join([found, *gate.evidence[:1]]), "", gate.fix)


def _publish(
    part: Path, name: str, manifest: dict[str, Any], folder: Folder, store: Store, records: frozenset[str]
) -> Frozen:
    """Move the finished folder to its name and enter it in the ledger, in one transaction.

    Raises WinnowError when one of its `records` was forgotten since they were read.
    """
    path = folder.releases / name
    digest = sha256_of(part / MANIFEST)
    row = {
        "name": name,
        "kind": "release",
        "path": path.relative_to(folder.root).as_posix(),
        "sha256": digest,
        "detail": json.dumps({"counts": manifest["counts"]}),
        "at": now(),
    }
    with store.writing() as connection:
        if records & forgotten_ids(connection):
            found = "a record was forgotten while it was being frozen"
            raise WinnowError(Fault(f"freeze {name}", found, "records that stay", "freeze again"))
        connection.execute(insert(t.ledger).values(**row))
        if path.exists():  # a freeze was killed between its rename and its commit
            if open_release(path).sha256 != digest:
                fix = "move the folder away, or choose another name"
                raise WinnowError(Fault(str(path), "a folder that no ledger knows", "no such folder", fix))
        else:
            part.rename(path)
            _sync(folder.releases)
    return Frozen(
        release=name,
        path=str(path),
        sha256=digest,
        counts=manifest["counts"],
        max_cross_split_similarity=manifest["similarity_between_splits"]["train_to_hold_out"],
        excluded=manifest["excluded"],
    )


def release_rows(checked: Check) -> pd.DataFrame:
    """The selected rows with the release columns, sorted by id; `label` holds names."""
    import pandas as pd

    task = checked.task
    selected = checked.selected.sort_values("id", ignore_index=True)
    routes = task.routes
    worded = wordings(selected["text"], checked.facets)
    named = [[f"{name}:{value}" for name, value in sorted(found.items())] for found in worded]
    return selected.assign(
        route=[routes[label] or "" for label in selected["label"]],
        facets=pd.Series(named, index=selected.index, dtype=object),
    )[["id", "text", "label", "route", "split", "origin", "family", "facets", "weight"]]


def _write(
    part: Path, checked: Check, task_text: str, pinned: Sequence[Pinned], embedder: str, own: Lineage
) -> dict[str, Any]:
    """Write every file of the release; the manifest comes last."""
    task = checked.task
    rows = release_rows(checked)
    shutil.rmtree(part, ignore_errors=True)
    for sub in ("data", "jsonl"):
        (part / sub).mkdir(parents=True)
    for split in SPLITS:
        own_rows = rows[rows["split"] == split]
        if len(own_rows):
            _write_parquet(own_rows, task, part / "data" / f"{split}.parquet")
        _write_jsonl(own_rows, part / "jsonl" / f"{split}.jsonl")
    (part / TASK_COPY).write_text(task_text, encoding="utf-8")
    _write_excluded(checked, part / EXCLUDED_FILE)
    if task.must_pass is not None:
        (part / PINNED_FILE).write_text(pinned_lines(pinned), encoding="utf-8", newline="\n")
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "task": {"name": task.name, "kind": task.kind, "labels": task.label_names, "fallback": task.fallback},
        "counts": {split: int((rows["split"] == split).sum()) for split in SPLITS},
        "excluded": checked.excluded,
        "similarity_between_splits": checked.between_splits(),
        "thresholds": task.gates.model_dump(mode="json"),
        "gates": [_without_texts(gate) for gate in checked.gates],
        "waivers": {g.name: checked.waived[g.name] for g in checked.gates if g.verdict == "waived"},
        "embedder": embedder,
        "decided_by": {
            str(split): {str(by): int(n) for by, n in sorted(group["decided_by"].value_counts().items())}
            for split, group in checked.selected.groupby("split", sort=True)
        },
        "private": {**POLICY, **task.private.policy},
        "sources": own.exported(checked.selected),
        "lots": own.judged(checked.selected),
        "single_answers_confirmed": own.confirmed,
        "label_accuracy": own.accuracy.json() if own.accuracy else None,
        "flagged": own.flagged(checked.selected, "language"),
        **({"must_pass": stated(pinned, checked.selected)} if task.must_pass is not None else {}),
        "versions": {package: importlib.metadata.version(package) for package in PINNED},
    }
    parquet = {path: _facts(part / path) for path in (f"data/{s}.parquet" for s in SPLITS) if (part / path).exists()}
    described = json.dumps(croissant(task, manifest, parquet), ensure_ascii=False, indent=1) + "\n"
    (part / CROISSANT).write_text(described, encoding="utf-8")
    label_counts = {
        str(label): {str(split): int(n) for split, n in group["split"].value_counts().items()}
        for label, group in rows.groupby("label", sort=True)
    }
    (part / CARD).write_text(dataset_card(task, manifest, label_counts), encoding="utf-8")
    files = sorted(path for path in part.rglob("*") if path.is_file())
    manifest["files"] = {path.relative_to(part).as_posix(): _facts(path) for path in files}
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    (part / MANIFEST).write_text(text, encoding="utf-8")
    for path in (*files, part / MANIFEST, part / "data", part / "jsonl", part):
        _sync(path)
    return manifest


def _without_texts(gate: Gate) -> dict[str, Any]:
    """A gate as a release states it: its evidence quotes records, also such as are left out."""
    return {name: value for name, value in asdict(gate).items() if name not in ("evidence", "fix")}


def _facts(path: Path) -> dict[str, Any]:
    return {"sha256": sha256_of(path), "bytes": path.stat().st_size}


def _write_parquet(rows: pd.DataFrame, task: Task, path: Path) -> None:
    """Parquet with the Hugging Face features in its schema, so that `label` is a ClassLabel wherever it is read."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from datasets import ClassLabel, Features, Sequence, Value

    string = Value("string")
    features = Features(
        {
            "id": string,
            "text": string,
            "label": ClassLabel(names=task.label_names),
            "route": string,
            "split": string,
            "origin": string,
            "family": string,
            "facets": Sequence(string),
            "weight": Value("int64"),
        }
    )
    class_ids = {name: i for i, name in enumerate(task.label_names)}
    columns = {name: rows[name].tolist() for name in features}
    columns["label"] = [class_ids[label] for label in columns["label"]]
    pq.write_table(pa.table(columns, schema=features.arrow_schema), path)


def _write_jsonl(rows: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as handle:
        for row in rows.to_dict("records"):
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_excluded(checked: Check, path: Path) -> None:
    """Which records are left out and why, by id: no text, so that nothing is exported that way."""
    table = checked.table[checked.table["split"] == EXCLUDED].sort_values("id")
    columns = zip(*(table[name] for name in ("id", "reason", "keeper", "similarity")), strict=True)
    rows = [
        {
            "id": record,
            "reason": reason,
            **({"keeper": keeper} if keeper else {}),
            **({} if similarity != similarity else {"similarity": round(float(similarity), 6)}),
        }
        for record, reason, keeper, similarity in columns
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8", newline="\n")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
