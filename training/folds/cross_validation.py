"""Measure a run's method by cross-validation on train; no other split is measured, and test is never read."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.atomic import atomic_write, write_json_file
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.model_vocabulary import TrainingMethod
from winnow.core.progress import Progress
from winnow.core.result import Measured, NotMeasured
from winnow.core.vocabulary import Split
from winnow.curation.annotations.out_of_fold import assign_folds, groups_per_label
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.releases.release import Release
from winnow.training.evaluation.learning_curve import release_with_groups
from winnow.training.folds.fold_facts import CrossValidation, FoldFacts, FoldSpread, MeasuredFold, OutOfFoldRow
from winnow.training.run_facts import IMPORTED, TrainedRunFacts
from winnow.training.runs import Run
from winnow.validators.stats.clustered_share import clustered_proportion, count_by_cluster
from winnow.validators.stats.macro_f1 import macro_f1_with_interval

if TYPE_CHECKING:
    import pandas as pd

FOLDS_FILE = "folds.json"

OUT_OF_FOLD_FILE = "out-of-fold.jsonl"

FORMAT = 1

LEAST_FOLDS, MOST_FOLDS = 2, 20


UNFITTED: Mapping[str, str] = {
    IMPORTED: "the predictions were imported: there is no model to train",
    TrainingMethod.PROMPT: "method prompt is not fitted to train rows",
}
"""Methods that have no folds, and why."""


@dataclass(frozen=True)
class _Folding:
    """What is divided into folds, and how."""

    run: Run
    release: Release
    rows: pd.DataFrame
    """The train rows, with the column `fold`, from 1."""
    folds: int
    vectors_cache: Path | None

    def part(self, fold: int) -> Path:
        """Where a measured fold is kept until all are measured."""
        return self.run.path / ".folds" / f"{fold}-of-{self.folds}.json"


def stored_folds(run: Run) -> CrossValidation | NotMeasured:
    """The cross-validation of a run, if there is one."""
    method = run.facts.method
    if method in UNFITTED:
        return NotMeasured(UNFITTED[method])
    try:
        found = CrossValidation.model_validate_json((run.path / FOLDS_FILE).read_bytes())
        known = found if found.format == FORMAT and found.run == run.id else None
    except (OSError, ValueError):
        known = None
    return known or NotMeasured(f"run {command('train', run.facts.release.name, method=method, folds=5)}")


def require_folds(release: Release, *, method: str, folds: int, settings: Mapping[str, Any]) -> None:
    """Raises WinnowError for a training that cannot be cross-validated, before anything is trained."""
    if reason := _why_no_folds(release, method, settings):
        fix = "leave it out"
        raise WinnowError(Problem(Parameter("folds"), reason, "a method that is fitted to labels of queries", fix))
    if not LEAST_FOLDS <= folds <= MOST_FOLDS:
        raise WinnowError(Problem(Parameter("folds"), str(folds), f"a number from {LEAST_FOLDS} to {MOST_FOLDS}"))
    groups = release.rows(Split.TRAIN)["group"].nunique()
    if groups < folds:
        found = f"{folds} folds of {counted(groups, 'group')} of train rows"
        raise WinnowError(Problem(Parameter("folds"), found, "at least one group for each fold", "take fewer folds"))


def cross_validate(
    run: Run, release: Release, *, folds: int, vectors_cache: Path | None = None, progress: Progress | None = None
) -> CrossValidation:
    """Train the run's method on all folds but one and predict that one, for each fold; the result is kept in the run.

    The run's own settings and seed are used. Every fold is kept as soon as it is measured, so that an interrupted
    cross-validation continues.
    """
    require_folds(release, method=run.facts.method, folds=folds, settings=run.facts.settings)
    known = stored_folds(run)
    if isinstance(known, CrossValidation) and known.folds == folds:
        return known
    rows = release.rows(Split.TRAIN)
    numbers = assign_folds(list(rows["label"]), list(rows["group"]), run.facts.seed, folds=folds) + 1
    with tempfile.TemporaryDirectory() as scratch:
        cache = vectors_cache or Path(scratch) / "vectors.lance"
        folding = _Folding(run, release, rows.assign(fold=numbers), folds, cache)
        measured = list(_measured_folds(folding, progress))
    result = _summary(folding, measured)
    (run.path / FOLDS_FILE).unlink(missing_ok=True)  # it never states other folds than the predictions
    with atomic_write(run.path / OUT_OF_FOLD_FILE) as temporary:
        lines = sorted((row for one in measured for row in one.rows), key=lambda row: row.id)
        temporary.write_text("".join(f"{row.model_dump_json()}\n" for row in lines), encoding="utf-8")
    write_json_file(run.path / FOLDS_FILE, result.model_dump(mode="json"))
    shutil.rmtree(folding.part(1).parent, ignore_errors=True)
    return result


def _why_no_folds(release: Release, method: str, settings: Mapping[str, Any]) -> str:
    if release.kind.holds_dialogues:
        return "a release of dialogues, whose answers have no folds"
    if method in UNFITTED:
        return UNFITTED[method]
    if settings.get("teacher"):
        return "a teacher, which has seen the rows of every fold"
    return ""


def _measured_folds(folding: _Folding, progress: Progress | None) -> Iterator[MeasuredFold]:
    """Every fold, measured now or before."""
    for fold in range(1, folding.folds + 1):
        if progress:
            progress(fold - 1, folding.folds)
        yield _kept_fold(folding.part(fold)) or _measure_and_keep(folding, fold)


def _kept_fold(path: Path) -> MeasuredFold | None:
    try:
        return MeasuredFold.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None


def _measure_and_keep(folding: _Folding, fold: int) -> MeasuredFold:
    measured, path = _measure_fold(folding, fold), folding.part(fold)
    path.parent.mkdir(exist_ok=True)
    write_json_file(path, measured.model_dump(mode="json"))
    return measured


def _measure_fold(folding: _Folding, fold: int) -> MeasuredFold:
    """Train on the other folds and predict this one."""
    from winnow.training.methods import predict, train

    run, rows = folding.run, folding.rows
    inside = rows[rows["fold"] == fold]
    others = set(rows["group"]) - set(inside["group"])
    recorded = run.facts_of(TrainedRunFacts).embedder
    with tempfile.TemporaryDirectory() as folder:
        part = release_with_groups(folding.release, others, Path(folder) / "release")
        model, _ = train(
            part,
            Path(folder) / "runs",
            method=run.facts.method,
            seed=run.facts.seed,
            settings=run.facts.settings,
            embedder=open_embedder(recorded.model, backend=recorded.backend),
            vectors_cache=folding.vectors_cache,
        )
        answers = predict(model, list(inside["text"]), vectors_cache=folding.vectors_cache)
    found = [
        OutOfFoldRow(id=record, fold=fold, label=label, predicted=predicted, confidence=round(float(confidence), 6))
        for record, label, predicted, confidence in zip(
            inside["id"], inside["label"], answers.labels, answers.confidence, strict=True
        )
    ]
    facts = FoldFacts(
        fold=fold,
        train_rows=part.counts[Split.TRAIN],
        rows=len(found),
        accuracy=sum(_is_right(row) for row in found) / len(found),
        macro_f1=_macro_f1(found, folding).value,
        seconds=model.facts.seconds,
    )
    return MeasuredFold(facts=facts, rows=found)


def _summary(folding: _Folding, measured: Sequence[MeasuredFold]) -> CrossValidation:
    rows = [row for one in measured for row in one.rows]
    labels, groups = list(folding.rows["label"]), list(folding.rows["group"])
    group_of = dict(zip(folding.rows["id"], groups, strict=True))
    accuracy = clustered_proportion(count_by_cluster((group_of[row.id], int(_is_right(row)), 1) for row in rows))
    assert isinstance(accuracy, Measured)  # there are as many groups as folds
    counts = groups_per_label(labels, groups)
    return CrossValidation(
        format=FORMAT,
        run=folding.run.id,
        folds=folding.folds,
        rows=len(rows),
        groups=len(set(groups)),
        small_labels=sorted(label for label, count in counts.items() if count < folding.folds),
        accuracy=accuracy,
        macro_f1=_macro_f1(rows, folding),
        accuracy_spread=_spread([one.facts.accuracy for one in measured]),
        macro_f1_spread=_spread([one.facts.macro_f1 for one in measured]),
        per_fold=[one.facts for one in measured],
    )


def _macro_f1(rows: Sequence[OutOfFoldRow], folding: _Folding) -> Measured:
    gold, predicted = [row.label for row in rows], [row.predicted for row in rows]
    figure = macro_f1_with_interval(gold, predicted, folding.release.labels, seed=folding.run.facts.seed).figure
    assert isinstance(figure, Measured)  # every fold has rows
    return figure


def _is_right(row: OutOfFoldRow) -> bool:
    return row.label == row.predicted


def _spread(values: Sequence[float]) -> FoldSpread:
    return FoldSpread(
        mean=statistics.fmean(values),
        deviation=statistics.stdev(values),
        lowest=min(values),
        highest=max(values),
    )
