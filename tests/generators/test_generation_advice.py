"""Where examples are missing, a command is recommended whose generator writes examples of the kind."""

from __future__ import annotations

import pytest

from winnow.config.task import Task
from winnow.core.errors import WinnowError
from winnow.generators import generation_advice
from winnow.generators.generated_kinds import require_generated_kind
from winnow.generators.generation_advice import more_contrasts, more_examples, more_without_model
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.tools import TOOLS


def test_queries_are_written_by_label() -> None:
    assert more_examples(INTENTS) == "winnow generate examples"
    assert more_examples(INTENTS, "it_vpn") == "winnow generate examples --label it_vpn"
    assert more_contrasts(INTENTS, "a", "b") == "winnow generate contrasts --pair a,b"
    assert more_without_model(INTENTS) == "winnow generate variations"


def test_dialogues_are_written_by_tool_and_behavior() -> None:
    assert more_examples(TOOLS, "ask") == "winnow generate dialogues --behavior ask"
    assert more_examples(TOOLS, "a+b") == "winnow generate dialogues --tool a --tool b"
    assert more_examples(TOOLS, "general") == "winnow add FILE"  # no generator writes dialogues without tools
    assert more_contrasts(TOOLS, "a", "b") == "winnow generate contrasts --pair a,b"
    assert more_examples(TOOLS, "general") == "winnow add FILE"  # dialogues without tools are not generated
    assert more_without_model(TOOLS) == "winnow generate variations"
    assert more_contrasts(TOOLS, "a+b", "b") == "winnow generate dialogues"  # a pair names single tools or behaviors


def test_a_generator_that_does_not_write_the_kind_names_the_commands_that_do() -> None:
    with pytest.raises(WinnowError, match=r"`ws.generate_contrasts_by_rule\(\)`") as told:
        require_generated_kind(Task(name="t", kind="tools"), "negatives")
    assert told.value.problems[0].fix == (
        "use `winnow generate contrasts` or `winnow generate dialogues` or `winnow generate variations` or "
        "`winnow generate contrasts --by rules`"
    )


def test_where_nothing_is_generated_a_file_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation_advice, "GENERATED_KINDS", {})
    assert {more_examples(TOOLS, "ask"), more_without_model(TOOLS), more_contrasts(TOOLS, "a", "b")} == {
        "winnow add FILE"
    }
