"""Example texts of every confused pair, the most confident errors first."""

from __future__ import annotations

from collections import defaultdict

from winnow.training.evaluation.evaluate import Evaluation

TEXTS_PER_PAIR = 5


def error_examples(evaluation: Evaluation) -> dict[tuple[str, str], list[str]]:
    """At most TEXTS_PER_PAIR texts of every confused pair, the most confident errors first."""
    wrong = evaluation.predictions[evaluation.predictions["gold"] != evaluation.predictions["predicted"]]
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    ranked = wrong.sort_values(["confidence", "id"], ascending=[False, True])
    for gold, predicted, text in ranked[["gold", "predicted", "text"]].itertuples(index=False, name=None):
        if len(found[gold, predicted]) < TEXTS_PER_PAIR:
            found[gold, predicted].append(text)
    return dict(found)
