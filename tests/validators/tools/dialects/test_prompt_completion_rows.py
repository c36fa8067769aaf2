from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.dialogues import TOOLS, tools_workspace
from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError, SourceDialogue
from winnow.validators.tools.dialects.prompt_completion_rows import PROMPT_COMPLETION
from winnow.validators.tools.dialogue import Call, Role, Turn

PARIS = {"name": "weather", "arguments": {"city": "Paris"}}
CALLS = (Call("call_1", "weather", {"city": "Paris"}),)
ANSWER = {"role": "assistant", "tool_calls": [{"type": "function", "function": PARIS}]}


def arranged(prompt: Any, completion: Any, **more: Any) -> SourceDialogue | Drop:
    fields = {"prompt": prompt, "completion": completion, **more}
    assert PROMPT_COMPLETION.recognizes(fields)
    found = PROMPT_COMPLETION.arrange(fields)
    return found if isinstance(found, Drop) else read_dialogue(found.content["messages"])


@pytest.mark.parametrize(
    ("completion", "answer"),
    [
        ("Hello!", Turn(Role.ASSISTANT, "Hello!")),
        (json.dumps(PARIS), Turn(Role.ASSISTANT, calls=CALLS)),
        (json.dumps([PARIS]), Turn(Role.ASSISTANT, calls=CALLS)),
        (f"One moment.\n<tool_call>\n{json.dumps(PARIS)}\n</tool_call>", Turn(Role.ASSISTANT, "One moment.", CALLS)),
        (f"<tool_call>{json.dumps(PARIS)}</tool_call>", Turn(Role.ASSISTANT, calls=CALLS)),
        ('{"name": "Bob", "age": 3}', Turn(Role.ASSISTANT, '{"name": "Bob", "age": 3}')),
    ],
)
def test_texts_are_a_question_and_its_answer(completion: str, answer: Turn) -> None:
    found = arranged("How is it in Paris?", completion)
    assert isinstance(found, SourceDialogue)
    assert found.turns == (Turn(Role.USER, "How is it in Paris?"), answer)


def test_of_messages_only_the_completion_is_learned() -> None:
    prompt = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": "Weather in Paris?"},
    ]
    found = arranged(prompt, [ANSWER])
    assert isinstance(found, SourceDialogue)
    assert [(turn.role, turn.train) for turn in found.turns] == [
        (Role.USER, True), (Role.ASSISTANT, False), (Role.USER, True), (Role.ASSISTANT, True),
    ]  # fmt: skip
    assert (found.turns[-1].calls, found.system) == (CALLS, "Be kind.")


@pytest.mark.parametrize(
    ("prompt", "completion", "more", "reason"),
    [
        ("x", [ANSWER], {}, "prompt is a text, completion is a list of messages"),
        ([{"role": "user", "content": "x"}], [], {}, "prompt is a list of messages, completion is '[]'"),
        ("x", 7, {}, "prompt is a text, completion is '7'"),
        ("x", "y", {"label": False}, "a preference row with a `label` of true or false"),
        ("x", '[{"name": "weather", "arguments": {"city": "Par', {}, 'completion: \'{"name"'),
        ("x", "Action: weather\nAction Input: Paris", {}, "completion: 'Action: weather"),
    ],
)
def test_what_is_no_answer_is_dropped_with_the_reason(prompt: Any, completion: Any, more: Any, reason: str) -> None:
    found = arranged(prompt, completion, **more)
    assert isinstance(found, Drop)
    assert found.detail.startswith(reason)
    assert found.reason == DropReason.MALFORMED_DIALOGUE


def test_a_broken_tag_is_a_problem_of_the_dialogue() -> None:
    with pytest.raises(DialogueError, match=r"message 2: "):
        arranged("x", '<tool_call>\n{"name": "weather"')


def test_preference_rows_are_dropped_as_such(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    messages = [{"role": "user", "content": "Hi"}]
    lines: list[dict[str, Any]] = [
        {"prompt": "Weather in Paris?", "completion": json.dumps(PARIS), "tools": TOOLS},
        {"prompt": messages, "chosen": [ANSWER], "rejected": [{"role": "assistant", "content": "No."}]},
        {"messages": messages, "chosen": "a", "rejected": "b"},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    added = workspace.add(tmp_path / "rows.jsonl", origin="public", license="own")
    assert (added.given, added.added, added.reasons) == (3, 1, {DropReason.MALFORMED_ROW: 2})
    assert added.dropped_file is not None
    assert "a preference row" in Path(added.dropped_file).read_text()
