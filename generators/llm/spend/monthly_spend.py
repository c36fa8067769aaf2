"""What requests to language models cost in each calendar month."""

from __future__ import annotations

from pydantic.dataclasses import dataclass
from sqlalchemy import case, func, select

from winnow.core.record import RECORD_CONFIG
from winnow.generators.llm.prices import NANO_PER_USD
from winnow.generators.llm.spend.spend_database import SpendDatabase, attempt


@dataclass(frozen=True, config=RECORD_CONFIG)
class MonthlySpend:
    """The requests that were sent in one month, and what they cost."""

    month: str
    """YYYY-MM in UTC."""
    requests: int
    """Requests that were sent, those that were not billed included."""
    usd: float
    """Their cost in USD; the reserved worst case where a price is not known, or no response came."""


def spend_by_month(database: SpendDatabase) -> list[MonthlySpend]:
    """The spend of every month in which requests were sent, oldest first."""
    if not database.exists:
        return []
    a = attempt.c
    month = func.substr(a.sent_at, 1, 7)
    cost = case((a.state == "unbilled", 0), else_=func.coalesce(a.cost, a.reserved))
    query = select(month, func.count(), func.sum(cost)).group_by(month).order_by(month)
    with database.reading() as connection:
        rows = connection.execute(query).fetchall()
    return [MonthlySpend(name, count, (nano or 0) / NANO_PER_USD) for name, count, nano in rows]
