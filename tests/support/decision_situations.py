"""The situations of tests/training/monitoring/situations.yaml, and their recommendations."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import yaml

from tests.support.paths import ROOT
from winnow.core.result import NotMeasured
from winnow.training.monitoring.base_models import read_base_models
from winnow.training.monitoring.choose_method import TrainingSituation
from winnow.training.monitoring.decision_context import DecisionContext, Obstacle
from winnow.training.monitoring.recommend import Recommendation, recommend
from winnow.training.monitoring.rule_conditions import SourcedValue
from winnow.training.monitoring.rules import RuleInputs, RuleThresholds
from winnow.training.monitoring.training_hardware import TrainingHardware
from winnow.validators.kinds import KINDS

SITUATIONS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "training" / "monitoring" / "situations.yaml").read_text(encoding="utf-8")
)

UNKNOWN = NotMeasured("the situation does not state it")


def inputs_of(facts: dict[str, float]) -> RuleInputs:
    """The stated facts; everything else was not measured."""
    return RuleInputs(
        **{one.name: SourcedValue(facts.get(one.name, UNKNOWN), "the situation") for one in fields(RuleInputs)}
    )


def training_of(situation: dict[str, Any]) -> TrainingSituation:
    """What the choice of a method depends on."""
    kind = KINDS[situation.get("kind", "intents")]
    hardware = situation.get("hardware")
    return TrainingSituation(
        kind=kind.name,
        methods=tuple(kind.training_methods),
        release="r2",
        records=situation["facts"].get("labeled_records", 2400),
        base_models=read_base_models(),
        latency_ms=situation.get("latency_ms"),
        hardware=TrainingHardware(**hardware) if hardware else None,
    )


def recommendation_of(situation: dict[str, Any]) -> Recommendation:
    """What follows from a situation."""
    stated = dict(situation["context"])
    if "failed_gate" in stated:
        stated["failed_gate"] = Obstacle(**stated["failed_gate"])
    context = DecisionContext(release="r2", training=training_of(situation), **stated)
    thresholds = RuleThresholds(latency_ms=situation.get("latency_ms"))
    return recommend(inputs_of(situation["facts"]), context, thresholds)


def table_row(situation: dict[str, Any]) -> str:
    """The row of a situation in docs/situations.md."""
    expected = situation["expected"]
    return f"| {situation['situation']} | {expected['action']} | {expected['reason']} | `{expected['next']}` |"


def table() -> str:
    """The table of docs/situations.md, with a heading for each family."""
    lines: list[str] = []
    families = dict.fromkeys(one["family"] for one in SITUATIONS)
    for family in families:
        lines += [f"| **{family}** | recommendation | reason | next |", "|---|---|---|---|"]
        lines += [*(table_row(one) for one in SITUATIONS if one["family"] == family), ""]
    return "\n".join(lines)
