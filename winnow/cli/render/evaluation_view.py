"""What evaluate measured: headline measures, goals, must-pass cases, weak slices, confused pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.cli.render.measure_format import ROWS_SHOWN, format_interval, format_share, print_goals, share_cells
from winnow.cli.render.terminal import print_line, print_table, printable
from winnow.core.counted import agreeing, counted
from winnow.core.result import Measured, NotMeasured
from winnow.training.run_facts import ImportedRunFacts

if TYPE_CHECKING:
    from winnow.training.evaluation.confidence_facts import Calibration, OutOfScope, SelectivePrediction
    from winnow.training.evaluation.evaluate import Evaluation
    from winnow.training.evaluation.evaluation_facts import Latency, LearningCurve, LearningPoint, MustPass, Slice


def print_evaluation(evaluation: Evaluation) -> None:
    """Print the headline measures, goals, must-pass cases, weak slices and the most confused pairs."""
    from winnow.training.diagnostics.no_signal import chance_finding

    measures = evaluation.measures
    if chance := chance_finding(measures, evaluation.run.facts.method):
        print_line(chance, style="bold red")
    if isinstance(evaluation.run.facts, ImportedRunFacts):
        _print_import(evaluation.run.facts)
    rows = [
        (title, format_share(value), format_interval(*measures.intervals[key]))
        for key, title, value in (
            ("accuracy", "accuracy", measures.accuracy),
            ("in_scope_accuracy", "in-scope accuracy", measures.in_scope_accuracy),
            ("macro_f1", "macro-F1", measures.macro_f1),
        )
        if key in measures.intervals
    ]
    if measures.accuracy_by_occurrences is not None:
        rows.insert(1, ("accuracy, repeats counted", *share_cells(measures.accuracy_by_occurrences)))
    if not isinstance(measures.routes, NotMeasured):
        rows.append(("route accuracy", *share_cells(measures.routes.accuracy)))
    rows += _scope_rows(measures.out_of_scope)
    rows += _calibration_rows(measures.calibration)
    rows += _fallback_rows(measures.selective)
    rows += speed_rows(measures.latency)
    print_table([evaluation.split, measures.population, "95 % interval"], rows, right=[1])
    for why, count in measures.not_answered.items():
        print_line(f"{counted(count, 'text')} got no readable answer ({why}): counted as the fallback", style="yellow")
    print_goals(measures.goals)
    _print_must_pass(measures.must_pass)
    print_weak_slices(measures.slices)
    print_learning_curve(measures.learning_curve)
    pairs = measures.confused_pairs[:ROWS_SHOWN]
    if pairs:
        print_line()
        print_table(["count", "true", "predicted"], [(str(p.count), p.gold, p.predicted) for p in pairs], right=[0])


def _print_import(facts: ImportedRunFacts) -> None:
    """Print which rows of an imported file were used."""
    answered = ", ".join(f"{count:,} {split}" for split, count in facts.predicted_rows.items() if count)
    unmatched = (
        f"; {counted(facts.unmatched, 'row')} {agreeing(facts.unmatched, 'matches', 'match')} no record of the release"
        if facts.unmatched
        else ""
    )
    repeated = f"; {counted(facts.repeated, 'duplicate row')}" if facts.repeated else ""
    file = printable(facts.file.name)
    print_line(f"{file}: {counted(facts.file.rows, 'row')}, predictions for {answered} rows{repeated}{unmatched}")


def _scope_rows(outside: OutOfScope | NotMeasured) -> list[tuple[str, str, str]]:
    if isinstance(outside, NotMeasured):
        return []
    rows = [("out-of-scope recall", *share_cells(outside.recall))]
    strict = outside.at_in_scope_loss
    if not isinstance(strict, NotMeasured) and isinstance(strict.recall, Measured):
        rows.append((f"out-of-scope recall at {strict.loss:.0%} in-scope loss", *share_cells(strict.recall)))
    return rows


def _calibration_rows(calibrated: Calibration | NotMeasured) -> list[tuple[str, str, str]]:
    if isinstance(calibrated, NotMeasured):
        return []
    after = calibrated.error_after_temperature
    after_scaling = "" if isinstance(after, NotMeasured) else f"{after:.4f} after temperature scaling"
    return [("calibration error", format_share(calibrated.error), after_scaling)]


def _fallback_rows(chosen: SelectivePrediction | NotMeasured) -> list[tuple[str, str, str]]:
    """The result at the threshold of the fallback, unless every query is answered."""
    if isinstance(chosen, NotMeasured):
        return []
    threshold, result = chosen.threshold, chosen.at_threshold
    if isinstance(threshold, NotMeasured) or isinstance(result, NotMeasured) or threshold.value == 0:
        return []
    wrong = "" if isinstance(result.risk, NotMeasured) else f"error rate {result.risk.value:.1%}"
    return [(f"answered at confidence ≥ {threshold.value:.2f}", f"{result.answered.value:.1%}", wrong)]


def speed_rows(latency: Latency | NotMeasured, *, one: str = "one query") -> list[tuple[str, str, str]]:
    """How long one takes, and how many are answered in bulk; nothing where it was not measured."""
    if isinstance(latency, NotMeasured):
        return []
    single = f"{1000 * latency.p50_seconds:.1f} ms, p95 {1000 * latency.p95_seconds:.1f} ms"
    memory = f"peak memory {latency.peak_memory_bytes / 1e6:,.0f} MB"
    busy = "; the machine was under other load" if latency.busy else ""
    return [(one, single, f"{_bulk_speed(latency)} in bulk; {memory}{busy}")]


def _bulk_speed(latency: Latency) -> str:
    """Queries per second, or tokens per second of answers, of which a second rarely sees several."""
    if latency.tokens_per_second is None:
        return f"{latency.queries_per_second:,.0f} per second"
    return f"{latency.tokens_per_second:,.1f} tokens per second"


def _print_must_pass(must_pass: MustPass | NotMeasured) -> None:
    if isinstance(must_pass, NotMeasured):
        return
    print_line()
    style = "green" if must_pass.passed == must_pass.cases else "bold red"
    print_line(f"must-pass cases: {must_pass.passed:,} of {must_pass.cases:,} pass", style=style)
    for failure in must_pass.failures[:ROWS_SHOWN]:
        print_line(f"  {printable(failure.text)[:100]}: {failure.predicted}, not {failure.label}")
    if len(must_pass.failures) > ROWS_SHOWN:
        print_line(f"  and {len(must_pass.failures) - ROWS_SHOWN:,} more in the report")


def print_weak_slices(slices: Sequence[Slice], *, rows_are: str = "rows") -> None:
    """Print the slices that are weaker than all other rows beyond chance."""
    weak = [one for one in slices if one.differs is True and one.rows_lost > 0][:ROWS_SHOWN]
    if weak:
        print_line()
        rows = [
            (f"{one.slice}: {one.value}", f"{one.rows:,}", *share_cells(one.accuracy), *share_cells(one.elsewhere))
            for one in weak
        ]
        head = ["significantly weaker", rows_are, "accuracy", "95 % interval", f"other {rows_are}", "95 % interval"]
        print_table(head, rows, right=[1, 2, 4])


def print_learning_curve(curve: LearningCurve | NotMeasured) -> None:
    """Print the points of the learning curve, where it was measured; those of tool calls have tool selection, too."""
    if isinstance(curve, NotMeasured):
        return
    print_line()
    rows = [(f"{p.share:.0%}", f"{p.train_rows:,}", *share_cells(p.accuracy), *_selection(p)) for p in curve.points]
    head = ["share of train", "rows", "validation accuracy", "95 % interval", "tool selection", "95 % interval"]
    print_table(head[: len(rows[0])], rows, right=[0, 1, 2, 4])


def _selection(point: LearningPoint) -> tuple[str, ...]:
    return () if point.selection is None else share_cells(point.selection)
