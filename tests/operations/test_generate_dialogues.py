"""Generating dialogues with Claude, against a local server that speaks the true wire format."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.fakes.chat import Chat
from tests.fakes.chat.server import as_messages_request
from tests.fakes.claude import outcomes as o
from tests.fakes.claude.price_table import Price
from tests.fakes.claude.request_log import answered, paid_again, total_usd
from tests.fakes.claude.scripts import mixed
from tests.fakes.claude.server import Claude
from tests.fakes.dialogue_answers import assistant, careful_assistant, user
from tests.support.assistants import small_assistant
from winnow.core.errors import WinnowError
from winnow.generators.generation_request import GenerationRequest
from winnow.generators.llm.batch_jobs import BatchPolling
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.validators.kinds.tools import dialogue_of
from winnow.validators.tools.dialogue_facets import threading_calls
from winnow.workspace import Workspace

PRICES = {"claude-sonnet-5-5": Price(2.0, 10.0, cache_read_share=0.05)}

QUICK = BatchPolling(poll_seconds=0.05)

WITH_ID = ("delete_task", "update_event")


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Embedded once for all tests of this file."""
    made = small_assistant(tmp_path_factory.mktemp("assistant") / "ws", every=8)
    made.check()
    return made


@pytest.fixture
def workspace(added: Workspace, tmp_path: Path) -> Workspace:
    """A copy of it."""
    import shutil

    import winnow

    shutil.copytree(added.folder.root, tmp_path / "ws")
    return winnow.open(tmp_path / "ws")


@pytest.fixture
def claude(monkeypatch: pytest.MonkeyPatch) -> Iterator[Claude]:
    """The local Claude, and an environment that points to it."""
    with Claude(writer=careful_assistant, prices=PRICES) as server:
        monkeypatch.setenv("ANTHROPIC_API_KEY", server.key)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        yield server


def generate(workspace: Workspace, generator: str = "dialogues", **told: Any) -> Any:
    told = {"polling": QUICK, **told}
    return workspace.generate(GenerationRequest(generator, **told), note=lambda _: None)


def set_task(workspace: Workspace, line: str) -> None:
    path = workspace.folder.task_file
    path.write_text(f"{path.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")


def synthetic(workspace: Workspace) -> Any:
    records = workspace.records()
    return records[records["origin"] == "synthetic"]


def requests_by_purpose(workspace: Workspace) -> Counter[str]:
    with SpendDatabase(workspace.folder.spend_database).reading() as connection:
        rows = connection.exec_driver_sql("SELECT purpose FROM llm_request").scalars()
        return Counter(purpose.split()[0] for purpose in rows)


def test_dialogues_enter_with_their_lineage_and_the_ids_of_their_results(workspace: Workspace, claude: Claude) -> None:
    made = generate(workspace, tools=WITH_ID, count=16)
    assert (made.end, made.kept, made.added.reasons) == ("done", 16, {})
    new = synthetic(workspace)
    assert set(new["state"]) == {"proposed"}
    assert set(new["assigned_split"]) == {"train"}
    dialogues = [dialogue_of(content) for content in new["content"]]
    threaded = [one for one in dialogues if any(threading_calls(one))]
    assert len(threaded) == 12  # six of eight
    assert all(one.turns[-1].calls[0].name in WITH_ID for one in threaded)
    assert requests_by_purpose(workspace) == {"write": 2, "results": 2, "continue": 2}
    lot = next(lot for lot in workspace.status().lots if lot.verdict == "not_drawn")
    assert lot.prompt_version == "dialogues 1, dialogue_results 1, dialogue_continuations 1, dialogue_task 1"
    assert workspace.status().generation[0]["usd"] == pytest.approx(total_usd(claude.ledger.entries()))
    asked = len(claude.bodies)
    assert (generate(workspace, tools=WITH_ID, count=16).end, len(claude.bodies)) == ("known", asked)


