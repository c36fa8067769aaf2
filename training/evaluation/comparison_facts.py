"""What a comparison of runs measures: the records behind `compare --json`."""

from __future__ import annotations

from winnow.core.model_vocabulary import NoiseVerdict
from winnow.core.record import Record
from winnow.core.result import Difference, Measured, NotMeasured
from winnow.training.evaluation.evaluation_facts import GoalVerdict, Latency


class ComparedLabel(Record):
    """The recall of one label by two models on the same rows."""

    label: str
    """Name of the label."""
    rows: int
    """Common rows with this gold label."""
    only_first_right: int
    """Rows that only the first model predicts correctly."""
    only_second_right: int
    """Rows that only the second model predicts correctly."""
    recall: Difference
    """Recall of the second model minus that of the first, with its 95 % interval."""
    differing: int
    """Rows that exactly one of the models predicts correctly."""
    p_value: float
    """p-value of McNemar's exact test, not adjusted."""
    p_adjusted: float | NotMeasured
    """p-value adjusted for the number of tested labels (Holm)."""
    differs: bool | NotMeasured
    """Whether the adjusted p-value is below 0.05."""


class ComparedError(Record):
    """How often two models make one error on the same rows."""

    gold: str
    """The gold label."""
    predicted: str
    """The label that is predicted instead."""
    first: int
    """Rows on which the first model makes the error."""
    second: int
    """Rows on which the second model makes the error."""
    differing: int
    """Rows on which exactly one of the models makes the error."""
    p_value: float
    """p-value of McNemar's exact test, not adjusted."""
    p_adjusted: float | NotMeasured
    """p-value adjusted for the number of tested errors (Holm)."""
    differs: bool | NotMeasured
    """Whether the adjusted p-value is below 0.05."""


class PairedComparison(Record):
    """Two models on the same rows; differences are second minus first."""

    both_right: int
    """Rows that both models predict correctly."""
    only_first_right: int
    """Rows that only the first model predicts correctly."""
    only_second_right: int
    """Rows that only the second model predicts correctly."""
    both_wrong: int
    """Rows that both models predict wrongly."""
    accuracy: Difference
    """Difference of accuracy, with its 95 % score interval (Tango)."""
    macro_f1: Difference
    """Difference of macro-F1, with its 95 % bootstrap interval."""
    p_value: float
    """p-value of McNemar's exact test, not adjusted."""
    per_label: list[ComparedLabel]
    """Every label that has rows, largest changes first."""
    per_confused_pair: list[ComparedError]
    """Every error that one of the models makes, largest changes first."""


class LabelNoise(Record):
    """Whether wrong gold labels alone could explain a difference of accuracy."""

    wrong_labels: float
    """Audited share of wrong labels, 0 to 1."""
    wrong_labels_high: float
    """Upper end of its 95 % interval."""
    audited: int
    """Audited records."""
    verdict: NoiseVerdict
    """The difference compared with the share of wrong labels and with its upper end."""


class ComparedPair(PairedComparison):
    """Two of the compared runs."""

    first: str
    """Id of the first run."""
    second: str
    """Id of the second run."""
    label_noise: LabelNoise | NotMeasured
    """Whether wrong labels alone could explain the difference of accuracy."""
    latency_ratio: float | NotMeasured
    """Seconds per query of the second run divided by those of the first, on the same idle machine."""
    p_adjusted: float
    """p-value adjusted for the number of pairs of runs (Holm)."""
    differs: bool
    """Whether the adjusted p-value is below 0.05."""
    p_if_chosen: float
    """p-value if the two were chosen by their scores among all runs that were seen on the split (Bonferroni)."""


class ComparedRun(Record):
    """The measures of one run on the common rows."""

    run: str
    """Id of the run."""
    method: str
    """Training method, or `imported`."""
    release: str
    """Name of the release that the run belongs to."""
    accuracy: Measured
    """Share of the rows that are predicted correctly."""
    in_scope_accuracy: Measured | NotMeasured
    """The same among rows whose gold label is not the fallback."""
    out_of_scope_recall: Measured | NotMeasured
    """The same among rows whose gold label is the fallback."""
    macro_f1: Measured | NotMeasured
    """Mean F1 of the labels that have rows."""
    goals: list[GoalVerdict]
    """Every goal of the task with the verdict on these rows, as in an evaluation."""
    latency: Latency | NotMeasured
    """Latency of the run, as in an evaluation."""


class ComparisonFacts(Record):
    """Runs compared on the rows of a split that all their releases contain with the same label."""

    split: str
    """The split: validation or test."""
    rows: int
    """Number of common rows."""
    left_out: dict[str, int]
    """Rows of the split that are not common, by run."""
    relabeled: int
    """Common rows with different labels in the releases; left out, because the right label is not known."""
    runs: list[ComparedRun]
    """Every run, in the order given."""
    runs_seen: int
    """Runs of the same releases whose score on the split somebody saw, these included."""
    pairs: list[ComparedPair]
    """Every pair of runs, in the order given."""
