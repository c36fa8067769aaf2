"""What a log of two variants in production says: the record behind `decide --ab FILE --json`."""

from __future__ import annotations

from typing import Annotated

from winnow.core.decision_vocabulary import NextAction
from winnow.core.production_vocabulary import AbDesign, AbUnit
from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.core.result import Difference, Measured, NotMeasured
from winnow.training.monitoring.ab_test.ab_log import LeftOutAbRow
from winnow.training.monitoring.rule_conditions import RuleFacts


class AbVariant(Record):
    """One of the two variants."""

    name: str
    """As the log names it."""
    rows: int
    """Usable rows of the log."""
    units: int
    """Units that are compared."""
    success: Measured
    """Mean share of successes of a unit, with its 95 % Wilson interval at the effective number of units."""


class AbRating(Record):
    """The ratings of both variants."""

    test: str
    """The test that fits the design."""
    p_value: float
    """Two-sided."""
    superiority: Measured | NotMeasured
    """Probability that the candidate is rated higher, ties counted half; 0.5 is no difference."""
    baseline_units: int
    """Units of the baseline with a rating."""
    candidate_units: int
    """Units of the candidate with a rating."""


class AbLook(Record):
    """One time that a log was judged."""

    at: str
    """UTC time in ISO 8601."""
    file: str
    """Name of the file."""
    sha256: str
    """SHA-256 of the file, in hexadecimal."""
    first_row: str
    """Hash of its first usable row: a log that has grown since keeps it."""
    variants: list[str]
    """Names of the variants, in alphabetical order."""
    rows: int
    """Usable rows."""


class AbMoreTraffic(Record):
    """How much more traffic would decide."""

    units: int | NotMeasured
    """Further units of each variant; of paired units, further units."""
    days: Annotated[float | None, ABSENT_IF_NONE] = None
    """Days that these take at the rate of the log; absent where rows have no time."""
    shows: str
    """What they would show, with a probability of 0.8, if the rates stay as they are."""


class AbTestFacts(Record):
    """Two variants in production, and what follows."""

    file: str
    """Name of the log."""
    sha256: str
    """SHA-256 of the log, in hexadecimal."""
    unit: AbUnit
    """What counts once."""
    design: AbDesign
    """How units were assigned."""
    baseline: AbVariant
    """The variant that is in production, or comes first in alphabetical order."""
    candidate: AbVariant
    """The other one."""
    gain: Difference
    """Share of successes of the candidate minus that of the baseline."""
    test: str
    """The test that fits the design and the unit."""
    p_value: float
    """Two-sided."""
    rating: AbRating | NotMeasured
    """The same for the ratings."""
    look: int
    """How often this log was looked at, this time included; the same file again is the same look."""
    level: float
    """The p-value below which this look is significant."""
    rules: list[RuleFacts]
    """Every rule with its measured values."""
    recommended_action: NextAction
    """`deploy`, `keep` or `collect`: more traffic is needed."""
    exit_code: int
    """The exit code of `winnow decide --ab FILE --exit-code`."""
    reason: str
    """The rules that hold, with their values."""
    more_traffic: AbMoreTraffic | NotMeasured
    """How much more traffic is needed, where it is."""
    left_out: list[LeftOutAbRow]
    """Rows that are not counted."""
    units_left_out: int
    """Units that do not fit the design."""
    rows_without_name: int
    """Rows without the session or request that others name; each counts as a unit of its own."""
