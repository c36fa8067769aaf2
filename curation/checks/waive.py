"""Waivers: named, dated, reasoned exceptions to one gate; record, withdraw and apply them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from winnow.core.clock import utc_now
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.statement import stated, statement_problems
from winnow.core.suggest import suggestion
from winnow.core.vocabulary import GateVerdict
from winnow.curation.checks.gates import GATES, NOT_WAIVABLE
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.store.database import Store
from winnow.curation.store.waivers import active_waivers, mark_withdrawn, store_waiver


def with_waivers(gates: Sequence[Gate], waived: Mapping[str, str]) -> list[Gate]:
    """Failed gates that a valid waiver covers become `waived`; `waived` maps a gate to who, why and until when."""
    return [
        replace(gate, verdict=GateVerdict.WAIVED, fix="", evidence=(f"waived: {waived[gate.name]}", *gate.evidence))
        if gate.verdict == GateVerdict.FAIL and gate.name in waived and gate.name not in NOT_WAIVABLE
        else gate
        for gate in gates
    ]


def waive_gate(store: Store, gate: str, *, by: str, reason: str, until: date) -> None:
    """Record an exception to one gate. The same waiver twice is one.

    Raises WinnowError for an unknown gate, one that cannot be waived, an empty name or reason, or a date in the past.
    """
    by, reason = stated(by), stated(reason)
    problems = []
    if gate in NOT_WAIVABLE:
        problems.append(Problem(f"waive {gate}", "this gate cannot be waived", "", "resolve what its evidence names"))
    elif gate not in GATES:
        waivable = ", ".join(name for name in GATES if name not in NOT_WAIVABLE)
        fix = suggestion(gate, list(GATES), "choose one of these")
        problems.append(Problem(f"waive {gate}", "no such gate", waivable, fix))
    problems += statement_problems(by=by, reason=reason)
    if until < datetime.now(UTC).date():
        problems.append(Problem(Parameter("until"), until.isoformat(), "today or later", "choose a later date"))
    if problems:
        raise WinnowError(problems)
    with store.writing() as connection:
        store_waiver(connection, gate, by=by, reason=reason, until=until, now=utc_now())


def withdraw_waivers(store: Store, gate: str) -> int:
    """Withdraw all active waivers of a gate; they stay on record. Returns how many.

    Raises WinnowError when there is none.
    """
    with store.writing() as connection:
        count = sum(one.gate == gate for one in active_waivers(connection, datetime.now(UTC).date()))
        if not count:
            raise WinnowError(Problem(f"gate {gate}", "it has no active waiver", "a gate that is waived"))
        mark_withdrawn(connection, gate, utc_now())
    return count
