"""Derive one recommendation from the rules that hold: collect, train, deploy, keep or retrain. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from winnow.core.commands import command
from winnow.training.monitoring.rules import (
    COLLECT,
    DEPLOY,
    DONT_DEPLOY,
    DONT_TRAIN,
    HOLDS,
    RETRAIN,
    DecisionRule,
    RuleInputs,
    apply_rules,
)

FREEZE = f"{command('check')}, then {command('freeze', 'NAME')}"


@dataclass(frozen=True)
class DecisionContext:
    """The runs and releases to choose from, and the commands that act on them."""

    baseline: str
    """What is in production today, or its substitute."""
    candidate: str | None = None
    """The run that could be deployed."""
    deployed: str | None = None
    simplest_run: str | None = None
    """The baseline, if it is an undeployed run of a simpler method: it could be the candidate itself."""
    make_baseline: str = ""
    """The command that makes a run to compare with, where there is nothing."""
    unevaluated: str | None = None
    """The baseline or the candidate, if it was not evaluated yet."""
    candidate_is_newer: bool = False
    """The candidate was trained on a newer release than the deployed run: it is the retrained model."""
    release: str | None = None
    """The newest release; None when there is none."""
    newer_release_exists: bool = False
    """The newest release is newer than the deployed run's."""
    method: str = "linear"
    """The training method to recommend: that of the deployed run."""
    use_release: str = ""
    """The command in place of training, for kinds that no method trains."""
    collect: str = command("push label")
    """The command that adds labeled records."""
    fix_command: str = command("status")
    """The command of the first finding about the candidate."""


@dataclass(frozen=True)
class Recommendation:
    """The evaluated rules and the recommendation that follows."""

    rules: list[DecisionRule]
    recommended_action: str
    """`collect`, `train`, `deploy`, `keep` or `retrain`."""
    reason: str
    """The rules that hold, with their values."""
    next: str
    """The command that acts on it."""


class _NextAction(NamedTuple):
    """What follows from the rules."""

    action: str
    reason: str
    command: str


def recommend(values: RuleInputs, context: DecisionContext) -> Recommendation:
    """Apply every rule and derive the recommendation.

    A better candidate comes first, unless a goal forbids it; then the needs of the deployed run; then whether to train
    at all.
    """
    all_rules = apply_rules(values)
    held = {rule.advice: rule.text for rule in reversed(all_rules) if rule.verdict == HOLDS}
    if context.candidate and DEPLOY in held:
        return Recommendation(all_rules, *_for_better_candidate(held, context.candidate, context))
    return Recommendation(
        all_rules,
        *(
            _for_deployed_run(held, context.deployed, context)
            if context.deployed
            else _before_first_deployment(held, context)
        ),
    )


def _for_better_candidate(held: dict[str, str], candidate: str, context: DecisionContext) -> _NextAction:
    """The candidate is better by a deploy rule."""
    if DONT_DEPLOY in held and COLLECT in held and not context.deployed:
        return _NextAction(
            "collect",
            f"{held[COLLECT]}; {candidate} is better than {context.baseline}, but {held[DONT_DEPLOY]}",
            context.collect,
        )
    if DONT_DEPLOY in held:
        return _NextAction(
            "keep", f"{candidate} is better than {context.baseline}, but {held[DONT_DEPLOY]}", context.fix_command
        )
    return _NextAction(
        "deploy",
        f"{candidate} is better than {context.baseline}: {held[DEPLOY]}",
        command("deploy", candidate, by="NAME", reason="TEXT"),
    )


def _for_deployed_run(held: dict[str, str], deployed: str, context: DecisionContext) -> _NextAction:
    """A run is deployed, and no candidate is better."""
    if RETRAIN in held and not context.candidate_is_newer:
        next_command = _train(context) if context.newer_release_exists else FREEZE
        return _NextAction("retrain", f"{deployed} is outdated: {held[RETRAIN]}", next_command)
    if context.candidate is None:
        return _NextAction("keep", f"no rule asks to replace {deployed}", command("coverage"))
    return _for_no_better_candidate(context.candidate, context)


def _before_first_deployment(held: dict[str, str], context: DecisionContext) -> _NextAction:
    """Nothing is deployed, and no candidate is better than the baseline."""
    if context.candidate and context.unevaluated:
        return _for_no_better_candidate(context.candidate, context)
    if COLLECT in held:
        return _NextAction("collect", held[COLLECT], context.collect)
    if DONT_TRAIN in held:
        return _NextAction(
            "keep",
            f"{context.baseline} is sufficient: {held[DONT_TRAIN]}",
            command("decide", context.simplest_run) if context.simplest_run else context.fix_command,
        )
    if context.candidate is None:
        next_command = _train(context) if context.release else FREEZE
        return _NextAction("train", "there is no candidate yet, and no rule advises against training", next_command)
    return _for_no_better_candidate(context.candidate, context)


def _for_no_better_candidate(candidate: str, context: DecisionContext) -> _NextAction:
    if context.unevaluated:
        return _NextAction(
            "keep",
            f"{context.unevaluated} was not evaluated on validation",
            command("evaluate", context.unevaluated),
        )
    if context.make_baseline:
        return _NextAction("keep", f"there is no baseline to compare {candidate} with", context.make_baseline)
    next_command = command("decide", context.simplest_run) if context.simplest_run else context.fix_command
    return _NextAction("keep", f"the gain of {candidate} over {context.baseline} is too small", next_command)


def _train(context: DecisionContext) -> str:
    return context.use_release or command("train", context.release or "RELEASE", method=context.method)
