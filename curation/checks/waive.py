"""Record or withdraw a waiver: a named, dated, reasoned exception to one gate."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.sqlite import insert

from winnow.core.errors import Problem, WinnowError
from winnow.core.suggest import nearest_name
from winnow.curation.checks.gates import GATES, NOT_WAIVABLE
from winnow.curation.store.database import Store
from winnow.curation.store.tables import waiver
from winnow.curation.store.waivers import active_waivers


def withdraw_waivers(store: Store, gate: str) -> int:
    """Withdraw all standing waivers of a gate; they stay on record. Returns how many.

    Raises WinnowError when there is none.
    """
    now = datetime.now(UTC)
    with store.writing() as connection:
        count = sum(one.gate == gate for one in active_waivers(connection, now.date()))
        if not count:
            raise WinnowError(Problem(f"waive {gate} --withdraw", "no standing waiver", "a gate that is waived", ""))
        own = (waiver.c.gate == gate) & waiver.c.withdrawn_at.is_(None)
        connection.execute(update(waiver).where(own).values(withdrawn_at=now.isoformat(timespec="seconds")))
    return count


def waive_gate(store: Store, gate: str, *, by: str, reason: str, until: date) -> None:
    """Record an exception to one gate. The same waiver twice is one.

    Raises WinnowError for an unknown gate, one that cannot be waived, an empty name or reason, or a date gone by.
    """
    problems = []
    if gate in NOT_WAIVABLE:
        problems.append(Problem(f"waive {gate}", "this gate cannot be waived", "", "mend what it names"))
    elif gate not in GATES:
        waivable = ", ".join(name for name in GATES if name not in NOT_WAIVABLE)
        near = nearest_name(gate, GATES)
        fix = f"did you mean {near!r}?" if near else "correct the name"
        problems.append(Problem(f"waive {gate}", "no such gate", waivable, fix))
    problems += [
        Problem(f"--{name}", "empty", "a name" if name == "by" else "a reason", f"say --{name}")
        for name, value in (("by", by), ("reason", reason))
        if not value.strip()
    ]
    now = datetime.now(UTC)
    if until < now.date():
        problems.append(Problem("--until", until.isoformat(), "today or later", "choose a later date"))
    if problems:
        raise WinnowError(problems)
    values: dict[str, Any] = {"gate": gate, "by": by, "reason": reason, "until": until.isoformat()}
    with store.writing() as connection:
        connection.execute(
            insert(waiver)
            .values(**values, at=now.isoformat(timespec="seconds"))
            .on_conflict_do_update(index_elements=list(values), set_={"withdrawn_at": None})
        )
