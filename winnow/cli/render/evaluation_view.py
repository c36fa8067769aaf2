"""What evaluate measured: headline measures, goals, must-pass cases, weak slices, confused pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from winnow.cli.render.measure_format import ROWS_SHOWN, format_interval, format_share, print_goals, share_cells
from winnow.cli.render.terminal import print_line, print_table, printable
from winnow.training.run_facts import ImportedRunFacts

if TYPE_CHECKING:
    from winnow.training.evaluation.evaluate import Evaluation


def print_evaluation(evaluation: Evaluation) -> None:
    """Print the headline measures, goals, must-pass cases, weak slices and the most confused pairs."""
    measures = evaluation.measures
    if isinstance(evaluation.run.facts, ImportedRunFacts):
        _print_import(evaluation.run.facts)
    intervals = measures["intervals"]
    names = [("accuracy", "accuracy"), ("in_scope_accuracy", "in-scope accuracy"), ("macro_f1", "macro-F1")]
    rows = [
        (title, format_share(measures[key]), format_interval(*intervals[key]))
        for key, title in names
        if key in intervals
    ]
    if "accuracy" in measures["routes"]:
        rows.append(("route accuracy", *share_cells(measures["routes"]["accuracy"])))
    rows += _scope_rows(measures["out_of_scope"])
    rows += _confidence_rows(measures)
    rows += _speed_rows(measures["latency"])
    print_table([evaluation.split, f"{measures['rows']:,} rows", "95 % interval"], rows, right=[1])
    for why, count in measures["not_answered"].items():
        print_line(f"{count:,} texts got no readable answer ({why}) and go to the fallback", style="yellow")
    print_goals(measures["goals"])
    _print_must_pass(measures["must_pass"])
    _print_slices(measures["slices"])
    _print_learning_curve(measures["learning_curve"])
    pairs = measures["confused_pairs"][:ROWS_SHOWN]
    if pairs:
        print_line()
        print_table(
            ["count", "true", "predicted"], [(str(p["count"]), p["gold"], p["predicted"]) for p in pairs], right=[0]
        )


def _print_import(facts: ImportedRunFacts) -> None:
    """Print which rows of an imported file were used."""
    answered = ", ".join(f"{count:,} {split}" for split, count in facts.predicted_rows.items() if count)
    unmatched = f"; {facts.unmatched:,} rows match no record of the release" if facts.unmatched else ""
    repeated = f"; {facts.repeated:,} duplicate rows" if facts.repeated else ""
    file = printable(facts.file.name)
    print_line(f"{file}: {facts.file.rows:,} rows, predictions for {answered} rows{repeated}{unmatched}")


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
        after_scaling = f"{after:.4f} after temperature scaling" if isinstance(after, float) else ""
        rows.append(("calibration error", format_share(calibrated["error"]), after_scaling))
    if "value" in chosen.get("threshold", {}) and chosen["threshold"]["value"] > 0:
        answered = chosen["at_threshold"]["answered"]
        cut = f"answered at confidence ≥ {chosen['threshold']['value']:.2f}"
        rows.append((cut, f"{answered['value']:.1%}", _risk(chosen["at_threshold"]["risk"])))
    return rows


def _risk(risk: Mapping[str, Any]) -> str:
    return f"error rate {risk['value']:.1%}" if "value" in risk else ""


def _speed_rows(latency: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    if "p50_seconds" not in latency:
        return []
    single = f"{1000 * latency['p50_seconds']:.1f} ms, p95 {1000 * latency['p95_seconds']:.1f} ms"
    memory = f"peak memory {latency['peak_memory_bytes'] / 2**20:,.0f} MiB"
    busy = "; the machine was under other load" if latency["busy"] else ""
    return [("one query", single, f"{latency['queries_per_second']:,.0f} per second in bulk; {memory}{busy}")]


def _print_must_pass(must_pass: Mapping[str, Any]) -> None:
    if must_pass["status"] != "measured":
        return
    print_line()
    style = "green" if must_pass["passed"] == must_pass["cases"] else "bold red"
    print_line(f"must-pass cases: {must_pass['passed']:,} of {must_pass['cases']:,} pass", style=style)
    for failure in must_pass["failures"][:ROWS_SHOWN]:
        print_line(f"  {printable(failure['text'])[:100]}: {failure['predicted']}, not {failure['label']}")
    if len(must_pass["failures"]) > ROWS_SHOWN:
        print_line(f"  and {len(must_pass['failures']) - ROWS_SHOWN:,} more in the report")


def _print_slices(slices: Sequence[Mapping[str, Any]]) -> None:
    weak = [one for one in slices if one["differs"] is True and one["rows_lost"] > 0][:ROWS_SHOWN]
    if weak:
        print_line()
        rows = [
            (
                f"{one['slice']}: {one['value']}",
                f"{one['rows']:,}",
                *share_cells(one["accuracy"]),
                *share_cells(one["elsewhere"]),
            )
            for one in weak
        ]
        head = ["significantly weaker", "rows", "accuracy", "95 % interval", "other rows", "95 % interval"]
        print_table(head, rows, right=[1, 2, 4])


def _print_learning_curve(curve: Mapping[str, Any]) -> None:
    if "points" in curve:
        print_line()
        rows = [(f"{p['share']:.0%}", f"{p['train_rows']:,}", *share_cells(p["accuracy"])) for p in curve["points"]]
        print_table(["share of train", "rows", "validation accuracy", "95 % interval"], rows, right=[0, 1, 2])
