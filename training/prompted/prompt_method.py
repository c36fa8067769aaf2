"""Method `prompt`: train saves the rendered prompt, predict sends it to a language model; nothing is fitted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from winnow.core.clock import utc_now
from winnow.core.hashing import stable_hash
from winnow.core.model_vocabulary import PromptBackend
from winnow.core.progress import Progress
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.releases.release import Release
from winnow.training.answering.run_base import base_of_run, require_labels
from winnow.training.causal_models import local_base
from winnow.training.predictions import Predictions
from winnow.training.prompted.prompt_settings import PromptSettings
from winnow.training.prompted.router_prompt import (
    RouterPrompt,
    build_router_prompt,
    load_router_prompt,
    save_router_prompt,
)
from winnow.training.run_facts import BaseModelFacts, EmbedderFacts, PromptLength, PromptRunFacts, RunIdentity
from winnow.training.runs import RESULT_PACKAGES, CreatedRun, Run, create_run, versions

REMOTE_PACKAGES = ("winnow", "jinja2")
"""Packages whose versions are part of the name of a run that uses a remote model."""


def train(
    release: Release,
    folder: Path,
    *,
    settings: PromptSettings | None = None,
    seed: int = 0,
    embedder: Embedder | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> CreatedRun:
    """Render the prompt and save it in a run folder; also returns whether the run is new. Sends nothing.

    The seed chooses the train rows that the prompt shows. A run that is known gets the new budget. `embedder` is what
    the run's texts are compared with; `vectors_cache` and `progress` are not used.

    Raises WinnowError when there is no key, the model has no price, or the local model cannot be used.
    """
    chosen = settings or PromptSettings()
    if release.kind.holds_dialogues:
        from winnow.training.answering.base_model_run import train_base_model

        return train_base_model(release, folder, settings=chosen, seed=seed, embedder=embedder)
    started = time.perf_counter()
    router_prompt = build_router_prompt(release, chosen, seed=seed)
    if chosen.backend == PromptBackend.LOCAL:
        return _train_local(release, folder, router_prompt, chosen, seed, embedder, started)
    from winnow.training.prompted.allowance import chosen_allowance, router_role, save_allowance
    from winnow.training.prompted.cost_estimate import estimate_cost, prompt_tokens
    from winnow.training.prompted.remote_model import USE_LOCAL_FIX

    allowance = chosen_allowance(chosen, release.task())
    role = router_role(router_prompt, allowance)
    client = role.connect(USE_LOCAL_FIX)

    def fill_folder(part: Path, identity: RunIdentity) -> PromptRunFacts:
        save_router_prompt(router_prompt, part)
        save_allowance(part, allowance)
        requested = prompt_tokens(router_prompt, client.count_tokens)
        held = list(release.rows("validation")["text"])
        return PromptRunFacts(
            **dict(identity),
            **_run_facts(release, router_prompt, embedder, started),
            method="prompt",
            trained_at=utc_now(),
            model=router_prompt.model,
            prompt=requested,
            estimate=estimate_cost(router_prompt, requested.tokens, held, role.price),
        )

    depends_on = versions(REMOTE_PACKAGES) | {"prompt": _prompt_hash(router_prompt)}
    created = create_run(
        folder,
        release,
        method="prompt",
        settings=chosen.affecting_answers,
        seed=seed,
        fill_folder=fill_folder,
        depends_on=depends_on,
    )
    if not created.new:
        save_allowance(created.run.path, allowance)
    return created


def _train_local(
    release: Release,
    folder: Path,
    router_prompt: RouterPrompt,
    settings: PromptSettings,
    seed: int,
    embedder: Embedder | None,
    started: float,
) -> CreatedRun:
    base = local_base(settings.model)

    def fill_folder(part: Path, identity: RunIdentity) -> PromptRunFacts:
        from winnow.training.prompted.local_model import tokenize_prompt

        parts = tokenize_prompt(base.folder, router_prompt)
        save_router_prompt(router_prompt, part)
        tokens = len(parts.head) + len(parts.tail)
        return PromptRunFacts(
            **dict(identity),
            **_run_facts(release, router_prompt, embedder, started),
            method="prompt",
            trained_at=utc_now(),
            base=BaseModelFacts.of(base),
            prompt=PromptLength(tokens=tokens, counted="by the model's tokenizer"),
        )

    depends_on = versions((*RESULT_PACKAGES, "jinja2", "transformers")) | {
        "prompt": _prompt_hash(router_prompt),
        "model": base.weights_hash,
    }
    return create_run(
        folder,
        release,
        method="prompt",
        settings=settings.affecting_answers,
        seed=seed,
        fill_folder=fill_folder,
        depends_on=depends_on,
    )


def predict(
    run: Run, texts: Sequence[str], *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> Predictions:
    """Label texts; `vectors_cache` is not used.

    A remote model's confidence is the probability of its target, and the rest is spread over the other labels; a text
    whose answer cannot be read goes to the fallback, and is counted in `not_answered`. Raises BudgetError at the run's
    budget, ServiceError when the API fails, and WinnowError for another local model than the run's.
    """
    if not texts:
        return Predictions([], np.empty((0, 0)))
    require_labels(run)
    router_prompt = load_router_prompt(run.path)
    if router_prompt.backend == PromptBackend.LOCAL:
        from winnow.training.prompted.local_model import probabilities as scored

        folder = base_of_run(run).folder
        return Predictions(router_prompt.classes, scored(run, folder, texts, progress=progress))
    from winnow.training.prompted.remote_model import route_texts
    from winnow.training.prompted.router_answers import probabilities

    found = route_texts(run, texts, progress=progress)
    reasons = [one.reason if one else "" for one in found.verdicts]
    table = probabilities(found.verdicts, router_prompt.classes, router_prompt.fallback)
    return Predictions(router_prompt.classes, table, reasons=reasons, not_answered=found.not_answered)


def _run_facts(
    release: Release, router_prompt: RouterPrompt, embedder: Embedder | None, started: float
) -> dict[str, Any]:
    """The facts that runs of both backends state."""
    from winnow.training.hardware import measure_peak_memory

    task = release.task()
    near = embedder or open_embedder(task.embedder.model, backend=task.embedder.backend)
    return {
        "train_rows": len(router_prompt.shown),
        "left_out": router_prompt.left_out,
        "prompts": router_prompt.prompts,
        "routes": task.routes,
        "embedder": EmbedderFacts.of(near),
        "peak_memory": measure_peak_memory(),
        "seconds": round(time.perf_counter() - started, 3),
    }


def _prompt_hash(router_prompt: RouterPrompt) -> str:
    return stable_hash(router_prompt.shared, router_prompt.own, length=16)
