"""Plots as SVG: positions of points, intervals, lines and ticks; templates draw them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from winnow.core.counted import counted
from winnow.core.result import Difference, Measured, NotMeasured
from winnow.training.evaluation.confidence_facts import ReliabilityBin, RiskPoint
from winnow.training.evaluation.evaluation_facts import GoalVerdict, LearningPoint

WIDTH, HEIGHT = 360, 240

LEFT, RIGHT, TOP, BOTTOM = 46, 12, 12, 40
"""Margins, with room for axis labels."""

MAX_DOT_RADIUS = 9.0

TICK_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Possible distances between ticks."""


@dataclass(frozen=True)
class Dot:
    """A point with its interval."""

    x: float
    y: float
    low: float
    high: float
    radius: float
    title: str


@dataclass(frozen=True)
class Plot:
    """What a template needs to draw a plot; all in pixels of a WIDTH by HEIGHT box."""

    title: str
    x_name: str
    y_name: str
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    dots: list[Dot] = field(default_factory=list)
    line: str = ""
    """Points of a polyline."""
    guide: str = ""
    """Points of a dashed line: the ideal, or a threshold."""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    bottom: int = HEIGHT - BOTTOM
    right: int = WIDTH - RIGHT
    top: int = TOP


@dataclass(frozen=True)
class _Axes:
    x: tuple[float, float]
    y: tuple[float, float]

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Pixels of a point."""
        horizontal = (x - self.x[0]) / (self.x[1] - self.x[0])
        vertical = (y - self.y[0]) / (self.y[1] - self.y[0])
        return round(LEFT + horizontal * (WIDTH - LEFT - RIGHT), 1), round(
            HEIGHT - BOTTOM - vertical * (HEIGHT - TOP - BOTTOM), 1
        )

    def points(self, pairs: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{x},{y}" for x, y in (self.pixel(*pair) for pair in pairs))

    def dot(self, x: float, share: Measured, radius: float, title: str) -> Dot:
        pixel_x, y = self.pixel(x, share.value)
        return Dot(pixel_x, y, self.pixel(x, share.low)[1], self.pixel(x, share.high)[1], round(radius, 1), title)

    def x_ticks(self) -> list[tuple[float, str]]:
        """Ticks of the x axis, as shares."""
        return [(self.pixel(x, self.y[0])[0], text) for x, text in _ticks(*self.x)]

    def y_ticks(self) -> list[tuple[float, str]]:
        """Ticks of the y axis, as shares."""
        return [(self.pixel(self.x[0], y)[1], text) for y, text in _ticks(*self.y)]


def _step(low: float, high: float) -> float:
    """The smallest round distance that gives at most six ticks."""
    return next(step for step in TICK_STEPS if (high - low) / step <= 5.001)


def _ticks(low: float, high: float) -> list[tuple[float, str]]:
    step = _step(low, high)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(i * step, f"{100 * i * step:g}") for i in range(first, last + 1)]


def reliability_plot(bins: Sequence[ReliabilityBin]) -> Plot:
    """Accuracy by confidence; on the dashed line both are equal. The area of a dot is proportional to its rows."""
    axes = _Axes((0.0, 1.0), (0.0, 1.0))
    most = max((one.accuracy.rows for one in bins), default=1)
    dots = [
        axes.dot(
            one.confidence,
            one.accuracy,
            max(2.0, MAX_DOT_RADIUS * (one.accuracy.rows / most) ** 0.5),
            f"{counted(one.accuracy.rows, 'row')}: confidence {one.confidence:.1%}, accuracy {one.accuracy.value:.1%}",
        )
        for one in bins
    ]
    guide = axes.points([(0.0, 0.0), (1.0, 1.0)])
    return Plot("Reliability", "confidence, %", "accuracy, %", axes.x_ticks(), axes.y_ticks(), dots=dots, guide=guide)


def risk_plot(curve: Sequence[RiskPoint], risk: float | None) -> Plot:
    """Share of wrong answers by share of rows answered; the dashed line is the risk allowed by the threshold."""
    highest = max([point.risk for point in curve] + [risk or 0.0, 0.02])
    axes = _Axes((0.0, 1.0), (0.0, highest * 1.05))
    line = axes.points([(point.coverage, point.risk) for point in curve])
    guide = axes.points([(0.0, risk), (1.0, risk)]) if risk is not None else ""
    names = ("Risk and coverage", "answered, %", "wrong answers, %")
    return Plot(*names, axes.x_ticks(), axes.y_ticks(), line=line, guide=guide)


def learning_plot(points: Sequence[LearningPoint]) -> Plot:
    """Validation accuracy by train rows."""
    most = max(point.train_rows for point in points)
    lowest = min(point.accuracy.low for point in points)
    step = _step(lowest, 1.0)
    axes = _Axes((0.0, most * 1.05), (step * math.floor(lowest / step), 1.0))
    dots = [
        axes.dot(
            point.train_rows, point.accuracy, 3.5, f"{counted(point.train_rows, 'row')}: {point.accuracy.value:.1%}"
        )
        for point in points
    ]
    line = axes.points([(point.train_rows, point.accuracy.value) for point in points])
    rows = [(axes.pixel(point.train_rows, 1.0)[0], f"{point.train_rows:,}") for point in points]
    return Plot("Learning curve", "train rows", "accuracy, %", rows, axes.y_ticks(), dots=dots, line=line)


@dataclass(frozen=True)
class Whisker:
    """A figure and its interval, as shares of the width of a scale that several rows share."""

    value: float
    low: float
    high: float
    mark: float | None
    """Position of the goal, or of no difference."""


def whiskers(
    figures: Sequence[Measured | Difference | NotMeasured], *, marks: Sequence[float] = ()
) -> list[Whisker | None]:
    """Figures with their intervals on one scale; None if not measured. `marks`: one per figure, or none."""
    measured = [one for one in figures if not isinstance(one, NotMeasured)]
    if not measured:
        return [None for _ in figures]
    ends = [end for one in measured for end in (one.low, one.high)] + list(marks)
    lowest = min(ends)
    span = (max(ends) - lowest) or 1.0

    def scaled(value: float) -> float:
        return round(0.03 + 0.94 * (value - lowest) / span, 4)

    def drawn(figure: Measured | Difference, mark: float | None) -> Whisker:
        value = figure.difference if isinstance(figure, Difference) else figure.value
        return Whisker(scaled(value), scaled(figure.low), scaled(figure.high), None if mark is None else scaled(mark))

    return [
        None if isinstance(one, NotMeasured) else drawn(one, marks[i] if marks else None)
        for i, one in enumerate(figures)
    ]


def goal_whiskers(goals: Sequence[GoalVerdict]) -> list[Whisker | None]:
    """The measured share of every goal on one scale, marked with its target; None for values with a unit."""
    shares = [one for one in goals if one.unit is None]
    drawn = iter(whiskers([one.figure for one in shares], marks=[one.wanted for one in shares]))
    return [next(drawn) if one.unit is None else None for one in goals]
