"""How long a router is used, and how many examples its labels have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from winnow.config.decision_rules import DecisionRulesConfig
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.layout import TASK_FILE
from winnow.core.result import NotMeasured
from winnow.core.timestamps import whole_months
from winnow.core.vocabulary import State
from winnow.core.working_row import WorkingRow
from winnow.curation.checks.coverage.traffic import LogQuery
from winnow.training.monitoring.rule_conditions import SourcedValue
from winnow.validators.kinds.kind import Kind


def months_of_use(queries: Sequence[LogQuery], rules: DecisionRulesConfig) -> SourcedValue:
    """Months for which the router is used: the planned ones, else those that logs cover, if they are enough.

    Fewer months of logs say nothing: use may go on. `queries` are sorted by time.
    """
    if rules.planned_months is not None:
        return SourcedValue(rules.planned_months, f"rules.planned_months of {TASK_FILE}")
    months = whole_months(queries[0].at, queries[-1].at) if queries else 0
    if months >= rules.use_months:
        return SourcedValue(months, f"times of {counted(len(queries), 'record')} of logs")
    found = f"logs cover fewer than {rules.use_months} months" if queries else "no record of a log has a time"
    return SourcedValue(NotMeasured(f"{found}; state rules.planned_months in {TASK_FILE}"), TASK_FILE)


def stated_domain_terms(rules: DecisionRulesConfig) -> SourcedValue:
    """1 if the task states that its queries have terms of a domain, else 0."""
    return SourcedValue(int(rules.domain_terms), f"rules.domain_terms of {TASK_FILE}")


def smallest_label(rows: Iterable[WorkingRow], labels: Sequence[str], kind: Kind, *, needed: int) -> SourcedValue:
    """Labeled records of the label or tool that has the fewest; a dialogue counts for each tool that it calls."""
    status = command("status")
    if not labels:
        return SourcedValue(NotMeasured(f"{TASK_FILE} lists none"), status)
    counts = Counter(part for row in rows if row.state == State.LABELED for part in kind.target_parts(row.label))
    smallest = min(labels, key=lambda name: counts[name])
    below = sum(counts[name] < needed for name in labels)
    return SourcedValue(counts[smallest], f"{smallest}; {below} of {len(labels)} have fewer than {needed}; {status}")
