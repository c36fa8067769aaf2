"""The dialogues of a working table in the chat template of the base model that the task names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.curation.checks.chat_template.render_records import (
    NO_BASE_MODEL,
    RenderedRecords,
    merged_records,
    render_records,
)
from winnow.curation.checks.eligibility import EXCLUDED
from winnow.validators.kinds.tools import TOOLS, dialogue_of
from winnow.validators.tools.agent_dialogues import dialogue_of_role
from winnow.validators.tools.dialogue import Dialogue
from winnow.validators.tools.prompt import Prompt, prompt_of

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
    columns = (rows[name] for name in ("id", "content", "split", "label"))
    given = [
        SplitDialogue(str(record), dialogue_of(content), str(split), str(label))
        for record, content, split, label in zip(*columns, strict=True)
    ]
    if not task.roles:
        return render_records(_prompted(given, task), chat, call_format=task.call_format, progress=progress)
    by_role = [
        render_records(_prompted(given, task.of_role(role)), chat, call_format=task.call_format, progress=progress)
        for role in task.roles
    ]
    return merged_records(by_role, [one.record for one in given])


class SplitDialogue(NamedTuple):
    """A dialogue with what its prompt depends on."""

    record: str
    dialogue: Dialogue
    split: str
    label: str


def _prompted(given: Iterable[SplitDialogue], task: Task) -> dict[str, tuple[Dialogue, Prompt]]:
    """The dialogues with their prompts; for a task that is reduced to a role, those that belong to it."""
    found = {}
    for record, whole, split, label in given:
        dialogue = whole if task.role is None else dialogue_of_role(whole, label, task.role)
        if dialogue is not None:
            found[record] = dialogue, prompt_of(dialogue, task, split)
    return found
