"""The gates of dialogues: how calls are written, whether their values were given, and whether answers are alike."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from tests.curation.checks.gates.test_gate_inputs import inputs, measured, table
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates import GATES_OF_EVERY_KIND, GATES_OF_KINDS, measure_gates
from winnow.curation.checks.label_conflicts import answer_conflicts
from winnow.validators.kinds.tools import TOOLS, content_of
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

OPEN = Tool(
    "open_ticket",
    "Open a ticket.",
    {"type": "object", "properties": {"ticket_id": {"type": "string"}}, "required": ["ticket_id"]},
)


def dialogue(question: str, ticket: str, prose: str = "I will open it.", tools: tuple[Tool, ...] = (OPEN,)) -> str:
    call = Call("call_1", OPEN.name, {"ticket_id": ticket})
    return content_of(Dialogue((Turn(Role.USER, question), Turn(Role.ASSISTANT, prose, (call,))), tools))


def dialogues(*contents: str, labels: str | list[str] = OPEN.name) -> pd.DataFrame:
    rows = table(*({"content": content} for content in contents))
    return rows.assign(label=labels)


def given(final: pd.DataFrame, *, system_prompt: str = "") -> GateInputs:
    shown = inputs(final, kind="tools", labels=[])
    task = shown.task.with_document_texts({"system_prompt": system_prompt})
    return replace(shown, task=task, conflicts=answer_conflicts(final, TOOLS))


GOOD = dialogue("please open ticket TK-4711", "TK-4711")


def test_dialogues_have_gates_of_their_own() -> None:
    names = [gate.name for gate in measure_gates(given(dialogues(GOOD)))]
    assert names == [*GATES_OF_EVERY_KIND, *GATES_OF_KINDS["tools"]]
    for name in GATES_OF_KINDS["tools"]:
        verdict = "fail" if name == "composition" else "pass"
        assert measured(name, given(dialogues(GOOD))).verdict == verdict
        assert measured(name, inputs(table({}))).verdict == "not_measured"


def test_a_value_that_nobody_gave_fails() -> None:
    gate = measured("grounding", given(dialogues(GOOD, dialogue("please open my ticket", "TK-4711"))))
    assert (gate.measured, gate.verdict) == (1, "fail")
    assert "ticket_id" in gate.evidence[0]


def test_a_value_may_come_from_the_system_prompt() -> None:
    final = dialogues(dialogue("please open my ticket", "TK-4711"))
    assert measured("grounding", given(final)).measured == 1
    assert measured("grounding", given(final, system_prompt="The user's ticket is TK-4711.")).measured == 0


def test_an_answer_that_the_format_cannot_hold_fails() -> None:
    bad = dialogue("please open ticket TK-4711", "TK-4711", prose='```json\n{"tool": "x"}\n```\nI will.')
    gate = measured("call_format", given(dialogues(GOOD, bad)))
    assert (gate.measured, gate.verdict) == (1, "fail")
    assert "turn 2" in gate.evidence[0]


def test_answers_in_several_forms_fail_below_the_share() -> None:
    others = [dialogue(f"open ticket TK-{i}", f"TK-{i}", prose="Sure: I will. Wait!") for i in range(2)]
    alike = [dialogue(f"please open ticket TK-{i}", f"TK-{i}") for i in range(10, 18)]
    assert measured("answer_style", given(dialogues(*alike, *others))).verdict == "pass"
    gate = measured("answer_style", given(dialogues(*alike[1:], *others)))
    assert (gate.measured, gate.verdict) == (0.7778, "fail")


def test_only_equal_questions_with_different_answers_are_in_dispute() -> None:
    same = dialogue("please open ticket TK-4711", "TK-4711", prose="Opening it.")
    other_call = dialogue("please open ticket TK-4711", "TK-4712")
    other_tools = dialogue("please open ticket TK-4711", "TK-4713", tools=(OPEN, Tool("close", "", {"type": "object"})))
    final = dialogues(GOOD, same, other_call, other_tools)
    conflicts = answer_conflicts(final, TOOLS)
    assert conflicts[["left", "right"]].to_numpy().tolist() == [[final["id"][0], final["id"][2]]]
    gate = measured("disputed", given(final))
    assert (gate.measured, gate.verdict) == (0.5, "fail")


def test_a_combined_label_counts_for_each_of_its_tools() -> None:
    contents = [GOOD] * 12
    rows = dialogues(*contents, labels=["close"] * 3 + ["open_ticket"] * 4 + ["close+open_ticket"] * 5)
    assert measured("label_balance", given(rows)).measured == round(9 / 8, 2)
    shown = given(rows)
    tools = '[{"name": "close", "parameters": {"type": "object"}}]'
    counted = replace(shown, task=shown.task.with_document_texts({"tools": tools}))
    evidence = measured("minimum_per_label", counted).evidence
    assert "close has 8 train rows" in evidence
    assert "direct has 0 train rows" in evidence
