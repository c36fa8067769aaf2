"""Every setting that makes a gate easier to pass: which way is looser, and how far it may be loosened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.config.embedder_options import COSINE_GATES
from winnow.config.section import LoosenableSection
from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.core.record import Record
from winnow.core.vocabulary import NAME_ENTITIES, LooserDirection, PiiAction


@dataclass(frozen=True)
class GateSetting:
    """A number in the task file that makes a gate easier to pass when it is changed in one direction."""

    setting: str
    """Its keys, with a dot between them; a number stands for the position in a list."""
    gate: str
    """The gate that passes more easily."""
    looser: LooserDirection
    """Which way is looser."""
    limit: float
    """The loosest value that a name and a reason allow, in the unit of the setting."""
    beyond: str
    """What would pass beyond the limit."""
    named_in: str = ""
    """The section in which `by` and `reason` are written; by default the one that contains the setting."""

    @property
    def section(self) -> str:
        """The section in which `by` and `reason` are written."""
        return self.named_in or self.setting.rsplit(".", 2 if self.setting[-1].isdigit() else 1)[0]

    @property
    def name(self) -> str:
        """The setting for display."""
        return self.setting.replace(".0", " (lowest)").replace(".1", " (highest)")

    def is_looser(self, value: float, than: float) -> bool:
        """Whether a value is looser than another one."""
        return value > than if self.looser == LooserDirection.HIGHER else value < than


HIGHER, LOWER = LooserDirection.HIGHER, LooserDirection.LOWER

GATE_SETTINGS = (
    GateSetting("gates.duplicates.cosine", "duplicates", HIGHER, 0.99, "copies that differ in a character"),
    GateSetting("gates.duplicates.share_max", "duplicates", HIGHER, 0.5, "data that is mostly copies"),
    GateSetting("gates.duplicates.label_share_max", "duplicates", HIGHER, 0.8, "a label that is almost only copies"),
    GateSetting("variations_per_seed", "duplicates", HIGHER, 20, "groups of near copies", "gates.duplicates"),
    GateSetting("gates.leakage.cosine", "leakage", HIGHER, 0.99, "hold-out rows with one character changed"),
    GateSetting("gates.leakage.share_max", "leakage", HIGHER, 0.5, "train data that mostly repeats hold-out rows"),
    GateSetting("gates.leakage.label_share_max", "leakage", HIGHER, 0.75, "a label that only repeats hold-out rows"),
    GateSetting("gates.disputed.share_max", "disputed", HIGHER, 0.2, "labels on which people do not agree"),
    GateSetting("gates.label_accuracy.lower_bound_min", "label_accuracy", LOWER, 0.5, "labels of which half are wrong"),
    GateSetting("gates.minimum_per_label.train_rows", "minimum_per_label", LOWER, 1, "labels without a train row"),
    GateSetting("gates.label_balance.ratio_max", "label_balance", HIGHER, 100, "a label far larger than all others"),
    GateSetting("gates.facet_marginals.share_max", "facet_marginals", HIGHER, 0.99, "labels worded all alike"),
    GateSetting("gates.facet_marginals.labels_share_max", "facet_marginals", HIGHER, 0.5, "mostly uniform labels"),
    GateSetting("gates.traffic_coverage.share_min", "traffic_coverage", LOWER, 0.3, "data unlike what users ask"),
    GateSetting("gates.answer_style.share_min", "answer_style", LOWER, 0.3, "answers in many different forms"),
    GateSetting(
        "targets.synthetic_share_max", "synthetic_share", HIGHER, 0.9, "train data that is almost only synthetic"
    ),
    GateSetting("targets.fallback_share.0", "fallback_share", LOWER, 0.005, "train without out-of-scope rows"),
    GateSetting("targets.fallback_share.1", "fallback_share", HIGHER, 0.5, "train with mostly out-of-scope rows"),
    GateSetting("targets.composition.single_per_tool", "composition", LOWER, 1, "tools that are never called alone"),
    GateSetting("targets.composition.contrastive_pairs", "composition", LOWER, 0, "a count below zero"),
    GateSetting("targets.composition.multi_turn", "composition", LOWER, 0, "a count below zero"),
    GateSetting("targets.composition.threads_id", "composition", LOWER, 0, "a count below zero"),
    GateSetting("targets.composition.compound", "composition", LOWER, 0, "a count below zero"),
    GateSetting("targets.composition.no_call_share.0", "composition", LOWER, 0.01, "answers that always call a tool"),
    GateSetting("targets.composition.no_call_share.1", "composition", HIGHER, 0.5, "answers that mostly call no tool"),
    GateSetting("targets.composition.general_share.0", "composition", LOWER, 0.005, "no general instruction data"),
    GateSetting("targets.composition.general_share.1", "composition", HIGHER, 0.5, "mostly general instruction data"),
    GateSetting("review.share", "undecided_lots", LOWER, 0.05, "lots that almost nobody read"),
    GateSetting("review.proposals_sample", "undecided_lots", LOWER, 50, "lots that almost nobody read"),
    GateSetting("review.defect_rate_target", "undecided_lots", HIGHER, 0.1, "lots with many defects"),
    GateSetting("review.defect_rate_max", "undecided_lots", HIGHER, 0.25, "lots with many defects"),
    GateSetting("review.confidence", "undecided_lots", LOWER, 0.8, "lots accepted by chance"),
    GateSetting("splits.validation", "hold_out_integrity", LOWER, 0.01, "a validation split too small to measure"),
    GateSetting("splits.test", "hold_out_integrity", LOWER, 0.01, "a test split too small to measure"),
)
"""Every such number. The limits are conventions: beyond one, the gate would pass what `beyond` says."""


class LoosenedSetting(Record):
    """A setting that is looser than its default."""

    setting: str
    """Its keys in the task file, with a dot between them."""
    gate: str
    """The gate that passes more easily because of it."""
    value: float | str
    """The value that was chosen; names, with a comma between them, where the setting is a list."""
    default: float | str
    """Its default."""
    limit: float | None
    """The loosest value that a name and a reason allow; null where the chosen names say all there is to say."""
    by: str
    """Who loosened it; empty when nobody is named."""
    reason: str
    """Why it was loosened; empty when no reason is given."""
    problem: str
    """Why it is not allowed without a waiver; empty when it is allowed."""
    fix: str
    """What to write in the task file to make it allowed; empty when it is allowed."""

    def __str__(self) -> str:
        who = f"by {self.by}: {self.reason}" if self.by and self.reason else "by whom and why is not stated"
        return f"{self.setting} is {_text(self.value)}, looser than its default {_text(self.default)} ({who})"


def loosened_settings(task: Task) -> list[LoosenedSetting]:
    """Every setting of a task that is looser than its default."""
    return [*loosened_numbers(task), *_loosened_lists(task)]


def loosened_numbers(task: Task, prefix: str = "") -> Iterator[LoosenedSetting]:
    """Every number of a task that is looser than its default; of one section if `prefix` is "SECTION."."""
    for one in GATE_SETTINGS:
        value, default = _value(task, one.setting), _default(task, one.setting)
        if one.setting.startswith(prefix) and one.is_looser(value, default):
            yield _loosened(one, value, default, _value(task, one.section))


def loosened_in(task: Task, section: str) -> set[str]:
    """The keys of the numbers that are looser than their default and whose `by` and `reason` stand in a section."""
    own = (one for one in GATE_SETTINGS if one.section == section)
    return {one.setting for one in own if one.is_looser(_value(task, one.setting), _default(task, one.setting))}


def check_loosened(task: Task, section: str) -> None:
    """Raises WinnowError with every setting of a section that is loosened and may not be.

    For settings whose effect stays: records that are assigned to a split, lots that are drawn.
    """
    problems = [
        Problem(f"{TASK_FILE}, {one.setting}", f"{_text(one.value)}; {one.problem}", f"{_text(one.default)}", one.fix)
        for one in loosened_numbers(task, f"{section}.")
        if one.problem
    ]
    if problems:
        raise WinnowError(problems)


DEFAULTS = Task(name="default", kind="intents")
"""A task with the default of every setting."""


def _loosened(one: GateSetting, value: float, default: float, section: LoosenableSection) -> LoosenedSetting:
    problem, fix = "", ""
    if one.is_looser(value, one.limit) and one.is_looser(value, default):
        problem = f"beyond its limit {_text(one.limit)}, where {one.beyond} would pass"
        fix = f"set {one.name} to {_text(one.limit)} or a stricter value in {TASK_FILE}"
    elif not (section.by and section.reason):
        problem = f"looser than its default {_text(default)} without a name and a reason"
        back = f"set {one.name} back to {_text(default)}"
        fix = f"write `by: NAME` and `reason: TEXT` under {one.section} in {TASK_FILE}, or {back}"
    return LoosenedSetting(
        setting=one.name,
        gate=one.gate,
        value=value,
        default=default,
        limit=one.limit,
        by=section.by,
        reason=section.reason,
        problem=problem,
        fix=fix,
    )


def _loosened_lists(task: Task) -> Iterator[LoosenedSetting]:
    """The exceptions that the task names: licenses, and private data that is kept."""
    if task.licenses.allow:
        yield _named_exceptions("licenses.allow", "licenses", task.licenses.allow, task.licenses)
    kept = [e for e, action in task.private.policy.items() if action == PiiAction.ALLOW and e not in NAME_ENTITIES]
    if kept:
        yield _named_exceptions("private.policy", "private_data", kept, task.private)


def _named_exceptions(setting: str, gate: str, names: Sequence[str], section: LoosenableSection) -> LoosenedSetting:
    return LoosenedSetting(
        setting=setting,
        gate=gate,
        value=", ".join(names),
        default="nothing",
        limit=None,
        by=section.by,
        reason=section.reason,
        problem="",
        fix="",
    )


def _value(task: Task, setting: str) -> Any:
    """The value at a place of the task."""
    node: Any = task
    for key in setting.split("."):
        node = node[int(key)] if key.isdigit() else getattr(node, key)
    return node


def _default(task: Task, setting: str) -> Any:
    """The default of a setting; that of a cosine belongs to the embedder."""
    measured = task.embedder.thresholds
    return measured.repeats if measured and setting in COSINE_SETTINGS else _value(DEFAULTS, setting)


COSINE_SETTINGS = tuple(f"gates.{name}.cosine" for name in COSINE_GATES)


def _text(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
