"""The section `rules`: the numbers by which `decide` recommends a next step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from winnow.config.section import Count, Number, Share, TaskSection
from winnow.config.yaml_lines import KeyPath
from winnow.core.errors import Problem

PositiveCount = Annotated[Count, Field(ge=1)]

PositiveShare = Annotated[Share, Field(gt=0)]

NotNegativeNumber = Annotated[Number, Field(ge=0)]


class DecisionRulesConfig(TaskSection):
    """The thresholds of the rules of `decide`, each with the reason for its default."""

    fine_tune_below: Share = 0.90
    """Accuracy of the prompted or linear baseline below which fine-tuning is advised. From 0.90 on, at most one answer
    in ten is wrong, and fine-tuning gained only one or two points on public data (BANKING77, CLINC150 in scope)."""
    domain_terms: bool = False
    """Whether queries have terms of a domain that a pretrained model does not know; then fine-tuning is advised at any
    accuracy. It is stated and not measured: a rare word may as well be a typo or a name."""
    examples_per_label: PositiveCount = 100
    """Labeled records of every label that fine-tuning needs: with fewer, a label has about ten validation rows, which
    show no difference between two models."""
    queries_per_day_min: NotNegativeNumber = 10
    """Queries per day below which no model is trained: answering them by hand takes less time than its maintenance."""
    queries_per_day: NotNegativeNumber = 100
    """Queries per day from which fine-tuning is worth its maintenance: five points of them are five errors a day."""
    use_months: Annotated[Count, Field(ge=0)] = 6
    """Months of use from which fine-tuning is worth it: a model that is retrained twice a year is used that long."""
    planned_months: Annotated[Count, Field(ge=0)] | None = None
    """Months for which the router will be used, if that is known; by default the months that dated logs cover count."""
    collect_below: PositiveCount = 500
    """Labeled records below which labeling more helps more than any training method."""
    lora_below: PositiveCount = 10_000
    """Labeled records up to which low-rank updates (LoRA) are advised. Larger data can train more parameters, or a
    smaller model that learns from the probabilities of a larger one; Winnow does the latter."""
    qlora_below_gb: Annotated[Number, Field(gt=0)] = 32
    """Memory of a GPU, in GB, below which a language model is trained on four-bit weights (QLoRA): in bf16 a model of 7
    billion parameters takes 17 GiB without the longest rows, and a quarter of the memory should stay free."""
    stay_below: Share = 0.05
    """Gain in accuracy below which the baseline stays: a smaller one is seldom noticed, and every change has a risk."""
    deploy_gain: PositiveShare = 0.10
    """Gain in accuracy that justifies a deployment on its own."""
    faster: Annotated[Number, Field(gt=1)] = 1.5
    """Speedup that, together with a gain of `stay_below`, justifies a deployment; a smaller one is within the noise of
    a measurement on a machine that other processes use."""
    p_value: Annotated[Number, Field(gt=0, le=0.2)] = 0.05
    """p-value below which a gain is beyond chance and, if it is at least `stay_below`, justifies a deployment."""
    retrain_loss: PositiveShare = 0.05
    """Loss of accuracy on newer data from which a deployed run is retrained: what a deployment had to gain is gone."""
    new_records: PositiveCount = 1000
    """New labeled records that justify retraining after `new_records_months`."""
    new_records_months: Annotated[Count, Field(ge=0)] = 6
    """Months since the training from which `new_records` justify retraining: earlier, a release is still changing."""
    retrain_months: PositiveCount = 12
    """Months after which a run is retrained in any case: labels, products and words of users change within a year."""


DEFAULT_RULES = DecisionRulesConfig()
"""Every threshold at its default."""


class OrderedThresholds(NamedTuple):
    """Two thresholds of which one must not be below the other."""

    low: str
    high: str
    why: str
    """What would be contradictory otherwise."""


ORDERED = (
    OrderedThresholds("stay_below", "deploy_gain", "a gain would be too small and large enough at once"),
    OrderedThresholds("queries_per_day_min", "queries_per_day", "fine-tuning would be worth it where no training is"),
    OrderedThresholds("collect_below", "lora_below", "there would be no number of records to train LoRA with"),
    OrderedThresholds("new_records_months", "retrain_months", "every run would be retrained before that"),
)
"""Every such pair."""


def decision_rule_problems(raw: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Problem]]:
    """Thresholds that contradict each other; what the file omits has its default."""
    section = raw.get("rules")
    if not isinstance(section, dict):
        return
    for one in ORDERED:
        low, high = (section.get(name, getattr(DEFAULT_RULES, name)) for name in (one.low, one.high))
        numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (low, high))
        if numbers and low > high:
            stated = one.high if one.high in section else one.low
            found = f"{one.high} {high:g} is below {one.low} {low:g}: {one.why}"
            fix = f"raise {one.high}, or lower {one.low}"
            yield ("rules", stated), Problem("", found, f"{one.high} of at least {one.low}", fix)
