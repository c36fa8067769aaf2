"""Goals for how a run is served, judged by its stored measurement of latency and by its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from winnow.config.serving_goals import SERVING_GOALS
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.model_vocabulary import GoalStatus
from winnow.core.result import NotMeasured
from winnow.training.evaluation.evaluation_facts import GoalVerdict, Latency, RowsNeeded
from winnow.training.evaluation.latency import stored_latency
from winnow.training.runs import Run
from winnow.training.sizing.run_size import shipped_bytes

MEGABYTE = 10**6


class ServedValue(NamedTuple):
    """One value of a run, in the unit of its goal."""

    value: float
    queries: int
    """Queries that were timed; 0 for a size."""
    basis: str
    """What it was measured on."""
    disturbed: str = ""
    """Why the value may be worse than the run is; empty where nothing disturbed the measurement."""


def judge_goals_of_run(
    goals: Mapping[str, float], run: Run, judge_shares: Callable[[Mapping[str, float]], list[GoalVerdict]]
) -> list[GoalVerdict]:
    """Every goal in the order of the task: those of serving by their measurement, the others as `judge_shares` does."""
    shares = {name: wanted for name, wanted in goals.items() if name not in SERVING_GOALS}
    served = [judge_serving(name, goals[name], MEASURES[name](run)) for name in goals if name in SERVING_GOALS]
    found = {one.goal: one for one in (*judge_shares(shares), *served)}
    return [found[name] for name in goals]


def judge_serving(name: str, wanted: float, found: ServedValue | NotMeasured) -> GoalVerdict:
    """The verdict on one goal. A missed goal does not count where other processes disturbed the measurement."""
    goal = SERVING_GOALS[name]
    verdict = GoalVerdict(
        goal=name,
        wanted=wanted,
        measured=NotMeasured("it was not measured"),
        rows=0,
        verdict=GoalStatus.NOT_ENOUGH_EVIDENCE,
        rows_needed=RowsNeeded(),
        unit=goal.unit,
    )
    if isinstance(found, NotMeasured):
        return verdict.model_copy(update={"measured": found})
    is_met = found.value <= wanted if goal.is_highest else found.value >= wanted
    missed = GoalStatus.NOT_ENOUGH_EVIDENCE if found.disturbed else GoalStatus.NOT_MET
    update = {
        "measured": found.value,
        "rows": found.queries,
        "verdict": GoalStatus.MET if is_met else missed,
        "note": f"{found.basis}; {found.disturbed}" if found.disturbed and not is_met else found.basis,
    }
    return verdict.model_copy(update=update)


def _p95(run: Run) -> ServedValue | NotMeasured:
    return _timed(run, lambda one: 1000 * one.p95_seconds, lambda one: one.single_queries, "one at a time")


def _throughput(run: Run) -> ServedValue | NotMeasured:
    return _timed(run, lambda one: one.queries_per_second, lambda one: one.bulk_queries, "together")


def _timed(
    run: Run, value: Callable[[Latency], float], queries: Callable[[Latency], int], how: str
) -> ServedValue | NotMeasured:
    """A value of the stored measurement, and whether the machine was busy."""
    found = stored_latency(run)
    if isinstance(found, NotMeasured):
        return found
    again = command("evaluate", run.id, latency=True)
    busy = f"the machine was busy (load {found.load_average:g}): run {again} again on an idle one" if found.busy else ""
    basis = f"{counted(queries(found), 'query', 'queries')} {how}, on {found.cores} cores ({found.machine})"
    return ServedValue(value(found), queries(found), basis, busy)


def _memory(run: Run) -> ServedValue | NotMeasured:
    found = stored_latency(run)
    if isinstance(found, NotMeasured):
        return found
    basis = f"peak of the process that answered {counted(found.bulk_queries, 'query', 'queries')}"
    return ServedValue(found.peak_memory_bytes / MEGABYTE, found.bulk_queries, basis)


def _size(run: Run) -> ServedValue | NotMeasured:
    found = shipped_bytes(run)
    if isinstance(found, NotMeasured):
        return found
    return ServedValue(found / MEGABYTE, 0, "the run's own files, without the model that it builds on")


MEASURES: Mapping[str, Callable[[Run], ServedValue | NotMeasured]] = {
    "latency_p95_ms": _p95,
    "throughput": _throughput,
    "memory_mb": _memory,
    "adapter_mb": _size,
}
"""What measures each serving goal."""
