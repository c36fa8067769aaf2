"""The fixed words about decisions: what a rule advises, what is recommended, and its exit code."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class NextAction(StrEnum):
    """What `decide` recommends."""

    KEEP = "keep"
    """Nothing is to be changed."""
    COLLECT = "collect"
    """More labeled records are needed."""
    TRAIN = "train"
    """A model is to be trained."""
    DEPLOY = "deploy"
    """The candidate is to be put into production."""
    RETRAIN = "retrain"
    """The run in production is outdated."""
    FIX = "fix"
    """A gate fails: nothing else is done before it passes or is waived."""
    EVALUATE = "evaluate"
    """A run was not evaluated, so that nothing can be compared."""


EXIT_CODES: Mapping[NextAction, int] = {
    NextAction.KEEP: 0,
    NextAction.COLLECT: 10,
    NextAction.TRAIN: 11,
    NextAction.DEPLOY: 12,
    NextAction.RETRAIN: 13,
    NextAction.FIX: 14,
    NextAction.EVALUATE: 15,
}
"""Exit codes of `winnow decide --exit-code`. 1 to 4 are errors, as in every command."""


class RuleAdvice(StrEnum):
    """What follows from a rule that holds."""

    FIX_FIRST = "fix first"
    """Before anything else, a gate has to pass."""
    COLLECT_FIRST = "collect first"
    """Before anything else, what users ask has to be covered."""
    ENOUGH = "keep the baseline"
    """The baseline is accurate enough, unless latency or domain terms demand another model."""
    FINE_TUNE = "fine-tune"
    """A fine-tuned model could be better than the baseline."""
    DONT_TRAIN = "don't train"
    """No model is worth its maintenance."""
    DONT_FINE_TUNE = "don't fine-tune"
    """A fine-tuned model is not worth its maintenance."""
    COLLECT = "collect"
    """Labeling more helps more than any training."""
    COLLECT_TO_FINE_TUNE = "collect before fine-tuning"
    """Fine-tuning needs more labeled records of some labels."""
    STAY = "stay"
    """The candidate is not better enough."""
    DEPLOY = "deploy"
    DONT_DEPLOY = "don't deploy"
    DISTILL = "distill"
    """The candidate is too slow: a faster model can learn from its probabilities."""
    RETRAIN = "retrain"
