"""Every count of the composition, and the target that refers to it."""

from __future__ import annotations

import json

import pytest

from winnow.config.task import CompositionTargets
from winnow.curation.checks.gates.composition import judge_composition, missed_targets
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.dialogue_composition import (
    Composition,
    LabeledDialogue,
    PairCount,
    changes_by_id,
    contrastive_pairs,
    enough_for,
    measure_composition,
)


def tool(name: str, *required: str) -> Tool:
    return Tool(name, "", {"type": "object", "properties": {one: {} for one in required}, "required": list(required)})


FIND, UPDATE = tool("find"), tool("update_order", "order_id")
NO_TARGETS = {
    "single_per_tool": 0,
    "contrastive_pairs": 0,
    "multi_turn": 0,
    "threads_id": 0,
    "compound": 0,
    "no_call_share": (0, 1),
    "general_share": (0, 1),
}


def row(label: str, *turns: Turn, group: str = "g") -> LabeledDialogue:
    return LabeledDialogue(Dialogue(turns or (Turn(Role.USER, "hello"),), (FIND, UPDATE)), label, group)


def threaded(order: str) -> LabeledDialogue:
    return row(
        "find+update_order",
        Turn(Role.USER, "find my order"),
        Turn(Role.ASSISTANT, "Looking.", (Call("call_1", "find", {}),)),
        Turn(Role.TOOL, json.dumps({"id": "A-17"}), call_id="call_1"),
        Turn(Role.USER, "change it"),
        Turn(Role.ASSISTANT, "Changing.", (Call("call_2", "update_order", {"order_id": order}),)),
    )


def composition_of(*rows: LabeledDialogue) -> Composition:
    return measure_composition(rows, (FIND, UPDATE), [("find", "update_order")])


def test_everything_is_counted() -> None:
    rows = [row("find"), row("find"), threaded("A-17"), threaded("B-1"), row("ask"), row("unable"), row("general")]
    found = composition_of(*rows)
    assert found.single == {"find": 2, "update_order": 0}
    assert found.threading == {"update_order": 1}
    assert (found.multi_turn, found.compound, found.general, found.dialogues) == (2, 2, 1, 7)
    assert found.no_call == {"direct": 0, "ask": 1, "unable": 1}
    assert (found.no_call_share, found.general_share) == (2 / 7, 1 / 7)
    assert found.contrastive == {("find", "update_order"): PairCount(2, 2)}
    assert composition_of().no_call_share == composition_of().general_share == 0


@pytest.mark.parametrize(
    ("labels", "pairs", "compound"),
    [
        (["a", "b"], 1, 0),
        (["a", "a", "b"], 1, 0),
        (["a", "a", "b", "b"], 2, 0),
        (["a", "a"], 0, 0),
        (["a", "c"], 0, 0),
        (["a", "a+b"], 1, 1),
        (["a+c", "b"], 1, 1),
        (["a+b", "a+b"], 0, 0),
        (["a+b", "a", "b"], 1, 1),
    ],
)
def test_contrastive_pairs_have_one_side_each(labels: list[str], pairs: int, compound: int) -> None:
    assert contrastive_pairs([row(label) for label in labels], ("a", "b")) == PairCount(pairs, compound)


def test_rows_of_different_groups_are_no_pair() -> None:
    assert contrastive_pairs([row("a", group="1"), row("b", group="2")], ("a", "b")) == PairCount(0, 0)


@pytest.mark.parametrize(
    ("name", "required", "expected"),
    [
        ("delete_event", ("event_id",), True),
        ("cancelOrder", ("orderId",), True),
        ("update_profile", ("name",), False),
        ("get_order", ("order_id",), False),
        ("get_settings", ("user_id",), False),
    ],
)
def test_tools_that_change_something_by_its_id(name: str, required: tuple[str, ...], expected: bool) -> None:
    assert changes_by_id(tool(name, *required)) == expected


@pytest.mark.parametrize(
    ("target", "reached", "missed", "said"),
    [
        ("single_per_tool", 1, 2, "1 dialogues that call only find, wanted 2"),
        ("contrastive_pairs", 1, 2, "1 contrastive pairs of find and update_order, wanted 2"),
        ("multi_turn", 1, 2, "1 dialogues with several turns of the user, wanted 2"),
        ("threads_id", 1, 2, "1 dialogues with an id from a result in a call of update_order, wanted 2"),
        ("compound", 1, 2, "1 dialogues that call several tools, wanted 2"),
        ("no_call_share", (0.5, 0.6), (0.1, 0.4), "50.0% dialogues without a call, wanted 10% to 40%"),
        ("general_share", (0.1, 0.2), (0.2, 0.4), "16.7% general instruction data, wanted 20% to 40%"),
    ],
)
def test_a_target_that_is_missed_is_named(target: str, reached: object, missed: object, said: str) -> None:
    three = [row(label) for label in ("direct", "ask", "unable")]
    found = composition_of(row("find"), threaded("A-17"), *three, row("general"))
    found = Composition(**(vars(found) | {"single": {"find": 1}}))
    held = CompositionTargets.model_validate(NO_TARGETS | {target: reached})
    assert list(missed_targets(found, held)) == []
    assert judge_composition(found, held).verdict == "pass"
    gate = judge_composition(found, CompositionTargets.model_validate(NO_TARGETS | {target: missed}))
    assert (gate.measured, gate.verdict, gate.evidence) == (1, "fail", (said,))
    assert "winnow add" in gate.fix


def test_some_contrastive_pairs_have_a_side_that_calls_several_tools() -> None:
    plain = composition_of(row("find"), row("update_order"))
    compound = composition_of(row("find"), row("find+update_order"))
    targets = CompositionTargets.model_validate(NO_TARGETS | {"contrastive_pairs": 1})
    assert list(missed_targets(plain, targets)) == ["0 contrastive pairs in which a row calls several tools, wanted 1"]
    assert list(missed_targets(compound, targets)) == []
    assert list(missed_targets(plain, CompositionTargets.model_validate(NO_TARGETS))) == []


def test_answers_without_a_call_are_spread_over_their_kinds() -> None:
    found = composition_of(row("ask"), row("find"))
    targets = CompositionTargets.model_validate(NO_TARGETS | {"no_call_share": (0.1, 0.6)})
    assert list(missed_targets(found, targets)) == [
        "0 dialogues with the label direct, wanted 1",
        "0 dialogues with the label unable, wanted 1",
    ]


@pytest.mark.parametrize(
    ("dialogues", "text"),
    [
        (299, "not enough for a training yet; 300 for the format of calls"),
        (300, "enough for the format of calls; 500 for single calls"),
        (799, "enough for single calls; 800 for telling similar tools apart"),
        (800, "enough for telling similar tools apart; 1,500 for robust answers"),
        (1500, "enough for robust answers"),
    ],
)
def test_the_size_is_enough_for_something(dialogues: int, text: str) -> None:
    assert enough_for(dialogues) == text
