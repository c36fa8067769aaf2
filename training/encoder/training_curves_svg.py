"""Draw the training curves as SVG, and write them into the folder of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from winnow.training.encoder.training_curves import CURVES_FILE

CURVES_PLOT_FILE = "curves.svg"
"""In a run folder: the picture of its training curves."""

WIDTH, HEIGHT, LEFT, TOP, GAP = 300, 180, 44, 30, 60
"""Size of a panel, its margins, and the gap between panels, in pixels."""

COLORS = {"train": "#b45309", "validation": "#1d4ed8", "accuracy": "#1d4ed8", "macro-F1": "#0f766e"}
"""Distinguishable by color-blind readers too: orange, blue and green of different lightness."""

Points = list[tuple[float, float]]


def write_training_curves(
    folder: Path, points: Mapping[str, Sequence[Mapping[str, float]]], *, best_epoch: float
) -> None:
    """Write the curves into the folder of a run, as JSON and as a picture."""
    (folder / CURVES_FILE).write_text(json.dumps(points, indent=1) + "\n", encoding="utf-8")
    (folder / CURVES_PLOT_FILE).write_text(draw_training_curves(points, best_epoch=best_epoch), encoding="utf-8")


def draw_training_curves(points: Mapping[str, Sequence[Mapping[str, float]]], *, best_epoch: float) -> str:
    """Two panels, loss and validation scores over epochs; a dashed line marks the best epoch."""
    validation = points["validation"]
    loss = {name: [(p["epoch"], p["loss"]) for p in points[name]] for name in ("train", "validation")}
    scores = {
        title: [(p["epoch"], p[name]) for p in validation if name in p]
        for title, name in (("accuracy", "accuracy"), ("macro-F1", "macro_f1"))
    }
    panels = [("loss by epoch", loss)]
    if validation:
        panels.append(("on validation", scores))
    width = LEFT + len(panels) * (WIDTH + GAP)
    body = "".join(
        _panel(title, {name: line for name, line in lines.items() if line}, LEFT + i * (WIDTH + GAP), best_epoch)
        for i, (title, lines) in enumerate(panels)
    )
    style = "font-family:system-ui,sans-serif;font-size:12px"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {TOP + HEIGHT + 36}" width="{width}" '
        f'style="{style}" role="img" aria-label="Loss and validation scores by epoch">{body}</svg>\n'
    )


def _panel(title: str, lines: Mapping[str, Points], left: float, best_epoch: float) -> str:
    points = [point for line in lines.values() for point in line]
    last = max(epoch for epoch, _ in points)
    low, high = min(value for _, value in points), max(value for _, value in points)
    low, high = (low - 0.01, high + 0.01) if high - low < 0.01 else (low, high)

    def x(epoch: float) -> float:
        return left + WIDTH * epoch / max(last, 1)

    def y(value: float) -> float:
        return TOP + HEIGHT * (high - value) / (high - low)

    parts = [f'<text x="{left}" y="{TOP - 12}" font-weight="600">{escape(title)}</text>', _frame(left)]
    for value in (low, (low + high) / 2, high):
        parts.append(f'<text x="{left - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.3g}</text>')
    for epoch in sorted({1, round(last)}):
        parts.append(f'<text x="{x(epoch):.1f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{epoch}</text>')
    parts.append(
        f'<line x1="{x(best_epoch):.1f}" x2="{x(best_epoch):.1f}" y1="{TOP}" y2="{TOP + HEIGHT}" stroke="#6b7280" '
        f'stroke-dasharray="4 4"><title>best epoch: {best_epoch:g}</title></line>'
    )
    for i, (name, line) in enumerate(lines.items()):
        path = " ".join(f"{x(epoch):.1f},{y(value):.1f}" for epoch, value in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLORS[name]}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x(epoch):.1f}" cy="{y(value):.1f}" r="3" fill="{COLORS[name]}">'
            f"<title>{name}, epoch {epoch:g}: {value:.4f}</title></circle>"
            for epoch, value in line
        ]
        parts.append(
            f'<text x="{left + WIDTH - 90 * i}" y="{TOP - 12}" text-anchor="end" fill="{COLORS[name]}">{name}</text>'
        )
    return "".join(parts)


def _frame(left: float) -> str:
    return f'<path d="M{left} {TOP}V{TOP + HEIGHT}H{left + WIDTH}" fill="none" stroke="#9ca3af"/>'