def test_no_question_holds_a_hold_out_dialogue(workspace: Workspace, claude: Claude) -> None:
    generate(workspace, tools=("create_task", "delete_task"), behaviors=(), count=12, judge=True)
    generate(workspace, "contrasts", count=4)
    asked = [json.dumps(body, ensure_ascii=False) for body in claude.bodies.values()]
    records = workspace.records()
    human = records[records["origin"] != "synthetic"]
    first = {split: {text.split("\n")[0] for text in rows["text"]} for split, rows in human.groupby("assigned_split")}
    held = (first["validation"] | first["test"]) - first["train"]
    assert len(held) > 2
    assert not [text for text in held if any(json.dumps(text)[1:-1] in body for body in asked)]
    assert [text for text in first["train"] if any(json.dumps(json.dumps(text))[1:-1] in body for body in asked)]


def test_behaviors_without_a_call_are_about_the_named_tools(workspace: Workspace, claude: Claude) -> None:
    made = generate(workspace, tools=("create_event",), behaviors=("ask", "unable", "direct"), count=9)
    assert made.kept == 9
    assert requests_by_purpose(workspace) == {"write": 3}
    with pytest.raises(WinnowError, match=r"list_tasks requires no value"):
        generate(workspace, tools=("list_tasks",), behaviors=("ask",), count=3)
    with pytest.raises(WinnowError, match=r"'sing'.*direct.*ask.*unable") as told:
        generate(workspace, tools=("creat_task",), behaviors=("sing",))
    assert "create_task" in str(told.value)


def broken(turns: dict[str, list[Any]]) -> Any:
    """A writer whose dialogues to delete something or to do are replaced by these, in order."""
    line = iter([*turns.values()])

    def write(request: dict[str, Any]) -> Any:
        answer = careful_assistant(request)
        if "dialogues" in answer:
            answer["dialogues"] = [{**one, "turns": next(line, one["turns"])} for one in answer["dialogues"]]
        return answer

    return write


def test_what_no_person_need_see_is_dropped_with_its_reason(workspace: Workspace, claude: Claude) -> None:
    held, train = [user("mow the lawn on saturday")], [user("order new filters for the coffee machine")]
    held.append(assistant("I'll add it.", ("create_task", {"title": "Mow the lawn", "due_date": "2026-03-07"})))
    train.append(assistant("I'll add it.", ("create_task", {"title": "Order new filters for the coffee machine"})))
    for turns, split in ((held, "test"), (train, "train")):
        workspace.add(pd.DataFrame([as_row(turns)]), split=split, license="own")
    rest = assistant("I'll add it.", ("create_task", {"title": "Water the plants"}))
    typed = {"role": "assistant", "text": "", "calls": [{"tool": "create_task", "arguments": '{"title": '}]}
    claude.writer = broken(
        {
            "malformed_dialogue": [user("water the plants"), typed],
            "invalid_call": [user("water the plants"), assistant("", ("create_task", {"name": "Water the plants"}))],
            "unknown_tool": [user("water the plants"), assistant("", ("make_coffee", {}))],
            "ungrounded": [
                user("call Jo back"),
                assistant("", ("complete_task", {"task_id": "task_99"}), *calls("Jo")),
            ],
            "other_tool": [user("what is due?"), assistant("I'll look.", ("list_tasks", {}))],
            "twice": [user("water the plants"), rest, rest],
            "leakage": held,
            "repeats": train,
            "private": [user("water the plants of jane.roe@acme-corp.com"), rest],
        }
    )
    set_task(workspace, "generate: {per_request: 3}")
    made = generate(workspace, tools=("create_task",), count=12)
    assert made.added.reasons == {
        "malformed_dialogue": 2,
        "invalid_call": 2,
        "ungrounded_argument": 1,
        "label_contradicts_content": 1,
        "leakage": 1,
        "repeats_a_record": 1,
        "private_data": 1,
    }
    assert made.kept == made.added.given - made.added.dropped == 3
    dropped = Path(made.added.dropped_file).read_text()
    assert "jane.roe" not in dropped
    assert "make_coffee" in dropped


