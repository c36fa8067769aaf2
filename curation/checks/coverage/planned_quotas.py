"""The quotas of the plan that coverage writes: how many records of which type are missing for the targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from winnow.core.overlap_advice import OverlapAdvice
from winnow.core.quota_names import CONTRASTS_PER_PAIR, INTENT_QUOTAS, PAIR_SEPARATOR, QUERIES_PER_REGION, QuotaName
from winnow.curation.checks.coverage.coverage_report import CoverageReport
from winnow.curation.checks.coverage.label_overlap import MIN_SHOWN_SCORE
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.tools import TOOLS
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.composition_quotas import DialogueShares, Quotas, missing_for_share, tool_quotas
from winnow.validators.tools.dialogue_composition import NO_CALL_KINDS


def planned_quotas(coverage: CoverageReport, counts: Mapping[str, int]) -> Quotas:
    """The quotas by name; `counts` are the rows that each label lacks. Empty for kinds without generators."""
    quotas = _QUOTAS.get(coverage.check.task.kind)
    return quotas(coverage, counts) if quotas else {}


def _intent_quotas(coverage: CoverageReport, counts: Mapping[str, int]) -> Quotas:
    fallback = coverage.check.task.fallback
    contrasts = [
        PAIR_SEPARATOR.join(one.labels)
        for one in coverage.overlaps
        if one.score >= MIN_SHOWN_SCORE and one.advice == OverlapAdvice.CONTRAST
    ]
    found: Quotas = {str(name): 0 for name in INTENT_QUOTAS}
    return found | {
        QuotaName.PER_LABEL.value: {label: count for label, count in counts.items() if label != fallback and count},
        QuotaName.REGIONS.value: {region.id: QUERIES_PER_REGION for region in coverage.regions},
        QuotaName.NEGATIVES.value: _missing_negatives(coverage, counts),
        QuotaName.CONTRASTS.value: dict.fromkeys(contrasts, CONTRASTS_PER_PAIR),
    }


def _missing_negatives(coverage: CoverageReport, counts: Mapping[str, int]) -> int:
    task, train = coverage.check.task, coverage.check.train
    if task.fallback is None:
        return 0
    have = int((train["label"] == task.fallback).sum())
    share = missing_for_share(have, len(train), task.targets.fallback_share[0])
    return max(share, counts.get(task.fallback, 0))


def _tool_quotas(coverage: CoverageReport, counts: Mapping[str, int]) -> Quotas:
    if coverage.tools is None:
        return {}
    selected = Counter(coverage.check.selected["label"])
    no_call = {str(kind): selected[kind] for kind in NO_CALL_KINDS}
    shares = DialogueShares(selected.total(), no_call, selected[Behavior.GENERAL])
    asked = coverage.tool_traffic.gaps if coverage.tool_traffic else []
    wanted = Counter(dict(counts)) | Counter({one.name: one.missing for one in asked})
    return tool_quotas(coverage.tools, shares, coverage.check.task.targets.composition, wanted)


_QUOTAS: Mapping[str, Callable[[CoverageReport, Mapping[str, int]], Quotas]] = {
    INTENTS.name: _intent_quotas,
    TOOLS.name: _tool_quotas,
}
