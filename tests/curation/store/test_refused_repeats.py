"""A refused dialogue that a machine wrote: its repetitions are refused, too, and other answers to its question not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.support.dialogues import TOOLS, dialogue, dialogue_id, tools_workspace
from winnow.core.vocabulary import Actor, DecisionKind
from winnow.curation.store.decisions import DecisionKey, insert_decision
from winnow.curation.store.sources import GenerationBatch
from winnow.workspace import Workspace

QUESTION, AT = "How is it outside in Oslo?", "2026-01-01T00:00:00Z"
REFUSED = dialogue(QUESTION, "Oslo")
OTHER_TOOL = dialogue(QUESTION, "Oslo", tool="traffic")
OTHER_OFFER = dialogue(QUESTION, "Oslo", tools=TOOLS[:1])
OTHER_CASE = dialogue(QUESTION.upper(), "Oslo")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Four dialogues that a machine wrote with one question, of which a person refused the first."""
    made = tools_workspace(tmp_path / "ws")
    rows = pd.DataFrame([REFUSED, OTHER_TOOL, OTHER_OFFER, OTHER_CASE])
    made.add(rows, origin="synthetic", batch=GenerationBatch("b", "rules", "1", "rules"))
    refusal = DecisionKey(dialogue_id(REFUSED), Actor.PERSON, "ann", DecisionKind.REJECTION, "unusable")
    with made.store.writing() as connection:
        insert_decision(connection, refusal, turn=0, why="", at=AT)
    return made


def states(workspace: Workspace) -> list[str]:
    known = workspace.records().set_index("id")["state"]
    return [known.get(dialogue_id(one), "forgotten") for one in (REFUSED, OTHER_TOOL, OTHER_OFFER, OTHER_CASE)]


def test_a_refusal_holds_for_the_same_answer_to_the_same_question(workspace: Workspace) -> None:
    assert states(workspace) == ["rejected", "proposed", "proposed", "rejected"]


def test_a_forgotten_refusal_holds_for_every_answer(workspace: Workspace) -> None:
    workspace.forget(dialogue_id(REFUSED), reason="asked to")
    assert states(workspace) == ["forgotten", "rejected", "rejected", "rejected"]