def calls(title: str) -> list[tuple[str, dict[str, str]]]:
    return [("create_task", {"title": f"Call {title} back"})]


def as_row(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """Turns as a file has them."""
    asked, answered = turns
    made = [
        {"id": "c1", "type": "function", "function": {"name": one["tool"], "arguments": one["arguments"]}}
        for one in answered["calls"]
    ]
    first = {"role": "user", "content": asked["text"]}
    return {"messages": [first, {"role": "assistant", "content": answered["text"], "tool_calls": made}]}


def test_unreadable_answers_and_missing_results_are_dropped_with_their_reason(
    workspace: Workspace, claude: Claude
) -> None:
    def failing(request: dict[str, Any]) -> Any:
        answer = careful_assistant(request)
        own = request["messages"][0]["content"]
        if "dialogues" in answer and "tool create_event" in own:
            return '{"dialogues": [{"brief": 0, "turns": ['
        if "results" in answer:
            return {"results": [one for one in answer["results"] if one["dialogue"] % 2]}
        if "continuations" in answer:
            return {"continuations": answer["continuations"][:1]}
        return answer

    claude.writer = failing
    made = generate(workspace, tools=("delete_task", "create_event"), count=16)
    reasons = made.added.reasons
    assert reasons["malformed_dialogue"] == 1
    assert reasons["no_result"] == 1  # each time half of the rest has none, until nothing is left to read
    assert "no_continuation" not in reasons  # asked again one by one
    assert made.kept == made.added.given - sum(reasons.values()) > 0


def test_answers_that_are_no_strict_json_are_dropped_and_paid_once(workspace: Workspace, claude: Claude) -> None:
    turns = json.dumps([user("x")])
    answers = [
        f'{{"dialogues": [{{"brief": 0, "turns": {turns}, "turns": {turns}}}]}}',  # a key that occurs twice
        '{"dialogues": [{"brief": 0, "turns": [NaN]}]}',
        '{"dialogues": [{"brief": 0, "turns": "\\ud800"}]}',
        "[" * 1500,
    ]
    line = iter(answers)
    claude.writer = lambda _: next(line)
    set_task(workspace, "generate: {per_request: 1}")
    made = generate(workspace, tools=("create_task",), count=len(answers))
    assert (made.end, made.added.reasons) == ("done", {"malformed_dialogue": len(answers)})
    assert generate(workspace, tools=("create_task",), count=len(answers)).end == "known"
    assert not paid_again(claude.ledger.entries())


def test_every_way_to_fail_loses_and_doubles_nothing(workspace: Workspace, claude: Claude) -> None:
    claude.script = mixed(
        [
            (0.1, o.error(500)), (0.08, o.overloaded()), (0.08, o.dropped()), (0.08, o.dropped(billed=True)),
            (0.06, o.cut()), (0.06, o.garbled()), (0.15, o.refused()), (0.15, o.truncated()),
        ],
        seed=4,
    )  # fmt: skip
    set_task(workspace, "generate: {per_request: 2}")
    made = generate(workspace, tools=("delete_task", "create_event"), count=16)
    claude.wait_until_quiet()
    entries = claude.ledger.entries()
    assert made.end == "done"
    assert sum(answered(entries).values()) == workspace.status().generation[0]["answers"]
    assert made.unanswered > 0
    assert 1 <= made.kept <= 16
    assert made.added.given == made.added.added + made.added.dropped
    assert made.spent.reserved == 0
    assert total_usd(entries) <= (made.spent.paid + made.spent.lost) / 1e9 + 1e-9


def test_the_budget_is_a_hard_stop_and_more_of_it_goes_on(workspace: Workspace, claude: Claude) -> None:
    set_task(workspace, "generate: {per_request: 2}")
    order = {"tools": ("delete_task", "create_event"), "count": 12}
    first = generate(workspace, budget=0.1, **order)
    assert first.end == "budget"
    assert first.kept < 12
    assert 0 < total_usd(claude.ledger.entries()) <= 0.1
    second = generate(workspace, budget=5.0, **order)
    assert (second.end, second.kept) == ("done", 12)
    assert not paid_again(claude.ledger.entries())
    assert len(synthetic(workspace)) == 12


def test_batches_are_collected_step_by_step(workspace: Workspace, claude: Claude) -> None:
    claude.polls = 0
    polling = BatchPolling(wait=False, poll_seconds=0.01, grace=timedelta(seconds=1))
    ends = [generate(workspace, tools=WITH_ID, count=8, batches=True, polling=polling).end for _ in range(4)]
    assert ends == ["waiting"] * 3 + ["done"]
    assert len(synthetic(workspace)) == 8
    assert requests_by_purpose(workspace) == {"write": 2, "results": 1, "continue": 1}


def test_a_dry_run_estimates_all_questions_and_asks_none(workspace: Workspace, claude: Claude) -> None:
    order = {"tools": WITH_ID, "count": 16, "judge": True}
    estimated = generate(workspace, dry_run=True, **order)
    assert estimated.end == "estimated"
    assert not [entry for entry in claude.ledger.entries() if entry.what == "message"]
    assert "for 16 dialogues" in str(estimated.estimate)
    made = generate(workspace, **order)
    sent = sum(requests_by_purpose(workspace).values())
    assert estimated.estimate.requests == sent == 7
    assert made.estimate.usd == pytest.approx(estimated.estimate.usd, rel=0.1)
    assert made.spent.paid / 1e9 <= estimated.estimate.usd_worst_case
    assert made.suspected_errors > 0  # the local judge takes everything for a task


def test_until_writes_on_until_enough_are_kept(workspace: Workspace, claude: Claude) -> None:
    def careless(request: dict[str, Any]) -> Any:
        answer = careful_assistant(request)
        return {name: items[::2] for name, items in answer.items()}

    claude.writer = careless
    made = generate(workspace, tools=("get_weather", "create_task"), until=6)
    assert made.end == "done"
    assert made.kept >= 6


def test_contrasts_of_tools_are_judged_blind_and_kept_in_pairs(workspace: Workspace, claude: Claude) -> None:
    def doubting(request: dict[str, Any]) -> Any:
        answer = careful_assistant(request)
        for verdict in answer.get("verdicts", ())[:1]:
            verdict["tools"] = ["list_tasks"]
        return answer

    claude.writer = doubting
    made = generate(workspace, "contrasts", pairs=(("create_task", "create_event"),), count=12)
    assert made.added.reasons == {"judge_disagrees": 1, "other_side_dropped": 1}
    new = synthetic(workspace)
    assert len(new) == made.kept == 10
    assert (new.groupby("group").size() == 2).all()
    judging = [body for body in claude.bodies.values() if "verdicts" in json.dumps(body["output_config"])]
    assert judging
    assert all("I'll do that" not in body["messages"][0]["content"] for body in judging)


def test_a_local_endpoint_writes_with_the_same_ledger(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Chat(writer=lambda request: careful_assistant(as_messages_request(request))) as server:
        endpoint = f"{{provider: openai, base_url: '{server.url}', prices: free}}"
        set_task(workspace, f"generate: {{model: qwen3-8b, endpoint: {endpoint}}}")
        made = generate(workspace, tools=WITH_ID, count=8, budget=1.0)
        assert (made.kept, made.free, made.run.model) == (8, True, "qwen3-8b")
        asked = len(server.bodies)
        assert generate(workspace, tools=WITH_ID, count=8, budget=1.0).end == "known"
        assert len(server.bodies) == asked


def test_dialogues_are_not_written_for_intents(make_workspace: Any) -> None:
    with pytest.raises(WinnowError, match=r"kind: intents.*dialogues are generated for: tools"):
        generate(make_workspace("a", "b"), count=3)
