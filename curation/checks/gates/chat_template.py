"""Gate: answers that the chat template of the base model does not train as they are."""

from __future__ import annotations

from collections.abc import Iterator

from winnow.core.commands import command
from winnow.core.counted import agreeing, counted
from winnow.core.model_vocabulary import TemplateFault
from winnow.core.result import NotMeasured
from winnow.curation.checks.chat_template.chat_tokenizer import RENDERING_DAY
from winnow.curation.checks.chat_template.render_records import RenderedRecords, TemplateReport
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, gate_not_measured, verdict_of

_LONGER_WINDOW = "set base_model.window in winnow.yaml to what the model is trained with, or shorten the system prompt"

SHOWN_TEXTS = 3
"""Control texts that a note lists."""

FIXES = {
    TemplateFault.REFUSED: "correct the dialogue so that roles alternate, or name another base model",
    TemplateFault.NOTHING_TRAINED: _LONGER_WINDOW,
    TemplateFault.ANSWER_CUT: _LONGER_WINDOW,
    TemplateFault.STOP_NOT_TRAINED: "let the model's chat template end every answer with its stop token",
    TemplateFault.CALL_DROPPED: "set call_format: fenced_json in winnow.yaml, which writes calls into the text",
    TemplateFault.TEXT_DROPPED: "name a base model whose chat template writes every turn",
    TemplateFault.PREFIX_CHANGED: "name a base model whose chat template only adds text when a turn is added",
}
"""What to do about a fault, before the dialogue is looked at."""


def chat_template_gate(inputs: GateInputs) -> Gate:
    """Answers that the base model's chat template loses, cuts or changes; none is allowed."""
    rendered = inputs.rendered
    if isinstance(rendered, NotMeasured):
        return gate_not_measured("chat_template", 0, rendered.why, command("check", for_="MODEL"))
    report = rendered.report(inputs.selected["id"])
    if not report.facts.dialogues:
        return gate_not_measured("chat_template", 0, "no labeled dialogue yet", command("add", "FILE"))
    return measure_chat_template(report, template_notes(rendered))


def measure_chat_template(report: TemplateReport, notes: tuple[str, ...] = ()) -> Gate:
    """The same from the sum over the selected dialogues; `notes` are shown also when it passes."""
    facts, first = report.facts, next(iter(report.examples), None)
    faults = [
        f"{facts.faults[name]:,} {name}, such as record {record}, {problem}"
        for name, (record, problem) in report.examples.items()
    ]
    fix = ""
    if first is not None:
        shown = command("show", report.examples[first][0])
        fix = f"{FIXES[first]}; {shown} shows the dialogue; then {command('check', for_=facts.model)}"
    verdict = verdict_of(facts.faulty_answers > 0)
    return Gate("chat_template", facts.faulty_answers, 0, verdict, (*faults, *_facts(report), *notes), fix)


def template_notes(rendered: RenderedRecords) -> tuple[str, ...]:
    """What is no fault and has to be known when the model is trained and served."""
    return tuple(_notes(rendered))


def _facts(report: TemplateReport) -> Iterator[str]:
    facts = report.facts
    window = (
        "no known window" if isinstance(facts.window, NotMeasured) else f"a window of {counted(facts.window, 'token')}"
    )
    rows = f"{counted(facts.answers, 'answer')} of {counted(facts.dialogues, 'dialogue')}"
    yield f"{facts.model}: {rows}, the longest row with {counted(facts.longest_row, 'token')}, {window}"
    for one in facts.folded:
        into = "the first turn of the user" if one.role == "system" else "turns of the user"
        yield f"{one.role} is folded into {into} in {counted(one.dialogues, 'dialogue')}: {one.why}"
    yield f"SHA-256 of the rendered rows: {facts.rendered_sha256}"


def _notes(rendered: RenderedRecords) -> Iterator[str]:
    chat = rendered.chat
    if isinstance(chat.window, NotMeasured):
        yield chat.window.why
    if chat.writes_the_date:
        yield f"the template writes the date of today; here it is {RENDERING_DAY}"
    if chat.masks_its_stop:
        yield "the padding token also ends answers: a trainer that masks padding by its id never trains the end"
    having = [one.control_texts for one in rendered.by_record.values() if one.control_texts]
    if having:
        texts = ", ".join(sorted({text for one in having for text in one})[:SHOWN_TEXTS])
        yield (
            f"{counted(len(having), 'dialogue')} {agreeing(len(having), 'says', 'say')} {texts}: "
            f"text here, and a token where rendered text is tokenized at once"
        )
