"""One recommendation from the rules that hold: collect, train, deploy, keep or retrain. Pure."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class DecisionContext:
    """What there is to choose from."""

    baseline: str
    """What answers today, or what stands in for it."""
    candidate: str | None = None
    """The run that could be deployed."""
    deployed: str | None = None
    simplest_run: str | None = None
    """The baseline, where it is a simpler run that nobody deployed: it may be the candidate itself."""
    unevaluated: str | None = None
    """The baseline or the candidate, while nobody has evaluated it."""
    newer: bool = False
    """The candidate was trained on a release that is newer than the deployed run's: that is the retraining."""
    release: str | None = None
    """The newest one; None before the first."""
    newer_release_exists: bool = False
    """The newest release is newer than the deployed run's."""
    method: str = "linear"
    """How to train: as the deployed run was."""
    collect: str = "winnow push label"
    """The command that brings more labeled records."""
    fix_command: str = "winnow status"
    """The command of the first finding about the candidate."""


@dataclass(frozen=True)
class Recommendation:
    """All rules, and the one recommendation that follows."""

    rules: list[DecisionRule]
    recommended_action: str
    """`collect`, `train`, `deploy`, `keep` or `retrain`."""
    why: str
    next: str
    """The command that acts on it."""


def recommend(values: RuleInputs, context: DecisionContext) -> Recommendation:
    """Hold every rule against the figures.

    A better model comes first, unless a goal forbids it; then what production needs; then whether to begin at all.
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


def _for_better_candidate(held: dict[str, str], candidate: str, context: DecisionContext) -> tuple[str, str, str]:
    """The candidate gains enough."""
    if DONT_DEPLOY in held and COLLECT in held and not context.deployed:
        return (
            "collect",
            f"{held[COLLECT]}; {candidate} beats {context.baseline}, but {held[DONT_DEPLOY]}",
            context.collect,
        )
    if DONT_DEPLOY in held:
        return "keep", f"{candidate} beats {context.baseline}, but {held[DONT_DEPLOY]}", context.fix_command
    return (
        "deploy",
        f"{candidate} beats {context.baseline}: {held[DEPLOY]}",
        f"winnow deploy {candidate} --by NAME --reason TEXT",
    )


def _for_deployed_run(held: dict[str, str], deployed: str, context: DecisionContext) -> tuple[str, str, str]:
    """Something is deployed, and nothing is better."""
    if RETRAIN in held and not context.newer:
        command = (
            f"winnow train {context.release} --method {context.method}"
            if context.newer_release_exists
            else "winnow check, then winnow freeze NAME"
        )
        return "retrain", f"{deployed} has aged: {held[RETRAIN]}", command
    if context.candidate is None:
        return "keep", f"no rule speaks against {deployed}", "winnow coverage"
    return _for_no_better_candidate(context.candidate, context)


def _before_first_deployment(held: dict[str, str], context: DecisionContext) -> tuple[str, str, str]:
    """Nothing is deployed, and nothing is better than what answers today."""
    if context.candidate and context.unevaluated:
        return _for_no_better_candidate(context.candidate, context)
    if COLLECT in held:
        return "collect", held[COLLECT], context.collect
    if DONT_TRAIN in held:
        return (
            "keep",
            f"{context.baseline} will do: {held[DONT_TRAIN]}",
            f"winnow decide {context.simplest_run}" if context.simplest_run else context.fix_command,
        )
    if context.candidate is None:
        command = (
            f"winnow train {context.release} --method {context.method}"
            if context.release
            else "winnow check, then winnow freeze NAME"
        )
        return "train", "no rule speaks against it, and there is no candidate yet", command
    return _for_no_better_candidate(context.candidate, context)


def _for_no_better_candidate(candidate: str, context: DecisionContext) -> tuple[str, str, str]:
    if context.unevaluated:
        return (
            "keep",
            f"{context.unevaluated} was not evaluated on validation",
            f"winnow evaluate {context.unevaluated}",
        )
    command = f"winnow decide {context.simplest_run}" if context.simplest_run else context.fix_command
    return "keep", f"{candidate} does not gain enough on {context.baseline}", command
