"""What `evaluate` shows on a terminal, and how figures and goals look there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from winnow.terminal import printable, say, table

if TYPE_CHECKING:
    from training.evaluate import Evaluation

GOAL_STYLE = {"met": "green", "not met": "bold red", "not enough evidence": "yellow"}
SHOWN = 5
"""Pairs, slices, labels, failures that a screen lists; the page has more."""


def say_evaluated(evaluation: Evaluation) -> None:
    """The headline measures, goals, pinned cases, weak slices and the worst confusions."""
    measures = evaluation.measures
    _say_imported(evaluation.run.facts)
    intervals = measures["intervals"]
    names = [("accuracy", "accuracy"), ("in_scope_accuracy", "in-scope accuracy"), ("macro_f1", "macro-F1")]
    rows = [(title, figure(measures[key]), interval(*intervals[key])) for key, title in names if key in intervals]
    if "accuracy" in measures["routes"]:
        rows.append(("route accuracy", *share_cells(measures["routes"]["accuracy"])))
    rows += _scope_rows(measures["out_of_scope"])
    rows += _confidence_rows(measures)
    rows += _speed_rows(measures["latency"])
    table([evaluation.split, f"{measures['rows']:,} rows", "95 % interval"], rows, right=[1])
    say_goals(measures["goals"])
    _say_pinned(measures["must_pass"])
    _say_slices(measures["slices"])
    _say_curve(measures["learning_curve"])
    pairs = measures["confused_pairs"][:SHOWN]
    if pairs:
        say()
        table(["count", "true", "predicted"], [(str(p["count"]), p["gold"], p["predicted"]) for p in pairs], right=[0])


def _say_imported(facts: Mapping[str, Any]) -> None:
    """What an import used of its file, and what not."""
    if "file" in facts:
        answered = ", ".join(f"{count:,} {split}" for split, count in facts["answers"].items() if count)
        unused = f"; {facts['unused']:,} rows are about nothing in the release" if facts["unused"] else ""
        repeated = f"; {facts['repeated']:,} rows repeat another" if facts["repeated"] else ""
        file, rows = printable(facts["file"]["name"]), facts["file"]["rows"]
        say(f"{file}: {rows:,} rows answer {answered} rows{repeated}{unused}")


def _scope_rows(outside: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    if outside["status"] != "measured":
        return []
    rows = [("out-of-scope recall", *share_cells(outside["recall"]))]
    strict = outside["at_in_scope_loss"]
    if "value" in strict.get("recall", {}):
        rows.append((f"out-of-scope recall at {strict['loss']:.0%} in-scope loss", *share_cells(strict["recall"])))
    return rows


def _confidence_rows(measures: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    calibrated, chosen = measures["calibration"], measures["selective"]
    rows = []
    if "error" in calibrated:
        after = calibrated["error_after_temperature"]
        said = f"{after:.4f} after temperature scaling" if isinstance(after, float) else ""
        rows.append(("calibration error", figure(calibrated["error"]), said))
    if "value" in chosen.get("threshold", {}) and chosen["threshold"]["value"] > 0:
        answered = chosen["at_threshold"]["answered"]
        cut = f"answered from confidence {chosen['threshold']['value']:.2f} on"
        rows.append((cut, f"{answered['value']:.1%}", _risk(chosen["at_threshold"]["risk"])))
    return rows


def _risk(risk: Mapping[str, Any]) -> str:
    return f"{risk['value']:.1%} of these wrong" if "value" in risk else ""


def _speed_rows(latency: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    if "p50_seconds" not in latency:
        return []
    single = f"{1000 * latency['p50_seconds']:.1f} ms, p95 {1000 * latency['p95_seconds']:.1f} ms"
    memory = f"{latency['peak_memory_bytes'] / 2**20:,.0f} MiB at most"
    return [("one query", single, f"{latency['queries_per_second']:,.0f} a second in bulk; {memory}")]


def say_goals(goals: Sequence[Mapping[str, Any]]) -> None:
    """Every goal with its verdict and what that rests on."""
    if goals:
        say()
        rows = [
            (
                goal["goal"],
                f"{goal['wanted']:g}",
                figure(goal["measured"]),
                Text(goal["verdict"], style=GOAL_STYLE[goal["verdict"]]),
                _more(goal),
            )
            for goal in goals
        ]
        table(["goal", "wanted", "measured", "verdict", ""], rows, right=[1, 2])


def _more(goal: Mapping[str, Any]) -> str:
    """What would bring a verdict, or what this one rests on."""
    bound = f"95 % sure of at least {goal['low']:.3f}" if "low" in goal else ""
    if goal["verdict"] != "not enough evidence":
        return bound if goal["verdict"] == "met" else f"95 % sure of at most {goal['high']:.3f}"
    needed = goal["rows_needed"].get("at_this_rate")
    return f"about {needed:,} rows at this rate, it has {goal['rows']:,}" if isinstance(needed, int) else bound


def _say_pinned(pinned: Mapping[str, Any]) -> None:
    if pinned["status"] != "measured":
        return
    say()
    style = "green" if pinned["passed"] == pinned["cases"] else "bold red"
    say(f"pinned cases: {pinned['passed']:,} of {pinned['cases']:,} pass", style=style)
    for failure in pinned["failures"][:SHOWN]:
        say(f"  {printable(failure['text'])[:100]}: {failure['predicted']}, not {failure['label']}")
    if len(pinned["failures"]) > SHOWN:
        say(f"  and {len(pinned['failures']) - SHOWN:,} more; the page has all")


def _say_slices(slices: Sequence[Mapping[str, Any]]) -> None:
    weak = [one for one in slices if one["differs"] is True and one["rows_lost"] > 0][:SHOWN]
    if weak:
        say()
        rows = [
            (
                f"{one['slice']}: {one['value']}",
                f"{one['rows']:,}",
                *share_cells(one["accuracy"]),
                *share_cells(one["elsewhere"]),
            )
            for one in weak
        ]
        head = ["weaker beyond chance", "rows", "accuracy", "95 % interval", "elsewhere", "95 % interval"]
        table(head, rows, right=[1, 2, 4])


def _say_curve(curve: Mapping[str, Any]) -> None:
    if "points" in curve:
        say()
        rows = [(f"{p['share']:.0%}", f"{p['train_rows']:,}", *share_cells(p["accuracy"])) for p in curve["points"]]
        table(["of train", "rows", "validation accuracy", "95 % interval"], rows, right=[0, 1, 2])


def share_cells(share: Mapping[str, Any]) -> tuple[str, str]:
    """Value and interval of a share, or that there is none."""
    if "value" not in share:
        return "not measured", ""
    return figure(share["value"]), interval(share["low"], share["high"])


def figure(value: Any) -> str:
    """A share with four digits, or that there is none."""
    return f"{value:.4f}" if isinstance(value, int | float) else "not measured"


def interval(low: float, high: float) -> str:
    """Two bounds."""
    return f"{low:.4f} to {high:.4f}"
