"""What outranks every other rule: no signal, gates that fail on the data of today, traffic beyond train, forgetting."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import Bound, GateVerdict
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.checks.label_signal import LabelSignal
from winnow.training.diagnostics.findings import Findings
from winnow.training.diagnostics.no_signal import no_signal
from winnow.training.forgetting.forgetting_gate import forgetting_problem, stored_general
from winnow.training.monitoring.decision_context import Obstacle
from winnow.training.monitoring.rule_conditions import SourcedValue
from winnow.training.run_facts import AdapterRunFacts
from winnow.training.runs import Run

TRAFFIC_GATE = "traffic_coverage"
"""It fails for lack of data, and is a rule of its own."""

NO_SIGNAL = no_signal.__name__
"""The finding that outranks every gate: figures of labels without a signal mean nothing."""

CHECK = command("check")

BOUND_WORDS = {Bound.AT_MOST: "at most", Bound.AT_LEAST: "at least"}

NO_FORGETTING = NotMeasured("only adapters that call tools can forget general instructions")


def count_failed_gates(gates: Sequence[Gate] | NotMeasured) -> SourcedValue:
    """Number of gates that fail, that of traffic aside."""
    if isinstance(gates, NotMeasured):
        return SourcedValue(gates, CHECK)
    failed = _failed(gates)
    names = f": {', '.join(map(_gate_text, failed))}" if failed else ""
    return SourcedValue(len(failed), f"{CHECK} on the data of today{names}")


def first_failed_gate(gates: Sequence[Gate] | NotMeasured) -> Obstacle | None:
    """The first gate that fails, with its fix."""
    failed = [] if isinstance(gates, NotMeasured) else _failed(gates)
    if not failed:
        return None
    others = f"; {len(failed) - 1} more" if len(failed) > 1 else ""
    return Obstacle(f"a gate fails: {_gate_text(failed[0])}{others}", failed[0].fix or CHECK)


def uncovered_share(gates: Sequence[Gate] | NotMeasured) -> SourcedValue:
    """Share of unlabeled log queries that train does not cover; not measured while the gate is waived."""
    if isinstance(gates, NotMeasured):
        return SourcedValue(gates, CHECK)
    gate = next((one for one in gates if one.name == TRAFFIC_GATE), None)
    if gate is None:
        return SourcedValue(NotMeasured("the kind has no such gate"), CHECK)
    if gate.verdict is GateVerdict.WAIVED:
        return SourcedValue(NotMeasured(f"{TRAFFIC_GATE} is waived"), CHECK)
    if isinstance(gate.measured, NotMeasured):
        return SourcedValue(gate.measured, CHECK)
    return SourcedValue(round(1 - gate.measured, 6), f"{TRAFFIC_GATE}, {CHECK} on the data of today")


def measured_forgetting(candidate: Run | None, *, margin: float) -> SourcedValue:
    """1 if an adapter that calls tools degrades on general instructions, else 0."""
    if candidate is None:
        return SourcedValue(NotMeasured("there is no candidate"), command("runs"))
    if not isinstance(candidate.facts, AdapterRunFacts) or not candidate.facts.call_format:
        return SourcedValue(NO_FORGETTING, candidate.id)
    found = stored_general(candidate)
    if isinstance(found, NotMeasured):
        return SourcedValue(found, candidate.id)
    degrades = forgetting_problem(candidate, margin=margin) is not None
    return SourcedValue(int(degrades), f"{found.file}, loss of at most {margin:g}")


def forgetting_obstacle(candidate: Run | None, *, margin: float) -> Obstacle | None:
    """Why `deploy` would refuse the candidate."""
    problem = forgetting_problem(candidate, margin=margin) if candidate else None
    if candidate is None or problem is None:
        return None
    return Obstacle(f"{candidate.id}: {problem.found}", problem.fix)


def missing_signal(findings: Findings | NotMeasured, run: str, labels: LabelSignal | None) -> SourcedValue:
    """1 if the labels of today, or the answers of a run, carry no signal, else 0."""
    if labels and labels.is_missing:
        return SourcedValue(1, str(labels))
    if isinstance(findings, NotMeasured):
        return SourcedValue(findings, command("runs"))
    if why := findings.not_measured.get(NO_SIGNAL):
        return SourcedValue(NotMeasured(why), run)
    return SourcedValue(int(signal_obstacle(findings) is not None), f"{run}, on validation")


def signal_obstacle(findings: Findings | NotMeasured, labels: LabelSignal | None = None) -> Obstacle | None:
    """What says that labels carry no signal: their nearest records, or the answers of a run."""
    if labels and labels.is_missing:
        return Obstacle(f"these labels carry no signal: {labels}", command("label-errors"))
    if isinstance(findings, NotMeasured):
        return None
    found = next((one for one in findings.found if one.name == NO_SIGNAL), None)
    return Obstacle(found.evidence, found.command) if found else None


def _failed(gates: Sequence[Gate]) -> list[Gate]:
    return [one for one in gates if one.verdict is GateVerdict.FAIL and one.name != TRAFFIC_GATE]


def _gate_text(gate: Gate) -> str:
    return f"{gate.name} {gate.measured_text} ({BOUND_WORDS[gate.bound]} {gate.threshold:g})"
