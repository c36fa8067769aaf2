"""The result of `propose`: how many labels a run or a file proposed, and why it proposed no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from winnow.core.commands import command


@dataclass(frozen=True)
class ProposeResult:
    """What a run or a file proposed."""

    model: str
    """The run, or the name of the model."""
    proposed: int
    """Records that now wait for a lot."""
    by_band: Mapping[str, int]
    """Proposals by confidence band, the highest first."""
    left_out: Mapping[str, int]
    """Records of train without a label, or rows of a file, that got no proposal, by reason."""
    rows: Sequence[Mapping[str, Any]] = field(default_factory=list)
    """The rows of a file that propose nothing, each with its number and the reason."""

    @property
    def next(self) -> str:
        """The recommended command."""
        return command("push review") if self.proposed else command("status")

    def json(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "model": self.model,
            "proposed": self.proposed,
            "by_band": dict(self.by_band),
            "left_out": dict(self.left_out),
            "rows": [dict(row) for row in self.rows],
            "next": self.next,
        }
