"""The quotas of a plan for dialogues: adding them reaches the targets."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.config.task import CompositionTargets
from winnow.validators.tools.argument_use import ArgumentUse
from winnow.validators.tools.composition_lines import composition_lines
from winnow.validators.tools.composition_quotas import DialogueShares, missing_for_share, tool_quotas
from winnow.validators.tools.dialogue_composition import Composition, PairCount
from winnow.validators.tools.tool_coverage import SplitCount, TargetCoverage, ToolCoverage

TARGETS = CompositionTargets(single_per_tool=3, contrastive_pairs=2, multi_turn=4, threads_id=2, compound=5)
NO_SHARES = CompositionTargets(no_call_share=(0.0, 1.0), general_share=(0.0, 1.0))


def covered(found: Composition, *uses: ArgumentUse, targets: CompositionTargets = TARGETS) -> ToolCoverage:
    names = {"add": True, "drop": True, "ask": False}
    counts = [TargetCoverage(name, is_tool, {"train": SplitCount(0, 0)}) for name, is_tool in names.items()]
    return ToolCoverage(counts, uses, list(composition_lines(found, targets)))


def composed(*, single: int = 0, pairs: int = 0, dialogues: int = 0) -> Composition:
    return Composition(
        dialogues, {"add": single, "drop": 9}, {("add", "drop"): PairCount(pairs, 0)}, 1, {"drop": 1}, 2,
        {"ask": 0, "direct": 0, "unable": 0}, 0,
    )  # fmt: skip


def test_every_missed_target_and_every_gap_has_a_quota() -> None:
    gap = ArgumentUse("add", "day", required=False, possible=4, present=0, values={})
    quotas = tool_quotas(covered(composed(single=1), gap), DialogueShares(0, {}, 0), NO_SHARES, {"drop": 7})
    assert quotas == {
        "per_tool": {"add": 2, "drop": 7},
        "behaviors": {"ask": 1, "direct": 1, "unable": 1},
        "contrasts": {"add,drop": 2},
        "multi_turn": 3,
        "threads_id": {"drop": 1},
        "compound": 3,
        "arguments": {"add.day": 3},
    }


def test_what_is_wanted_more_of_raises_the_quota_and_lowers_none() -> None:
    quotas = tool_quotas(covered(composed(single=1)), DialogueShares(0, {}, 0), NO_SHARES, {"add": 1, "ask": 4})
    assert quotas["per_tool"] == {"add": 2}
    assert Counter(quotas["behaviors"]) == {"ask": 4, "direct": 1, "unable": 1}  # type: ignore[arg-type]


@given(st.integers(0, 400), st.integers(0, 40), st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_the_shares_are_reached_after_everything_was_added(tools: int, ask: int, general: int) -> None:
    shares = DialogueShares(tools + ask + general, {"ask": ask}, general)
    quotas = tool_quotas(covered(composed(single=1, dialogues=shares.dialogues)), shares, TARGETS, {})
    behaviors = Counter(quotas["behaviors"])  # type: ignore[arg-type]
    others = sum(sum(q.values()) if isinstance(q, dict) else q for name, q in quotas.items() if name != "behaviors")
    total = shares.dialogues + others + behaviors.total()
    assert (ask + behaviors.total() - behaviors["general"]) / total >= TARGETS.no_call_share[0] - 1e-9
    assert (general + behaviors["general"]) / total >= TARGETS.general_share[0] - 1e-9


def test_what_is_added_counts_in_the_total() -> None:
    assert missing_for_share(5, 100, 0.10) == 6
    assert missing_for_share(10, 100, 0.10) == 0
    assert missing_for_share(0, 0, 0.10) == 0
