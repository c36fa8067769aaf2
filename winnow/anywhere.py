"""What a release or run folder is enough for: on another machine there is no workspace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curation.folder import Folder
from curation.reading import Reading
from validators.faults import Fault, WinnowError
from validators.screening import text_fault

if TYPE_CHECKING:
    import pandas as pd

    from curation.embed import Embedder, Progress
    from curation.release import Release
    from training.compare import Comparison
    from training.evaluate import Evaluation
    from training.runs import Run

LOCAL_RUNS = Path("runs")
"""Where runs go when there is no workspace."""


def open_release_at(name_or_path: str | Path, folder: Folder | None, *, checked: bool = True) -> Release:
    """A release by the name it has in a workspace, or by its path."""
    from curation.release import open_release

    return open_release(release_path(name_or_path, folder), checked=checked)


def release_path(name_or_path: str | Path, folder: Folder | None) -> Path:
    """Where a release lies that is named in a workspace, or by its path."""
    return _named(name_or_path, folder.releases if folder else None)


def open_run_at(id_or_path: str | Path, folder: Folder | None) -> Run:
    """A run by the id it has in a workspace, or by its path."""
    from training.runs import open_run

    return open_run(_named(id_or_path, folder.runs if folder else None))


def _named(name_or_path: str | Path, home: Path | None) -> Path:
    """A name in a workspace's folder, else a path."""
    inside = home / name_or_path if home and Path(name_or_path).name == str(name_or_path) else None
    return inside if inside and inside.exists() else Path(name_or_path)


def train_release(
    release: Release,
    folder: Path,
    *,
    method: str,
    seed: int,
    settings: Mapping[str, Any] | None = None,
    embedder: Embedder | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Run, bool]:
    """Train by any method into a folder of runs; a release folder is all it needs."""
    from training.methods import train

    how = {"embedder": embedder, "vectors_cache": vectors_cache, "progress": progress}
    return train(release, folder, method=method, seed=seed, settings=settings, **how)


def predict_texts(run: Run, texts: Sequence[str], *, progress: Progress | None = None) -> pd.DataFrame:
    """Label texts: columns `text`, `label`, `route`, `confidence`."""
    import pandas as pd

    from training.answers import IMPORTED
    from training.methods import predict

    if run.facts["method"] == IMPORTED:
        fix = "name a run that was trained here (winnow runs)"
        raise WinnowError(Fault(run.id, "its predictions came from elsewhere", "a model to ask", fix))
    predicted = predict(run, texts, progress=progress)
    routes = run.facts["routes"]
    return pd.DataFrame(
        {
            "text": list(texts),
            "label": predicted.labels,
            "route": [routes.get(label) or "" for label in predicted.labels],
            "confidence": predicted.confidence.round(6),
        }
    )


def evaluate_run(
    run: Run,
    *,
    split: str,
    goals: Mapping[str, float] | None = None,
    latency: bool = False,
    learning_curve: bool = False,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Evaluation, Path]:
    """Measure a run on its release and draw the page beside the numbers; latency and learning curve when asked."""
    from curation.release import open_release
    from reports.evaluation import write_evaluation
    from training.evaluate import check_release, evaluate
    from training.latency import measure_latency
    from training.learning_curve import measure_curve

    release = open_release(run.release_path())
    check_release(run, release, split)
    if learning_curve:
        measure_curve(run, release, vectors_cache=vectors_cache, progress=progress)
    if latency:
        measure_latency(run, list(release.rows("validation" if release.counts["validation"] else "train")["text"]))
    evaluation = evaluate(run, release, split, goals=goals, vectors_cache=vectors_cache, progress=progress)
    return evaluation, write_evaluation(evaluation, run.path / "evaluation" / f"{split}.html")


def import_run(
    release: Release, predictions: Path, folder: Path, *, name: str, split: str, missing: str
) -> tuple[Run, bool]:
    """Make a run of another system's predictions in a folder of runs; also says whether the run is new."""
    from training.imported import import_predictions

    return import_predictions(release, predictions, folder, name=name, split=split, missing=missing)


def compare_runs(
    runs: Sequence[Run],
    folder: Path,
    *,
    split: str,
    goals: Mapping[str, float] | None = None,
    called_now: Callable[[str], str] = str,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Comparison, Path]:
    """Hold runs against each other and draw the page into a folder."""
    from reports.compare import write_comparison
    from training.compare import compare

    found = compare(runs, split, goals=goals, called_now=called_now, vectors_cache=vectors_cache, progress=progress)
    return found, write_comparison(found, folder)


def predict_reading(run: Run, reading: Reading, *, progress: Progress | None = None) -> list[dict[str, Any]]:
    """One answer a row of a file, in the file's order, so that they can be joined.

    `row`, `text`, `label`, `route`, `confidence`; where a text cannot be read, `label` is None and `reason` says why.
    """
    faults = [row.fault or text_fault(row.text) for row in reading.rows]
    texts = [str(row.text) for row, fault in zip(reading.rows, faults, strict=True) if fault is None]
    labeled = iter(predict_texts(run, texts, progress=progress).to_dict("records"))
    return [
        {"row": row.number, **{str(name): value for name, value in next(labeled).items()}}
        if fault is None
        else {"row": row.number, "text": row.text, "label": None, "reason": fault.reason}
        for row, fault in zip(reading.rows, faults, strict=True)
    ]
