"""The labels of a file before there is a task: which values become labels, and which do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from winnow.config.template import FALLBACK_NAMES
from winnow.core.errors import Problem, WinnowError
from winnow.curation.io.readers.numbered_rows import value_text
from winnow.curation.io.readers.source_rows import SourceRow
from winnow.validators.labels.label_advice import LabelAdvice, label_advice
from winnow.validators.labels.label_findings import is_list
from winnow.validators.labels.missing_words import is_missing_word

MAX_NAME = 200
"""Characters of a label's name in the task file."""

AGREEING_ROUTES = 0.95
"""Share of the labeled rows whose route must be the usual one of their label before the column is taken for routes."""


@dataclass(frozen=True)
class LabelDecisions:
    """What becomes of the values of the column of labels."""

    counts: dict[str, int] = field(default_factory=dict)
    """Rows of each label of the task, in the order in which they appear."""
    no_label: tuple[str, ...] = ()
    """Values that mean that a row has no label."""
    unlabeled: int = 0
    """Rows without a label, those with such a value included."""
    routes: dict[str, str | None] = field(default_factory=dict)
    """The route of each label, where the file has one."""
    routes_agree: bool = True
    """The rows of a label have the same route; otherwise the column does not say where queries are sent."""
    findings: tuple[LabelAdvice, ...] = ()
    """Values that are probably not meant as they stand."""


def decide_labels(name: str, rows: Sequence[SourceRow], *, no_label: Sequence[str] | None = None) -> LabelDecisions:
    """The labels of the rows of a file. `no_label` are the values that mean "none"; by default known words for it.

    Lists, such as `['a', 'b']`, are no labels. Raises WinnowError for names that a task file cannot hold.
    """
    given = [(row, _labels_of(row)) for row in rows if row.problem is None]
    counts = Counter(label for _, labels in given for label in labels)
    missing = [one for one in counts if (is_missing_word(one) if no_label is None else one in no_label)]
    named = {label: count for label, count in counts.items() if label not in missing and not is_list(label)}
    _check_names(name, named)
    pairs = [(one, value_text(row.route).strip()) for row, labels in given for one in labels if one in named]
    routes, share = _routes(pairs)
    agree = share >= AGREEING_ROUTES
    return LabelDecisions(
        counts=named,
        no_label=tuple(missing),
        unlabeled=sum(named.keys().isdisjoint(labels) for _, labels in given),
        routes={label: routes.get(label) if agree else None for label in named},
        routes_agree=agree,
        findings=tuple(
            label_advice(
                {label: rows for label, rows in counts.items() if label not in missing},
                fallback=next((label for label in named if label.lower() in FALLBACK_NAMES), None),
                routed=[label for label, route in routes.items() if route and agree],
            )
        ),
    )


def _labels_of(row: SourceRow) -> list[str]:
    """The labels of a row, each once: its own, and those that people whom the file names gave it."""
    return list(dict.fromkeys(label for value in row.given_labels if (label := label_text(value))))


def label_text(value: object) -> str:
    """The value of a label as text; a list of one is that value."""
    if isinstance(value, list | tuple):
        return value_text(value[0]).strip() if len(value) == 1 else ("" if not value else str(list(value)))
    text = value_text(value).strip()
    return text.removesuffix(".0") if isinstance(value, float) and value.is_integer() else text


def _routes(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], float]:
    """The usual route of each label, and the share of the rows that have it."""
    counts: dict[str, Counter[str]] = {}
    for label, route in pairs:
        if route:
            counts.setdefault(label, Counter())[route] += 1
    usual = {label: found.most_common(1)[0] for label, found in counts.items()}
    rows = sum(found.total() for found in counts.values())
    agreeing = sum(count for _, count in usual.values())
    return {label: route for label, (route, _) in usual.items()}, agreeing / rows if rows else 1.0


def _check_names(name: str, labels: Iterable[str]) -> None:
    broken = [one for one in labels if len(one) > MAX_NAME or any(not character.isprintable() for character in one)]
    if broken:
        found = f"labels that no task can have: {', '.join(repr(one[:60]) for one in broken[:3])}"
        expected = f"printable names of at most {MAX_NAME} characters"
        raise WinnowError(Problem(name, found, expected, "name another label column, or none, or correct the rows"))
