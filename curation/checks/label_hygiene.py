"""What is wrong with the labels of a workspace, with the commands that fix it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.core.vocabulary import State
from winnow.validators.kinds import kind_of
from winnow.validators.labels.label_advice import LabelAdvice, label_advice
from winnow.validators.labels.label_fixes import LabelSources

if TYPE_CHECKING:
    import pandas as pd


def workspace_label_advice(table: pd.DataFrame, task: Task, sources: Mapping[str, str]) -> list[LabelAdvice]:
    """Findings about the labels of a task and the records that have them; `sources` names the sources by id.

    A record without a label counts as blank where other records of its source have one. Labels that follow from the
    content of dialogues are not examined.
    """
    if kind_of(task).holds_dialogues:
        return []
    labeled = table[table["state"] == State.LABELED]
    counts = Counter(dict.fromkeys(task.label_names, 0))
    counts.update(labeled["label"])
    with_labels = {source for own in labeled["sources"] for source in own}
    unlabeled = table.loc[table["state"] == State.UNLABELED, "sources"]
    blank = sum(not with_labels.isdisjoint(own) for own in unlabeled)
    routed = [label for label, route in task.routes.items() if route]
    found = label_advice(counts, blank=blank, fallback=task.fallback, routed=routed, noun="record")
    return [one if not one.finding.labels else _with_sources(one, labeled, sources) for one in found]


def _with_sources(advice: LabelAdvice, labeled: pd.DataFrame, sources: Mapping[str, str]) -> LabelAdvice:
    """The advice with the sources whose records have these labels."""
    own = labeled.loc[labeled["label"].isin(advice.finding.labels), "sources"]
    files = dict.fromkeys(sources.get(source, source) for one in own for source in one)
    return LabelAdvice.of(advice.finding, LabelSources(tuple(files)))
