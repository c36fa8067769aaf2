"""Render the dialogues of a dataset in a model's chat template, one record at a time, and sum up what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from winnow.core.hashing import stable_hash
from winnow.core.model_vocabulary import TemplateFault
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.curation.checks.chat_template.answer_problems import TemplateProblem, text_problems, token_problems
from winnow.curation.checks.chat_template.chat_messages import ChatMessage, chat_messages, folded
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, TemplateRefusalError
from winnow.curation.checks.chat_template.rendered_answers import RenderedAnswer, rendered_answers
from winnow.curation.checks.chat_template.role_probe import refused_roles
from winnow.curation.checks.chat_template.template_facts import ChatTemplateFacts, FoldedRoleFacts
from winnow.validators.tools.call_formats import CALL_FORMATS, format_problems
from winnow.validators.tools.dialogue import Dialogue, Role
from winnow.validators.tools.openai_messages import openai_tools
from winnow.validators.tools.prompt import Prompt

NO_BASE_MODEL = NotMeasured("no base model is named")

PROGRESS_EVERY = 500
"""Dialogues between two reports of progress: less than a second."""


@dataclass(frozen=True)
class RenderedDialogue:
    """One dialogue in the template."""

    answers: int
    """Trained answers that were rendered."""
    longest_row: int
    """Tokens of the longest row, before it is cut."""
    sha256: str
    """SHA-256 over prompt and answer of every trained answer."""
    problems: tuple[TemplateProblem, ...]
    folded: frozenset[str]
    """Roles that it has and that were folded."""
    control_texts: frozenset[str] = frozenset()
    """Texts in its messages that are special tokens of the model."""


@dataclass(frozen=True)
class TemplateReport:
    """What the template makes of a selection of records."""

    facts: ChatTemplateFacts
    examples: Mapping[TemplateFault, tuple[str, TemplateProblem]]
    """For each fault one problem with the id of its record: the first by id."""


@dataclass(frozen=True)
class RenderedRecords:
    """Every record in the template of a model, so that any selection of them can be summed up."""

    chat: ChatTokenizer
    call_format: str
    refused: Mapping[str, str]
    """Why the template refuses a role."""
    by_record: Mapping[str, RenderedDialogue]

    def report(self, records: Iterable[str]) -> TemplateReport:
        """The sum over these records."""
        chosen = {record: self.by_record[record] for record in sorted(records)}
        examples: dict[TemplateFault, tuple[str, TemplateProblem]] = {}
        for record, one in chosen.items():
            for problem in one.problems:
                examples.setdefault(problem.name, (record, problem))
        return TemplateReport(self._facts(chosen), examples)

    def _facts(self, chosen: Mapping[str, RenderedDialogue]) -> ChatTemplateFacts:
        found = {(record, one.name, one.turn) for record, each in chosen.items() for one in each.problems}
        counts = Counter(name for _, name, _ in found)
        folds = Counter(role for each in chosen.values() for role in each.folded)
        return ChatTemplateFacts(
            model=self.chat.model,
            template_sha256=self.chat.template_sha256,
            call_format=self.call_format,
            window=self.chat.window,
            stop_tokens=tuple(self.chat.token_text(one) for one in sorted(self.chat.stop_ids)),
            dialogues=len(chosen),
            answers=sum(each.answers for each in chosen.values()),
            longest_row=max((each.longest_row for each in chosen.values()), default=0),
            faulty_answers=len({(record, turn) for record, _, turn in found}),
            faults={name: counts[name] for name in TemplateFault},
            folded=tuple(
                FoldedRoleFacts(role=role, why=why, dialogues=folds[role]) for role, why in self.refused.items()
            ),
            rendered_sha256=stable_hash(*(f"{record} {each.sha256}" for record, each in chosen.items())),
        )


def render_records(
    dialogues: Mapping[str, tuple[Dialogue, Prompt]],
    chat: ChatTokenizer,
    *,
    call_format: str,
    progress: Progress | None = None,
) -> RenderedRecords:
    """Render every dialogue, by the id of its record, as it is trained and served: its prompt first."""
    refused = refused_roles(chat, CALL_FORMATS[call_format])
    rendered = {}
    for done, (record, (dialogue, prompt)) in enumerate(dialogues.items(), 1):
        rendered[record] = render_dialogue(dialogue, chat, prompt, call_format, refused)
        if progress and (done % PROGRESS_EVERY == 0 or done == len(dialogues)):
            progress(done, len(dialogues))
    return RenderedRecords(chat, call_format, refused, rendered)


def merged_records(rendered: Sequence[RenderedRecords], records: Iterable[str]) -> RenderedRecords:
    """The records as several prompts render them, each record with everything that was found in any of them.

    One that none of them renders has no answers.
    """
    by_record = {
        record: _merged([one.by_record[record] for one in rendered if record in one.by_record]) for record in records
    }
    return replace(rendered[0], by_record=by_record)


def _merged(found: Sequence[RenderedDialogue]) -> RenderedDialogue:
    if len(found) == 1:
        return found[0]
    return RenderedDialogue(
        answers=sum(one.answers for one in found),
        longest_row=max((one.longest_row for one in found), default=0),
        sha256=stable_hash(*(one.sha256 for one in found)),
        problems=tuple(problem for one in found for problem in one.problems),
        folded=frozenset(role for one in found for role in one.folded),
        control_texts=frozenset(text for one in found for text in one.control_texts),
    )


def render_dialogue(
    dialogue: Dialogue, chat: ChatTokenizer, prompt: Prompt, call_format: str, refused: Iterable[str]
) -> RenderedDialogue:
    """One dialogue with everything that is wrong with its answers."""
    written = CALL_FORMATS[call_format]
    unwritable = format_problems(dialogue, written)
    if unwritable:
        return _not_rendered([_refused(turn, "; ".join(map(str, found))) for turn, found in unwritable.items()])
    messages = chat_messages(dialogue, prompt.system, written)
    rows, refusals = _rows(chat, folded(messages, set(refused)), openai_tools(prompt.tools))
    problems = [*refusals, *(problem for row in rows for problem in text_problems(row, chat))]
    trained = [row for row in rows if row.message.trained]
    longest, lost = _token_findings(trained, chat)
    return RenderedDialogue(
        answers=len(trained),
        longest_row=longest,
        sha256=stable_hash(*(part for row in trained for part in (row.shared, row.answer))),
        problems=(*problems, *lost),
        folded=frozenset(refused) & {message.role for message in messages},
        control_texts=frozenset(text for one in messages for text in chat.control_texts.within(one.content)),
    )


def _rows(
    chat: ChatTokenizer, messages: Sequence[ChatMessage], tools: Sequence[Any]
) -> tuple[list[RenderedAnswer], list[TemplateProblem]]:
    """The answers up to the first one that the template refuses, and the refusal."""
    rows: list[RenderedAnswer] = []
    try:
        for row in rendered_answers(chat, messages, tools):
            rows.append(row)
    except TemplateRefusalError as error:
        answers = [message.turns[0] for message in messages if message.role == Role.ASSISTANT]
        return rows, [_refused(answers[len(rows)], f"the template refuses the dialogue: {error}")]
    return rows, []


def _refused(turn: int, detail: str) -> TemplateProblem:
    return TemplateProblem(TemplateFault.REFUSED, turn, detail)


def _not_rendered(problems: Sequence[TemplateProblem]) -> RenderedDialogue:
    return RenderedDialogue(0, 0, stable_hash(), tuple(problems), frozenset())


def _token_findings(rows: Sequence[RenderedAnswer], chat: ChatTokenizer) -> tuple[int, list[TemplateProblem]]:
    """The number of tokens of the longest row, and what the loss of each row lacks."""
    if not rows:
        return 0, []
    ids = chat.token_ids([text for row in rows for text in (row.shared, row.whole)])
    pairs = list(zip(rows, ids[::2], ids[1::2], strict=True))
    found = [problem for row, prompt, whole in pairs for problem in token_problems(row, prompt, whole, chat)]
    return max(len(whole) for _, _, whole in pairs), found
