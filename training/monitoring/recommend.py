"""Derive one recommendation from the rules that hold, such as to collect, train, deploy, keep or retrain. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from winnow.core.commands import command
from winnow.core.decision_vocabulary import EXIT_CODES, NextAction, RuleAdvice
from winnow.core.result import NotMeasured
from winnow.training.monitoring.choose_method import MethodAdvice, choose_method, distill_from
from winnow.training.monitoring.decision_context import DecisionContext
from winnow.training.monitoring.rule_conditions import FAILS, DecisionRule, held_rules
from winnow.training.monitoring.rules import DEFAULT_THRESHOLDS, RuleInputs, RuleThresholds, apply_rules

FREEZE = f"{command('check')}, then {command('freeze', 'NAME')}"

NOTHING_TO_REPLACE = (
    "has nothing to be better than, because nothing is deployed or imported "
    f"({command('evaluate', 'RELEASE', predictions='FILE')} imports what answers today)"
)

NOTHING_TO_TRAIN = NotMeasured("there is no release to fine-tune on")


@dataclass(frozen=True)
class Recommendation:
    """The evaluated rules and the recommendation that follows."""

    rules: list[DecisionRule]
    recommended_action: NextAction
    reason: str
    """The rules that hold, with their values; the decisive one first."""
    next: str
    """The command that acts on it."""
    method: MethodAdvice | NotMeasured = NOTHING_TO_TRAIN
    """How a model would be fine-tuned here, whether or not that is recommended."""

    @property
    def exit_code(self) -> int:
        """The exit code of `winnow decide --exit-code`."""
        return EXIT_CODES[self.recommended_action]


class _Next(NamedTuple):
    """What follows from the rules."""

    action: NextAction
    reason: str
    command: str


@dataclass(frozen=True)
class _Decision:
    """What the steps of a decision read."""

    rules: list[DecisionRule]
    held: dict[RuleAdvice, str]
    """The rules that hold, by advice."""
    at: DecisionContext
    thresholds: RuleThresholds

    @property
    def method(self) -> MethodAdvice | NotMeasured:
        """How to fine-tune."""
        situation = self.at.training
        return NOTHING_TO_TRAIN if situation is None else choose_method(situation, self.thresholds.rules)

    @property
    def first_run(self) -> str | None:
        """The candidate, if it is not fine-tuned and has nothing to be better than."""
        return self.at.candidate if self.at.nothing_to_replace and self.at.candidate == self.at.untuned else None

    @property
    def is_enough(self) -> bool:
        """The baseline is accurate enough, and neither latency nor domain terms demand another model."""
        return RuleAdvice.ENOUGH in self.held and RuleAdvice.FINE_TUNE not in self.held


def recommend(
    values: RuleInputs, context: DecisionContext, thresholds: RuleThresholds = DEFAULT_THRESHOLDS
) -> Recommendation:
    """Apply every rule and derive the recommendation.

    Data that cannot be trusted comes first: no signal, failed gates, uncovered traffic; then a better candidate, unless
    a goal forbids it; then the needs of the deployed run; then whether to train at all.
    """
    rules = apply_rules(values, thresholds)
    decision = _Decision(rules, held_rules(rules), context, thresholds)
    return Recommendation(rules, *_next_action(decision), method=decision.method)


def _next_action(one: _Decision) -> _Next:
    first = _before_anything_else(one)
    if first:
        return first
    if one.at.candidate and RuleAdvice.DEPLOY in one.held:
        return _for_better_candidate(one, one.at.candidate)
    if one.at.deployed:
        return _for_deployed_run(one, one.at.deployed)
    found = _before_first_deployment(one)
    if one.first_run is None or found.action is NextAction.EVALUATE:
        return found
    return found._replace(reason=f"{found.reason}; {one.first_run} {NOTHING_TO_REPLACE}")


def _before_anything_else(one: _Decision) -> _Next | None:
    """Labels without a signal, a failed gate, what a run forgot, and traffic that train does not cover."""
    outranked = one.held.get(RuleAdvice.DEPLOY) or one.held.get(RuleAdvice.RETRAIN)
    before = f"; this outranks {outranked}" if outranked else ""
    obstacle = one.at.no_signal or one.at.failed_gate or one.at.forgetting
    if RuleAdvice.FIX_FIRST in one.held and obstacle:
        return _Next(NextAction.FIX, f"{obstacle.what}{before}", obstacle.fix)
    if RuleAdvice.COLLECT_FIRST in one.held:
        uncovered = f"train does not cover what users ask: {one.held[RuleAdvice.COLLECT_FIRST]}{before}"
        return _Next(NextAction.COLLECT, uncovered, command("coverage"))
    return None


def _for_better_candidate(one: _Decision, candidate: str) -> _Next:
    """The candidate is better by a deploy rule."""
    better = f"{candidate} is better than {one.at.baseline}"
    if RuleAdvice.DONT_DEPLOY in one.held:
        return _for_refused_candidate(one, f"{better}, but {one.held[RuleAdvice.DONT_DEPLOY]}")
    if one.at.forgetting:
        return _Next(NextAction.FIX, f"{better}, but {one.at.forgetting.what}", one.at.forgetting.fix)
    deploy = command("deploy", candidate, by="NAME", reason="TEXT")
    return _Next(NextAction.DEPLOY, f"{better}: {one.held[RuleAdvice.DEPLOY]}", deploy)


def _for_refused_candidate(one: _Decision, refused: str) -> _Next:
    """A better candidate misses a goal: a model that could meet it, else what addresses its errors."""
    if RuleAdvice.COLLECT in one.held and not one.at.deployed:
        return _Next(NextAction.COLLECT, f"{one.held[RuleAdvice.COLLECT]}; {refused}", one.at.collect)
    student = distill_from(one.at.training, one.thresholds.rules) if one.at.training else None
    if RuleAdvice.DISTILL in one.held and student:
        return _Next(NextAction.TRAIN, f"{refused}; {one.held[RuleAdvice.DISTILL]}", student.command)
    tuning = _wanted_fine_tuning(one)
    if tuning:
        return tuning._replace(reason=f"{refused}; {tuning.reason}")
    return _Next(NextAction.KEEP, refused, one.at.fix_command)


def _for_deployed_run(one: _Decision, deployed: str) -> _Next:
    """A run is deployed, and no candidate is better."""
    if RuleAdvice.RETRAIN in one.held and not one.at.candidate_is_newer:
        next_command = _train(one.at) if one.at.newer_release_exists else FREEZE
        return _Next(NextAction.RETRAIN, f"{deployed} is outdated: {one.held[RuleAdvice.RETRAIN]}", next_command)
    if one.at.unevaluated:
        return _evaluate(one.at.unevaluated)
    if one.at.candidate:
        return _wanted_fine_tuning(one) or _for_no_better_candidate(one, one.at.candidate)
    enough = f": {one.held[RuleAdvice.ENOUGH]}" if one.is_enough else ""
    reason = f"no rule asks to replace {deployed}{enough}{_retraining_to_come(one.rules)}"
    return _fine_tuning(one) or _Next(NextAction.KEEP, reason, command("coverage"))


def _retraining_to_come(rules: list[DecisionRule]) -> str:
    """The first retrain rule of which only a part holds."""
    retrain = [rule for rule in rules if rule.advice is RuleAdvice.RETRAIN and rule.verdict == FAILS]
    begun = [rule.text for rule in retrain if any(one.holds for one in rule.conditions)]
    return f"; not yet {begun[0]}" if begun else ""


def _before_first_deployment(one: _Decision) -> _Next:
    """Nothing is deployed, and no candidate is better than the baseline."""
    if one.at.candidate and one.at.unevaluated:
        return _evaluate(one.at.unevaluated)
    if RuleAdvice.COLLECT in one.held:
        few = f"too few records are labeled to train on: {one.held[RuleAdvice.COLLECT]}"
        return _Next(NextAction.COLLECT, few, one.at.collect)
    if one.first_run and RuleAdvice.DONT_DEPLOY in one.held:
        return _for_refused_candidate(one, f"{one.first_run} cannot be the first: {one.held[RuleAdvice.DONT_DEPLOY]}")
    if RuleAdvice.DONT_TRAIN in one.held:
        return _keep_baseline(one, one.held[RuleAdvice.DONT_TRAIN])
    if one.is_enough:
        return _keep_baseline(one, one.held[RuleAdvice.ENOUGH])
    if one.at.candidate is None:
        next_command = _simplest(one.at) if one.at.release else FREEZE
        return _Next(NextAction.TRAIN, "there is no candidate yet, and no rule advises against training", next_command)
    if one.at.candidate == one.at.untuned:  # a simple run alone: all there is to say is whether to fine-tune
        return _fine_tuning(one) or _for_no_better_candidate(one, one.at.candidate)
    return _wanted_fine_tuning(one) or _for_no_better_candidate(one, one.at.candidate)


def _wanted_fine_tuning(one: _Decision) -> _Next | None:
    """The training of a fine-tuned model, or what it needs first; None where it is not worth it."""
    tuning = _fine_tuning(one)
    return None if tuning is None or tuning.action is NextAction.KEEP else tuning


def _fine_tuning(one: _Decision) -> _Next | None:
    """What becomes of a demand for a fine-tuned model; None without one, or where a run is fine-tuned already."""
    demand = one.held.get(RuleAdvice.FINE_TUNE)
    if demand is None or one.at.untuned is None or one.at.fine_tuned:
        return None
    against = one.held.get(RuleAdvice.DONT_TRAIN) or one.held.get(RuleAdvice.DONT_FINE_TUNE)
    if against:
        reason = f"fine-tuning is not worth it: {against}; {demand}"
        return _Next(NextAction.KEEP, reason, one.at.fix_command)
    if not one.at.has_simple_run:
        reason = f"{demand}; no simpler run shows what a fine-tuned model has to be better than"
        return _Next(NextAction.TRAIN, reason, _simplest(one.at))
    if few := one.held.get(RuleAdvice.COLLECT) or one.held.get(RuleAdvice.COLLECT_TO_FINE_TUNE):
        return _Next(NextAction.COLLECT, f"fine-tuning needs more examples: {few}; {demand}", one.at.collect)
    advice = one.method
    if isinstance(advice, NotMeasured):
        return _Next(NextAction.KEEP, f"{demand}, but {advice.why}", one.at.fix_command)
    how = f"{advice.technique} of {advice.base_model}, for {advice.reason}"
    reason = f"a fine-tuned model could replace {one.at.untuned}: {demand}; {how}"
    return _Next(NextAction.TRAIN, reason, advice.command)


def _keep_baseline(one: _Decision, why: str) -> _Next:
    """No other model is worth it; a simple run may be what is to be deployed."""
    if one.first_run:
        deploy = command("deploy", one.first_run, by="NAME", reason="TEXT")
        return _Next(NextAction.KEEP, f"{one.first_run} is sufficient: {why}", deploy)
    following = command("decide", one.at.simplest_run) if one.at.simplest_run else one.at.fix_command
    return _Next(NextAction.KEEP, f"{one.at.untuned or one.at.baseline} is sufficient: {why}", following)


def _for_no_better_candidate(one: _Decision, candidate: str) -> _Next:
    if one.at.unevaluated:
        return _evaluate(one.at.unevaluated)
    if one.at.make_baseline:
        reason = f"there is no baseline to compare {candidate} with"
        return _Next(NextAction.TRAIN, reason, one.at.make_baseline)
    if one.at.nothing_to_replace:
        return _Next(NextAction.KEEP, f"no rule asks for another run than {candidate}", one.at.fix_command)
    following = command("decide", one.at.simplest_run) if one.at.simplest_run else one.at.fix_command
    small = f": {one.held[RuleAdvice.STAY]}" if RuleAdvice.STAY in one.held else ""
    return _Next(NextAction.KEEP, f"the gain of {candidate} over {one.at.baseline} is too small{small}", following)


def _evaluate(run: str) -> _Next:
    return _Next(NextAction.EVALUATE, f"{run} was not evaluated on validation", command("evaluate", run))


def _simplest(context: DecisionContext) -> str:
    """The training of the simplest model: what a fine-tuned one has to be better than."""
    return context.use_release or context.train_simplest or _train(context)


def _train(context: DecisionContext) -> str:
    return context.use_release or command("train", context.release or "RELEASE", method=context.method)
