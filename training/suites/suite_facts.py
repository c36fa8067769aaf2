"""What a suite measures: the record behind `evaluation/suite-NAME.json`."""

from __future__ import annotations

from winnow.core.evaluation_vocabulary import Difficulty, PromptVariant
from winnow.core.record import Record
from winnow.core.result import Measured, NotMeasured
from winnow.training.evaluation.tools.tool_facts import MeasuredAnswers
from winnow.training.suites.suite_rows import RefusedSuiteRow


class DifficultyMeasures(Record):
    """The answers of dialogues of one difficulty."""

    difficulty: Difficulty
    """Stated by the row, or the facet of the dialogue."""
    dialogues: int
    """Number of dialogues."""
    accuracy: Measured
    """Share of the answers that pass all six levels. Intervals take dialogues as independent."""
    selection: Measured | NotMeasured
    """Share of the answers that should call that call the right tools."""
    no_call: Measured | NotMeasured
    """Share of the answers that should not call that do not."""


class VariantMeasures(Record):
    """The same answers, asked for with the prompt written in another way."""

    variant: PromptVariant
    """How the prompt is written."""
    accuracy: Measured
    """Share of the answers that pass all six levels."""
    gained: int
    """Answers that are right only with this variant."""
    lost: int
    """Answers that are right only with the prompt as it is."""
    flipped: Measured
    """Share of the answers whose verdict differs."""


class FormatSensitivity(Record):
    """How much answers depend on the form of the prompt. Answers in dialogues without tools are left out."""

    run: str
    """Id of the run."""
    asked: str
    """The split or suite that the answers are from."""
    answers: int
    """Answers that were asked for with every variant."""
    accuracy: Measured
    """Share of right answers with the prompt as it is."""
    variants: list[VariantMeasures]
    """Each variant that applies to the task."""
    range: float
    """Highest minus lowest accuracy, the prompt as it is included."""
    flipped: Measured
    """Share of the answers whose verdict differs in at least one variant."""


class SuiteFacts(MeasuredAnswers):
    """A run measured on a suite."""

    run: str
    """Id of the run."""
    suite: str
    """Name of the suite."""
    file: str
    """Name of the file."""
    sha256: str
    """SHA-256 of the file, in hexadecimal."""
    look: int
    """How often this run was measured on a suite of this name, this time included."""
    given: int
    """Rows of the file: dialogues, refused ones and those that train has."""
    refused: list[RefusedSuiteRow]
    """Rows that are no dialogue of this task, or repeat another row."""
    repeating_train: list[RefusedSuiteRow]
    """Rows that train has."""
    difficulties: list[DifficultyMeasures]
    """Answers by difficulty."""
