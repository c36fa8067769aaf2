"""Label texts, or the rows of a file, with a run's model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.curation.io.readers.source_rows import SourceRows
from winnow.operations._context import Context
from winnow.validators.text import text_problem

if TYPE_CHECKING:
    import pandas as pd

    from winnow.core.progress import Progress
    from winnow.training.runs import Run


def predict(
    context: Context, id_or_path: str | Path, texts: Sequence[str], *, progress: Progress | None = None
) -> pd.DataFrame:
    """Label texts with a run's model: columns `text`, `label`, `route`, `confidence`."""
    return predict_texts(context.run(id_or_path), texts, progress=progress)


def predict_texts(run: Run, texts: Sequence[str], *, progress: Progress | None = None) -> pd.DataFrame:
    """Label texts: columns `text`, `label`, `route`, `confidence`. Raises WinnowError for a run that labels none."""
    import pandas as pd

    from winnow.training.methods import predict
    from winnow.training.run_facts import IMPORTED, answers_in_dialogues

    if answers_in_dialogues(run.facts):
        fix = f"answer dialogues with it: `{command('predict', run.id, 'FILE')}`, or predict_dialogues in Python"
        raise WinnowError(Problem(run.id, "a run that answers in dialogues", "a run that labels texts", fix))

    if run.facts.method == IMPORTED:
        fix = f"choose one from {command('runs')}"
        raise WinnowError(Problem(run.id, "an imported run without a model", "a run trained by Winnow", fix))
    predicted = predict(run, texts, progress=progress)
    routes = run.facts.routes
    return pd.DataFrame(
        {
            "text": list(texts),
            "label": predicted.labels,
            "route": [routes.get(label) or "" for label in predicted.labels],
            "confidence": predicted.confidence.round(6),
        }
    )


def predict_rows(run: Run, reading: SourceRows, *, progress: Progress | None = None) -> list[dict[str, Any]]:
    """One answer a row of a file, in the file's order, so that they can be joined.

    `row`, `text`, `label`, `route`, `confidence`; where a text cannot be read, `label` is None and `reason` says why.
    """
    problems = [row.problem or text_problem(row.content.get("text")) for row in reading.rows]
    texts = [str(row.content["text"]) for row, problem in zip(reading.rows, problems, strict=True) if problem is None]
    labeled = iter(predict_texts(run, texts, progress=progress).to_dict("records"))
    return [
        {"row": row.number, **{str(name): value for name, value in next(labeled).items()}}
        if problem is None
        else {"row": row.number, "text": row.content.get("text"), "label": None, "reason": problem.reason}
        for row, problem in zip(reading.rows, problems, strict=True)
    ]
