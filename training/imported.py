"""Imported runs: the predictions of any other system on a release, so that it stands in every comparison."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from curation.release import SPLITS, Release
from training.answers import IMPORTED, Answers
from training.joined import Joined, join
from training.metrics import NO_ANSWER
from training.prediction_file import Given, PredictionFile, read_predictions
from training.predictions import Predictions
from training.runs import Run, make_run
from validators.faults import Fault, WinnowError

ANSWERS = "answers.parquet"
MISSING = ("refuse", "wrong")
"""What becomes of a row that the file has no prediction for: the import is refused, or the row counts as wrong."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
FAULTS_SHOWN = 50


def import_predictions(
    release: Release, file: Path, folder: Path, *, name: str, split: str = "validation", missing: str = "refuse"
) -> tuple[Run, bool]:
    """Make a run of a file of predictions; also says whether it is new. The same file and name are the same run.

    Rows are joined to the release by id, else by exact text, else by folded text. Raises WinnowError with every row
    that cannot be used, and when rows of `split` have no prediction unless `missing` is "wrong".
    """
    _check(name, split, missing)
    told = read_predictions(file, release.labels)
    joined = join(told.rows, _records(release), file=told.name)
    faults = [*told.faults, *joined.faults, *_uneven(told.name, list(joined.by_id.values()))]
    if not joined.by_id:
        expected = "ids or texts of the release's rows"
        faults.append(Fault(told.name, f"no row is about release {release.name}", expected, "check the release"))
    elif missing == "refuse":
        faults += _gaps(list(release.rows(split)["id"]) if release.counts[split] else [], joined, told.name, split)
    if faults:
        more = [Fault(told.name, f"{len(faults) - FAULTS_SHOWN:,} more faults")] if len(faults) > FAULTS_SHOWN else []
        raise WinnowError([*faults[:FAULTS_SHOWN], *more])

    def fill(part: Path) -> dict[str, Any]:
        _write(joined, part / ANSWERS)
        return _facts(release, told, joined, name)

    settings = {"name": name, "predictions_sha256": told.sha256, "missing": missing}
    # the run is called by the system's name, so that tables name who answered
    return make_run(folder, release, method=name, settings=settings, seed=0, fill=fill)


def imported_answers(run: Run, ids: Sequence[str]) -> Answers:
    """What the file said of records.

    Raises WinnowError when it said nothing of some of them, unless the import counts these as wrong.
    """
    import pandas as pd

    table = pd.read_parquet(run.path / ANSWERS).set_index("id")
    known = set(table.index[table["label"].notna()])
    gaps = [record for record in ids if record not in known]
    if gaps and run.facts["settings"]["missing"] == "refuse":
        fix = "import a file with all of them, or say --missing wrong when importing"
        found = f"{len(gaps):,} of {len(ids):,} rows have no prediction, such as {', '.join(gaps[:5])}"
        raise WinnowError(Fault(run.id, found, "a prediction for each", fix))
    table = table.reindex(list(ids))
    silent = table["label"].isna().to_numpy()
    labels = [NO_ANSWER if empty else str(label) for empty, label in zip(silent, table["label"], strict=True)]
    confidence = np.where(silent, 0.0, table["confidence"].to_numpy(dtype=float))
    classes = list(run.facts["classes"])
    if not run.facts["probabilities"]:
        return Answers(labels, confidence if run.facts["confidence"] else None)
    level = np.full(len(classes), 1 / len(classes))
    told = np.vstack([level if e else np.asarray(p) for e, p in zip(silent, table["probabilities"], strict=True)])
    return Answers(labels, confidence, Predictions(classes, told))


def _records(release: Release) -> list[tuple[str, str]]:
    """Id and text of every row of a release, and of its pinned cases."""
    found = [(case.id, case.text) for case in release.must_pass() or ()]
    for split in SPLITS:
        if release.counts[split]:
            rows = release.rows(split)
            found += list(zip(rows["id"], rows["text"], strict=True))
    return list(dict.fromkeys(found))


def _uneven(file: str, rows: Sequence[Given]) -> list[Fault]:
    """What some predictions have and others lack."""
    answered = [row for row in rows if row.label is not None]
    counts = {
        "confidence": sum(row.confidence is not None for row in answered),
        "probabilities": sum(row.probabilities is not None for row in answered),
    }
    fix = "fill in the others, or leave the column out"
    return [
        Fault(file, f"{what} in {count:,} of {len(answered):,} predictions", "in all or in none", fix)
        for what, count in counts.items()
        if 0 < count < len(answered)
    ]


def _gaps(wanted: Sequence[str], joined: Joined, file: str, split: str) -> list[Fault]:
    gaps = [record for record in wanted if record not in joined.by_id or joined.by_id[record].label is None]
    if not gaps:
        return []
    found = f"no prediction for {len(gaps):,} of {len(wanted):,} {split} rows, such as {', '.join(gaps[:5])}"
    fix = "predict them too; or say --missing wrong, and they count as wrong answers"
    return [Fault(file, found, "a prediction for each", fix)]


def _check(name: str, split: str, missing: str) -> None:
    faults = []
    if not NAME.fullmatch(name):
        faults.append(Fault("--name", repr(name), "letters, digits, dot, dash, underscore", "such as rules"))
    if split not in SPLITS:
        faults.append(Fault("--split", repr(split), ", ".join(SPLITS), "correct --split"))
    if missing not in MISSING:
        faults.append(Fault("--missing", repr(missing), " or ".join(MISSING), "correct --missing"))
    if faults:
        raise WinnowError(faults)


def _facts(release: Release, told: PredictionFile, joined: Joined, name: str) -> dict[str, Any]:
    held = {split: set(release.rows(split)["id"]) if release.counts[split] else set() for split in SPLITS}
    return {
        "method": IMPORTED,
        "name": name,
        "file": {"name": told.name, "sha256": told.sha256, "rows": len(told.rows)},
        "answers": {split: len(ids & joined.by_id.keys()) for split, ids in held.items()},
        "repeated": joined.repeated,
        "unused": joined.unused,
        "classes": release.labels,
        "confidence": any(row.confidence is not None for row in joined.by_id.values()),
        "probabilities": any(row.probabilities is not None for row in joined.by_id.values()),
        "routes": release.task().routes,
        "seconds": 0.0,
    }


def _write(joined: Joined, path: Path) -> None:
    """The answers by id, and no text: what is forgotten must not be found here."""
    import pandas as pd

    rows = [
        {"id": record, "label": row.label, "confidence": row.confidence, "probabilities": row.probabilities}
        for record, row in sorted(joined.by_id.items())
    ]
    pd.DataFrame(rows, columns=["id", "label", "confidence", "probabilities"]).to_parquet(path, index=False)
