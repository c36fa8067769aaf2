"""Every gate with its measurement, what failed and the fix, and what other thresholds would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from winnow.cli.render.label_advice_view import print_label_advice
from winnow.cli.render.label_error_view import print_suspected
from winnow.cli.render.terminal import print_line, print_table, printable
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import SPLITS, Bound, GateVerdict

if TYPE_CHECKING:
    from winnow.curation.checks.check import CheckResult
    from winnow.curation.checks.gates.gate import Gate


GATE_STYLE = {
    GateVerdict.PASS: "green",
    GateVerdict.FAIL: "bold red",
    GateVerdict.WARNING: "yellow",
    GateVerdict.WAIVED: "yellow",
    GateVerdict.NOT_MEASURED: "yellow",
}


def print_missing_signal(check: CheckResult) -> None:
    """Print that the labels carry no signal, if so: before anything else, because then no other figure says much."""
    if check.carries_no_signal:
        print_line(f"these labels carry no signal: {check.label_signal}", style="bold red")


def print_check(check: CheckResult) -> None:
    """Print every gate, what failed and how to fix it, and what other thresholds would cost."""
    print_missing_signal(check)
    rows = [
        (
            gate.name,
            gate.measured_text,
            f"{'≤' if gate.bound == Bound.AT_MOST else '≥'} {gate.threshold:g}",
            Text(_verdict(gate), style=GATE_STYLE[gate.verdict]),
            gate.population,
        )
        for gate in check.gates
    ]
    print_table(["gate", "measured", "threshold", "verdict", "measured on"], rows, right=[1, 2])
    for gate in check.gates:
        if gate.evidence or gate.loosened or gate.notes or gate.fix:
            print_line()
            print_line(gate.name, style=GATE_STYLE[gate.verdict])
            for line in (*map(str, gate.loosened), *gate.notes, *gate.evidence):
                print_line(f"  {printable(line)}")
            if gate.fix:
                print_line(f"  fix: {gate.fix}", style="bold")
    print_line()
    print_table(
        ["cosine", "duplicates", "share of train", "worst label", "leaks", "share of train"],
        [
            (
                f"{cost.cosine:.2f}",
                f"{cost.duplicates:,}",
                f"{cost.duplicates_share:.1%}",
                f"{cost.worst_label_share:.1%}",
                f"{cost.leaks:,}",
                f"{cost.leaks_share:.1%}",
            )
            for cost in check.threshold_costs
        ],
        right=range(6),
    )
    measured_on = {gate.name: gate.population for gate in check.gates}
    if measured_on["duplicates"]:
        print_line(f"duplicates of {measured_on['duplicates']}; leaks of {measured_on['leakage']}")
    print_label_advice(check.label_advice)
    print_suspected(check.label_errors)
    counts = check.selected["split"].value_counts()
    print_line()
    for repeated in check.repeated_task_texts:
        print_line(printable(str(repeated)), style="yellow")
    if check.task.embedder.model is not None:
        print_line(f"similarity is measured with {printable(str(check.task.embedder))}")
    for note in check.embedder_notes:
        print_line(printable(note), style="yellow")
    print_line("would be released: " + ", ".join(f"{s} {counts.get(s, 0):,}" for s in SPLITS))
    if check.excluded:
        print_line("excluded: " + ", ".join(f"{reason} {count:,}" for reason, count in check.excluded.items()))


def _verdict(gate: Gate) -> str:
    """The verdict; names the failing part if the whole is within the threshold, and says if it passes loosened."""
    if gate.verdict == GateVerdict.PASS and gate.loosened:
        return f"{gate.verdict}, loosened"
    part = gate.evidence[0].partition(" loses ")[0] if gate.evidence and " loses " in gate.evidence[0] else ""
    within = not isinstance(gate.measured, NotMeasured) and gate.measured <= gate.threshold
    return f"fail: {part}" if gate.verdict == GateVerdict.FAIL and part and within else gate.verdict
