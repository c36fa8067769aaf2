"""What a comparison of runs that call tools measures: the records behind `compare --json`."""

from __future__ import annotations

from winnow.core.answer_vocabulary import AnswerErrorType, AnswerLevel
from winnow.core.record import Record
from winnow.core.result import Difference, Measured, NotMeasured
from winnow.training.evaluation.comparison_facts import LabelNoise
from winnow.training.evaluation.evaluation_facts import GoalVerdict, Latency


class ComparedAnswers(Record):
    """How many answers two models get right, of the same answers; the difference is second minus first."""

    measure: str
    """What right means: a level, `selection`, or the expected behavior whose answers pass every level."""
    answers: int
    """Number of answers."""
    records: int
    """Dialogues that they belong to."""
    first: int
    """Answers that the first model gets right."""
    second: int
    """Answers that the second model gets right."""
    only_first_right: int
    """Answers that only the first model gets right."""
    only_second_right: int
    """Answers that only the second model gets right."""
    difference: Difference
    """Difference of the shares, with its 95 % score interval for the effective number of answers."""
    better: int
    """Dialogues of which the second model gets more answers right."""
    worse: int
    """Dialogues of which the second model gets fewer answers right."""
    p_value: float
    """p-value of the exact sign test on these dialogues, not adjusted."""
    p_adjusted: float | NotMeasured
    """p-value adjusted for the number of tests (Holm)."""
    differs: bool | NotMeasured
    """Whether the adjusted p-value is below 0.05."""


class ComparedErrorType(Record):
    """How often two models make errors of one type in the same answers."""

    error: AnswerErrorType
    """The type."""
    first: int
    """Answers in which the first model makes it."""
    second: int
    """Answers in which the second model makes it."""
    fixed: int
    """Answers in which only the first model makes it."""
    introduced: int
    """Answers in which only the second model makes it."""
    better: int
    """Dialogues in which the second model makes it in fewer answers."""
    worse: int
    """Dialogues in which the second model makes it in more answers."""
    p_value: float
    """p-value of the exact sign test on dialogues, not adjusted."""
    p_adjusted: float | NotMeasured
    """p-value adjusted for the number of tested types (Holm)."""
    differs: bool | NotMeasured
    """Whether the adjusted p-value is below 0.05."""


class ToolPairedComparison(Record):
    """Two models on the same answers."""

    accuracy: ComparedAnswers
    """Answers that pass every level: the verdict about the pair."""
    levels: list[ComparedAnswers]
    """The levels before the last, in order, and `selection`: right tools, of the answers that should call."""
    per_behavior: list[ComparedAnswers]
    """Answers that pass every level, by expected behavior, largest changes first."""
    errors: list[ComparedErrorType]
    """Every type of error that one of the models makes, largest changes first."""


class ToolComparedPair(ToolPairedComparison):
    """Two of the compared runs."""

    first: str
    """Id of the first run."""
    second: str
    """Id of the second run."""
    label_noise: LabelNoise | NotMeasured
    """Whether wrong labels alone could explain the difference of accuracy."""
    latency_ratio: float | NotMeasured
    """Seconds per answer of the second run divided by those of the first, on the same idle machine."""


class ToolComparedRun(Record):
    """The measures of one run on the common answers."""

    run: str
    """Id of the run."""
    method: str
    """Training method, or `imported`."""
    release: str
    """Name of the release that the run belongs to."""
    accuracy: Measured
    """Share of the answers that pass every level."""
    levels: dict[AnswerLevel, float]
    """Share of the answers that pass each level."""
    selection: Measured | NotMeasured
    """Share of the answers that should call that call the right tools."""
    goals: list[GoalVerdict]
    """Every goal of the task with the verdict on these answers, as in an evaluation."""
    latency: Latency | NotMeasured
    """Latency of the run, as in an evaluation."""


class ToolComparisonFacts(Record):
    """Runs compared on the answers of a split that all their releases expect alike."""

    split: str
    """The split: validation or test."""
    answers: int
    """Number of common answers."""
    records: int
    """Dialogues that they belong to."""
    left_out: dict[str, int]
    """Answers of the split that are not common, by run."""
    changed: int
    """Common answers that the releases expect differently; left out, because the right one is not known."""
    runs: list[ToolComparedRun]
    """Every run, in the order given."""
    pairs: list[ToolComparedPair]
    """Every pair of runs, in the order given."""
