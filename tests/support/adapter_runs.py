"""Runs of method `adapter` without weights, for what reads only their facts and evaluations."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from winnow.core.evaluation_vocabulary import ForgettingVerdict
from winnow.core.model_vocabulary import Device, Precision
from winnow.core.result import NotMeasured
from winnow.curation.releases.release import open_release
from winnow.training.forgetting.general_facts import GeneralFacts
from winnow.training.forgetting.judge_forgetting import judge_questions
from winnow.training.run_facts import AdapterRunFacts, BaseModelFacts, EmbedderFacts, Hardware, PeakMemory, RunIdentity
from winnow.training.runs import Run, create_run
from winnow.workspace import Workspace

NO_BASE = BaseModelFacts(model="tiny", weights_hash="0" * 64)
"""A base model that is not there."""


def adapter_facts(identity: RunIdentity, **stated: Any) -> AdapterRunFacts:
    """The facts of a run that was trained for a second on ten answers; `stated` are its base model and call format."""
    return AdapterRunFacts(
        **dict(identity),
        method="adapter",
        trained_at="2026-11-30T00:00:00Z",
        routes={},
        train_rows=10,
        embedder=EmbedderFacts(model=None, backend="none", identity="none"),
        trained_answers=10,
        general_answers=0,
        validation_answers=0,
        epochs=1.0,
        best_epoch=1.0,
        trained_parameters=10,
        trained_tokens=10,
        tokens_per_second=1.0,
        hardware=Hardware(device=Device.CPU, precision=Precision.F32, threads=1),
        peak_memory=PeakMemory(process_bytes=1, cuda_bytes=NotMeasured("no CUDA device")),
        seconds=1.0,
        resumed=False,
        **stated,
    )


def adapter_run(
    ws: Workspace,
    release: str,
    *,
    call_format: str = "fenced_json",
    seed: int = 0,
    base: BaseModelFacts = NO_BASE,
    adapter: Path | None = None,
    template_sha256: str = "0" * 64,
) -> Run:
    """A run of an adapter on a release of a workspace, recorded there; `adapter` is a folder that peft saved."""

    def fill(folder: Path, identity: RunIdentity) -> AdapterRunFacts:
        if adapter:
            shutil.copytree(adapter, folder / "adapter")
        return adapter_facts(
            identity, base=base, template_sha256=template_sha256, answer_limit=16, call_format=call_format
        )

    opened = open_release(ws.folder.releases / release)
    run = create_run(ws.folder.runs, opened, method="adapter", settings={}, seed=seed, fill_folder=fill).run
    ws._context.record_run(run)
    return run


def store_general(run: Run, *, lost: int, rows: int = 100, margin: float = 0.02) -> GeneralFacts:
    """A stored measurement in which the run lost so many of its right answers."""
    questions = judge_questions([True] * rows, [False] * lost + [True] * (rows - lost), margin=margin)
    assert not isinstance(questions, NotMeasured)
    found = GeneralFacts(
        run=run.id,
        base="tiny",
        file="general.jsonl",
        sha256="0" * 64,
        measured_at="2026-11-30T00:00:00Z",
        margin=margin,
        questions=questions,
        references=NotMeasured("none"),
        unasked_calls=NotMeasured("none"),
        verdict=ForgettingVerdict(questions.verdict),
    )
    (run.path / "evaluation").mkdir(exist_ok=True)
    (run.path / "evaluation" / "general.json").write_text(json.dumps(found.model_dump(mode="json")))
    return found
