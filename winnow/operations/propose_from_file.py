"""Propose the labels of a file that another system predicted for unlabeled traffic."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.curation.review.prediction_rows import RefusedRow, read_prediction_rows
from winnow.curation.review.store_proposals import ProposedBy, store_proposals
from winnow.operations._context import WorkspaceContext
from winnow.operations.propose_result import ProposeResult

MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,80}")


def propose_from_file(
    workspace: WorkspaceContext, file: Path, *, model: str, min_confidence: float | None, count: int | None
) -> ProposeResult:
    """Propose the labels of a file, the first `count` that may be proposed; the other rows are listed with a reason.

    Raises WinnowError without the name of a model, and for a file that cannot be read.
    """
    if not MODEL_NAME.fullmatch(model):
        expected = "letters, digits, dots, colons, slashes, dashes and underscores, such as router-v7"
        raise WinnowError(Problem(Parameter("model"), repr(model), expected, "name the model that predicted"))
    task = workspace.task
    found = read_prediction_rows(file, task, workspace.scrubber(task), label_now=workspace.label_lookup())
    stored = store_proposals(
        workspace.store,
        task,
        list(found.by_row.values()),
        ProposedBy(model),
        min_confidence=min_confidence,
        count=count,
    )
    rows = {one.record_id: number for number, one in found.by_row.items()}
    refused = [*found.refused, *(RefusedRow(rows[record], reason) for record, reason in stored.refused.items())]
    reasons = Counter(str(one.reason) for one in refused)
    return ProposeResult(
        model,
        stored.count,
        stored.by_band,
        dict(reasons.most_common()),
        [one._asdict() for one in sorted(refused, key=lambda one: one.row)],
    )
