"""Method `prompt`: the task file as a prompt, answered by Claude or a local causal model. Nothing is fitted.

It is the baseline that fine-tuning must beat. What it asks stands in the run's `prompt.json`; what Claude answered in
`answers/`, so that the same run predicts the same, and pays once.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from curation.embed import Embedder, Progress, open_embedder, refuse_pickles
from curation.release import Release
from training.predictions import Predictions
from training.prompt_settings import Settings
from training.router import Router, load_router, router_of, save_router
from training.runs import PACKAGES, Run, make_run, versions
from validators.faults import Fault, WinnowError

ASKING = ("winnow", "jinja2")
"""Packages whose version is part of the name of a run that asks Claude."""


def train(
    release: Release,
    folder: Path,
    *,
    settings: Settings | None = None,
    seed: int = 0,
    embedder: Embedder | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Run, bool]:
    """Render the prompt and keep it in a run folder; also says whether the run is new. Asks nothing yet.

    The seed chooses the train rows that the prompt shows. A run that is known gets the new budget. `embedder` is what
    the run's texts are compared with; `vectors_cache` and `progress` are not used.

    Raises WinnowError when there is no key, the model has no price, or the local model cannot be used.
    """
    chosen = settings or Settings()
    started = time.perf_counter()
    router = router_of(release, chosen, seed=seed)
    if chosen.backend == "local":
        return _train_local(release, folder, router, chosen, seed, embedder, started)
    from generators.claude import Claude
    from training.prompt_claude import WITHOUT, allow, checked_price
    from training.prompt_cost import estimate, prompt_tokens

    claude = Claude(without=WITHOUT)
    price = checked_price(router.model, chosen.budget, chosen.prices)

    def fill(part: Path) -> Mapping[str, Any]:
        save_router(router, part)
        allow(part, chosen)
        told = prompt_tokens(router, claude.count_tokens)
        held = list(release.rows("validation")["text"])
        return _facts(release, router, embedder, started) | {
            "model": router.model,
            "prompt": told,
            "estimate": estimate(router, told["tokens"], held, price),
        }

    rests_on = versions(ASKING) | {"prompt": _digest(router)}
    run, new = make_run(
        folder, release, method="prompt", settings=chosen.deciding, seed=seed, fill=fill, rests_on=rests_on
    )
    if not new:
        allow(run.path, chosen)
    return run, new


def _train_local(
    release: Release,
    folder: Path,
    router: Router,
    settings: Settings,
    seed: int,
    embedder: Embedder | None,
    started: float,
) -> tuple[Run, bool]:
    base = _base(settings.model)

    def fill(part: Path) -> Mapping[str, Any]:
        from training.prompt_local import parts_of

        parts = parts_of(base.folder, router)
        save_router(router, part)
        tokens = len(parts.head) + len(parts.tail)
        return _facts(release, router, embedder, started) | {
            "base": {"model": base.told, "weights_hash": base.weights_hash},
            "prompt": {"tokens": tokens, "counted": "by the model's tokenizer"},
        }

    rests_on = versions((*PACKAGES, "jinja2", "transformers")) | {"prompt": _digest(router), "model": base.weights_hash}
    return make_run(
        folder, release, method="prompt", settings=settings.deciding, seed=seed, fill=fill, rests_on=rests_on
    )


def predict(
    run: Run, texts: Sequence[str], *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> Predictions:
    """Label texts; `vectors_cache` is not used.

    Claude's confidence is the probability of its target, and the rest is spread over the other labels; a text whose
    answer cannot be read goes to the fallback, and is counted in `not_answered`. Raises BudgetError at the run's
    budget, ServiceError when the API fails, and WinnowError for another local model than the run's.
    """
    if not texts:
        return Predictions([], np.empty((0, 0)))
    router = load_router(run.path)
    if router.backend == "local":
        from training.prompt_local import probabilities as scored

        told = run.facts["base"]
        base = _base(told["model"])
        if base.weights_hash != told["weights_hash"]:
            other = f"the model {told['model']} has weights {base.weights_hash[:16]}"
            fix = "bring the model that the run names, or train again with this one"
            raise WinnowError(Fault(run.id, other, told["weights_hash"][:16], fix))
        return Predictions(router.classes, scored(run, base.folder, texts, progress=progress))
    from training.prompt_claude import replies
    from training.verdicts import probabilities

    found = replies(run, texts, progress=progress)
    reasons = [one.reason if one else "" for one in found.verdicts]
    table = probabilities(found.verdicts, router.classes, router.fallback)
    return Predictions(router.classes, table, reasons=reasons, not_answered=found.not_answered)


def _facts(release: Release, router: Router, embedder: Embedder | None, started: float) -> dict[str, Any]:
    """What every run says of itself."""
    from training.hardware import peak_memory

    task = release.task()
    near = embedder or open_embedder(task.embedder.model, backend=task.embedder.backend)
    return {
        "train_rows": len(router.shown),
        "left_out": router.left_out,
        "prompts": router.prompts,
        "routes": task.routes,
        "embedder": {"model": near.told, "backend": near.backend, "identity": near.identity},
        "peak_memory": peak_memory(),
        "seconds": round(time.perf_counter() - started, 3),
    }


def _base(model: str | None) -> Embedder:
    """A local model's folder and the hash of its files.

    Raises WinnowError when none is named, or it is neither a folder nor to be had from the hub.
    """
    from training.prompt_local import no_model

    if model is None:
        fix = "say --set model=FOLDER, or a hub id"
        raise WinnowError(Fault("settings", "backend is local, and no model is named", "a causal language model", fix))
    try:
        base = open_embedder(model, backend="torch")  # it finds and hashes any model's files, and loads none
    except WinnowError as error:
        raise no_model(model, error.faults[0].found) from None
    refuse_pickles(Path(base.folder))
    return base


def _digest(router: Router) -> str:
    return hashlib.sha256(f"{router.shared}\0{router.own}".encode()).hexdigest()[:16]
