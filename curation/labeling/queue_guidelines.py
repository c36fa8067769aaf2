"""The guidelines Argilla shows beside a queue: how to decide, the labels, what changed since the last push."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from winnow.config.task import Label, Task
from winnow.curation.labeling.queues.definition import QueueName

MAX_CHARACTERS = 10_000
"""Characters that Argilla takes."""


QUEUE_PURPOSES: dict[QueueName, str] = {
    "label": "Choose the label that says what the person wants.",
    "relabel": (
        "The label of each of these queries may be wrong. Below the query stands what is known about it: decide anew, "
        "from the query alone, what the person wants."
    ),
    "adjudicate": (
        "People, or sources, disagree about these queries. Below the query stands what was said. Your answer decides."
    ),
    "audit": (
        "These queries are a random sample. Your answers measure how good the labels of the dataset are, so nothing is "
        "suggested: choose the label that says what the person wants."
    ),
    "review": (
        "A machine wrote these queries. Is the proposed label right for what the person would want? Where a query is "
        "no sensible query of a person, say unusable; where another label is right, say wrong label and choose the "
        "right one. Where nothing is proposed, choose the label yourself. What you find decides about the whole lot."
    ),
}


def queue_guidelines(
    task: Task,
    queue: QueueName,
    *,
    before: tuple[str, Sequence[Mapping[str, Any]]] | None = None,
    handbook: str | None = None,
) -> str:
    """The guidelines of a queue, in Markdown, at most LONGEST characters.

    `before` is when the queue was last pushed and with which labels. What does not fit is left to the handbook, a page
    with everything, whose address is `handbook`.
    """
    head = [f"# {task.name}: {queue}", QUEUE_PURPOSES[queue], *_instructions(task, queue)]
    changed = label_definition_changes(before[1], task.labels) if before else []
    if before and changed:
        head += [f"## What changed since {before[0][:10]}", *(f"- {line}" for line in changed)]
    link = f"The [handbook]({handbook}) has every label with its examples." if handbook else ""
    if link:
        head.append(link)
    head.append("## Labels")
    for describe in (_label_with_examples, _label_with_description, _label_name):
        text = "\n\n".join([*head, "\n".join(describe(label) for label in task.labels)])
        if len(text) <= MAX_CHARACTERS:
            return text
    missing = "\n\n… and more labels, in the handbook." if handbook else "\n\n… and more labels: ask your data lead."
    return text[: MAX_CHARACTERS - len(missing)].rpartition("\n")[0] + missing


def closed_dataset_note(successor: str, when: str) -> str:
    """What a dataset says whose records moved on."""
    return (
        f"# Closed\n\nThe labels changed on {when[:10]}, so the work goes on in the dataset **{successor}**. "
        "What you answered here counts; please answer nothing more here."
    )


def label_definition_changes(old: Sequence[Mapping[str, Any]], new: Sequence[Label]) -> list[str]:
    """What is new, gone or described otherwise, one line a label."""
    known = {str(label["name"]): label for label in old}
    now = {label.name: label for label in new}
    lines = [f"new label **{name}**: {now[name].description}" for name in now if name not in known]
    lines += [f"label **{name}** is gone" for name in known if name not in now]
    for name, label in now.items():
        before = known.get(name)
        if before is None:
            continue
        if before["description"] != label.description:
            lines.append(f"**{name}** means now: {label.description or 'nothing is said'}")
        lines += [f"**{name}**, for example: “{e}”" for e in label.examples if e not in before["examples"]]
        miss = label.near_miss
        if miss is not None and miss.model_dump() != before["near_miss"]:
            lines.append(f"not **{name}**: “{miss.text}” is {miss.label}")
    return lines


def _instructions(task: Task, queue: QueueName) -> list[str]:
    points = [
        "Read the whole query. Decide by what the person wants, not by single words.",
        "**unsure**: you cannot tell which label it is. Say in the comment between which.",
        "**several intents**: the person wants two things that belong to different labels.",
    ]
    if task.fallback:
        points.insert(1, f"**{task.fallback}**: the query belongs to no other label.")
    if queue in ("relabel", "adjudicate"):
        points.append("**leave it out**: nobody should learn from this query: no sense, or no query at all.")
    if queue == "label":
        points.append(
            "Some queries come with a suggestion by a model. It is often right and sometimes wrong: read first."
        )
    points += [
        "Flags: **personal data** (a name, a number, an address of a person), **unclear**, **offensive**.",
        "Discard passes a query on to others. Keys: a number chooses a label, Enter submits.",
    ]
    lines = ["## How to decide", "\n".join(f"- {point}" for point in points)]
    pairs = [f"- {left} or {right}?" for left, right in task.confusable]
    return [*lines, *(["People often mix up:\n" + "\n".join(pairs)] if pairs else [])]


def _label_with_examples(label: Label) -> str:
    examples = "; ".join(f"“{example}”" for example in label.examples[:3])
    miss = f" Not: “{label.near_miss.text}” (that is {label.near_miss.label})." if label.near_miss else ""
    return f"- **{label.name}**: {label.description}{f' For example: {examples}.' if examples else ''}{miss}"


def _label_with_description(label: Label) -> str:
    return f"- **{label.name}**: {label.description[:80]}" if label.description else f"- **{label.name}**"


def _label_name(label: Label) -> str:
    return f"- {label.name}"
