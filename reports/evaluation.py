"""The page of one evaluation: self-contained HTML, every text escaped, readable without a network or a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from curation.folder import replacing
from reports.matrix import confusion_picture
from training.evaluate import Evaluation, texts_behind
from training.metrics import confusion_matrix

PAIRS_SHOWN = 20


def write_page(evaluation: Evaluation, path: Path) -> Path:
    """Draw the page of an evaluation."""
    page = evaluation_page(evaluation)
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def evaluation_page(evaluation: Evaluation) -> str:
    """The page as HTML."""
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": _percent, "interval": _interval}
    measures, predictions = evaluation.measures, evaluation.predictions
    labels, fallback = evaluation.release.labels, evaluation.release.manifest["task"]["fallback"]
    counts = confusion_matrix(list(predictions["gold"]), list(predictions["predicted"]), labels)
    behind = texts_behind(evaluation)
    pairs = [
        {**pair, "texts": behind[pair["gold"], pair["predicted"]]} for pair in measures["confused_pairs"][:PAIRS_SHOWN]
    ]
    weakest = sorted(
        (row for row in measures["per_label"] if row["rows"]), key=lambda row: (row["f1"], -row["rows"], row["label"])
    )
    return environment.get_template("evaluation.html.j2").render(
        run=evaluation.run.facts,
        looks=evaluation.run.looks(),
        split=evaluation.split,
        release=evaluation.release,
        manifest=evaluation.release.manifest,
        m=measures,
        errors=sum(pair["count"] for pair in measures["confused_pairs"]),
        pair_kinds=len(measures["confused_pairs"]),
        pairs=pairs,
        weakest=weakest,
        unseen=[row["label"] for row in measures["per_label"] if not row["rows"]],
        matrix=confusion_picture(counts, labels, last=fallback),
        fallback=fallback,
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _interval(bounds: Any) -> str:
    low, high = bounds
    return "not measured" if low is None else f"{100 * low:.1f} to {100 * high:.1f} %"
