"""The run that another run learns from: whether it may be a teacher on a release, and what is recorded of it.

What is held out is never learned, not even by way of a teacher. A teacher of another release is therefore refused if it
was fitted on a row that this release holds out: validation or test for its train rows, test for its validation rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from operator import eq
from typing import TYPE_CHECKING, Any

from winnow.core.counted import agreeing, counted
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.example import fold_key, repeat_key
from winnow.core.hashing import file_sha256
from winnow.core.model_vocabulary import PromptBackend, TrainingMethod
from winnow.core.vocabulary import Split
from winnow.curation.releases.release import Release
from winnow.training.run_facts import RunFacts, answers_in_dialogues
from winnow.training.run_release import release_of
from winnow.training.runs import RUN_FILE, Run
from winnow.training.teacher_facts import TeacherRunFacts

if TYPE_CHECKING:
    import pandas as pd

    from winnow.training.predictions import Predictions

TEACHER_SETTINGS = ("teacher", "teacher_weight", "teacher_temperature")

HELD_OUT_OF: Mapping[Split, tuple[Split, ...]] = {
    Split.TRAIN: (Split.VALIDATION, Split.TEST),
    Split.VALIDATION: (Split.TEST,),
}
"""What a teacher may not have seen, by the split in which it may have seen it."""

SHOWN = 3
"""Rows that a message names; the others are counted."""


@dataclass(frozen=True)
class Teacher:
    """A run that another one learns from."""

    run: Run
    predict: Callable[..., Predictions]
    """Predicts with the run's model, as `winnow.training.methods.predict`, which imports this module."""


def requested_settings(settings: Any, teacher: Teacher | None) -> dict[str, Any]:
    """The settings that determine a run: a teacher by its id; without one, none of its settings."""
    assert is_dataclass(settings)
    found = asdict(settings)  # type: ignore[arg-type]
    if teacher is not None:
        return found | {"teacher": teacher.run.id}
    return {name: value for name, value in found.items() if name not in TEACHER_SETTINGS}


def teacher_version(teacher: Teacher | None) -> dict[str, str]:
    """The hash of a teacher, which is part of the identity of the runs that learn from it; nothing without one."""
    return {} if teacher is None else {"teacher": file_sha256(teacher.run.path / RUN_FILE)}


def teacher_facts(teacher: Run, soft: Predictions, labels: Sequence[str]) -> TeacherRunFacts:
    """What a run states about its teacher."""
    return TeacherRunFacts(
        run=teacher.id,
        sha256=file_sha256(teacher.path / RUN_FILE),
        method=teacher.facts.method,
        release_sha256=teacher.facts.release.sha256,
        agreement=round(sum(map(eq, soft.labels, labels)) / len(labels), 4),
    )


def require_teacher(teacher: Run, release: Release) -> None:
    """Raises WinnowError for a run that states no class probabilities, or that has seen what the release holds out."""
    if reason := _why_no_teacher(teacher.facts):
        fix = "train a run of method linear, encoder or adapter on the release first"
        raise WinnowError(Problem(Parameter("teacher"), f"run {teacher.id}: {reason}", "a trained classifier", fix))
    if teacher.facts.release.sha256 == release.sha256:
        return
    if teacher.facts.settings.get("teacher"):
        found = f"run {teacher.id} learned from a teacher itself, on another release"
        fix = f"train it on release {release.name}"
        raise WinnowError(Problem(Parameter("teacher"), found, "a teacher whose rows are all known", fix))
    problems = list(_leaks(teacher, release))
    if problems:
        raise WinnowError(problems)


def require_classes(teacher: Run, known: Iterable[str], labels: Iterable[str]) -> None:
    """Raises WinnowError for labels with train rows that are none of the teacher's classes."""
    missing = sorted(set(labels) - set(known))
    if missing:
        named = ", ".join(missing[:SHOWN]) + (f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else "")
        found = f"run {teacher.id} does not know {named}"
        fix = "train the teacher on this release, or on one with all of its labels"
        raise WinnowError(Problem(Parameter("teacher"), found, "a class for every label with train rows", fix))


def _why_no_teacher(facts: RunFacts) -> str:
    """Why a run has no class probabilities to learn; empty for one that has."""
    if facts.method not in set(TrainingMethod):
        return "its predictions were imported: there is no model to run"
    if answers_in_dialogues(facts):
        return "it answers dialogues, and labels no queries"
    if facts.method == TrainingMethod.PROMPT and facts.settings.get("backend") != PromptBackend.LOCAL:
        return "a service states the probability of its answer only"
    return ""


def _leaks(teacher: Run, release: Release) -> Iterator[Problem]:
    """One problem for each split of the teacher's release with rows that this release holds out."""
    own = release_of(teacher)
    for seen, hidden in HELD_OUT_OF.items():
        held_out = [row for split in hidden for row in _rows(release.rows(split))]
        ids, texts = {row[0] for row in held_out}, {row[1] for row in held_out}
        found = [identity for identity, key in _rows(own.rows(seen)) if identity in ids or key in texts]
        if found:
            named = ", ".join(found[:SHOWN]) + ("" if len(found) <= SHOWN else ", …")
            yield Problem(
                Parameter("teacher"),
                f"{counted(len(found), 'row')} of the {seen} split of {own.name} "
                f"{agreeing(len(found), 'is', 'are')} held out in "
                f"{release.name} ({named})",
                "a teacher that has not seen what is held out",
                f"train it on release {release.name}",
            )


def _rows(rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """The id of each row, and its text as far as it matters: without case, spaces and punctuation."""
    for identity, text in zip(rows["id"], rows["text"], strict=True):
        yield str(identity), repeat_key(fold_key(str(text)))
