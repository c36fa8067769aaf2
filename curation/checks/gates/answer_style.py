"""Gate: answers with calls that are written like most others."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import Bound
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_least, gate_not_measured
from winnow.validators.tools.style import answer_forms, measure_style


def answer_style_gate(inputs: GateInputs) -> Gate:
    """Share of the train answers with calls whose prose has the most frequent form."""
    threshold = inputs.task.gates.answer_style.share_min
    train = set(inputs.train["id"])
    dialogues = [dialogue for record, dialogue in inputs.dialogues.items() if record in train]
    style = measure_style(form for dialogue in dialogues for form in answer_forms(dialogue).values())
    if isinstance(style, NotMeasured):
        return gate_not_measured("answer_style", threshold, style.why, command("add", "FILE"), bound=Bound.AT_LEAST)
    evidence = [f"{counted(count, 'answer')}: {form}" for form, count in style.counts.items()]
    fix = "write the prose before the calls in one form, or set gates.answer_style.share_min in winnow.yaml"
    return at_least("answer_style", round(style.share.value, 4), threshold, evidence, fix)
