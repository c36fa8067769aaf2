"""What the log of a router shows: traffic by label and route, confidence, fallback share, duration; and spend."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from winnow.core.errors import Problem, WinnowError
from winnow.core.record import Record
from winnow.core.result import Measured, NotMeasured
from winnow.core.routing_vocabulary import RoutedBy
from winnow.generators.llm.spend.monthly_spend import MonthlySpend
from winnow.router.query_log_reader import LoggedQueries
from winnow.router.uncovered_share import UncoveredShare
from winnow.validators.stats.intervals import proportion
from winnow.validators.stats.quantiles import quantile

BINS = 10
"""Of the histogram of confidence."""

MAX_DAYS = 31
"""The longest span: a file of a day is read for each."""

YEARS = range(2000, 2200)

DEFAULT_SPAN = timedelta(days=1)

NO_QUERIES = NotMeasured("no query in this span of time")


class QueryCount(Record):
    """The queries of one label, route, run or decision."""

    name: str
    """The label, route, run or decision; empty where a query has none, or its line was withheld."""
    queries: int
    """How many there are."""
    share: float
    """Their share of all queries, 0 to 1."""


class ConfidenceQuantiles(Record):
    """How confident the router was."""

    queries: int
    """Queries whose line states a confidence."""
    histogram: list[int]
    """Queries by tenths of the confidence, from 0 to 1."""
    p5: float
    """The confidence that 5 % of the queries do not exceed."""
    p25: float
    """The same for 25 %."""
    p50: float
    """The median."""
    p75: float
    """The same for 75 %."""
    p95: float
    """The same for 95 %."""


class LatencyQuantiles(Record):
    """Milliseconds from the arrival of a request to the decision, without network and log."""

    queries: int
    """Queries whose line states a duration."""
    p50: float
    """The median."""
    p95: float
    """What 95 % of the queries do not exceed."""
    p99: float
    """What 99 % of the queries do not exceed."""


class RouterAnalytics(Record):
    """What the log shows for a span of time."""

    since: str
    """Beginning of the span, ISO 8601 in UTC."""
    until: str
    """End of the span, which is not part of it."""
    queries: int
    """Queries that arrived in it."""
    by_label: list[QueryCount]
    """By label, the most frequent first."""
    by_route: list[QueryCount]
    """By route, the most frequent first."""
    by_run: list[QueryCount]
    """By the run that decided, or was asked last."""
    by_decision: list[QueryCount]
    """By what decided: `model`, `rules` or `fallback`."""
    fallback: Measured | NotMeasured
    """The share of queries that nothing was confident enough about, with its Wilson interval."""
    confidence: ConfidenceQuantiles | NotMeasured
    """How confident the router was."""
    latency_ms: LatencyQuantiles | NotMeasured
    """How long decisions took."""
    uncovered: UncoveredShare | NotMeasured
    """The share of the newest queries, at most 1,000, without a similar train row; whatever the span is."""
    spend: list[MonthlySpend]
    """What requests to language models for generation and labels cost in each month; whatever the span is."""
    unreadable: int
    """Lines of the log that are no JSON objects, such as one that a kill cut off; they were never acknowledged."""


class TimeSpan(Record):
    """From a moment to before another one."""

    since: datetime
    """The first moment."""
    until: datetime
    """The first moment after it."""


def time_span(since: datetime | None, until: datetime | None) -> TimeSpan:
    """The span of two times, which are in UTC unless they state a zone; by default the last day.

    Raises WinnowError for one that is empty or too long.
    """
    end = _in_utc("until", until) if until else datetime.now(UTC)
    begin = _in_utc("since", since) if since else end - DEFAULT_SPAN
    if not timedelta() < end - begin <= timedelta(days=MAX_DAYS):
        expected = f"a time before `until`, and at most {MAX_DAYS} days before it"
        raise WinnowError(Problem("since", begin.isoformat(timespec="seconds"), expected))
    return TimeSpan(since=begin, until=end)


def measure_analytics(
    found: LoggedQueries, span: TimeSpan, *, uncovered: UncoveredShare | NotMeasured, spend: list[MonthlySpend]
) -> RouterAnalytics:
    """The figures of the queries of a span."""
    decisions = found.counts("decided_by")
    return RouterAnalytics(
        since=span.since.isoformat(timespec="seconds"),
        until=span.until.isoformat(timespec="seconds"),
        queries=len(found),
        by_label=_counts(found.counts("label")),
        by_route=_counts(found.counts("route")),
        by_run=_counts(found.counts("run")),
        by_decision=_counts(decisions),
        fallback=proportion(decisions.get(RoutedBy.FALLBACK, 0), len(found), NO_QUERIES.why),
        confidence=_confidence(found.confidence[~np.isnan(found.confidence)]),
        latency_ms=_latency(1000 * found.seconds[~np.isnan(found.seconds)]),
        uncovered=uncovered,
        spend=spend,
        unreadable=found.unreadable,
    )


def _in_utc(parameter: str, time: datetime) -> datetime:
    if time.year not in YEARS:
        raise WinnowError(Problem(parameter, time.isoformat(), f"a time of the years {YEARS[0]} to {YEARS[-1]}"))
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _counts(counts: Mapping[str, int]) -> list[QueryCount]:
    every = sum(counts.values())
    return [QueryCount(name=name, queries=count, share=count / every) for name, count in counts.items()]


def _confidence(values: NDArray[np.float64]) -> ConfidenceQuantiles | NotMeasured:
    if not len(values):
        return NO_QUERIES
    histogram = np.histogram(values, bins=BINS, range=(0.0, 1.0))[0].tolist()
    shares = {f"p{percent}": quantile(values, percent / 100) for percent in (5, 25, 50, 75, 95)}
    return ConfidenceQuantiles(queries=len(values), histogram=histogram, **shares)


def _latency(values: NDArray[np.float64]) -> LatencyQuantiles | NotMeasured:
    if not len(values):
        return NO_QUERIES
    shares = {f"p{percent}": round(quantile(values, percent / 100), 3) for percent in (50, 95, 99)}
    return LatencyQuantiles(queries=len(values), **shares)
