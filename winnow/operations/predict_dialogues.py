"""Answer dialogues with a run's model: what it says next, and what it calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.curation.io.readers.source_rows import SourceRows
from winnow.operations._context import Context
from winnow.validators.text import Drop

if TYPE_CHECKING:
    import pandas as pd

    from winnow.core.progress import Progress
    from winnow.training.answering.answer_dialogues import DialogueAnswer
    from winnow.training.runs import Run

Given = Mapping[str, object]
"""A dialogue as the columns of a row: `messages` in any format of dialogues, and `tools`, unless the task has them."""


def predict_dialogue_rows(run: Run, reading: SourceRows, *, progress: Progress | None = None) -> list[dict[str, Any]]:
    """One answer a row of a file, in the file's order; where none can be given, `label` is None and `reason` says why.

    `row`, `answer`, `calls`, `label` (the behavior), `tokens`, `finished`, and `problem` of an answer that cannot be
    read.
    """
    given = [row.problem or row.content for row in reading.rows]
    found = answered(run, given, progress=progress)
    return [{"row": row.number, **one} for row, one in zip(reading.rows, found, strict=True)]


def predict_dialogues(
    context: Context, id_or_path: str | Path, dialogues: Sequence[Given], *, progress: Progress | None = None
) -> pd.DataFrame:
    """One row for each dialogue: `answer`, `calls`, `label`, `tokens`, `finished`, `problem` and `reason`.

    Raises WinnowError for a run that labels texts.
    """
    import pandas as pd

    from winnow.training.run_facts import answers_in_dialogues

    run = context.run(id_or_path)
    if not answers_in_dialogues(run.facts):
        fix = f"label texts with it: `{command('predict', run.id, 'FILE')}`"
        raise WinnowError(Problem(run.id, "a run that labels texts", "a run that answers in dialogues", fix))
    columns = ["answer", "calls", "label", "tokens", "finished", "problem", "reason"]
    return pd.DataFrame(answered(run, dialogues, progress=progress), columns=columns)


def answered(run: Run, given: Sequence[Given | Drop], *, progress: Progress | None = None) -> list[dict[str, Any]]:
    """What a run answers in each dialogue, as JSON."""
    from winnow.training.answering.answer_dialogues import answer_dialogues
    from winnow.training.run_release import release_of, task_of_run
    from winnow.validators.tools.row_dialogue import dialogue_of_row

    task = task_of_run(run, release_of(run))
    read = [one if isinstance(one, Drop) else dialogue_of_row(one, task) for one in given]
    answers = iter(answer_dialogues(run, [one for one in read if not isinstance(one, Drop)], progress=progress))
    return [_fields(one if isinstance(one, Drop) else next(answers)) for one in read]


def _fields(found: DialogueAnswer | Drop) -> dict[str, Any]:
    if isinstance(found, Drop):
        return {"label": None, "reason": found.reason, "detail": found.detail}
    calls = [{"name": call.name, "arguments": dict(call.arguments)} for call in found.calls]
    problem = {"problem": found.problem} if found.problem else {}
    return {
        "answer": found.answer.text,
        "calls": calls,
        "label": found.behavior,
        "tokens": found.answer.tokens,
        "finished": found.answer.finished,
        **problem,
    }
