"""Rivals: the candidate against the baseline, on what both answered of validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curation.estimates import NotMeasured
from training.rules import Figure
from training.sides import Side, Sides
from training.stored import Answered, Gain, accuracy, always, gain, most_frequent, speed, stored_answers
from winnow.evidence import Evidence

NO_CANDIDATE = NotMeasured("there is no candidate: winnow train RELEASE")
OLD_EVALUATION = "the stored evaluation lacks it, or judges other goals: winnow evaluate {run}"


@dataclass(frozen=True)
class Rivals:
    """Two sides, and what is known of one against the other."""

    chosen: Sides
    before: dict[str, Answered]
    """What the baseline answered on validation, by record."""
    gain: Gain | NotMeasured
    goals: list[dict[str, Any]] | NotMeasured
    """The candidate's, each with its verdict."""

    @property
    def baseline(self) -> str:
        """In words: a run, or what stands in for one."""
        return self.chosen.baseline.run.id if self.chosen.baseline else self.chosen.role

    def figures(self) -> dict[str, Figure]:
        """What the rules read of them."""
        told = self.gain
        rows = "validation" if isinstance(told, NotMeasured) else f"the {told.rows:,} validation rows of both"
        return {
            "baseline_accuracy": _baseline_accuracy(self.chosen, self.before),
            "gain": _figure(told, lambda one: one.accuracy.value, rows),
            "p_value": _figure(told, lambda one: one.p_value, rows),
            "speed": _speed(self.chosen),
            "goals_missed": _figure(self.goals, _missed, "goals of winnow.yaml, evaluation of the candidate"),
            "pinned_failed": _pinned(self.chosen.candidate),
        }


def rivals(chosen: Sides, at: Evidence) -> Rivals:
    """Read what both sides answered."""
    before, after = _answers(chosen, at)
    return Rivals(chosen, before, _gain(chosen, before, after), _goals(chosen.candidate, at.task.goals))


def _answers(chosen: Sides, at: Evidence) -> tuple[dict[str, Answered], dict[str, Answered]]:
    """What both sides answered on validation; the most frequent label answers for a baseline that is none."""
    after = stored_answers(chosen.candidate.run, at.called_now) if chosen.candidate else {}
    if chosen.baseline:
        return stored_answers(chosen.baseline.run, at.called_now), after
    if at.newest is None or not at.newest.counts["train"]:
        return {}, after
    told = at.newest.rows("validation") if at.newest.counts["validation"] else None
    labels = {} if told is None else dict(zip(told["id"], map(at.called_now, told["label"]), strict=True))
    rows = after or {str(record): Answered(label, label) for record, label in labels.items()}
    return always(at.called_now(most_frequent(list(at.newest.rows("train")["label"]))), rows), after


def _gain(chosen: Sides, before: dict[str, Answered], after: dict[str, Answered]) -> Gain | NotMeasured:
    if chosen.candidate is None:
        return NO_CANDIDATE
    for side in (chosen.baseline, chosen.candidate):
        if side and isinstance(side.measures, NotMeasured):
            return side.measures
    return gain(before, after)


def _baseline_accuracy(chosen: Sides, before: dict[str, Answered]) -> Figure:
    if chosen.baseline:
        source = f"{chosen.baseline.run.id} ({chosen.role}), on its own validation"
        return Figure(chosen.baseline.accuracy, source)
    return Figure(accuracy(before), "the most frequent label of train, on validation")


def _figure(told: Any, read: Callable[[Any], float], source: str) -> Figure:
    return Figure(told if isinstance(told, NotMeasured) else read(told), source)


def _speed(chosen: Sides) -> Figure:
    if chosen.candidate is None:
        return Figure(NO_CANDIDATE, "winnow runs")
    if chosen.baseline is None:
        return Figure(NotMeasured("the most frequent label takes no time"), chosen.role)
    return Figure(speed(chosen.baseline.run, chosen.candidate.run), "latency.json of both runs, p50 of one query")


def _goals(candidate: Side | None, goals: Mapping[str, float]) -> list[dict[str, Any]] | NotMeasured:
    """The candidate's verdict on every goal of the task, as it was evaluated."""
    if candidate is None:
        return NO_CANDIDATE
    if not goals:
        return NotMeasured("the task sets no goals")
    if isinstance(candidate.measures, NotMeasured):
        return candidate.measures
    told: Sequence[dict[str, Any]] = candidate.measures.get("goals", ())
    if {one["goal"]: one["wanted"] for one in told} != dict(goals):
        return NotMeasured(OLD_EVALUATION.format(run=candidate.run.id))
    return list(told)


def _missed(judged: Sequence[Mapping[str, Any]]) -> float:
    return sum(1 for one in judged if one["verdict"] == "not met")


def _pinned(candidate: Side | None) -> Figure:
    source = "must_pass of winnow.yaml, evaluation of the candidate"
    if candidate is None:
        return Figure(NO_CANDIDATE, source)
    if isinstance(candidate.measures, NotMeasured):
        return Figure(candidate.measures, source)
    told = candidate.measures.get("must_pass")
    if told is None:
        return Figure(NotMeasured(OLD_EVALUATION.format(run=candidate.run.id)), source)
    if told["status"] == "not_measured":
        return Figure(NotMeasured(told["why"]), source)
    return Figure(told["cases"] - told["passed"], source)
