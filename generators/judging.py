"""The questions to a judge, by the kind of the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from winnow.config.task import Task
from winnow.generators.dialogues.dialogue_judge import dialogue_judge_requests, read_dialogue_verdicts
from winnow.generators.follow_ups import FollowUp
from winnow.generators.judge import JudgeVerdict, judge_requests, read_verdicts
from winnow.generators.llm.request import ModelChoice, RequestDraft
from winnow.generators.proposal import PromptContext
from winnow.validators.kinds import kind_of

ITEMS_PER_JUDGE_REQUEST = 20

JUDGE = "judge"
"""The purpose of the requests in the ledger, followed by a number."""


def judge_drafts(task: Task, model_choice: ModelChoice, contents: Sequence[str], *, key: str) -> list[RequestDraft]:
    """The requests that judge some contents blind."""
    draft = dialogue_judge_requests if kind_of(task).holds_dialogues else judge_requests
    return draft(task, model_choice, contents, key=key, per_request=ITEMS_PER_JUDGE_REQUEST)


def judge_follow_up(prompt_context: PromptContext, model_choice: ModelChoice) -> FollowUp[JudgeVerdict]:
    """The question which label each content has; a content is its own key."""
    task = prompt_context.task

    def requests(contents: Sequence[str], number: int) -> list[RequestDraft]:
        return judge_drafts(task, model_choice, contents, key=f"{prompt_context.key}/{number}")

    def read(context: Mapping[str, Any], text: str) -> dict[str, JudgeVerdict]:
        if kind_of(task).holds_dialogues:
            return read_dialogue_verdicts(context, text)
        return read_verdicts(context, text, task.label_names)

    return FollowUp(JUDGE, requests, read)
