"""Proposed dialogues on their way into the dataset: compared, checked and identified by their whole content."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.support.dialogues import TOOLS, dialogue, tools_workspace
from winnow.core.example import record_id
from winnow.core.model_vocabulary import GeneratorName
from winnow.curation.store.generation_runs import RunSpec, begin_run, candidate_outcomes
from winnow.generators.proposal import Proposal, SeedRecord
from winnow.operations.proposal_intake import ProposalIntake, open_intake
from winnow.validators.kinds.tools import content_of
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.workspace import Workspace

SEED = dialogue("How is the weather in Oslo?", "Oslo", split="train")

HELD_OUT = dialogue("Is the road to Bergen free?", "Bergen", tool="traffic", split="test")

OFFERED = tuple(Tool(one["name"], one["description"], one["parameters"]) for one in TOOLS)  # type: ignore[arg-type]

WEATHER, TRAFFIC = OFFERED


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One dialogue in train and one in test."""
    made = tools_workspace(tmp_path_factory.mktemp("proposed") / "ws")
    made.add(pd.DataFrame([SEED, HELD_OUT]), license="own")
    return made


@pytest.fixture(scope="module")
def intake(workspace: Workspace) -> ProposalIntake:
    return open_intake(workspace._context, workspace.task)


@pytest.fixture(scope="module")
def seed(intake: ProposalIntake) -> SeedRecord:
    (found,) = intake.seeds
    return found


def refusal(question: str, *, tools: tuple[Tool, ...] = (TRAFFIC,)) -> str:
    """The answer that no tool serves."""
    answer = Turn(Role.ASSISTANT, "I do not have a tool for that.")
    return content_of(Dialogue((Turn(Role.USER, question), answer), tools))


def called(question: str, city: str, *, tools: tuple[Tool, ...] = OFFERED, name: str = "weather") -> str:
    """One call as the whole answer."""
    call = Turn(Role.ASSISTANT, calls=(Call("call_1", name, {"city": city}),))
    return content_of(Dialogue((Turn(Role.USER, question), call), tools))


def reason(intake: ProposalIntake, content: str, label: str, seed: str = "") -> str | None:
    (found,) = intake.drop_reasons([Proposal(content, label, seed=seed)])
    return found


def test_a_seed_has_its_whole_content_and_the_text_that_is_compared(seed: SeedRecord) -> None:
    assert set(json.loads(seed.content)) == {"messages", "tools"}
    assert seed.text == "How is the weather in Oslo?\nfine"
    assert seed.id == record_id("tools", seed.content)


def test_the_same_turns_with_other_tools_are_a_contrast_only_in_the_group_of_the_seed(
    workspace: Workspace, intake: ProposalIntake, seed: SeedRecord
) -> None:
    question = "What about the sky over Trondheim?"
    kept = called(question, "Trondheim")
    assert reason(intake, kept, "weather", seed.id) is None
    both = [Proposal(kept, "weather", seed=seed.id), Proposal(refusal(question), "unable", seed=seed.id)]
    assert intake.drop_reasons(both) == [None, None]
    without_group = [Proposal(kept, "weather"), Proposal(refusal(question), "unable")]
    assert intake.drop_reasons(without_group) == [None, "labeled_otherwise"]


def test_one_question_with_the_same_tools_has_one_answer(intake: ProposalIntake, seed: SeedRecord) -> None:
    question = "What about the sky over Trondheim?"
    two = [
        Proposal(called(question, "Trondheim"), "weather", seed=seed.id),
        Proposal(refusal(question, tools=OFFERED), "unable", seed=seed.id),
    ]
    assert intake.drop_reasons(two) == [None, "labeled_otherwise"]


@pytest.mark.parametrize(
    ("content", "label", "expected"),
    [
        ("{", "weather", "malformed_dialogue"),
        (json.dumps({"messages": "[]", "tools": "[]"}), "weather", "malformed_dialogue"),
        (called("Oslo again?", "Oslo", name="sea"), "sea", "invalid_call"),
        (called("Oslo again?", "Oslo"), "traffic", "label_contradicts_content"),
        (called("How is it there?", "<city>"), "weather", "ungrounded_argument"),
        (called("Mail it to me in Oslo: kari.nordmann@uio.no", "Oslo"), "weather", "private_data"),
    ],
)
def test_what_is_wrong_with_a_dialogue_drops_it_by_name(
    intake: ProposalIntake, content: str, label: str, expected: str
) -> None:
    assert reason(intake, content, label) == expected


def test_a_question_of_the_hold_out_never_enters(intake: ProposalIntake, seed: SeedRecord) -> None:
    question = "Is the road to Bergen free?\nfine"
    for content in (refusal(question, tools=(WEATHER,)), refusal(question.upper(), tools=(WEATHER,))):
        assert reason(intake, content, "unable", seed.id) == "leakage"


def test_the_same_calls_about_the_same_words_repeat_a_record_of_another_group(intake: ProposalIntake) -> None:
    near = called("How is the weather in Oslo?\nfine!", "Oslo")
    assert reason(intake, near, "weather") == "repeats_a_record"


def test_dialogues_enter_as_synthetic_records_in_the_group_of_their_seed(workspace: Workspace) -> None:
    intake = open_intake(workspace._context, workspace.task)
    (seed,) = intake.seeds
    contents = [called("And in Trondheim?", "Trondheim"), "{"]
    with workspace._context.store.writing() as connection:
        intake.run = begin_run(connection, RunSpec(GeneratorName.RULES, "test 1", "rules", {}))
    intake.ingest_rules_batch([Proposal(one, "weather", seed=seed.id) for one in contents])
    records = workspace.records().query("origin == 'synthetic'")
    assert list(records["id"]) == [record_id("tools", contents[0])]
    assert set(records["group"]) == {seed.group}
    assert set(records["state"]) == {"proposed"}
    with workspace._context.store.reading() as connection:
        outcomes = [(record, outcome) for _, record, _, outcome in candidate_outcomes(connection)]
    assert outcomes == [
        (record_id("tools", one), kept) for one, kept in zip(contents, ("kept", "dropped"), strict=True)
    ]
    (lot,) = workspace.status().lots
    assert (lot.generator, lot.prompt_version, lot.model) == ("rules", "test 1", "rules")


def test_tools_that_machines_cannot_generate_for_are_named_with_what_can(tmp_path: Path) -> None:
    from winnow.core.errors import WinnowError
    from winnow.generators.generation_request import GenerationRequest

    made = tools_workspace(tmp_path / "ws")
    with pytest.raises(WinnowError, match=r"kind: tools; expected: a kind that examples are generated for: intents"):
        made.generate(GenerationRequest("examples"))
