"""Train a run of method `encoder` on a release, and predict with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from winnow.core.clock import utc_now
from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Precision
from winnow.core.progress import Progress
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.engine.embedders.model_files import refuse_pickles
from winnow.curation.releases.release import Release
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


def train(
    release: Release,
    folder: Path,
    *,
    settings: EncoderSettings | None = None,
    seed: int = 0,
    embedder: Embedder | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
    report_to: str | None = None,
) -> CreatedRun:
    """Train, and save the LoRA layers and the head in a run folder; also returns whether the run is new.

    An interrupted training resumes from its last complete epoch: until the run is finished, its checkpoints are in
    `.RUN.resume` in the folder of runs. `embedder` is recorded for similarity measures, by default the task's;
    `vectors_cache` is not used. `report_to` is passed to the Trainer (`tensorboard`, `wandb`, ...).

    Raises WinnowError when the release has no train rows or the encoder cannot be loaded.
    """
    chosen = settings or EncoderSettings()
    base = _base_embedder(release, chosen)
    depends_on = versions(ENCODER_PACKAGES) | {"encoder": base.weights_hash}
    requested = asdict(chosen)

    def fill_folder(part: Path, identity: RunIdentity, resume: Path) -> EncoderRunFacts:
        from winnow.training.encoder.trainer import fit_encoder

        rows, validation = _labeled_texts(release, "train"), _labeled_texts(release, "validation")
        fitted = fit_encoder(
            base.folder,
            rows,
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
        )

    return create_resumable_run(
        folder,
        release,
        method="encoder",
        settings=requested,
        seed=seed,
        depends_on=depends_on,
        fill_folder=fill_folder,
    )


def _write_model(part: Path, fitted: TrainedEncoder) -> None:
    """Write the model, its training curves and their plot."""
    from winnow.training.encoder.lora_adapter import save_adapter

    save_adapter(fitted.model, fitted.classes, part)
    write_training_curves(part, training_curves(fitted.history), best_epoch=fitted.training.best_epoch)


def dry_run(release: Release, *, settings: EncoderSettings | None = None, seed: int = 0) -> DryRunEstimate:
    """Train ten steps and estimate the whole training on this machine; nothing is kept."""
    settings = settings or EncoderSettings()
    rows, validation = _labeled_texts(release, "train"), _labeled_texts(release, "validation")
    base = _base_embedder(release, settings)
    from winnow.training.encoder.dry_run import estimate_training

    return estimate_training(base.folder, rows, validation, settings=settings, seed=seed)


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
    loaded = _load_model(run.path, base.folder, facts.pooling, settings.precision, settings.max_length)
    return loaded.predict(texts, progress)


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


@lru_cache(maxsize=2)  # queries that are sent one after the other do not load the model again, nor do two runs in turn
def _load_model(path: Path, folder: str, pooling: str, precision: Precision, max_length: int) -> _LoadedModel:
    from winnow.training.encoder.encoder_classifier import load_base_encoder
    from winnow.training.encoder.lora_adapter import load_classes, load_merged
    from winnow.training.hardware import detect_hardware

    refuse_pickles(Path(folder))
    base = load_base_encoder(folder, pooling=pooling)
    model = load_merged(base, path, detect_hardware(precision))
    return _LoadedModel(load_classes(path), lambda texts: base.tokenize(texts, max_length), model)


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
