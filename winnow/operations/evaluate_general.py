"""Measure what a run forgets of general instructions."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.operations._context import Context, WorkspaceContext

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.training.forgetting.general_facts import GeneralFacts


def evaluate_general(
    context: Context, id_or_path: str | Path, file: str | Path, *, progress: Progress | None = None
) -> GeneralFacts:
    """Compare a run of method adapter with its base model on a file of general instruction data.

    The margin is that of the task; outside a workspace, that of the run's release.
    """
    from winnow.training.answering.answer import answers_of
    from winnow.training.forgetting.general_rows import read_general_file
    from winnow.training.forgetting.measure_general import measure_general
    from winnow.training.run_release import release_of

    run = context.run(id_or_path)
    content = read_general_file(Path(file))
    task = context.task if isinstance(context, WorkspaceContext) else release_of(run).task()
    answer = partial(answers_of, run, progress=progress)
    return measure_general(run, content, margin=task.general_loss_max, answer=answer, progress=progress)
