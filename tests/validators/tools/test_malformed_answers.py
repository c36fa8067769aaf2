from __future__ import annotations

import pytest

from tests.support.answer_mutations import EVENT_CALL, event
from tests.support.judged_dialogues import EVENT
from winnow.core.answer_vocabulary import AnswerErrorType as E
from winnow.core.answer_vocabulary import AnswerLevel

FORMAT, SCHEMA, KNOWN, COUNT, NAMES, VALUES = AnswerLevel

MALFORMED = {
    "single quotes": (EVENT_CALL.replace('"', "'"), "not_json"),
    "a trailing comma": (EVENT_CALL.replace("}}", ",}}"), "not_json"),
    "a missing brace": (EVENT_CALL.replace("}}", "}"), "not_json"),
    "a key twice": (EVENT_CALL.replace('"title"', '"date": "2026-03-09", "title"'), "key 'date' occurs twice"),
    "NaN": (EVENT_CALL.replace("45", "NaN"), "NaN is not a number"),
    "Python's True": (EVENT_CALL.replace("45", "True"), "not_json"),
    "no closing fence": (EVENT_CALL.removesuffix("\n```"), "unclosed_block"),
    "text after the call": (EVENT_CALL + "\nDone!", "text_after_block: line 4"),
    "another fence": (EVENT_CALL.replace("```json", "```JSON"), "opening_line"),
    "a bare call": (EVENT_CALL.split("\n")[1], "call_in_prose"),
    "a call as in a program": ('create_event(title="Dentist")', "call_in_prose"),
    "another notation": (f"<tool_call>\n{EVENT_CALL}\n</tool_call>", "call_in_prose"),
    "an unknown key": (EVENT_CALL.replace('{"tool"', '{"id": 1, "tool"'), "unknown key 'id'"),
    "no arguments key": ('```json\n{"tool": "create_event"}\n```', "no key 'params'"),
    "other keys": (EVENT_CALL.replace('"tool"', '"name"').replace('"params"', '"arguments"'), "unknown key 'name'"),
    "arguments as text": ('```json\n{"tool": "create_event", "params": "{}"}\n```', "invalid_arguments"),
    "arguments as a list": ('```json\n{"tool": "create_event", "params": []}\n```', "invalid_arguments"),
    "no name": ('```json\n{"tool": "", "params": {}}\n```', "invalid_name"),
    "a list of calls": ('```json\n[{"tool": "create_event", "params": {}}]\n```', "not_an_object"),
    "other spaces": (EVENT_CALL.replace(": ", ":"), "other_form"),
    "arguments in another order": (
        '```json\n{"tool": "create_task", "params": {"due_date": "2026-03-04", "title": "Dentist"}}\n```',
        "other_form",
    ),
    "an escaped character": (event(title="Zahnärztin").replace("ä", "\\u00e4"), "other_form"),
    "an indented object": (EVENT_CALL.replace('"params": {', '"params": {\n  '), "other_form"),
    "a line break at the end": (f"{EVENT_CALL}\n", "other_form"),
    "a byte order mark": (f"\ufeff{EVENT_CALL}", "byte_order_mark"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_the_call_format_cannot_read_is_malformed_and_fails_every_level(name: str) -> None:
    text, says = MALFORMED[name]
    judged = EVENT.judge(text)
    assert {error.name for error in judged.errors} == {E.MALFORMED}
    assert says in "\n".join(error.detail for error in judged.errors)
    assert (judged.passed, judged.behavior, judged.expected) == (0, "malformed", "create_event")
    assert (judged.matched_arguments, judged.expected_arguments) == (0, 4)
