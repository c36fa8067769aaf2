"""What a generation run cost and what became of its records; what earlier runs say about the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class RunCost:
    """One run in the ledger of generation. Tokens are those of answers that were received."""

    run: str
    generator: str
    prompt_version: str
    model: str
    at: str
    ended_at: str
    """Empty while it has not done all that it was asked to."""
    answers: int
    refused: int
    truncated: int
    lost: int
    """Requests whose answer never came; what they may have cost is counted."""
    input_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    output_tokens: int
    usd: float | None
    """None where the model's price is not known."""
    kept: int
    dropped: int
    accepted: int
    """Records of it that people, or a lot that people read, have labeled."""
    by_label: Mapping[str, Mapping[str, int]]
    """Label to `kept`, `dropped` and `accepted`."""

    @property
    def usd_per_accepted(self) -> float | None:
        """None until something was accepted."""
        return self.usd / self.accepted if self.usd is not None and self.accepted else None

    def json(self) -> dict[str, Any]:
        """The shape in `status --json`."""
        each = self.usd_per_accepted
        return {**asdict(self), "usd_per_accepted": "not_measured" if each is None else each}


@dataclass(frozen=True)
class History:
    """What earlier runs of a generator and model tell about the next one."""

    answers: int
    output_tokens: float
    """The mean of an answer."""
    kept_share: float | None
    """Of what was proposed; None where nothing was."""


def history(costs: Iterable[RunCost], generator: str, model: str) -> History | None:
    """What is known from runs of the same generator and model; None where none answered yet."""
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
