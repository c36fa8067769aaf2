"""Aging: how a run answers the validation rows of a release that is newer than its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from curation.embed import Progress
from curation.estimates import NotMeasured
from curation.folder import replacing
from curation.release import Release
from training.answers import IMPORTED
from training.methods import predict
from training.runs import Run
from training.stored import SPLIT, Answered


def answers_on(
    run: Run,
    release: Release,
    *,
    called_now: Callable[[str], str] = str,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Answered] | NotMeasured:
    """A run's answers to the validation rows of another release: asked once, and kept in the run.

    A label that the run has never seen counts as wrong: users meet that too. The look is written down.
    """
    if run.facts["method"] == IMPORTED:
        return NotMeasured("the predictions came from elsewhere: there is no model to ask")
    if not release.counts[SPLIT]:
        return NotMeasured(f"{release.name} has no validation rows")
    path = run.path / "evaluation" / f"{SPLIT}-of-{release.sha256[:16]}.jsonl"
    if not path.is_file():
        rows = release.rows(SPLIT)
        told = predict(run, list(rows["text"]), vectors_cache=vectors_cache, progress=progress).labels
        right = sum(called_now(g) == called_now(p) for g, p in zip(rows["label"], told, strict=True))
        run.look(SPLIT, {"accuracy": right / len(rows), "rows": len(rows)})
        with replacing(path) as temporary:
            rows[["id"]].assign(gold=rows["label"], predicted=told).to_json(temporary, orient="records", lines=True)
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["id"]: Answered(called_now(row["gold"]), called_now(row["predicted"])) for row in lines}
