"""Evaluations in which next to nothing was measured, for tests that fill in what they need."""

from __future__ import annotations

from pathlib import Path

from tests.support.files import write_jsonl
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import Split
from winnow.training.evaluation.evaluation_facts import EvaluationFacts, Latency
from winnow.training.evaluation.metrics import confused_pairs, headline_metrics

ABSENT = NotMeasured("not in this test")


def an_evaluation(run: str, accuracy: float, *, rows: int = 100) -> EvaluationFacts:
    """An evaluation on validation of which only the accuracy was measured."""
    return EvaluationFacts(
        run=run,
        split=Split.VALIDATION,
        fitted_on="validation",
        rows=rows,
        accuracy=accuracy,
        in_scope_accuracy=ABSENT,
        macro_f1=ABSENT,
        intervals={},
        per_label=[],
        confused_pairs=[],
        routes=ABSENT,
        out_of_scope=ABSENT,
        calibration_error=ABSENT,
        calibration=ABSENT,
        selective=ABSENT,
        by_similarity_to_train=[],
        slices=[],
        goals=[],
        must_pass=ABSENT,
        not_answered={},
        latency=ABSENT,
        learning_curve=ABSENT,
    )


def store_evaluation(folder: Path, run: str, accuracy: float, *, rows: int = 100) -> EvaluationFacts:
    """Write an evaluation and the predictions that it was computed from into the folder of a run."""
    right = round(accuracy * rows)
    gold, predicted = ["a"] * rows, ["a"] * right + ["b"] * (rows - right)
    measures = an_evaluation(run, accuracy, rows=rows).model_copy(
        update={
            "per_label": headline_metrics(gold, predicted, labels=["a", "b"], fallback=None, seed=0).per_label,
            "confused_pairs": confused_pairs(gold, predicted),
        }
    )
    (folder / "evaluation").mkdir(exist_ok=True)
    (folder / "evaluation" / "validation.json").write_text(measures.model_dump_json())
    predictions = [
        {"id": str(i), "gold": g, "predicted": p} for i, (g, p) in enumerate(zip(gold, predicted, strict=True))
    ]
    write_jsonl(folder / "evaluation" / "validation-predictions.jsonl", predictions)
    return measures


def a_latency(seconds: float, *, node: str = "here") -> Latency:
    """The latency of a run that takes `seconds` for every query, on an idle machine."""
    return Latency(
        p50_seconds=seconds,
        p95_seconds=seconds,
        single_queries=200,
        queries_per_second=1 / seconds,
        bulk_queries=1000,
        load_seconds=1.0,
        peak_memory_bytes=2**28,
        machine="x86_64",
        cores=2,
        node=node,
        load_average=0.1,
        busy=False,
        at="2026-01-01T00:00:00+00:00",
    )
