"""Interactions of logs become examples, negatives or reasons, and every line is taken once."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.support.dialogues import tools_workspace
from tests.support.logged_lines import Line, call, interaction, released_rows, state_of, update, write_log
from tests.support.workspaces import new_workspace
from winnow.core.errors import WinnowError
from winnow.core.interaction_vocabulary import InteractionDrop
from winnow.core.vocabulary import DropReason
from winnow.curation.ingest.add import AddResult
from winnow.curation.ingest.log_rulings import InteractionCounts
from winnow.curation.io.readers.columns import Columns
from winnow.workspace import Workspace

GOOD = {"status": "ok", "tests_passed": True}
BAD = {"status": "error"}


@pytest.fixture
def tools(tmp_path: Path) -> Workspace:
    return tools_workspace(tmp_path / "tools")


@pytest.fixture
def negative(tmp_path: Path) -> Workspace:
    workspace = tools_workspace(tmp_path / "negative")
    task = workspace.folder.root / "winnow.yaml"
    task.write_text(task.read_text() + "interactions: {failures: negative}\n")
    return workspace


@pytest.fixture
def intents(tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "intents", "it_vpn", "it_wifi")


def added(workspace: Workspace, *lines: Line, name: str = "log.jsonl") -> AddResult:
    """The result of adding a log; what was given is always accounted for."""
    result = workspace.add(write_log(workspace.folder.root.parent / name, lines), license="own")
    assert result.given == len(lines) == result.added + result.known + result.dropped
    return result


def states(workspace: Workspace) -> list[tuple[str, str]]:
    return sorted((state, label) for state, label, _, _ in state_of(workspace).values())


def test_good_answers_become_examples_and_unrated_ones_proposals(tools: Workspace) -> None:
    result = added(
        tools,
        interaction("a", "Weather in Paris?", call("Paris"), result=GOOD),
        interaction("b", "Weather in Rome?", call("Rome"), feedback={"rating": 5}),
        interaction("c", "Weather in Bonn?", call("Bonn"), result={"status": "ok"}),
    )
    assert result.interactions == InteractionCounts(0, {"good": 2, "unrated": 1}, 0, {})
    assert states(tools) == [("labeled", "weather"), ("labeled", "weather"), ("unlabeled", "")]
    decided = {row["text"]: row["decided_by"] for row in tools.records().to_dict("records")}
    assert decided == {"Weather in Paris?": "file", "Weather in Rome?": "person", "Weather in Bonn?": "nobody"}
    assert set(tools.records()["origin"]) == {"log"}


def test_failures_are_dropped_with_every_line_about_them(tools: Workspace) -> None:
    result = added(
        tools,
        interaction("a", "Weather in Paris?", call("Rome"), result=BAD),
        interaction("b", "Weather in Rome?", call("Bonn")),
        update("b", feedback={"rating": 2}),
    )
    assert result.reasons == {InteractionDrop.FAILED: 3}
    assert result.interactions == InteractionCounts(0, {}, 0, {"status error": 1, "rating": 1})
    assert result.sources == []
    assert result.dropped_file is not None
    details = [json.loads(line)["detail"] for line in Path(result.dropped_file).read_text().splitlines()]
    assert details == ["status error", "rating 2, expected 4 or more", "rating 2, expected 4 or more"]


def test_failures_are_kept_as_rejected_records_if_the_policy_says_so(negative: Workspace) -> None:
    result = added(
        negative,
        interaction("a", "Weather in Paris?", call("Rome"), feedback={"rating": 1, "comments": "no"}),
        interaction("b", "Weather in Rome?", call("Bonn"), result=BAD),
        interaction("c", "Weather in Bonn?", None, result=BAD),
    )
    assert (result.added, result.dropped) == (3, 0)
    assert result.interactions == InteractionCounts(0, {"failed": 3}, 0, {"rating": 1, "status error": 2})
    found = {row["text"]: row["state"] for row in negative.records().to_dict("records")}
    # a request without an answer is traffic
    assert found == {"Weather in Paris?": "rejected", "Weather in Rome?": "rejected", "Weather in Bonn?": "unlabeled"}
    rejected = negative.records().set_index("text")
    (decision,) = negative.show(rejected.loc["Weather in Paris?", "id"]).decisions
    assert (decision.actor, decision.why) == ("person", "row 1: rating 1, expected 4 or more: no")


def test_dropped_failures_come_in_when_the_policy_changes(tools: Workspace) -> None:
    result = added(tools, interaction("a", "Weather in Paris?", call("Rome")), update("a", feedback={"rating": 1}))
    task = tools.folder.root / "winnow.yaml"
    task.write_text(task.read_text() + "interactions: {minimum_rating: 1}\n")
    again = tools.add(result.dropped_file)  # type: ignore[arg-type]
    assert (again.given, again.added, again.known, again.dropped) == (2, 1, 1, 0)
    assert states(tools) == [("labeled", "weather")]


def test_a_corrected_line_is_fixed_in_the_file_of_dropped_rows(tools: Workspace) -> None:
    odd = {**interaction("a", "Weather in Paris?", call("Paris"), result=GOOD), "latency": 3}
    result = added(tools, odd)
    assert result.reasons == {InteractionDrop.MALFORMED: 1}
    dropped = Path(str(result.dropped_file))
    line = json.loads(dropped.read_text())
    del line["row"]["latency"]
    dropped.write_text(json.dumps(line))
    assert tools.add(dropped).added == 1
    assert states(tools) == [("labeled", "weather")]


def test_a_later_correction_supersedes_the_stored_answer(tools: Workspace) -> None:
    first = interaction("a", "Weather in Paris?", call("Rome"))
    added(tools, first)
    result = added(tools, first, update("a", feedback={"rating": 1, "corrections": call("Paris")}))
    assert (result.added, result.superseded) == (1, 1)
    assert released_rows(tools).keys() == {key for key in state_of(tools) if '\\"Paris\\"' in key}
    assert sorted(state for state, _, _, _ in state_of(tools).values()) == ["labeled", "superseded"]


def test_feedback_alone_in_a_rotated_file_corrects_what_is_stored(tools: Workspace) -> None:
    added(tools, interaction("a", "Mail bob@corp.com: weather in Paris?", call("Rome")))
    result = added(tools, update("a", feedback={"corrections": call("Paris")}), name="next.jsonl")
    assert (result.added, result.superseded) == (1, 1)
    groups = set(tools.records()["group"])
    assert len(groups) == 1


def test_the_newest_of_two_corrections_counts_whatever_their_order(tools: Workspace) -> None:
    first = interaction("a", "Weather in Paris?", call("Rome"))
    newer = update("a", second=9, feedback={"corrections": call("Paris")})
    older = update("a", second=5, feedback={"corrections": call("Oslo")})
    for line in (first, newer, older):
        added(tools, line, name="next.jsonl")
    assert [key for key in released_rows(tools) if "Paris" in key.split("|")[1]] == list(released_rows(tools))


def test_a_correction_that_repeats_the_answer_confirms_it(tools: Workspace) -> None:
    added(tools, interaction("a", "Weather in Paris?", call("Paris")))
    result = added(tools, update("a", feedback={"corrections": call("Paris")}))
    assert (result.added, result.superseded) == (0, 0)
    ((state, _, weight, _),) = state_of(tools).values()
    assert (state, weight) == ("labeled", 1)


def test_later_feedback_decides_about_the_stored_record_and_the_newest_counts(tools: Workspace) -> None:
    added(tools, interaction("a", "Weather in Paris?", call("Paris")))
    seen = []
    for second, rating in ((1, 5), (2, 1), (3, 5), (2, 2)):
        added(tools, update("a", second=second, feedback={"rating": rating}))
        seen += states(tools)
    label, rejected = ("labeled", "weather"), ("rejected", "")
    assert seen == [label, rejected, label, label]  # the last one is older than the rating before it


def test_a_label_in_a_correction_decides_between_behaviors(tools: Workspace) -> None:
    added(tools, interaction("a", "Weather?", "Which of the two do you want?"))
    added(tools, update("a", feedback={"corrections": {"label": "ask"}}))
    assert states(tools) == [("labeled", "ask")]
    result = added(tools, update("a", second=4, feedback={"corrections": {"label": "traffic"}}))
    assert result.reasons == {DropReason.LABEL_CONTRADICTS_CONTENT: 1}


def test_a_query_is_labeled_by_people_only(intents: Workspace) -> None:
    added(
        intents,
        interaction("a", "my vpn drops", "it_vpn", feedback={"rating": 5}),
        interaction("b", "the wifi drops", "it_vpn", feedback={"rating": 1, "corrections": "it_wifi"}),
        interaction("c", "no vpn today", "it_vpn", result=GOOD),
        interaction("d", "vpn, again", "I opened a ticket."),
    )
    found = {row["text"]: (row["state"], row["label"]) for row in intents.records().to_dict("records")}
    assert found == {
        "my vpn drops": ("labeled", "it_vpn"),
        "the wifi drops": ("labeled", "it_wifi"),
        "no vpn today": ("unlabeled", ""),
        "vpn, again": ("unlabeled", ""),
    }
    (proposal,) = intents.show("no vpn today").decisions
    assert (proposal.actor, proposal.value) == ("model", "it_vpn")


def test_later_feedback_about_a_query(intents: Workspace) -> None:
    added(intents, interaction("a", "my vpn drops", "it_vpn"))
    added(intents, update("a", second=1, feedback={"rating": 5}), name="1.jsonl")  # the label that was proposed
    assert states(intents) == [("labeled", "it_vpn")]
    added(intents, update("a", second=2, feedback={"rating": 1}), name="2.jsonl")  # a wrong label is no wrong query
    assert states(intents) == [("unlabeled", "")]
    added(intents, update("a", second=3, feedback={"corrections": "it_wifi"}), name="3.jsonl")
    assert states(intents) == [("labeled", "it_wifi")]
    result = added(intents, update("a", second=4, feedback={"corrections": "it_wfi"}), name="4.jsonl")
    assert result.reasons == {DropReason.UNKNOWN_LABEL: 1}
    assert [weight for _, _, weight, _ in state_of(intents).values()] == [1]


def test_a_log_that_is_added_again_changes_nothing(tools: Workspace) -> None:
    lines = [
        interaction("a", "Weather in Paris?", call("Paris"), result=GOOD),
        interaction("b", "Weather in Rome?", call("Bonn")),
        update("b", feedback={"corrections": call("Rome")}),
        {"task": "Weather in Oslo?", "output": call("Oslo"), "result": GOOD},  # without an id
    ]
    added(tools, *lines)
    before = dump(tools)
    for name, again in (("log.jsonl", lines), ("copy.jsonl", lines[::-1]), ("part.jsonl", lines[2:])):
        result = added(tools, *again, name=name)
        assert (result.added, result.dropped, result.sources) == (0, 0, [])
        assert result.interactions == InteractionCounts(
            len(again) - (lines[2] in again and lines[1] in again), {}, 0, {}
        )
    assert dump(tools) == before


def dump(workspace: Workspace) -> list[str]:
    plain = sqlite3.connect(workspace.folder.database)
    found = list(plain.iterdump())
    plain.close()
    return found


def test_lines_that_cannot_be_taken_are_dropped_with_their_reason(tools: Workspace) -> None:
    good = interaction("a", "Weather in Paris?", call("Paris"), result=GOOD)
    lines = [
        json.dumps(good),
        json.dumps(good),  # a copy
        json.dumps({**good, "task": "Weather in Rome?"}),
        json.dumps(update("b", feedback={"rating": 1})),
        json.dumps({**good, "id": "c", "color": "red"}),
        '{"id": "d", "id": "e", "task": "x", "result": {}}',
        '{"id": "d", "task": "x", "result": {"review_score": NaN}}',
        "[1]",
        json.dumps({**good, "id": "f", "output": call("Paris", tool="radar")}),
        json.dumps({**good, "id": "g"})[:-9],
    ]
    path = tools.folder.root.parent / "log.jsonl"
    path.write_text("\n".join(lines))
    result = tools.add(path, license="own")
    assert (result.given, result.added, result.known, result.dropped) == (10, 1, 1, 8)
    found = [json.loads(line) for line in Path(str(result.dropped_file)).read_text().splitlines()]
    assert {one["number"]: one["reason"] for one in found} == {
        3: InteractionDrop.CHANGED,
        4: InteractionDrop.UNKNOWN,
        5: InteractionDrop.MALFORMED,
        6: DropReason.MALFORMED_ROW,
        7: DropReason.MALFORMED_ROW,
        8: DropReason.MALFORMED_ROW,
        9: DropReason.INVALID_CALL,
        10: DropReason.MALFORMED_ROW,
    }
    assert "cut off at the end of the file" in found[-1]["detail"]
    assert all(one["fix"] and "generator" not in one["fix"] for one in found)


def test_a_line_that_was_cut_off_is_taken_when_it_is_complete(tools: Workspace) -> None:
    path = tools.folder.root.parent / "log.jsonl"
    line = json.dumps(interaction("a", "Weather in Paris?", call("Paris"), result=GOOD))
    other = json.dumps(interaction("b", "Weather in Rome?", call("Rome"), result=GOOD))
    path.write_text(f"{other}\n{line[:40]}")
    assert tools.add(path, license="own").reasons == {DropReason.MALFORMED_ROW: 1}
    path.write_text(f"{other}\n{line}\n")
    result = tools.add(path, license="own")
    assert (result.added, result.known, result.dropped) == (1, 1, 0)


def test_feedback_before_its_interaction_waits_for_it(tools: Workspace) -> None:
    early = update("a", feedback={"rating": 5})
    assert added(tools, early).reasons == {InteractionDrop.UNKNOWN: 1}
    assert added(tools, early, interaction("a", "Weather in Paris?", call("Paris"))).added == 1
    assert states(tools) == [("labeled", "weather")]


def test_a_line_that_was_written_again_with_feedback_is_an_update(tools: Workspace) -> None:
    first = interaction("a", "Weather in Paris?", call("Paris"))
    added(tools, {**first, "human_feedback": None})
    result = added(tools, {**first, "human_feedback": {"rating": 5, "comments": None}})
    assert (result.added, result.known, result.interactions.updated) == (0, 1, 1)  # type: ignore[union-attr]
    assert state_of(tools).popitem()[1][:3] == ("labeled", "weather", 1)


def test_retracting_a_source_frees_its_interactions(tools: Workspace) -> None:
    first, second = (
        interaction(name, f"Weather in {city}?", call(city), result=GOOD)
        for name, city in (("a", "Paris"), ("b", "Rome"))
    )
    source = added(tools, first).sources[0]
    added(tools, first, second, name="grown.jsonl")
    tools.retract(source)
    assert sorted(state for state, _, _, _ in state_of(tools).values()) == ["labeled", "superseded"]
    result = added(tools, first, second, name="grown.jsonl")
    assert (result.added, result.known) == (1, 1)
    assert [one[2] for one in state_of(tools).values()] == [1, 1]


def test_retracting_a_correction_lets_the_answer_count_again(tools: Workspace) -> None:
    first = interaction("a", "Weather in Paris?", call("Rome"), result=GOOD)
    added(tools, first)
    fix = update("a", feedback={"corrections": call("Paris")})
    source = added(tools, fix, name="fix.jsonl").sources[0]
    tools.retract(source)
    assert [key for key in released_rows(tools) if "Rome" in key]
    assert added(tools, fix, name="fix.jsonl").superseded == 1


def test_a_forgotten_interaction_leaves_no_trace_and_never_comes_back(tools: Workspace) -> None:
    line = interaction("a", "Weather in Paris?", call("Paris"), feedback={"rating": 5, "comments": "a secret remark"})
    added(tools, line)
    tools.forget(tools.records()["id"].iloc[0])
    assert not any('INSERT INTO "interaction"' in row or "secret remark" in row for row in dump(tools))
    assert added(tools, line, update("a", feedback={"rating": 5})).reasons == {DropReason.FORGOTTEN: 2}
    assert len(tools.records()) == 0


def test_private_data_is_replaced_in_turns_arguments_and_comments(tools: Workspace) -> None:
    mail = "joe.miller@megacorp.com"
    text = f"Weather for {mail}?"
    added(tools, interaction("a", text, call(mail), feedback={"rating": 5, "comments": f"ask {mail}"}))
    assert mail not in "\n".join(dump(tools))


def test_columns_cannot_be_chosen_for_a_log(tools: Workspace) -> None:
    path = write_log(tools.folder.root.parent / "log.jsonl", [interaction("a", "x", "y", result=GOOD)])
    with pytest.raises(WinnowError, match=r"the interaction log log.jsonl"):
        tools.add(path, license="own", columns=Columns(group="session"))


def test_only_the_agents_that_the_task_names_are_read(intents: Workspace) -> None:
    task = intents.folder.root / "winnow.yaml"
    task.write_text(task.read_text() + "interactions: {agent_roles: [router]}\n")
    good = {"feedback": {"rating": 5}}
    other = interaction("a", "my vpn drops", "it_vpn", **good)
    own = {**interaction("b", "the vpn drops", "it_vpn", **good), "agent_role": "router"}
    result = added(intents, other, own)
    assert (result.added, result.reasons) == (1, {InteractionDrop.OTHER_AGENT: 1})


def test_sessions_are_groups(tools: Workspace) -> None:
    lines: list[Any] = [
        interaction(str(n), f"Weather in {city}?", call(city), result=GOOD, session="s")
        for n, city in enumerate(("Paris", "Rome"))
    ]
    added(tools, *lines)
    assert tools.records()["group"].nunique() == 1


def test_a_dry_run_counts_the_same_and_stores_nothing(tools: Workspace) -> None:
    first = interaction("a", "Weather in Paris?", call("Rome"))
    added(tools, first)
    before = dump(tools)
    path = write_log(
        tools.folder.root.parent / "n.jsonl", [first, update("a", feedback={"corrections": call("Paris")})]
    )
    tried = tools.add(path, license="own", dry_run=True)
    assert dump(tools) == before
    done = tools.add(path, license="own")
    assert (tried.added, tried.known, tried.superseded, tried.interactions) == (
        done.added,
        done.known,
        done.superseded,
        done.interactions,
    )
