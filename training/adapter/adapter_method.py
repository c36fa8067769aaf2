"""Train a run of method `adapter` on a release, and predict with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.hashing import file_sha256
from winnow.core.progress import Progress
from winnow.core.vocabulary import Split
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, open_chat_tokenizer
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.releases.release import Release
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.adapter.general_share import MixedRows, mix_general
from winnow.training.adapter.query_prompt import query_prompt
from winnow.training.adapter.teacher_answers import TaughtRequests, read_teacher_answers, taught_requests
from winnow.training.adapter.trained_rows import LabeledQuery, TrainedRow, dialogue_rows, query_rows
from winnow.training.answering.answer_limit import answer_limit
from winnow.training.answering.answer_request import requests_of_rows
from winnow.training.answering.run_base import require_labels, required_base_name
from winnow.training.causal_models import LocalBase, local_base
from winnow.training.encoder.training_curves import training_curves
from winnow.training.encoder.training_curves_svg import write_training_curves
from winnow.training.peft_files import ADAPTER_FOLDER
from winnow.training.predictions import Predictions
from winnow.training.resumable_run import create_resumable_run
from winnow.training.run_facts import AdapterRunFacts, BaseModelFacts, EmbedderFacts, RunIdentity
from winnow.training.runs import RESULT_PACKAGES, CreatedRun, Run, versions
from winnow.training.teacher_facts import TeacherFacts
from winnow.validators.tools.agent_dialogues import required_role, task_of_role

if TYPE_CHECKING:
    from winnow.training.adapter.adapter_trainer import AdapterRows, TrainedAdapter

OPTIONAL = ("role", "teacher")
"""Settings that are no part of a run's id where they are not set."""

ADAPTER_PACKAGES = (*RESULT_PACKAGES, "accelerate", "peft", "transformers", "trl")
"""Packages whose version is part of a run's id, as are the hashes of the base model and of its chat template."""

COMPARED_ANSWERS = 8
"""Greedy answers that must stay the same when the weights are rounded to bf16."""


@dataclass(frozen=True)
class LearnedRelease:
    """A release as an adapter learns it."""

    base: LocalBase
    chat: ChatTokenizer
    train: MixedRows
    validation: list[TrainedRow]
    teacher: TeacherFacts | None = None
    """What a teacher's answers gave; None without a teacher."""

    @property
    def rows(self) -> AdapterRows:
        """What the trainer takes."""
        from winnow.training.adapter.adapter_trainer import AdapterRows

        return AdapterRows(self.train.rows, self.validation)


def train(
    release: Release,
    folder: Path,
    *,
    settings: AdapterSettings | None = None,
    seed: int = 0,
    embedder: Embedder | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
    report_to: str | None = None,
) -> CreatedRun:
    """Train, and save the LoRA layers in a run folder; also returns whether the run is new.

    An interrupted training resumes from its last complete checkpoint: until the run is finished, its checkpoints are in
    `.RUN.resume` in the folder of runs. `embedder` is recorded for similarity measures, by default the task's;
    `vectors_cache` is not used. `report_to` is passed to the Trainer (`tensorboard`, `wandb`, ...).

    Raises WinnowError when the release has no train rows, the base model cannot be loaded, or an answer cannot be
    learned as it is.
    """
    chosen = settings or AdapterSettings()
    role_task(release, chosen)
    base = base_of(release, chosen)
    chat = open_chat(base, release.task(), chosen)
    requested = _requested(chosen)
    depends_on = (
        versions(ADAPTER_PACKAGES)
        | {"base": base.weights_hash, "template": chat.template_sha256}
        | _teacher_version(chosen)
    )

    def fill_folder(part: Path, identity: RunIdentity, resume: Path) -> AdapterRunFacts:
        from winnow.training.adapter.adapter_trainer import fit_adapter

        learned = learned_release(release, base, chat, chosen, seed=seed)
        fitted = fit_adapter(
            base,
            chat,
            learned.rows,
            settings=chosen,
            seed=seed,
            checkpoints=resume,
            report_to=report_to,
            progress=progress,
        )
        return _write_run(part, resume, identity, release, learned, fitted, embedder)

    return create_resumable_run(
        folder,
        release,
        method="adapter",
        settings=requested,
        seed=seed,
        depends_on=depends_on,
        fill_folder=fill_folder,
    )


