"""Decide: collect, train, deploy, keep or retrain, as the rules that hold say. Pure: figures in, a decision out."""

from __future__ import annotations

from dataclasses import dataclass

from training.rules import COLLECT, DEPLOY, DONT_DEPLOY, DONT_TRAIN, HOLDS, RETRAIN, Figures, Rule, rules


@dataclass(frozen=True)
class Standing:
    """What there is to choose from."""

    baseline: str
    """What answers today, or what stands in for it."""
    candidate: str | None = None
    """The run that could be deployed."""
    deployed: str | None = None
    instead: str | None = None
    """The baseline, where it is a simpler run that nobody deployed: it may be the candidate itself."""
    unmeasured: str | None = None
    """The baseline or the candidate, while nobody has evaluated it."""
    newer: bool = False
    """The candidate was trained on a release that is newer than the deployed run's: that is the retraining."""
    release: str | None = None
    """The newest one; None before the first."""
    fresh: bool = False
    """The newest release is newer than the deployed run's."""
    method: str = "linear"
    """How to train: as the deployed run was."""
    collect: str = "winnow push label"
    """The command that brings more labeled records."""
    mend: str = "winnow status"
    """The command of the first finding about the candidate."""


@dataclass(frozen=True)
class Decision:
    """All rules, and the one recommendation that follows."""

    rules: list[Rule]
    recommendation: str
    """`collect`, `train`, `deploy`, `keep` or `retrain`."""
    why: str
    next: str
    """The command that acts on it."""


def decide(told: Figures, at: Standing) -> Decision:
    """Hold every rule against the figures.

    A better model comes first, unless a goal forbids it; then what production needs; then whether to begin at all.
    """
    every = rules(told)
    held = {rule.advice: rule.words for rule in reversed(every) if rule.verdict == HOLDS}
    if at.candidate and DEPLOY in held:
        return Decision(every, *_better(held, at.candidate, at))
    return Decision(every, *(_in_production(held, at.deployed, at) if at.deployed else _before_production(held, at)))


def _better(held: dict[str, str], candidate: str, at: Standing) -> tuple[str, str, str]:
    """The candidate gains enough."""
    if DONT_DEPLOY in held and COLLECT in held and not at.deployed:
        return "collect", f"{held[COLLECT]}; {candidate} beats {at.baseline}, but {held[DONT_DEPLOY]}", at.collect
    if DONT_DEPLOY in held:
        return "keep", f"{candidate} beats {at.baseline}, but {held[DONT_DEPLOY]}", at.mend
    return (
        "deploy",
        f"{candidate} beats {at.baseline}: {held[DEPLOY]}",
        f"winnow deploy {candidate} --by NAME --reason TEXT",
    )


def _in_production(held: dict[str, str], deployed: str, at: Standing) -> tuple[str, str, str]:
    """Something is deployed, and nothing is better."""
    if RETRAIN in held and not at.newer:
        command = (
            f"winnow train {at.release} --method {at.method}" if at.fresh else "winnow check, then winnow freeze NAME"
        )
        return "retrain", f"{deployed} has aged: {held[RETRAIN]}", command
    if at.candidate is None:
        return "keep", f"no rule speaks against {deployed}", "winnow coverage"
    return _not_better(at.candidate, at)


def _before_production(held: dict[str, str], at: Standing) -> tuple[str, str, str]:
    """Nothing is deployed, and nothing is better than what answers today."""
    if at.candidate and at.unmeasured:
        return _not_better(at.candidate, at)
    if COLLECT in held:
        return "collect", held[COLLECT], at.collect
    if DONT_TRAIN in held:
        return (
            "keep",
            f"{at.baseline} will do: {held[DONT_TRAIN]}",
            f"winnow decide {at.instead}" if at.instead else at.mend,
        )
    if at.candidate is None:
        command = (
            f"winnow train {at.release} --method {at.method}" if at.release else "winnow check, then winnow freeze NAME"
        )
        return "train", "no rule speaks against it, and there is no candidate yet", command
    return _not_better(at.candidate, at)


def _not_better(candidate: str, at: Standing) -> tuple[str, str, str]:
    if at.unmeasured:
        return "keep", f"{at.unmeasured} was not evaluated on validation", f"winnow evaluate {at.unmeasured}"
    command = f"winnow decide {at.instead}" if at.instead else at.mend
    return "keep", f"{candidate} does not gain enough on {at.baseline}", command
