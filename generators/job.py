"""What a generation run writes: how many queries or dialogues of which label, pair or region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from winnow.core.model_vocabulary import GeneratorName
from winnow.generators.contrasts import LabelPair
from winnow.generators.llm.request import ModelChoice
from winnow.generators.plan import LabelNeed, PlannedRegion


@dataclass(frozen=True)
class GenerationJob:
    """What a run writes."""

    generator: GeneratorName
    needs: Sequence[LabelNeed] = ()
    pairs: Sequence[tuple[LabelPair, int]] = ()
    regions: Sequence[tuple[PlannedRegion, Sequence[str], int]] = ()
    """Regions with their texts, and how many queries each needs."""
    about: Sequence[str] = ()
    """Tools that dialogues without a call are about; all where it is empty."""
    per_request: int = 10
    """Queries in one request."""
    until: int | None = None
    """Stop after this many accepted candidates; None: one round."""
    judge: ModelChoice | None = None
    """The model that labels candidates blind. Contrasts are always judged."""

    @property
    def count(self) -> int:
        """Queries of one round; a pair counts as two."""
        pairs = 2 * sum(count for _, count in self.pairs)
        return sum(need.count for need in self.needs) + pairs + sum(count for *_, count in self.regions)

    def scaled(self, count: int) -> GenerationJob:
        """The same job for about `count` queries in the same proportions; every part keeps at least one."""
        if count == self.count:
            return self
        share = count / max(self.count, 1)

        def part(own: int) -> int:
            return max(1, round(own * share))

        return replace(
            self,
            needs=[replace(need, count=part(need.count), cells=_not_wordings(need)) for need in self.needs],
            pairs=[(pair, part(own)) for pair, own in self.pairs],
            regions=[(region, texts, part(own)) for region, texts, own in self.regions],
        )


def _not_wordings(need: LabelNeed) -> list[Mapping[str, Any]]:
    """The cells of dialogues, which all of them are to have; wordings are wanted in their number only."""
    return [cell for cell in need.cells if "phrasing" not in cell]
