"""Train a run of method `encoder` on a release, and predict with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from winnow.core.clock import utc_now
from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Precision
from winnow.core.progress import Progress
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.engine.embedders.model_files import refuse_pickles
from winnow.curation.releases.release import Release
from winnow.training.distillation.taught_rows import TaughtRows, teach_rows
from winnow.training.distillation.teacher_run import Teacher, requested_settings, require_teacher, teacher_version
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.training_curves import training_curves
from winnow.training.encoder.training_curves_svg import write_training_curves
from winnow.training.predictions import Predictions
from winnow.training.resumable_run import create_resumable_run
from winnow.training.run_facts import BaseModelFacts, EmbedderFacts, EncoderRunFacts, RunIdentity
from winnow.training.runs import RESULT_PACKAGES, CreatedRun, Run, versions
from winnow.training.settings_file import check_settings

if TYPE_CHECKING:
    from winnow.training.encoder.dry_run import DryRunEstimate
    from winnow.training.encoder.encoder_classifier import EncoderClassifier
    from winnow.training.encoder.initialization import LabeledTexts
    from winnow.training.encoder.trainer import TrainedEncoder

ENCODER_PACKAGES = (*RESULT_PACKAGES, "accelerate", "peft", "transformers")
"""Packages whose version is part of a run's id, as is the hash of the encoder's weights."""


def train(  # noqa: PLR0913  (what every method takes, a tracker and a teacher)
    release: Release,
    folder: Path,
    *,
    settings: EncoderSettings | None = None,
    seed: int = 0,
    embedder: Embedder | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
    report_to: str | None = None,
    teacher: Teacher | None = None,
) -> CreatedRun:
    """Train, and save the LoRA layers and the head in a run folder; also returns whether the run is new.

    An interrupted training resumes from its last complete epoch: until the run is finished, its checkpoints are in
    `.RUN.resume` in the folder of runs. `embedder` is recorded for similarity measures, by default the task's;
    only a teacher uses `vectors_cache`. `report_to` is passed to the Trainer (`tensorboard`, `wandb`, ...). `teacher`
    is the run that the settings name.

    Raises WinnowError when the release has no train rows, the encoder cannot be loaded, or the teacher may not teach.
    """
    chosen = settings or EncoderSettings()
    if teacher is not None:
        require_teacher(teacher.run, release)
    base = _base_embedder(release, chosen)
    depends_on = versions(ENCODER_PACKAGES) | {"encoder": base.weights_hash} | teacher_version(teacher)

    def fill_folder(part: Path, identity: RunIdentity, resume: Path) -> EncoderRunFacts:
        from winnow.training.encoder.trainer import fit_encoder

        rows, validation = _labeled_texts(release, "train"), _labeled_texts(release, "validation")
        taught = teach_rows(teacher, release, rows.texts, rows.labels, vectors_cache=vectors_cache)
        fitted = fit_encoder(
            base.folder,
            _with_teacher(rows, taught),
            validation,
            settings=chosen,
            seed=seed,
            checkpoints=resume,
            report_to=report_to,
            progress=progress,
        )
        _write_model(part, fitted)
        task = release.task()
        similarity_embedder = embedder or open_embedder(task.embedder.model, backend=task.embedder.backend)
        return EncoderRunFacts(
            **dict(identity),
            **dict(fitted.training),
            method="encoder",
            trained_at=utc_now(),
            train_rows=len(rows.texts),
            routes=task.routes,
            embedder=EmbedderFacts.of(similarity_embedder),
            base=BaseModelFacts.of(base),
            teacher=taught and taught.facts,
        )

    return create_resumable_run(
        folder,
        release,
        method="encoder",
        settings=_requested(chosen, teacher),
        seed=seed,
        depends_on=depends_on,
        fill_folder=fill_folder,
    )


def _requested(settings: EncoderSettings, teacher: Teacher | None) -> dict[str, Any]:
    """The settings that determine a run; the prompt is one of them only where it replaces that of the model."""
    found = requested_settings(settings, teacher)
    return {name: value for name, value in found.items() if name != "prompt" or value is not None}


def _with_teacher(rows: LabeledTexts, taught: TaughtRows | None) -> LabeledTexts:
    return rows if taught is None else replace(rows, teacher=taught.soft)


def _write_model(part: Path, fitted: TrainedEncoder) -> None:
    """Write the model, its training curves and their plot."""
    from winnow.training.encoder.lora_adapter import save_adapter

    save_adapter(fitted.model, fitted.classes, part)
    write_training_curves(part, training_curves(fitted.history), best_epoch=fitted.training.best_epoch)


def dry_run(
    release: Release, *, settings: EncoderSettings | None = None, seed: int = 0, teacher: Teacher | None = None
) -> DryRunEstimate:
    """Train ten steps and estimate the whole training on this machine; nothing is kept.

    With a teacher, the estimate includes the time in which it labels the train rows: it does so here too.
    """
    settings = settings or EncoderSettings()
    started = time.perf_counter()
    rows, validation = _labeled_texts(release, "train"), _labeled_texts(release, "validation")
    rows = _with_teacher(rows, teach_rows(teacher, release, rows.texts, rows.labels))
    teaching = time.perf_counter() - started if teacher else 0.0
    base = _base_embedder(release, settings)
    from winnow.training.encoder.dry_run import estimate_training

    estimate = estimate_training(base.folder, rows, validation, settings=settings, seed=seed)
    return (
        estimate if teacher is None else estimate.model_copy(update={"seconds": estimate.seconds + round(teaching, 1)})
    )


def predict(
    run: Run, texts: Sequence[str], *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> Predictions:
    """Predict labels with a run's model; `vectors_cache` is not used.

    Raises WinnowError when the encoder's weights differ from those that the run was trained on.
    """
    if not texts:
        return Predictions([], np.empty((0, 0)))
    facts = run.facts_of(EncoderRunFacts)
    base = open_embedder(facts.base.model, backend="torch")
    if base.weights_hash != facts.base.weights_hash:
        fix = "restore the encoder that the run was trained on, or train again with this one"
        found = f"the encoder {facts.base.model or 'bundled'} has weights {base.weights_hash[:16]}"
        raise WinnowError(Problem(run.id, found, facts.base.weights_hash[:16], fix))
    settings = check_settings(EncoderSettings, facts.settings)
    reading = _Reading(base.folder, facts.pooling, settings.prompt, settings.max_length)
    return _load_model(run.path, reading, settings.precision).predict(texts, progress)


class _Reading(NamedTuple):
    """How a run's encoder reads a text."""

    folder: str
    pooling: str
    prompt: str | None
    max_length: int