def predict(
    run: Run, texts: Sequence[str], *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> Predictions:
    """Predict labels with a run's model; `vectors_cache` is not used. The answer is constrained to the labels.

    Raises WinnowError when the base model's weights differ from those that the run was trained on, and for a run that
    answers in dialogues.
    """
    require_labels(run)
    if not texts:
        return Predictions([], np.empty((0, 0)))
    from winnow.training.adapter.label_decoding import decoder_of

    found = decoder_of(run).log_probabilities(texts, progress=progress)
    return Predictions(list(run.facts.routes), np.exp(found))


def base_of(release: Release, settings: AdapterSettings) -> LocalBase:
    """The base model: the setting, or the task's.

    Raises WinnowError when neither names one, or it is not on this machine.
    """
    return local_base(required_base_name(release, settings.model))


def open_chat(base: LocalBase, task: Task, settings: AdapterSettings) -> ChatTokenizer:
    """The tokenizer of the base model, with the window that rows may have."""
    stated = task.base_model.window if task.base_model and settings.model is None else None
    return open_chat_tokenizer(base.folder, name=base.requested or "", window=settings.max_length or stated)


def learned_release(
    release: Release, base: LocalBase, chat: ChatTokenizer, settings: AdapterSettings, *, seed: int
) -> LearnedRelease:
    """The rows of train and validation. Raises WinnowError when there is nothing to learn, or a row is faulty."""
    taught = taught_train(release, settings)
    train_rows = trained_rows_of(release, Split.TRAIN, chat, settings, taught=taught)
    if not train_rows:
        fix = "freeze a release with train rows"
        raise WinnowError(Problem(release.name, "no answers to learn in train", "a release with answers in train", fix))
    mixed = mix_general(train_rows, share=settings.general_share, seed=seed)
    validation = trained_rows_of(release, Split.VALIDATION, chat, settings)
    return LearnedRelease(base, chat, mixed, validation, taught.facts if taught else None)


def _requested(settings: AdapterSettings) -> dict[str, Any]:
    """The settings that determine a run: a teacher by the name of its file, whose hash is among the versions."""
    found = {name: value for name, value in asdict(settings).items() if name not in OPTIONAL or value is not None}
    return found | ({"teacher": Path(settings.teacher).name} if settings.teacher else {})


def _teacher_version(settings: AdapterSettings) -> dict[str, str]:
    if settings.teacher is None:
        return {}
    read_teacher_answers(Path(settings.teacher))
    return {"teacher": file_sha256(Path(settings.teacher))}


def role_task(release: Release, settings: AdapterSettings) -> Task:
    """The task reduced to the role that is trained.

    Raises WinnowError when the task has roles and none of them is named.
    """
    task = release.task()
    required_role(task, settings.role)
    return task_of_role(task, settings.role)


def trained_rows_of(
    release: Release,
    split: str,
    chat: ChatTokenizer,
    settings: AdapterSettings,
    *,
    taught: TaughtRequests | None = None,
) -> list[TrainedRow]:
    """The answers of one split as rows of a prompt and an answer; `taught` replaces those of the data."""
    task, rows = role_task(release, settings), release.rows(split)
    if release.kind.holds_dialogues:
        return dialogue_rows(taught.requests if taught else requests_of_rows(rows, task, split), chat)
    prompt = query_prompt(chat, instruction=settings.instruction, prompt_template=task.prompt_template)
    columns = (rows[name] for name in ("id", "text", "label"))
    return query_rows([LabeledQuery(*map(str, values)) for values in zip(*columns, strict=True)], prompt)


def taught_train(release: Release, settings: AdapterSettings) -> TaughtRequests | None:
    """The answers of train with those of a teacher; None without one. Raises WinnowError for a release of queries."""
    if settings.teacher is None:
        return None
    if not release.kind.holds_dialogues:
        found = "a teacher's answers, for a release of queries"
        raise WinnowError(Problem(Parameter("teacher"), found, "a release of dialogues", "leave it out"))
    requests = requests_of_rows(release.rows(Split.TRAIN), role_task(release, settings), Split.TRAIN)
    return taught_requests(requests, Path(settings.teacher), release)


def _compared_answers(learned: LearnedRelease) -> Callable[[Any], list[Any]]:
    """A function that answers some prompts of validation, or of train where there is none."""
    from winnow.training.adapter.sampled_answers import sampled_answers, sampled_rows

    rows = sampled_rows(learned.validation or learned.train.rows, COMPARED_ANSWERS)
    longest = max(len(row.answer_ids) for row in learned.train.rows)
    return lambda model: list(sampled_answers(model, rows, learned.chat, longest=longest))


def _write_run(
    part: Path,
    resume: Path,
    identity: RunIdentity,
    release: Release,
    learned: LearnedRelease,
    fitted: TrainedAdapter,
    embedder: Embedder | None,
) -> AdapterRunFacts:
    """Write the adapter, its training curves and samples; returns the facts of the run."""
    from winnow.training.adapter.saved_adapter import save_adapter
    from winnow.training.adapter.training_watch import SAMPLES_FILE

    task, base = release.task(), BaseModelFacts.of(learned.base)
    saved = save_adapter(fitted.model, part / ADAPTER_FOLDER, base=base.model or "", answers=_compared_answers(learned))
    points = training_curves(fitted.history)
    checked = points["validation"]
    epochs = max((point["epoch"] for point in points["train"]), default=0.0)
    best = min(checked, key=lambda point: point["loss"])["epoch"] if checked else epochs
    write_training_curves(part, points, best_epoch=best)
    if (resume / SAMPLES_FILE).is_file():
        shutil.copy(resume / SAMPLES_FILE, part / SAMPLES_FILE)
    near = embedder or open_embedder(task.embedder.model, backend=task.embedder.backend)
    return AdapterRunFacts(
        **dict(identity),
        method="adapter",
        trained_at=utc_now(),
        routes=task.routes,
        seconds=fitted.seconds,
        train_rows=len({row.record for row in learned.train.rows}),
        embedder=EmbedderFacts.of(near),
        trained_answers=len(learned.train.rows),
        general_answers=learned.train.general,
        general_left_out=learned.train.left_out,
        validation_answers=len(learned.validation),
        epochs=epochs,
        best_epoch=best,
        trained_parameters=fitted.trained_parameters,
        trained_tokens=sum(len(row.answer_ids) for row in learned.train.rows),
        tokens_per_second=fitted.tokens_per_second,
        saved_as=saved,
        hardware=fitted.hardware,
        peak_memory=fitted.peak_memory,
        resumed=fitted.resumed,
        base=base,
        template_sha256=learned.chat.template_sha256,
        role=role if isinstance(role := identity.settings.get("role"), str) else None,
        teacher=learned.teacher,
        call_format=task.call_format if release.kind.holds_dialogues else "",
        prompt_template=None if release.kind.holds_dialogues else task.prompt_template,
        answer_limit=answer_limit(max(len(row.answer_ids) for row in learned.train.rows)),
    )
