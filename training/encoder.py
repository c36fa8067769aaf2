"""Method `encoder`: LoRA on a sentence encoder with a linear head, trained on a release's train split."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.embed import Embedder, Progress, open_embedder, refuse_pickles
from curation.release import Release
from training.curves import curves, picture
from training.encoder_settings import PrecisionSetting, Settings
from training.predictions import Predictions
from training.runs import PACKAGES, Run, make_run, run_id, versions
from validators.faults import Fault, WinnowError

if TYPE_CHECKING:
    from training.encoder_fit import Fitted
    from training.encoder_model import EncoderClassifier
    from training.encoder_start import Rows
    from training.rehearsal import Rehearsal

CURVES = "curves.json"
PICTURE = "curves.svg"
DECIDING = (*PACKAGES, "accelerate", "peft", "transformers")
"""Packages whose version is part of a run's name; the hash of the encoder's weights is another part."""


def train(
    release: Release,
    folder: Path,
    *,
    settings: Settings | None = None,
    seed: int = 0,
    embedder: Embedder | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
    report_to: str | None = None,
) -> tuple[Run, bool]:
    """Train and keep the updates and the head in a run folder; also says whether the run is new.

    A training that was killed goes on from its last whole epoch when it is asked for again: until the run is made, its
    checkpoints lie beside it in `.RUN.resume`. `embedder` is what the run's texts are compared with, by default the
    task's; `vectors_cache` is not used. `report_to` is passed to the Trainer (`tensorboard`, `wandb`, ...).

    Raises WinnowError when the release has no train rows, or the encoder cannot be read.
    """
    from filelock import FileLock

    chosen = settings or Settings()
    base = _base(release, chosen)
    rests_on = versions(DECIDING) | {"encoder": base.weights_hash}
    told = asdict(chosen)
    resume = folder / f".{run_id(release, 'encoder', told, seed, rests_on=rests_on)}.resume"

    def fill(part: Path) -> Mapping[str, Any]:
        from training.encoder_fit import fit

        rows, held = _rows(release, "train"), _rows(release, "validation")
        fitted = fit(
            base.folder,
            rows,
            held,
            settings=chosen,
            seed=seed,
            checkpoints=resume,
            report_to=report_to,
            progress=progress,
        )
        return _write(part, fitted) | _origin(release, base, embedder) | {"train_rows": len(rows.texts)}

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(resume.with_suffix(".lock")):  # two at once would write into one folder of checkpoints
        made = make_run(folder, release, method="encoder", settings=told, seed=seed, fill=fill, rests_on=rests_on)
        shutil.rmtree(resume, ignore_errors=True)
    return made


def _write(part: Path, fitted: Fitted) -> dict[str, Any]:
    """The model, its curves and their picture, as files; and what is said of them."""
    from training.encoder_model import save_adapter

    save_adapter(fitted.model, fitted.classes, part)
    points = curves(fitted.history)
    (part / CURVES).write_text(json.dumps(points, indent=1) + "\n", encoding="utf-8")
    (part / PICTURE).write_text(picture(points, best_epoch=fitted.facts["best_epoch"]), encoding="utf-8")
    return dict(fitted.facts)


def _origin(release: Release, base: Embedder, embedder: Embedder | None) -> dict[str, Any]:
    """Where the labels go, what was trained, and what texts are compared with."""
    task = release.task()
    near = embedder or open_embedder(task.embedder.model, backend=task.embedder.backend)
    return {
        "routes": task.routes,
        "embedder": {"model": near.told, "backend": near.backend, "identity": near.identity},
        "base": {"model": base.told, "weights_hash": base.weights_hash},
    }


def rehearse(release: Release, *, settings: Settings | None = None, seed: int = 0) -> Rehearsal:
    """Ten steps of the training, and what the whole would take here; nothing is kept."""
    settings = settings or Settings()
    rows, held = _rows(release, "train"), _rows(release, "validation")
    base = _base(release, settings)
    from training.rehearsal import rehearse as rehearse_fit

    return rehearse_fit(base.folder, rows, held, settings=settings, seed=seed)


def predict(
    run: Run, texts: Sequence[str], *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> Predictions:
    """Label texts with a run's model; `vectors_cache` is not used.

    Raises WinnowError when the encoder's weights are not those that the run was trained on.
    """
    if not texts:
        return Predictions([], np.empty((0, 0)))
    told = run.facts["base"]
    base = open_embedder(told["model"], backend="torch")
    if base.weights_hash != told["weights_hash"]:
        fix = "bring the encoder that the run names, or train again with this one"
        found = f"the encoder {told['model'] or 'bundled'} has weights {base.weights_hash[:16]}"
        raise WinnowError(Fault(run.id, found, told["weights_hash"][:16], fix))
    settings = run.facts["settings"]
    opened = _opened(run.path, base.folder, run.facts["pooling"], settings["precision"], settings["max_length"])
    return opened.answer(texts, progress)


@dataclass(frozen=True)
class _Opened:
    """A run's model, ready to answer."""

    classes: list[str]
    tokenize: Callable[[Sequence[str]], list[list[int]]]
    model: EncoderClassifier

    def answer(self, texts: Sequence[str], progress: Progress | None) -> Predictions:
        """The probabilities of texts."""
        from scipy.special import softmax

        from training.encoder_model import logits_of

        done = (lambda count: progress(count, len(texts))) if progress else None
        return Predictions(self.classes, softmax(logits_of(self.model, self.tokenize(texts), done=done), axis=1))


@lru_cache(maxsize=1)  # whoever asks again, for one query after the other, does not wait for the model
def _opened(path: Path, folder: str, pooling: str, precision: PrecisionSetting, max_length: int) -> _Opened:
    from training.encoder_model import load_base, load_classes, load_merged
    from training.hardware import hardware

    refuse_pickles(Path(folder))
    base = load_base(folder, pooling=pooling)
    model = load_merged(base, path, hardware(precision))
    return _Opened(load_classes(path), lambda texts: base.tokenize(texts, max_length), model)


def _rows(release: Release, split: str) -> Rows:
    from training.encoder_start import Rows

    if split == "train" and not release.counts["train"]:
        raise WinnowError(Fault(release.name, "no train rows", "a release with train rows", "freeze one that has them"))
    rows = release.rows(split)
    return Rows(list(rows["text"]), list(rows["label"]))


def _base(release: Release, settings: Settings) -> Embedder:
    """The encoder to train on, its weights read as safetensors alone."""
    base = open_embedder(settings.model or release.task().embedder.model, backend="torch")
    refuse_pickles(Path(base.folder))
    return base
