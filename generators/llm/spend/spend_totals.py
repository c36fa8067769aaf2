"""What one run and all runs of a database have spent, and the erasure of a text from stored requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select, update

from winnow.generators.llm.ledger_types import SpendTotals
from winnow.generators.llm.prices import NANO_PER_USD
from winnow.generators.llm.spend.spend_database import SpendDatabase, attempt, llm_request

TOKEN_COLUMNS = ("input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")


@dataclass(frozen=True)
class RunSpend:
    """What one run received and paid."""

    answers: int = 0
    refused: int = 0
    truncated: int = 0
    lost: int = 0
    """Requests whose response never arrived; their worst-case cost is counted."""
    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = 0.0
    """None where the price of a response is not known."""


def spend_totals(connection: Connection, run: str | None = None) -> SpendTotals:
    """What one run has spent and reserved, or all runs together."""
    a = attempt.c
    query = select(a.state, func.sum(func.coalesce(a.cost, a.reserved))).group_by(a.state)
    if run is not None:
        query = query.join(llm_request).where(llm_request.c.run_id == run)
    sums = dict(connection.execute(query).tuples().all())
    return SpendTotals(int(sums.get("received", 0)), int(sums.get("lost", 0)), int(sums.get("in_flight", 0)))


def spend_by_run(database: SpendDatabase) -> dict[str, RunSpend]:
    """What every run has spent, by the run's id; runs that never sent a request are missing."""
    if not database.exists:
        return {}
    a = attempt.c
    query = (
        select(
            llm_request.c.run_id,
            a.state,
            a.outcome,
            func.count(),
            func.sum(a.cost),
            func.count(a.cost),
            func.sum(a.reserved),
            *(func.coalesce(func.sum(a[name]), 0) for name in TOKEN_COLUMNS),
        )
        .join(llm_request, llm_request.c.id == a.request_id)
        .group_by(llm_request.c.run_id, a.state, a.outcome)
    )
    spent: dict[str, RunSpend] = {}
    with database.reading() as connection:
        rows = connection.execute(query).fetchall()
    for run, state, outcome, count, cost, priced, reserved, *tokens in rows:
        before = spent.setdefault(run, RunSpend())
        if state == "received":
            unknown = before.usd is None or priced < count
            spent[run] = replace(
                before,
                answers=before.answers + count,
                refused=before.refused + count * (outcome == "refused"),
                truncated=before.truncated + count * (outcome == "truncated"),
                usd=None if unknown else (before.usd or 0.0) + cost / NANO_PER_USD,
                **{name: getattr(before, name) + number for name, number in zip(TOKEN_COLUMNS, tokens, strict=True)},
            )
        elif state == "lost":
            usd = None if before.usd is None else before.usd + reserved / NANO_PER_USD
            spent[run] = replace(before, lost=before.lost + count, usd=usd)
    return spent


def blank_requests(database: SpendDatabase, blank: Callable[[str], str]) -> None:
    """Replace the JSON of every stored request by what `blank` makes of it; costs and outcomes stay."""
    if not database.exists:
        return
    r = llm_request.c
    with database.writing() as connection:
        for identity, body, context in connection.execute(select(r.id, r.body, r.context)).fetchall():
            blanked = {"body": blank(body), "context": blank(context)}
            if blanked != {"body": body, "context": context}:
                connection.execute(update(llm_request).where(r.id == identity).values(**blanked))
