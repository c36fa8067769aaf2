"""The guidelines Argilla shows with a queue: how to decide, the labels, what changed since the last push."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from winnow.config.task import Label, Task
from winnow.core.vocabulary import DatasetKind
from winnow.curation.labeling.described_labels import described_labels
from winnow.curation.labeling.kind_forms import kind_form
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.store.queue_items import PushedLabels
from winnow.validators.kinds import kind_of, target_labels

MAX_CHARACTERS = 10_000
"""Characters that Argilla accepts."""

QUERY_POINTS = (
    "Read the whole query. Decide by what the person wants, not by single words.",
    "**unsure**: you cannot tell which label it is. Say in the comment which ones you hesitate between.",
    "**several intents**: the person wants two things that belong to different labels.",
)
"""How to decide about queries."""

DIALOGUE_POINTS = (
    "Read the whole dialogue, also the offered tools. Decide by what the assistant should do, not by single words.",
    "The behavior is the tool that is called, or **direct**, **ask**, **unable** or **general**. Where several tools "
    "are called, choose all of them; any other behavior is chosen alone.",
    "**unsure**: you cannot tell which behavior it is. Say in the comment which ones you hesitate between.",
)
"""How to decide about dialogues."""


def queue_guidelines(
    task: Task,
    queue: QueueDefinition,
    *,
    dataset_kind: DatasetKind = DatasetKind.OPEN,
    before: PushedLabels | None = None,
    guidelines_url: str | None = None,
) -> str:
    """The guidelines of a queue's dataset, in Markdown, at most MAX_CHARACTERS long.

    `before` is when the queue was last pushed with other label definitions, and which. What does not fit is on the
    labeling guidelines page, whose address is `guidelines_url`.
    """
    kind, labels = kind_of(task), target_labels(task)
    purpose = queue.purpose_for(kind, blind=dataset_kind == DatasetKind.BLIND)
    head = [f"# {task.name}: {queue.name}", purpose, *_instructions(task, queue, dataset_kind)]
    changed = label_definition_changes(before.labels, labels) if before else []
    if before and changed:
        head += [f"## What changed since {before.at[:10]}", *(f"- {line}" for line in changed)]
    if guidelines_url:
        head.append(f"The [labeling guidelines]({guidelines_url}) show every label with its examples.")
    shown = described_labels(task)
    head.append("## Behaviors" if kind.holds_dialogues else "## Labels")
    for describe in (_label_with_examples, _label_with_description, _label_name):
        text = without_html_and_images("\n\n".join([*head, "\n".join(map(describe, shown))]))
        if len(text) <= MAX_CHARACTERS:
            return text
    where = "see the labeling guidelines." if guidelines_url else "ask your data lead."
    missing = f"\n\n… and more labels: {where}"
    return text[: MAX_CHARACTERS - len(missing)].rpartition("\n")[0] + missing


def without_html_and_images(markdown: str) -> str:
    """The text with HTML and images shown as they were typed: neither may load anything from another host."""
    return markdown.replace("<", "&lt;").replace("![", "\\!\\[")


def closed_dataset_note(successor: str, closed_at: str) -> str:
    """The guidelines of a dataset whose unanswered records moved to another one at a time (UTC, ISO 8601)."""
    return (
        f"# Closed\n\nThe labels changed, so this dataset was closed on {closed_at[:10]}, and labeling continues in "
        f"the dataset **{successor}**. Your responses here count. Records that somebody had started to answer are "
        "still here: please complete them."
    )


def label_definition_changes(old: Sequence[Mapping[str, Any]], new: Sequence[Label]) -> list[str]:
    """Labels that are new, removed or described differently, one line each."""
    known = {str(label["name"]): label for label in old}
    now = {label.name: label for label in new}
    lines = [f"new label **{name}**: {now[name].description}" for name in now if name not in known]
    lines += [f"label **{name}** was removed" for name in known if name not in now]
    for name, label in now.items():
        before = known.get(name)
        if before is None:
            continue
        if before["description"] != label.description:
            lines.append(f"**{name}** now means: {label.description or '(no description)'}")
        lines += [f"**{name}**, for example: “{e}”" for e in label.examples if e not in before["examples"]]
        miss = label.near_miss
        if miss is not None and miss.model_dump() != before["near_miss"]:
            lines.append(f"not **{name}**: “{miss.text}” is {miss.label}")
    return lines


def _instructions(task: Task, queue: QueueDefinition, dataset_kind: DatasetKind) -> list[str]:
    kind = kind_of(task)
    points = [
        *(DIALOGUE_POINTS if kind.holds_dialogues else QUERY_POINTS),
        *queue.notes_for(kind),
        *(() if dataset_kind == DatasetKind.BLIND else _correction_points(task, queue)),
        "Flags: **personal data** (a name, number or address of a person), **unclear**, **offensive**.",
        f"Discard passes a {kind.noun.one} on to others. Keys: a number chooses a label, Enter submits.",
    ]
    if task.fallback:
        points.insert(1, f"**{task.fallback}**: the query belongs to no other label.")
    lines = ["## How to decide", "\n".join(f"- {point}" for point in points)]
    pairs = [f"- {left} or {right}?" for left, right in task.confusable]
    return [*lines, *(["These are often confused:\n" + "\n".join(pairs)] if pairs else [])]


def _correction_points(task: Task, queue: QueueDefinition) -> list[str]:
    """How to say what is wrong with an answer, and how to correct it."""
    form = kind_form(kind_of(task)).answer
    if form is None or not queue.asks_correction:
        return []
    return [
        "If an answer is wrong, choose everything that is wrong with it. **Invented value**: nothing in the dialogue "
        "gives it. **Wording**: only what the assistant says is wrong, not what it does.",
        "**Corrected answer**: the answer to the last request, with its calls, exactly as the assistant would write "
        "it. Open *The answer as text* below the dialogue, copy it and change it. If it breaks the format, your "
        f"response returns to your drafts, with the reason at the top of it.{_example(form.example(task))}",
    ]


def _example(written: str) -> str:
    """An answer in a code block of a list; none where it has tags, which guidelines show as they were typed."""
    if "<" in written:
        return ""
    lines = "\n".join(f"  {line}".rstrip() for line in written.split("\n"))
    return f" An example:\n\n  ````\n{lines}\n  ````\n"


def _label_with_examples(label: Label) -> str:
    examples = "; ".join(f"“{example}”" for example in label.examples[:3])
    miss = f" Not: “{label.near_miss.text}” (that is {label.near_miss.label})." if label.near_miss else ""
    return f"- **{label.name}**: {label.description}{f' For example: {examples}.' if examples else ''}{miss}"


def _label_with_description(label: Label) -> str:
    return f"- **{label.name}**: {label.description[:80]}" if label.description else f"- **{label.name}**"


def _label_name(label: Label) -> str:
    return f"- {label.name}"
