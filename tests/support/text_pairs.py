"""A kind of tasks that exists only in tests: two questions, and whether they ask the same."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product

from winnow.config.task import Task
from winnow.core.example import canonical_text, fold_key
from winnow.validators.kinds.kind import ContentColumn, Kind, Purpose
from winnow.validators.text import Drop, text_problem
from winnow.validators.wording.guards import Guards

COLUMNS = ("first", "second")


def texts(content: str) -> tuple[str, ...]:
    """Both questions."""
    return tuple(json.loads(content))


def parse(values: Mapping[str, object], task: Task) -> str | Drop:
    """Both questions as JSON, or why there are not two of them."""
    both = [values.get(name) for name in COLUMNS]
    for text in both:
        if problem := text_problem(text, max_characters=task.screen.max_characters):
            return problem
    return json.dumps([canonical_text(str(text)) for text in both], ensure_ascii=False)


def with_texts(_: str, changed: Sequence[str]) -> str:
    """A pair of other questions."""
    return json.dumps(list(changed), ensure_ascii=False)


PAIRS = Kind(
    name="pairs",
    purpose=Purpose("recognizing questions that mean the same", ("text-classification",), keywords=("paraphrase",)),
    content_columns={
        "first": ContentColumn(("first", "question1"), title="First", description="One question."),
        "second": ContentColumn(("second", "question2"), title="Second", description="The other question."),
    },
    parse=parse,
    column_values=lambda content: dict(zip(COLUMNS, texts(content), strict=True)),
    content_of=lambda values: with_texts("", [values[name] for name in COLUMNS]),
    texts=texts,
    with_texts=with_texts,
    fold_key=lambda content: " | ".join(sorted(map(fold_key, texts(content)))),
    embedding_text=lambda content: " / ".join(texts(content)),
    guards=lambda task: Guards(task.slots),
    targets=lambda _: ["no", "yes"],
    stratum=lambda content, target: f"{target or 'open'}, {len(texts(content))} texts",
)

THINGS = (
    "my passport", "a parking permit", "the rental car", "our dentist appointment", "a library card",
    "the swimming course", "my tax return", "a fishing license", "the gym membership", "a train ticket",
    "the piano lesson", "my prescription",
)  # fmt: skip
WORDINGS = (
    ("How do I renew {}?", "What do I have to do to extend {}?", "Who sells {}?"),
    ("What does {} cost?", "How expensive is {}?", "When did people invent {}?"),
    ("Can I cancel {} online?", "Is it possible to call off {} on the internet?", "Why is {} so popular?"),
    ("Where do I collect {}?", "At which place can I pick up {}?", "Should children have {}?"),
)


def pair_rows() -> list[dict[str, str]]:
    """96 pairs, as many that ask the same as not."""
    found = []
    for thing, (question, same, other) in product(THINGS, WORDINGS):
        first = question.format(thing)
        found.append({"question1": first, "question2": same.format(thing), "label": "yes"})
        found.append({"question1": first, "question2": other.format(thing), "label": "no"})
    return found
