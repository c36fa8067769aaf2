"""The train rows of a release with what a teacher says about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from winnow.core.progress import Progress
from winnow.curation.releases.release import Release
from winnow.training.distillation.soft_labels import in_order
from winnow.training.distillation.teacher_run import Teacher, require_classes, require_teacher, teacher_facts
from winnow.training.predictions import Predictions
from winnow.training.teacher_facts import TeacherRunFacts


class TaughtRows(NamedTuple):
    """What a teacher says about train rows, and what is recorded of it."""

    soft: Predictions
    """In the order of the rows, with the labels that have train rows as classes."""
    facts: TeacherRunFacts


def teach_rows(
    teacher: Teacher | None,
    release: Release,
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> TaughtRows | None:
    """Ask a teacher about the train rows of a release; None without a teacher.

    Raises WinnowError for a run that may not teach on the release.
    """
    if teacher is None:
        return None
    require_teacher(teacher.run, release)
    predictions = teacher.predict(teacher.run, texts, vectors_cache=vectors_cache, progress=progress)
    require_classes(teacher.run, predictions.classes, labels)
    soft = in_order(predictions, sorted(set(labels)))
    return TaughtRows(soft, teacher_facts(teacher.run, soft, labels))
