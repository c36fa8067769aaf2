"""The rows that an adapter learns from: a prompt and an answer each, as tokens in the template of the base model.

They are rendered by the code that checks the template before a freeze, so that a model is trained on what it reads
when it is used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.curation.checks.chat_template.answer_problems import TemplateProblem, text_problems, token_problems
from winnow.curation.checks.chat_template.chat_messages import ChatMessage, chat_messages, folded
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, TemplateRefusalError
from winnow.curation.checks.chat_template.rendered_answers import RenderedAnswer, rendered_answers
from winnow.curation.checks.chat_template.role_probe import refused_roles
from winnow.training.adapter.query_prompt import QueryPrompt
from winnow.training.answering.answer_request import AnswerRequest
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.call_formats import CALL_FORMATS, FormatError
from winnow.validators.tools.dialogue import Dialogue, Role
from winnow.validators.tools.openai_messages import openai_tools

NOT_TRAINED = -100
"""The label of tokens that are not in the loss: the value that torch ignores."""

SHOWN_FAULTS = 20
"""Faults that are listed in full; the others are counted."""


@dataclass(frozen=True)
class TrainedRow:
    """One answer with its prompt."""

    record: str
    """Id of the record."""
    turn: int
    """Index of the answer among the turns, from 0."""
    is_general: bool
    """Whether it is an answer to an instruction without tools."""
    input_ids: list[int]
    """Tokens of the prompt and of the answer with its stop token."""
    prompt_tokens: int
    """How many of them are the prompt, and not learned."""

    @property
    def labels(self) -> list[int]:
        """The tokens of the answer, and NOT_TRAINED in place of those of the prompt."""
        return [NOT_TRAINED] * self.prompt_tokens + self.answer_ids

    @property
    def prompt_ids(self) -> list[int]:
        """The tokens that the model reads before it answers."""
        return self.input_ids[: self.prompt_tokens]

    @property
    def answer_ids(self) -> list[int]:
        """The tokens that are learned."""
        return self.input_ids[self.prompt_tokens :]


@dataclass(frozen=True)
class RowFault:
    """What is wrong with one answer."""

    record: str
    problem: TemplateProblem


@dataclass(frozen=True)
class LabeledQuery:
    """A query whose label is learned as the answer."""

    record: str
    text: str
    label: str


def dialogue_rows(requests: Sequence[AnswerRequest], chat: ChatTokenizer) -> list[TrainedRow]:
    """A row for each answer that is learned in dialogues.

    Raises WinnowError with every answer that has a fault in the template.
    """
    refused = set(refused_roles(chat, CALL_FORMATS[requests[0].call_format])) if requests else set()
    rows: list[TrainedRow] = []
    faults: list[RowFault] = []
    for record, group in groupby(requests, key=lambda one: one.record):
        asked = {request.turn: request for request in group}
        made, found = _tokenized(record, _rendered(record, asked, chat, refused), chat, set(asked))
        is_general = next(iter(asked.values())).label == Behavior.GENERAL
        rows += [TrainedRow(record, row.turn, is_general, row.input_ids, row.prompt_tokens) for row in made]
        faults += found
    refuse_faults(faults, chat.model)
    return rows


def query_rows(queries: Iterable[LabeledQuery], prompt: QueryPrompt) -> list[TrainedRow]:
    """A row for each query: its label is the answer. Raises WinnowError with every answer that has a fault."""
    rows: list[TrainedRow] = []
    faults: list[RowFault] = []
    for query in queries:
        fields = {"role": Role.ASSISTANT.value, "content": query.label}
        answer = ChatMessage(fields, (1,), (query.label,), trained=True)
        rendered = _answers_in_template(query.record, [*prompt.messages(query.text), answer], (), prompt.chat)
        made, found = _tokenized(query.record, rendered, prompt.chat, {1})
        rows += made
        faults += found
    refuse_faults(faults, prompt.chat.model)
    return rows


def refuse_faults(faults: Sequence[RowFault], model: str) -> None:
    """Raises WinnowError with the faults of rows, those beyond SHOWN_FAULTS as a count."""
    if not faults:
        return
    fix = "correct or retract the record and freeze again, or choose another base model"
    expected = f"a row that can be learned in the template of {model}"
    shown = [
        Problem(f"record {one.record}, turn {one.problem.turn + 1}", _described(one.problem), expected, fix)
        for one in faults[:SHOWN_FAULTS]
    ]
    if len(faults) > SHOWN_FAULTS:
        more = counted(len(faults) - SHOWN_FAULTS, "more fault")
        shown.append(Problem("release", more, expected, "correct those above first"))
    raise WinnowError(shown)


def _described(problem: TemplateProblem) -> str:
    return f"{problem.name.replace('_', ' ')}: {problem.detail}"


def _rendered(
    record: str, asked: Mapping[int, AnswerRequest], chat: ChatTokenizer, refused: Collection[str]
) -> list[RenderedAnswer]:
    """Every answer of a dialogue up to the last one that is learned."""
    last = asked[max(asked)]
    dialogue = Dialogue(last.dialogue.turns[: last.turn + 1], last.dialogue.tools)
    try:
        messages = folded(chat_messages(dialogue, last.prompt.system, CALL_FORMATS[last.call_format]), refused)
    except FormatError as error:
        raise _refusal(record, f"an answer cannot be written as {last.call_format} ({error})", chat.model) from None
    return _answers_in_template(record, messages, openai_tools(last.prompt.tools), chat)


def _answers_in_template(
    record: str, messages: Sequence[ChatMessage], tools: Sequence[object], chat: ChatTokenizer
) -> list[RenderedAnswer]:
    try:
        return list(rendered_answers(chat, messages, tools))
    except TemplateRefusalError as error:
        raise _refusal(record, f"the template refuses the dialogue ({error})", chat.model) from None


def _refusal(record: str, why: str, model: str) -> WinnowError:
    fix = "correct or retract the record and freeze again, or choose another base model"
    return WinnowError(Problem(f"record {record}", why, f"a row that can be learned in the template of {model}", fix))


def _tokenized(
    record: str, rendered: Sequence[RenderedAnswer], chat: ChatTokenizer, learned: Collection[int]
) -> tuple[list[TrainedRow], list[RowFault]]:
    """The rows of the answers that are learned, and the faults of all answers."""
    problems = [problem for row in rendered for problem in text_problems(row, chat)]
    trained = [row for row in rendered if row.turn in learned]
    ids = chat.token_ids([text for row in trained for text in (row.shared, row.whole)]) if trained else []
    rows = []
    for row, prompt, whole in zip(trained, ids[::2], ids[1::2], strict=True):
        problems += token_problems(row, prompt, whole, chat)
        rows.append(TrainedRow(record, row.turn, False, _up_to_stop(whole, len(prompt), chat), len(prompt)))
    return rows, [RowFault(record, problem) for problem in problems]


def _up_to_stop(ids: list[int], start: int, chat: ChatTokenizer) -> list[int]:
    """The tokens without the white space that templates write after the stop token, which no model has to write."""
    end = len(ids)
    while end > start and not chat.token_text(ids[end - 1]).strip():
        end -= 1
    return ids[:end]
