"""Decides which proposals are kept: what is wrong with them, what they repeat, and what the judge says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from winnow.core.example import canonical_text
from winnow.core.vocabulary import DropReason, NoveltyStatus
from winnow.curation.checks.novelty import Novelty, NoveltyCheck, ProposedContent
from winnow.curation.ingest.scrub_content import scrub_content
from winnow.curation.pii.scrub import Scrubber
from winnow.generators.contrasts import not_minimal_edit
from winnow.generators.judge import JudgeVerdict
from winnow.generators.proposal import Proposal
from winnow.generators.proposal_problems import proposal_problem
from winnow.validators.kinds import kind_of
from winnow.validators.text import Drop


class ExaminedProposal(NamedTuple):
    """A proposal with what was found about it."""

    proposal: Proposal
    near: Novelty
    """What is near it; clear where the content has a problem already."""
    drop: Drop | None
    """Why it is dropped; None where it is kept."""


@dataclass(frozen=True)
class ProposalExamination:
    """What proposals are examined with, at one moment."""

    nearby: NoveltyCheck
    scrubber: Scrubber
    groups: Mapping[str, str]
    """The group of each seed, by the seed's id."""
    verdicts: Mapping[str, JudgeVerdict] | None = None
    """The judge's verdicts by content; None without a judge, and before it has judged."""

    def examine(self, proposals: Sequence[Proposal]) -> list[ExaminedProposal]:
        """What is near each proposal and why it is dropped. The sides of a pair are kept or dropped together."""
        task = self.nearby.task
        problems = [proposal_problem(one, task) for one in proposals]
        valid = [one for one, problem in zip(proposals, problems, strict=True) if problem is None]
        compared = iter(self.nearby.compare([self._as_proposed(one) for one in valid]))
        near = [Novelty(NoveltyStatus.CLEAR) if problem else next(compared) for problem in problems]
        drops = [
            problem or self._drop(one, found) for one, found, problem in zip(proposals, near, problems, strict=True)
        ]
        self._drop_other_sides(proposals, drops)
        return list(map(ExaminedProposal, proposals, near, drops))

    def _as_proposed(self, one: Proposal) -> ProposedContent:
        group = self.groups.get(one.seed) or one.group_key
        return ProposedContent.of(kind_of(self.nearby.task), one.content, one.label, group)

    def _drop_other_sides(self, proposals: Sequence[Proposal], drops: list[Drop | None]) -> None:
        """Drop the sides of pairs whose other side is dropped, and pairs that are not a minimal edit."""
        pairs_by_key: dict[str, list[int]] = defaultdict(list)
        for i, one in enumerate(proposals):
            if one.detail.get("kind") == "contrasts":
                pairs_by_key[one.group_key].append(i)
        pairs = [pair for pair in pairs_by_key.values() if len(pair) == 2]
        for pair, cosine in zip(pairs, self._similarity(proposals, drops, pairs), strict=True):
            dropped_side = next((drops[i] for i in pair if drops[i]), None)
            reason = not_minimal_edit(cosine)
            for i in pair:
                if drops[i] is None and (dropped_side or reason):
                    why = (
                        f"the other side was dropped: {dropped_side.reason}"
                        if dropped_side
                        else f"cosine {cosine:.3f} between the sides"
                    )
                    drops[i] = Drop("other_side_dropped" if dropped_side else reason, why)

    def _similarity(
        self, proposals: Sequence[Proposal], drops: Sequence[Drop | None], pairs: Sequence[Sequence[int]]
    ) -> list[float]:
        """The cosine between the sides of each pair; 0 where a side is dropped already."""
        text = kind_of(self.nearby.task).embedding_text
        whole = [not any(drops[i] for i in pair) for pair in pairs]
        texts = [
            (text(proposals[first].content), text(proposals[second].content))
            for (first, second), is_whole in zip(pairs, whole, strict=True)
            if is_whole
        ]
        found = iter(self.nearby.similarity(texts))
        return [next(found) if is_whole else 0.0 for is_whole in whole]

    def _drop(self, one: Proposal, found: Novelty) -> Drop | None:
        """Why a proposal without a problem of its own is dropped."""
        if found.status == NoveltyStatus.LEAKS:
            return Drop("leakage", "it repeats a hold-out row, exactly or nearly")
        if found.status in (NoveltyStatus.KNOWN, NoveltyStatus.REPEATS):
            reason = "repeats_a_record" if found.near_label == one.label else "labeled_otherwise"
            holder = f"record {found.near_id}" if found.near_id else "another proposal"
            return Drop(reason, f"{holder} ({found.near_label}) has the same content: {found.near_text!r}")
        return self._private_data(one) or self._judged(one)

    def _private_data(self, one: Proposal) -> Drop | None:
        task = self.nearby.task
        scrubbed = scrub_content(kind_of(task), canonical_text(one.content), task, self.scrubber)
        if isinstance(scrubbed, Drop):
            return scrubbed
        if not scrubbed.dropped and not scrubbed.rewrites:
            return None
        entities = scrubbed.dropped or ", ".join(dict.fromkeys(rewrite.entity for rewrite in scrubbed.rewrites))
        return Drop(DropReason.PRIVATE_DATA, f"it contains {entities}")

    def _judged(self, one: Proposal) -> Drop | None:
        """Why the judge's verdict drops one side of a contrast."""
        if one.detail.get("kind") != "contrasts" or self.verdicts is None:
            return None
        verdict = self.verdicts.get(one.content)
        if verdict is None:
            return Drop("not_judged", "the judge gave no readable verdict")
        if verdict.label != one.label:
            return Drop("judge_disagrees", f"{verdict.label}: {verdict.why}")
        return None
