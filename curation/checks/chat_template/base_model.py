"""The dialogues of a working table in the chat template of the base model that the task names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.curation.checks.chat_template.render_records import NO_BASE_MODEL, RenderedRecords, render_records
from winnow.curation.checks.eligibility import EXCLUDED
from winnow.validators.kinds.tools import TOOLS, dialogue_of
from winnow.validators.tools.prompt import prompt_of

if TYPE_CHECKING:
    import pandas as pd


def render_for_base_model(
    eligible: pd.DataFrame, task: Task, folder: Path, *, progress: Progress | None = None
) -> RenderedRecords | NotMeasured:
    """Every dialogue that may be exported in the base model's template. A model's folder is relative to `folder`.

    Raises WinnowError for a task without dialogues, and for a model whose tokenizer cannot be loaded.
    """
    if task.base_model is None:
        return NO_BASE_MODEL
    name = task.base_model.model
    if task.kind != TOOLS.name:
        fix = "leave the base model out: only dialogues are rendered in a chat template"
        raise WinnowError(Problem(f"base model {name}", f"a task of kind {task.kind}", f"kind {TOOLS.name}", fix))
    local = folder / name
    chat = open_chat_tokenizer(str(local) if local.exists() else name, name=name, window=task.base_model.window)
    rows = eligible[eligible["split"] != EXCLUDED]
    dialogues = {}
    for record, content, split in zip(rows["id"], rows["content"], rows["split"], strict=True):
        dialogue = dialogue_of(content)
        dialogues[record] = dialogue, prompt_of(dialogue, task, split)
    return render_records(dialogues, chat, call_format=task.call_format, progress=progress)
