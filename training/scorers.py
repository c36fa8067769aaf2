"""How runs on a release are evaluated, by kind. A kind without an entry in SCORERS is scored as classification."""

from __future__ import annotations

from collections.abc import Callable

from winnow.training.evaluation.evaluate import Evaluation, evaluate
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind

Scorer = Callable[..., Evaluation]
"""A function with the parameters of `training.evaluation.evaluate.evaluate`."""

SCORERS: dict[str, Scorer] = {INTENTS.name: evaluate}


def scorer_of(kind: Kind) -> Scorer:
    """The scorer of a kind."""
    return SCORERS.get(kind.name, evaluate)
