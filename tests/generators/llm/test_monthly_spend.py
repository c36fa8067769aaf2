"""What requests cost by month."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import insert

from winnow.generators.llm.spend.monthly_spend import MonthlySpend, spend_by_month
from winnow.generators.llm.spend.spend_database import SpendDatabase, attempt, llm_request

NANO = 10**9

ATTEMPTS = [
    ("received", 5 * NANO, 2 * NANO, "2026-10-31T23:59:59+00:00"),
    ("received", 5 * NANO, None, "2026-10-01T00:00:00+00:00"),
    ("unbilled", 5 * NANO, None, "2026-10-02T00:00:00+00:00"),
    ("lost", 3 * NANO, None, "2026-11-01T00:00:00+00:00"),
    ("in_flight", 1 * NANO, None, "2026-11-30T00:00:00+00:00"),
]
"""State, reserved and actual cost, and when it was sent."""


def test_a_price_that_is_not_known_counts_as_reserved_and_what_was_not_billed_as_nothing(tmp_path: Path) -> None:
    database = SpendDatabase(tmp_path / "spend.db")
    assert spend_by_month(database) == []
    with database.writing() as connection:
        for number, (state, reserved, cost, sent_at) in enumerate(ATTEMPTS):
            request = {
                "id": f"r{number}", "run_id": "run", "purpose": "examples", "position": number, "provider": "x",
                "hash": f"h{number}", "draw": 0, "body": "{}", "context": "{}",
            }  # fmt: skip
            connection.execute(insert(llm_request).values(request))
            sent = {"request_id": f"r{number}", "process": "p", "state": state, "reserved": reserved, "cost": cost}
            connection.execute(insert(attempt).values({**sent, "sent_at": sent_at}))
    assert spend_by_month(database) == [MonthlySpend("2026-10", 3, 7.0), MonthlySpend("2026-11", 2, 4.0)]
