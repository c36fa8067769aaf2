"""What an evaluation measures of answers that may call tools: the records behind `evaluation/SPLIT.json`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from winnow.core.answer_vocabulary import AnswerErrorType, AnswerLevel
from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.core.result import Measured, NotMeasured
from winnow.core.vocabulary import Split
from winnow.training.evaluation.evaluation_facts import GoalVerdict, Latency, LearningCurve, Slice


class LevelMeasure(Record):
    """One of the six levels: an answer that fails a level fails all later ones."""

    level: AnswerLevel
    """Name of the level."""
    share: Measured
    """Share of all answers that pass it."""
    failed_here: int
    """Answers that pass every earlier level and fail this one."""


class BehaviorMeasures(Record):
    """How well one behavior is recognized."""

    behavior: str
    """`direct`, `ask`, `unable` or `general`."""
    recall: Measured | NotMeasured
    """Share of the answers that should show it that do; `rows` counts those that should."""
    precision: Measured | NotMeasured
    """Share of the answers that show it that should; `rows` counts those that do."""


class NoCallMeasures(Record):
    """How well the model knows when to call no tool, whichever behavior in text is expected."""

    recall: Measured | NotMeasured
    """Share of the answers that should not call that do not."""
    precision: Measured | NotMeasured
    """Share of the answers without a call that should have none."""


class PairMeasures(Record):
    """Two tools or behaviors that the task declares as confusable."""

    first: str
    """One of the two."""
    second: str
    """The other one."""
    accuracy: Measured | NotMeasured
    """Share of the answers that should name exactly one of the two that name it, and not the other."""


class ConfusablePairs(Record):
    """The confusable pairs of the task."""

    pairs: list[PairMeasures]
    """Every declared pair, in the order of the task file."""
    mean: float | NotMeasured
    """Mean accuracy of the pairs that were measured, 0 to 1."""
    pooled: Measured | NotMeasured
    """Accuracy on the answers of all pairs together, each answer once: what the goal `pairs` is judged on."""


class AnswerGroupName(StrEnum):
    """Answers that are measured apart."""

    KNOWN_TOOLS = "known_tools"
    """Calls of tools are expected that train calls, too."""
    UNSEEN_TOOLS = "unseen_tools"
    """A call of a tool is expected that no answer of train calls."""
    HELD_OUT_TOOLS = "held_out_tools"
    """A call of a tool is expected that `splits.hold_out_tools` keeps out of train."""
    SEVERAL_CALLS = "several_calls"
    """Several calls are expected in one answer; they are right in any order."""
    AFTER_RESULT = "after_result"
    """The answer follows a result of a tool."""
    THREADS_ID = "threads_id"
    """An expected call has an id that an earlier result returned."""


class AnswerGroup(Record):
    """Some of the answers, measured apart."""

    group: AnswerGroupName
    """Which answers they are."""
    accuracy: Measured | NotMeasured
    """Share of them that pass all levels."""
    selection: Measured | NotMeasured
    """Share of those that should call that call the right tools."""
    arguments: Measured | NotMeasured
    """Share of the expected arguments that have an accepted value."""


class ToolMeasures(Record):
    """One tool."""

    tool: str
    """Its name."""
    called_in_train: bool | NotMeasured
    """Whether an answer of train calls it."""
    recall: Measured | NotMeasured
    """Share of the answers that should call it that do."""
    precision: Measured | NotMeasured
    """Share of the answers that call it that should."""
    accuracy: Measured | NotMeasured
    """Share of the answers that should call it that pass all levels."""
    arguments: Measured | NotMeasured
    """Share of the expected arguments with an accepted value, in answers that should call only this tool."""
    errors: dict[AnswerErrorType, int]
    """Errors about this tool by type, the most frequent first."""


class AnswerErrorExample(Record):
    """A wrong answer."""

    id: str
    """Id of the record."""
    turn: int
    """Number of the turn, from 1."""
    tool: str
    """The tool that the error is about; empty if it is about none."""
    argument: str
    """The argument that the error is about; empty if it is about none."""
    detail: str
    """What was found and what was expected."""
    question: str
    """What the user said last."""
    expected_answer: str
    """The answer in the data."""
    answer: str
    """The answer of the model."""


class AnswerErrorCount(Record):
    """One type of error."""

    error: AnswerErrorType
    """The type."""
    count: int
    """How often it occurs; one answer may have several errors."""
    answers: int
    """Answers that have it."""
    tools: dict[str, int]
    """How often it occurs by the tool that it is about, the most frequent first."""
    examples: list[AnswerErrorExample]
    """Some of these answers, from different dialogues where possible."""


class BehaviorMatrix(Record):
    """Expected and given behaviors; tools beyond the most frequent ones are one class."""

    classes: list[str]
    """Tools, combinations of tools as one class, and behaviors."""
    counts: list[list[int]]
    """Answers by expected class (rows) and given class (columns)."""


class MeasuredAnswers(Record):
    """What is measured from judged answers, whatever they were asked from."""

    answers: int
    """Number of answers."""
    dialogues: int
    """Number of dialogues that they belong to."""
    accuracy: Measured
    """Share of the answers that pass all six levels. Intervals take dialogues, not answers, as independent."""
    levels: list[LevelMeasure]
    """The six levels in order."""
    selection: Measured | NotMeasured
    """Share of the answers that should call that call exactly the right tools, whatever the arguments."""
    arguments: Measured | NotMeasured
    """Argument match: share of the expected arguments that have an accepted value."""
    values: Measured | NotMeasured
    """Share of the answers that should call that pass all levels."""
    behaviors: list[BehaviorMeasures]
    """Each behavior in text that is expected or given."""
    no_call: NoCallMeasures
    """All behaviors in text together."""
    pairs: ConfusablePairs | NotMeasured
    """The confusable pairs of the task."""
    groups: list[AnswerGroup]
    """Answers that are measured apart; groups without answers are left out."""
    tools: list[ToolMeasures]
    """Every tool that is expected or called, the most frequently expected first."""
    errors: list[AnswerErrorCount]
    """Every type of error that occurs, the most frequent first."""
    matrix: BehaviorMatrix
    """Expected and given behaviors."""
    slices: list[Slice]
    """Every value of every facet, compared with all other answers; those that lose the most answers first."""


class ToolEvaluationFacts(MeasuredAnswers):
    """A run measured on the answers of one split of its release."""

    kind: Literal["tools"] = "tools"
    """Tells this record from an evaluation of labels."""
    run: str
    """Id of the run."""
    split: Split
    """The split that the run is measured on."""
    call_format: str
    """How calls are written in an answer."""
    goals: list[GoalVerdict]
    """Every goal of the task with its verdict."""
    suggested_goals: Annotated[list[GoalVerdict] | None, ABSENT_IF_NONE] = None
    """Where the task states no goals: usual ones, for comparison only."""
    latency: Latency | NotMeasured
    """Speed and memory."""
    learning_curve: LearningCurve | NotMeasured
    """Accuracy by the size of train."""

    @property
    def has_errors(self) -> bool:
        """Whether any answer is wrong."""
        return bool(self.errors)
