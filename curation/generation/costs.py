"""What generation cost: by run, with what became of what it wrote."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from curation.store import tables as t

NANO_PER_USD = 10**9


@dataclass(frozen=True)
class RunCost:
    """One run in the ledger of generation. Tokens are those of answers that were received."""

    run: str
    generator: str
    prompt_version: str
    model: str
    at: str
    ended_at: str
    """Empty while it has not done all that it was asked to."""
    answers: int
    refused: int
    truncated: int
    lost: int
    """Requests whose answer never came; what they may have cost is counted."""
    input_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    output_tokens: int
    usd: float | None
    """None where the model's price is not known."""
    kept: int
    dropped: int
    accepted: int
    """Records of it that people, or a lot that people read, have labeled."""
    by_label: Mapping[str, Mapping[str, int]]
    """Label to `kept`, `dropped` and `accepted`."""

    @property
    def usd_per_accepted(self) -> float | None:
        """None until something was accepted."""
        return self.usd / self.accepted if self.usd is not None and self.accepted else None

    def json(self) -> dict[str, Any]:
        """The shape in `status --json`."""
        each = self.usd_per_accepted
        return {**asdict(self), "usd_per_accepted": "not_measured" if each is None else each}


def run_costs(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> list[RunCost]:
    """Every run, the oldest first. `rows` are the working rows of the moment."""
    labeled = {row["id"] for row in rows if row["state"] == "labeled"}
    spent = _spent(connection)
    fates: dict[str, Counter[str]] = defaultdict(Counter)
    by_label: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    candidate = t.candidate.c
    for run, record, label, outcome in connection.execute(
        select(candidate.run_id, candidate.record_id, candidate.label, candidate.outcome)
    ):
        accepted = outcome == "kept" and record in labeled
        for name in (outcome, *(["accepted"] if accepted else [])):
            fates[run][name] += 1
            by_label[run][label][name] += 1
    runs = connection.execute(select(t.generation).order_by(t.generation.c.at, t.generation.c.id)).mappings()
    return [
        RunCost(
            run=run["id"],
            generator=run["generator"],
            prompt_version=run["prompt_version"],
            model=run["model"],
            at=run["at"],
            ended_at=run["ended_at"] or "",
            kept=fates[run["id"]]["kept"],
            dropped=fates[run["id"]]["dropped"],
            accepted=fates[run["id"]]["accepted"],
            by_label={label: dict(counts) for label, counts in sorted(by_label[run["id"]].items())},
            **spent.get(run["id"], NOTHING),
        )
        for run in runs
    ]


NOTHING: dict[str, Any] = {
    "answers": 0, "refused": 0, "truncated": 0, "lost": 0, "input_tokens": 0, "cache_write_tokens": 0,
    "cache_read_tokens": 0, "output_tokens": 0, "usd": 0.0,
}  # fmt: skip
TOKENS = ("input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")


def _spent(connection: Connection) -> dict[str, dict[str, Any]]:
    a = t.attempt.c
    query = (
        select(
            t.question.c.run_id,
            a.state,
            a.outcome,
            func.count(),
            func.sum(a.cost),
            func.count(a.cost),
            func.sum(a.reserved),
            *(func.sum(a[name]) for name in TOKENS),
        )
        .join(t.question, t.question.c.id == a.question_id)
        .group_by(t.question.c.run_id, a.state, a.outcome)
    )
    found: dict[str, dict[str, Any]] = {}
    for run, state, outcome, count, cost, priced, reserved, *tokens in connection.execute(query):
        own = found.setdefault(run, dict(NOTHING))
        if state == "received":
            own["answers"] += count
            if outcome in ("refused", "truncated"):
                own[outcome] += count
            for name, number in zip(TOKENS, tokens, strict=True):
                own[name] += number
            unknown = own["usd"] is None or priced < count
            own["usd"] = None if unknown else own["usd"] + cost / NANO_PER_USD
        elif state == "lost":
            own["lost"] += count
            own["usd"] = None if own["usd"] is None else own["usd"] + reserved / NANO_PER_USD
    return found


@dataclass(frozen=True)
class History:
    """What earlier runs of a generator and model tell about the next one."""

    answers: int
    output_tokens: float
    """The mean of an answer."""
    kept_share: float | None
    """Of what was proposed; None where nothing was."""


def history(costs: Iterable[RunCost], generator: str, model: str) -> History | None:
    """What is known from runs of the same generator and model; None where none answered yet."""
    same = [one for one in costs if (one.generator, one.model) == (generator, model) and one.answers]
    if not same:
        return None
    answers = sum(one.answers for one in same)
    proposed = sum(one.kept + one.dropped for one in same)
    return History(
        answers,
        sum(one.output_tokens for one in same) / answers,
        sum(one.kept for one in same) / proposed if proposed else None,
    )
