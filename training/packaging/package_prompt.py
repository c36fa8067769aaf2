"""What a caller sends to a packaged model, so that it reads exactly what it was trained on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.config.task import Task
from winnow.core.vocabulary import Split
from winnow.curation.checks.chat_template.chat_messages import chat_messages, folded
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer
from winnow.curation.checks.chat_template.control_texts import separated_at_marks
from winnow.curation.checks.chat_template.role_probe import refused_roles
from winnow.curation.releases.release import Release
from winnow.training.answering.answer_request import AnswerRequest, requests_of_rows
from winnow.validators.kinds.tools import offered_by_task
from winnow.validators.tools.call_formats import CALL_FORMATS
from winnow.validators.tools.dialogue import Dialogue, Role, Turn
from winnow.validators.tools.openai_messages import openai_tools
from winnow.validators.tools.prompt import prompt_of

EXAMPLE = Turn(Role.USER, "Hello.")
"""What the user says where a release has no dialogue for train."""


@dataclass(frozen=True)
class PackagePrompt:
    """The prompt of a packaged model."""

    system: str
    """The system message of a request that offers every tool of the task."""
    tools: Sequence[Mapping[str, Any]]
    """The tools of the task, as OpenAI declares them; they are documented in the system message."""
    call_format: str
    """How calls are written in an answer."""
    folded_roles: Sequence[str]
    """Roles that the chat template refuses: their messages are written into turns of the user, as in `messages`."""
    messages: Sequence[Mapping[str, Any]]
    """An example of what is sent: a dialogue of train up to an answer."""
    text: str
    """The same as the model reads it: what is sent where no chat template is applied."""
    answer: str
    """The answer that was trained for it; empty where there is none."""
    stop: Sequence[str]
    """The texts that end an answer."""
    control_texts: Sequence[str]
    """Texts that runtimes read as tokens of the template or as the mark of a turn, wherever they stand."""

    def facts(self) -> dict[str, Any]:
        """The content of `prompt.json`."""
        return {
            "system": self.system,
            "tools": [dict(tool) for tool in self.tools],
            "call_format": self.call_format,
            "folded_roles": list(self.folded_roles),
            "messages": [dict(message) for message in self.messages],
            "text": self.text,
            "answer": self.answer,
            "stop": list(self.stop),
            "control_texts": list(self.control_texts),
        }


def package_prompt(release: Release, chat: ChatTokenizer, task: Task) -> PackagePrompt:
    """The prompt of the model that was trained on a release of dialogues, with an example from train.

    `task` is that of the release, reduced to the role of the model if it has one.
    """
    tools = offered_by_task(task)
    request = next(iter(requests_of_rows(release.rows(Split.TRAIN), task, Split.TRAIN)), None)
    dialogue = request.before if request else Dialogue((EXAMPLE,), tools)
    refused = refused_roles(chat, CALL_FORMATS[task.call_format])
    own = prompt_of(dialogue, task, Split.TRAIN)
    messages = folded(chat_messages(dialogue, own.system, CALL_FORMATS[task.call_format]), refused)
    fields = [dict(message.fields) for message in messages]
    everything = prompt_of(Dialogue((EXAMPLE,), tools), task, Split.TEST)  # test offers the tools that are held out
    return PackagePrompt(
        chat.separated(everything.system if tools else own.system),
        openai_tools(tools or dialogue.tools),
        task.call_format,
        sorted(refused),
        chat.for_runtimes(fields),
        separated_at_marks(chat.render(fields, openai_tools(own.tools), prompt=True)),
        _expected(request),
        [chat.token_text(one) for one in sorted(chat.stop_ids)],
        sorted(chat.control_texts.texts | chat.turn_words.texts),
    )


def longest_row(release: Release, chat: ChatTokenizer, task: Task) -> int:
    """The most tokens of a prompt and its answer in train and validation; 0 for a release without dialogues there."""
    return max(map(len, chat.token_ids(list(_row_texts(release, chat, task)))), default=0)


def _row_texts(release: Release, chat: ChatTokenizer, task: Task) -> Iterator[str]:
    """The whole text of every dialogue up to its last answer."""
    refused = refused_roles(chat, CALL_FORMATS[task.call_format])
    for split in (Split.TRAIN, Split.VALIDATION):
        for request in requests_of_rows(release.rows(split), task, split):
            if request.is_last:
                turns = Dialogue(request.dialogue.turns[: request.turn + 1], request.dialogue.tools)
                messages = folded(chat_messages(turns, request.prompt.system, CALL_FORMATS[task.call_format]), refused)
                fields = [message.fields for message in messages]
                yield chat.render(fields, openai_tools(request.prompt.tools), prompt=False)


def _expected(request: AnswerRequest | None) -> str:
    if request is None:
        return ""
    whole = Dialogue(request.dialogue.turns[: request.turn + 1], request.dialogue.tools)
    return chat_messages(whole, "", CALL_FORMATS[request.call_format])[-1].content
