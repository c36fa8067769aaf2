"""Answer dialogues that may have no answer yet: the next turn of the assistant, read as its call format has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from winnow.core.errors import Problem
from winnow.core.progress import Progress
from winnow.core.vocabulary import DropReason, Split
from winnow.training.answering.answer import answers_of_model
from winnow.training.answering.answer_request import AnswerRequest
from winnow.training.answering.model_answer import ModelAnswer
from winnow.training.run_release import release_of, task_of_run
from winnow.training.runs import Run
from winnow.validators.text import Drop
from winnow.validators.tools.call_formats import FormatError
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn
from winnow.validators.tools.judge_answer import MALFORMED
from winnow.validators.tools.judging.answer_behavior import called_names, text_behavior
from winnow.validators.tools.judging.read_answer_text import read_answer_text
from winnow.validators.tools.prompt import prompt_of

if TYPE_CHECKING:
    from winnow.config.task import Task

NO_ANSWER_YET = Turn(Role.ASSISTANT, "?")
"""In place of the answer that a model is asked for; the model does not see it."""


@dataclass(frozen=True)
class DialogueAnswer:
    """The next answer in a dialogue."""

    answer: ModelAnswer
    calls: tuple[Call, ...]
    """Empty for an answer in text, and for one that cannot be read."""
    behavior: str
    """The called tools, joined by `+`, or `direct`, `ask`, `unable` or `general`; `malformed` if it cannot be read."""
    problem: str
    """Why the call format cannot read it; empty if it can."""


def asked_part(dialogue: Dialogue) -> Dialogue | Drop:
    """The dialogue up to the answer that is asked for: after its last turn, or after the last one of the user."""
    turns = dialogue.turns
    while turns and turns[-1].role is Role.ASSISTANT:
        turns = turns[:-1]
    if turns and turns[-1].role is Role.TOOL and len(turns) < len(dialogue.turns):
        last = max((place for place, turn in enumerate(turns) if turn.role is Role.USER), default=-1)
        turns = turns[: last + 1]
    if not any(turn.role is Role.USER for turn in turns):
        return Drop(DropReason.MALFORMED_DIALOGUE, "no turn of the user that could be answered")
    return Dialogue(turns, dialogue.tools)


def answer_dialogues(
    run: Run, dialogues: Sequence[Dialogue], *, progress: Progress | None = None
) -> list[DialogueAnswer | Drop]:
    """The next answer in each dialogue, or why none can be asked for.

    Raises WinnowError when the release or the model of the run is not here.
    """
    from winnow.training.answering.answering_model import open_answering_model
    from winnow.training.answering.request_prompts import prompt_texts

    task = task_of_run(run, release_of(run))
    model = open_answering_model(run)
    asked = [asked_part(one) for one in dialogues]
    requests = {place: _request(place, one, task) for place, one in enumerate(asked) if isinstance(one, Dialogue)}
    written = dict(zip(requests, prompt_texts([*requests.values()], model.chat), strict=True))
    usable = {place: requests[place] for place, text in written.items() if isinstance(text, str)}
    answers = dict(zip(usable, answers_of_model(model, [*usable.values()], progress=progress), strict=True))
    found: list[DialogueAnswer | Drop] = []
    for place, one in enumerate(asked):
        text = written.get(place)
        if isinstance(one, Drop):
            found.append(one)
        elif isinstance(text, Problem):
            found.append(Drop(DropReason.MALFORMED_DIALOGUE, text.found))
        else:
            found.append(_read(answers[place], one, task.call_format))
    return found


def _request(place: int, before: Dialogue, task: Task) -> AnswerRequest:
    dialogue = Dialogue((*before.turns, NO_ANSWER_YET), before.tools)
    prompt = prompt_of(dialogue, task, Split.TEST)
    return AnswerRequest(str(place + 1), len(before.turns), dialogue, "", prompt, task.call_format)


def _read(answer: ModelAnswer, before: Dialogue, call_format: str) -> DialogueAnswer:
    try:
        read = read_answer_text(answer.text, before.tools, call_format)
    except FormatError as error:
        return DialogueAnswer(answer, (), MALFORMED, "; ".join(map(str, error.problems)))
    if not read.calls and not read.content.strip():
        return DialogueAnswer(answer, (), MALFORMED, "it says and calls nothing")
    behavior = called_names(read.calls) if read.calls else text_behavior(read.content, before)
    return DialogueAnswer(answer, read.calls, behavior, "")
