"""No signal: the answers of a run agree with the labels no more than by chance."""

from __future__ import annotations

from collections import Counter

from winnow.core.commands import command
from winnow.core.counted import agreeing, counted
from winnow.core.model_vocabulary import TrainingMethod
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext, measured_accuracy
from winnow.training.evaluation.confusion_counts import ConfusionCounts, counts_from_measures
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.validators.stats.chance_agreement import chance_agreement, is_beyond_chance

ONE_ANSWER_SHARE = 0.90
"""Share of the rows with one answer from which a run tells labels apart too rarely to show whether that is possible: a
penalty that is too strong makes such a run of any labels."""


def no_signal(measures: EvaluationFacts, context: RunContext) -> Issues:
    """Accuracy is not above that of the same answers given to the texts at random."""
    found = _compare_with_chance(measures, context.method)
    if isinstance(found, NotMeasured):
        return found
    cause = (
        "the labels do not belong to the texts (rows or columns were mixed up), nothing in a text decides them, or the "
        "embedder does not read the texts"
    )
    return [Issue(measures.rows, found, cause, command("label-errors"))] if found else []


def chance_finding(measures: EvaluationFacts, method: str) -> str:
    """That the labels, or the answers of a run, carry no signal; empty where they carry one, or it is not known."""
    found = _compare_with_chance(measures, method)
    return "" if isinstance(found, NotMeasured) else found


def _compare_with_chance(measures: EvaluationFacts, method: str) -> str | NotMeasured:
    """What shows that answers are right by chance only; empty where they are not."""
    counts = counts_from_measures(measures)
    gold = {label: rows for label, rows in counts.rows.items() if rows}
    if len(gold) < 2:
        return NotMeasured("validation has one label only, so every answer with it is right")
    answers = _answers(counts)
    accuracy, chance = measured_accuracy(measures), chance_agreement(gold, answers)
    found = is_beyond_chance(accuracy, chance)
    if found:
        return ""
    label, rows = answers.most_common(1)[0]
    if rows >= ONE_ANSWER_SHARE * measures.rows:
        return NotMeasured(
            f"the run answers {label} for {rows:,} of {counted(measures.rows, 'row')}, whatever the labels are"
        )
    if found is None:
        return NotMeasured(
            f"{counted(measures.rows, 'validation row')} "
            f"{agreeing(measures.rows, 'is', 'are')} too few to tell {accuracy.value:.3f} from chance"
        )
    subject = "these labels" if method == TrainingMethod.LINEAR else "these answers"
    return (
        f"{subject} carry no signal: accuracy {accuracy.value:.3f} ({accuracy.low:.3f} to {accuracy.high:.3f}) on "
        f"{measures.rows:,} {measures.split} rows, {chance:.3f} by chance"
    )


def _answers(counts: ConfusionCounts) -> Counter[str]:
    """How often each label was answered."""
    answered = Counter(counts.rows)
    for (gold, predicted), errors in counts.errors.items():
        answered[gold] -= errors
        answered[predicted] += errors
    return answered
