"""What a generation run cost and what became of its records; what earlier runs tell about the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from winnow.core.result import NotMeasured


@dataclass(frozen=True)
class RunCost:
    """The cost and outcome of one run. Tokens are those of received responses."""

    run: str
    generator: str
    prompt_version: str
    model: str
    at: str
    ended_at: str
    """Empty while the run is unfinished."""
    answers: int
    refused: int
    truncated: int
    lost: int
    """Requests whose response never arrived; their worst-case cost is counted."""
    input_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    output_tokens: int
    usd: float | None
    """None where the model's price is not known."""
    kept: int
    dropped: int
    accepted: int
    """Its records that are labeled, by people or through an accepted lot."""
    by_label: Mapping[str, Mapping[str, int]]
    """Label to `kept`, `dropped` and `accepted`."""

    @property
    def usd_per_accepted(self) -> float | NotMeasured:
        """Cost of an accepted record."""
        if self.usd is None:
            return NotMeasured("the price of the model is not known")
        return self.usd / self.accepted if self.accepted else NotMeasured("no record was accepted yet")

    def json(self) -> dict[str, Any]:
        """The shape in `status --json`."""
        each = self.usd_per_accepted
        return {**asdict(self), "usd_per_accepted": asdict(each) if isinstance(each, NotMeasured) else each}


@dataclass(frozen=True)
class History:
    """Averages of earlier runs with the same generator and model."""

    answers: int
    output_tokens: float
    """Mean of a response."""
    kept_share: float | None
    """Share of proposals that were kept; None where there were none."""


def history(costs: Iterable[RunCost], generator: str, model: str) -> History | None:
    """Averages of earlier runs; None where none received a response yet."""
    same = [one for one in costs if (one.generator, one.model) == (generator, model) and one.answers]
    if not same:
        return None
    answers = sum(one.answers for one in same)
    proposed = sum(one.kept + one.dropped for one in same)
    return History(
        answers,
        sum(one.output_tokens for one in same) / answers,
        sum(one.kept for one in same) / proposed if proposed else None,
    )