@dataclass(frozen=True)
class _LoadedModel:
    """A run's model, ready to predict."""

    classes: list[str]
    tokenize: Callable[[Sequence[str]], list[list[int]]]
    model: EncoderClassifier

    def predict(self, texts: Sequence[str], progress: Progress | None) -> Predictions:
        """Predict class probabilities of texts."""
        from scipy.special import softmax

        from winnow.training.encoder.batched_inference import compute_logits

        done = (lambda count: progress(count, len(texts))) if progress else None
        return Predictions(self.classes, softmax(compute_logits(self.model, self.tokenize(texts), done=done), axis=1))


# A router answers with two runs and may load a third: queries that follow each other must load nothing again.
@lru_cache(maxsize=3)
def _load_model(path: Path, reading: _Reading, precision: Precision) -> _LoadedModel:
    from winnow.training.encoder.encoder_classifier import load_base_encoder
    from winnow.training.encoder.lora_adapter import load_classes, load_merged
    from winnow.training.hardware import detect_hardware

    refuse_pickles(Path(reading.folder))
    base = load_base_encoder(reading.folder, pooling=reading.pooling, prompt=reading.prompt)
    model = load_merged(base, path, detect_hardware(precision))
    return _LoadedModel(load_classes(path), lambda texts: base.tokenize(texts, reading.max_length), model)


def _labeled_texts(release: Release, split: str) -> LabeledTexts:
    from winnow.training.encoder.initialization import LabeledTexts

    if split == "train" and not release.counts["train"]:
        raise WinnowError(
            Problem(release.name, "no train rows", "a release with train rows", "freeze a release with train rows")
        )
    rows = release.rows(split)
    return LabeledTexts(list(rows["text"]), list(rows["label"]), release.labels)


def _base_embedder(release: Release, settings: EncoderSettings) -> Embedder:
    """The encoder to train on; only weights in safetensors are accepted."""
    base = open_embedder(settings.model or release.task().embedder.model, backend="torch")
    refuse_pickles(Path(base.folder))
    return base
