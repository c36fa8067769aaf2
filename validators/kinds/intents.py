"""Kind `intents`: an example is one query, and its target is one label of the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from winnow.config.task import Task
from winnow.core.example import canonical_text, fold_key
from winnow.core.prompt_template import PromptText, parse_template
from winnow.core.vocabulary import DropReason
from winnow.validators.intent_rows import INTENT_LAYOUTS
from winnow.validators.interactions.logged_query import query_row
from winnow.validators.kinds.kind import ContentColumn, Kind, Noun, Purpose
from winnow.validators.text import Drop, text_problem
from winnow.validators.wording.guards import Guards


def _parse(values: Mapping[str, object], task: Task) -> str | Drop:
    text = _query(values, task)
    return text_problem(text, max_characters=task.screen.max_characters) or canonical_text(str(text))


def _query(values: Mapping[str, object], task: Task) -> object:
    """The query, without the words of the task's template around it where it was a prompt."""
    text = values.get("text")
    return parse_template(task.prompt_template).text_of(text) if isinstance(text, PromptText) else text


def _read_content(values: Mapping[str, object], task: Task) -> str | Drop:
    text = _query(values, task)
    return canonical_text(text) if isinstance(text, str) else Drop(DropReason.NOT_TEXT, f"found {text!r}")


def _with_texts(_: str, texts: Sequence[str]) -> str:
    (text,) = texts
    return text


def _targets(task: Task) -> list[str]:
    return task.label_names


INTENTS = Kind(
    name="intents",
    purpose=Purpose(
        phrase="intent routing",
        task_categories=("text-classification",),
        task_ids=("intent-classification",),
        keywords=("intent classification", "intent routing", "text classification"),
    ),
    content_columns={
        "text": ContentColumn(
            ("text", "query", "utterance", "input", "sentence"), title="Query", description="The query."
        )
    },
    parse=_parse,
    read_content=_read_content,
    column_values=lambda content: {"text": content},
    content_of=lambda values: values["text"],
    texts=lambda content: (content,),
    with_texts=_with_texts,
    fold_key=fold_key,
    embedding_text=str,
    guards=lambda task: Guards(task.slots, task.language),
    targets=_targets,
    interaction_row=query_row,
    noun=Noun("query", "queries"),
    required_keys=("labels",),
    layouts=INTENT_LAYOUTS,
    lossless_formats=("jsonl", "csv", "chat", "openai", "anthropic", "sharegpt", "trl", "trl_messages"),
)
