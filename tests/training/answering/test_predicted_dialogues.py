"""`predict` answers dialogues, with or without answers in them, and says why it cannot answer one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.core.vocabulary import DropReason
from winnow.training import methods
from winnow.training.answering.answer_dialogues import asked_part
from winnow.training.answering.answer_request import requests_of_rows
from winnow.training.answering.model_answer import ModelAnswer
from winnow.training.evaluation.evaluation_facts import Latency
from winnow.training.evaluation.latency import measure_latency_on, time_answers
from winnow.training.runs import Run
from winnow.validators.text import Drop
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn
from winnow.workspace import Workspace

ASKED = Turn(Role.USER, "What is the weather in Rome?")
CALLED = Turn(Role.ASSISTANT, "", (Call("call_1", "weather", {"city": "Rome"}),))
RESULT = Turn(Role.TOOL, "fine", call_id="call_1")
SAID = Turn(Role.ASSISTANT, "It is fine.")


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def run(frozen_dialogues: Workspace, tiny_chat: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    settings = {"backend": "local", "model": str(tiny_chat)}
    folder = tmp_path_factory.mktemp("predicted")
    return methods.train(frozen_dialogues.release("first"), folder, method="prompt", seed=0, settings=settings).run


@pytest.mark.parametrize(
    ("turns", "asked"),
    [
        ([ASKED], [ASKED]),
        ([ASKED, CALLED, RESULT], [ASKED, CALLED, RESULT]),
        ([ASKED, SAID], [ASKED]),
        ([ASKED, CALLED], [ASKED]),
        ([ASKED, CALLED, RESULT, SAID], [ASKED]),
        ([ASKED, SAID, ASKED, CALLED, RESULT, SAID], [ASKED, SAID, ASKED]),
    ],
)
def test_the_answer_after_the_last_turn_is_asked_for_or_that_to_the_last_user(
    turns: list[Turn], asked: list[Turn]
) -> None:
    found = asked_part(Dialogue(tuple(turns)))
    assert isinstance(found, Dialogue)
    assert list(found.turns) == asked


def test_a_dialogue_without_a_user_cannot_be_answered() -> None:
    for turns in ((), (SAID,), (CALLED, RESULT)):
        found = asked_part(Dialogue(turns))
        assert isinstance(found, Drop)
        assert found.reason == DropReason.MALFORMED_DIALOGUE


def test_every_row_gets_an_answer_or_a_reason_in_the_order_of_the_file(
    run: Run, frozen_dialogues: Workspace, tmp_path: Path
) -> None:
    said = {"role": "user", "content": ASKED.content}
    rows: list[dict[str, object]] = [
        {"messages": [said]},
        {"messages": [{"role": "robot", "content": "?"}]},
        {"messages": [said, {"role": "assistant", "content": "It is fine."}]},
    ]
    file = write_jsonl(tmp_path / "asked.jsonl", rows)
    shown = run_winnow("predict", str(run.path), file, cwd=frozen_dialogues.folder.root)
    found = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [one["row"] for one in found] == [1, 2, 3], shown.stderr
    assert found[1]["label"] is None
    assert found[1]["reason"] == "malformed_dialogue"
    assert found[0]["answer"] == found[2]["answer"]  # what it had answered is not read
    assert {"calls", "label", "tokens", "finished"} <= set(found[0])
    table = frozen_dialogues.predict_dialogues(run.path, rows)
    assert table["answer"][0] == found[0]["answer"]
    assert table["reason"][1] == "malformed_dialogue"


def test_texts_are_refused_by_a_run_that_answers_in_dialogues(run: Run, frozen_dialogues: Workspace) -> None:
    with pytest.raises(WinnowError, match=r"it answers in dialogues and labels no texts"):
        frozen_dialogues.predict(run.path, ["What is the weather?"])
    with pytest.raises(WinnowError, match=r"it answers in dialogues"):
        methods.predict(run, ["What is the weather?"])


def test_tokens_per_second_are_those_of_all_answers_together(frozen_dialogues: Workspace) -> None:
    release = frozen_dialogues.release("first")
    requests = requests_of_rows(release.rows("validation"), release.task(), "validation")[:10]
    timed = time_answers(lambda some: [ModelAnswer("x", 7) for _ in some], requests)
    assert timed.tokens_per_second == pytest.approx(7 * timed.speed.queries_per_second, rel=0.01)
    assert timed.speed.bulk_queries == 10


@pytest.mark.slow
def test_latency_of_answers_is_measured_in_a_process_of_its_own(run: Run, frozen_dialogues: Workspace) -> None:
    found = measure_latency_on(run, frozen_dialogues.release("first"))
    assert isinstance(found, Latency)
    assert found.tokens_per_second is not None
    assert found.tokens_per_second > 0
    assert 0 < found.p50_seconds <= found.p95_seconds
