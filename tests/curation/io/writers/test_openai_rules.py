"""What OpenAI would refuse in a file is said, with the rows."""

from __future__ import annotations

from dataclasses import replace

from tests.support.exported import BOTH, WEATHER, line_of, tools_task
from winnow.curation.io.writers.export_format import WrittenLine
from winnow.curation.io.writers.openai_file_rules import MAX_TOOLS, file_warnings
from winnow.validators.tools.dialogue import Dialogue, Role, Tool, Turn


def example(number: int, dialogue: Dialogue) -> WrittenLine:
    return WrittenLine(f"x{number}", line_of(dialogue, "openai", tools_task()))


def test_a_file_that_keeps_the_rules_has_no_warning() -> None:
    assert file_warnings([example(number, BOTH) for number in range(10)], "train.jsonl") == []


def test_every_broken_rule_is_named_with_its_rows() -> None:
    wrong = {
        "the last message to be the assistant's": replace(BOTH, turns=BOTH.turns[:4]),
        "an answer of weight 1": replace(BOTH, turns=(BOTH.turns[0], Turn(Role.ASSISTANT, "No.", train=False))),
        "'reasoning_content'": replace(BOTH, turns=(BOTH.turns[0], Turn(Role.ASSISTANT, "No.", reasoning="Hm."))),
        "unlike 'look.up'": Dialogue((BOTH.turns[0], BOTH.turns[4]), (replace(WEATHER, name="look.up"),)),
        f"at most {MAX_TOOLS} tools": Dialogue(
            (BOTH.turns[0], BOTH.turns[4]), tuple(Tool(f"t{n}", "", {"type": "object"}) for n in range(MAX_TOOLS + 1))
        ),
    }
    examples = [example(number, one) for number, one in enumerate(wrong.values())]
    found = file_warnings([*examples, *(example(9, BOTH) for _ in range(5))], "train.jsonl")
    assert len(found) == len(wrong)
    for (rule, _), one in zip(enumerate(wrong), found, strict=True):
        assert list(wrong)[rule] in one
        assert one.endswith(f"x{rule}")


def test_only_a_training_file_needs_ten_examples() -> None:
    assert file_warnings([example(0, BOTH)], "train.jsonl") == ["train.jsonl: 1 example; OpenAI requires at least 10"]
    assert file_warnings([example(0, BOTH)], "test.jsonl") == []
