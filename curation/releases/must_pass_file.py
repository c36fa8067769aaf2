"""Must-pass cases: queries that every model must answer correctly; read from the task, written into a release."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.example import fold_key
from winnow.core.layout import TASK_FILE
from winnow.core.vocabulary import SPLITS, DropReason
from winnow.curation.ingest.screen import ScreenContext, screen
from winnow.curation.io.readers.source_rows import read_file
from winnow.curation.releases.manifest import MustPassFacts
from winnow.curation.releases.release_lines import MustPassCase
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    import pandas as pd


def read_must_pass(task: Task, root: Path, context: ScreenContext) -> list[MustPassCase]:
    """The cases that a task names, sorted by id, screened as `add` screens; none when it names no file.

    The file is in `root` or below. A repeated case is taken once. Raises WinnowError with every row that cannot be a
    case.
    """
    if task.must_pass is None:
        return []
    where, kind = f"{TASK_FILE}, must_pass", kind_of(task)
    path = (root / task.must_pass).resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        fix = "correct the path, or remove the key"
        raise WinnowError(Problem(where, f"no file {task.must_pass} in {root}", f"a file next to {TASK_FILE}", fix))
    kept, dropped = screen(read_file(path, kind=kind).rows, task, context)
    problems = []
    for one in dropped:
        place = f"{task.must_pass}, row {one.row.number}"
        problems.append(Problem(place, one.drop.detail, "a query and its label", _fix(one.drop.reason)))
    labels: dict[str, str] = {}
    for row in kept:
        place = f"{task.must_pass}, row {row.number}"
        if row.label is None:
            problems.append(Problem(place, "no label", "the correct label", "add the label"))
        elif labels.setdefault(row.record_id, row.label) != row.label:
            found = f"label {row.label!r}, and {labels[row.record_id]!r} in a row above"
            problems.append(Problem(place, found, "one label for each text", "keep the correct one"))
    if problems:
        raise WinnowError(problems)
    texts = {row.record_id: kind.embedding_text(row.content) for row in kept}
    return [MustPassCase(record, texts[record], labels[record]) for record in sorted(texts)]


def must_pass_lines(cases: Collection[MustPassCase]) -> str:
    """The cases as JSON lines."""
    return "".join(json.dumps(asdict(case), ensure_ascii=False) + "\n" for case in cases)


def repeated_in(cases: Collection[MustPassCase], selected: pd.DataFrame) -> dict[str, int]:
    """How many cases each split of a selection repeats, ignoring case, width and white space."""
    folds: Mapping[str, str] = dict(zip(map(fold_key, selected["text"]), selected["split"], strict=True))
    counts = Counter(folds[key] for case in cases if (key := fold_key(case.text)) in folds)
    return {split: counts[split] for split in SPLITS}


def must_pass_summary(cases: Collection[MustPassCase], selected: pd.DataFrame) -> MustPassFacts:
    """The cases in figures, for the manifest."""
    return MustPassFacts(cases=len(cases), repeated_in=repeated_in(cases, selected))


def _fix(reason: str) -> str:
    return "remove it from this file too" if reason == DropReason.FORGOTTEN else "correct the row"
