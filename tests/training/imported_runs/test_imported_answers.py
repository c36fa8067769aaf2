"""Another system's answers in dialogues become a run, whatever form they are written in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.curation.releases.release import Release
from winnow.training.answering.answer import answers_of
from winnow.training.answering.answer_request import AnswerRequest, requests_of_rows
from winnow.training.imported_runs.import_run import import_predictions
from winnow.training.imported_runs.match_answers import written_answer
from winnow.training.run_facts import ImportedRunFacts
from winnow.validators.tools.call_formats import CALL_FORMATS, Answer
from winnow.validators.tools.openai_messages import openai_messages
from winnow.workspace import Workspace


@pytest.fixture(scope="module")
def release(frozen_dialogues: Workspace) -> Release:
    return frozen_dialogues.release("first")


@pytest.fixture(scope="module")
def requests(release: Release) -> list[AnswerRequest]:
    return requests_of_rows(release.rows("validation"), release.task(), "validation")


def gold(request: AnswerRequest) -> str:
    answer = Answer(request.expected.content, request.expected.calls)
    return str(CALL_FORMATS[request.call_format].render(answer, request.dialogue.tools))


def message(request: AnswerRequest) -> dict[str, Any]:
    return openai_messages(request.dialogue)[request.turn]


def by_turn(request: AnswerRequest) -> dict[str, object]:
    return {"id": request.record, "turn": request.turn + 1, "answer": gold(request)}


def by_key(request: AnswerRequest) -> dict[str, object]:
    return {"id": request.key, "message": message(request)}


def by_messages(request: AnswerRequest) -> dict[str, object]:
    system = {"role": "system", "content": "another prompt"}
    return {"messages": [system, *openai_messages(request.before)], "response": json.dumps(message(request))}


@pytest.mark.parametrize("row", [by_turn, by_key, by_messages])
def test_answers_are_found_by_turn_by_key_and_by_messages(
    row: Any, release: Release, requests: list[AnswerRequest], tmp_path: Path
) -> None:
    file = write_jsonl(tmp_path / "answers.jsonl", [row(one) for one in requests])
    run, new = import_predictions(release, file, tmp_path / "runs", name="theirs")
    assert new
    assert [one.text for one in answers_of(run, requests)] == [gold(one) for one in requests]
    assert run.facts_of(ImportedRunFacts).predicted_rows["validation"] == len({one.record for one in requests})
    assert not import_predictions(release, file, tmp_path / "runs", name="theirs").new


def test_a_csv_file_with_calls_in_a_column_of_their_own_is_read(
    release: Release, requests: list[AnswerRequest], tmp_path: Path
) -> None:
    import pandas as pd

    rows = [
        {
            "id": one.key,
            "answer": one.expected.content,
            "tool_calls": json.dumps([{"name": c.name, "arguments": c.arguments} for c in one.expected.calls]),
        }
        for one in requests
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "answers.csv", index=False)
    run, _ = import_predictions(release, tmp_path / "answers.csv", tmp_path / "runs", name="theirs")
    assert [one.text for one in answers_of(run, requests)] == [gold(one) for one in requests]


def test_missing_answers_are_refused_or_count_as_empty(
    release: Release, requests: list[AnswerRequest], tmp_path: Path
) -> None:
    rows = [by_turn(one) for one in requests[1:]]
    rows[0]["finish_reason"] = "length"
    file = write_jsonl(tmp_path / "some.jsonl", [*rows, {"id": "elsewhere", "answer": "x"}])
    with pytest.raises(WinnowError, match=f"no answer to 1 of .*{requests[0].key}"):
        import_predictions(release, file, tmp_path / "runs", name="theirs")
    run, _ = import_predictions(release, file, tmp_path / "runs", name="theirs", missing="wrong")
    found = answers_of(run, requests)
    assert (found[0].text, found[0].finished, found[1].finished, found[2].finished) == ("", True, False, True)
    assert run.facts_of(ImportedRunFacts).unmatched == 1


def test_every_row_that_cannot_be_used_is_named(
    release: Release, requests: list[AnswerRequest], tmp_path: Path
) -> None:
    long = next(one for one in requests if one.turn > 1)
    rows: list[dict[str, object]] = [by_turn(one) for one in requests]
    rows += [
        {"id": long.record, "answer": "which one?"},
        {"id": long.record, "turn": 1, "answer": "a turn of the user"},
        {"id": long.record, "turn": "first", "answer": "no number"},
        {"id": requests[0].key, "answer": "something else"},
        {"answer": "for whom?"},
        {"messages": "nonsense", "answer": "x"},
    ]
    file = write_jsonl(tmp_path / "broken.jsonl", rows)
    with pytest.raises(WinnowError) as raised:
        import_predictions(release, file, tmp_path / "runs", name="theirs")
    first = len(requests) + 1
    assert sorted(problem.where for problem in raised.value.problems) == sorted(
        f"broken.jsonl, row {first + number}" for number in range(6)
    )


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ([{"id": "unknown", "answer": "x"}], r"no row belongs to an answer"),
        ([{"id": "unknown", "said": "x"}], r"no answer among"),
        ([{"answer": "x"}], r"no id or messages"),
    ],
)
def test_a_file_without_answers_is_refused(
    rows: list[dict[str, object]], match: str, release: Release, tmp_path: Path
) -> None:
    with pytest.raises(WinnowError, match=match):
        import_predictions(release, write_jsonl(tmp_path / "f.jsonl", rows), tmp_path / "runs", name="theirs")


def test_a_message_in_any_dialect_is_written_in_the_call_format_and_a_broken_one_stays_as_it_is(
    requests: list[AnswerRequest],
) -> None:
    request = next(one for one in requests if one.expected.calls)
    call = request.expected.calls[0]
    calling = {"role": "assistant", "content": [{"type": "text", "text": request.expected.content}]}
    calling["content"].append(  # type: ignore[attr-defined]
        {"type": "tool_use", "id": "toolu_1", "name": call.name, "input": dict(call.arguments)}
    )
    assert written_answer(calling, request) == gold(request)
    broken = {"role": "assistant", "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{"}}]}
    assert json.loads(written_answer(broken, request)) == broken
    assert written_answer(' {"tool": 1}', request) == ' {"tool": 1}'  # text is not corrected
