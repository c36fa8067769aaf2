"""What a model is asked for: one answer of the assistant, after everything that was said before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.core.vocabulary import Split
from winnow.curation.checks.chat_template.chat_messages import ChatMessage, chat_messages
from winnow.validators.tools.agent_dialogues import dialogue_of_role
from winnow.validators.tools.call_formats import CALL_FORMATS
from winnow.validators.tools.dialogue import Dialogue, Turn, from_json
from winnow.validators.tools.prompt import Prompt, prompt_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AnswerRequest:
    """One answer that a model is asked for, and the one that is expected."""

    record: str
    """Id of the record, or of the line of a file."""
    turn: int
    """Index of the answer among the turns of the dialogue, from 0."""
    dialogue: Dialogue
    """The whole dialogue with the expected answers. Earlier turns are read as they are in the data."""
    label: str
    """The label of the dialogue; that of its last answer, where this is one in text."""
    prompt: Prompt
    """What stands before the turns."""
    call_format: str
    """The call format of the task, a key of CALL_FORMATS."""

    @property
    def key(self) -> str:
        """Identifies the answer in files: the record and the number of the turn, from 1."""
        return f"{self.record}:{self.turn + 1}"

    @property
    def expected(self) -> Turn:
        """The answer in the data."""
        return self.dialogue.turns[self.turn]

    @property
    def before(self) -> Dialogue:
        """The dialogue up to the answer."""
        return Dialogue(self.dialogue.turns[: self.turn], self.dialogue.tools)

    @property
    def is_last(self) -> bool:
        """Whether it is the last answer that is learned; the label of a dialogue in text describes this one."""
        return not any(turn.is_learned for turn in self.dialogue.turns[self.turn + 1 :])

    def messages(self) -> list[ChatMessage]:
        """The messages that a chat template gets, the system prompt first."""
        return chat_messages(self.before, self.prompt.system, CALL_FORMATS[self.call_format])


def requests_of_rows(rows: pd.DataFrame, task: Task, split: str) -> list[AnswerRequest]:
    """Every answer that is learned in the rows of a release: columns `id`, `label`, `messages`, `tools`."""
    columns = (rows[name] for name in ("id", "label", "messages", "tools"))
    dialogues = {
        str(record): (from_json(messages, tools), str(label))
        for record, label, messages, tools in zip(*columns, strict=True)
    }
    return list(requests_of(dialogues, task, split))


def requests_of(
    dialogues: Mapping[str, tuple[Dialogue, str]], task: Task, split: str = Split.TEST
) -> Iterator[AnswerRequest]:
    """Every answer that is learned in dialogues, each with its label, by id; the prompt is that of a split.

    For a task that is reduced to a role, those of the dialogues that belong to it.
    """
    for record, (whole, label) in dialogues.items():
        dialogue = whole if task.role is None else dialogue_of_role(whole, label, task.role)
        if dialogue is None:
            continue
        prompt = prompt_of(dialogue, task, split)
        for turn in _learned(dialogue.turns):
            yield AnswerRequest(record, turn, dialogue, label, prompt, task.call_format)


def _learned(turns: Iterable[Turn]) -> list[int]:
    return [place for place, turn in enumerate(turns) if turn.is_learned]
