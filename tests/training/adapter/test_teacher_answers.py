"""A teacher's answers are learned where they are right, in train alone, and everything else is counted or refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from winnow.core.errors import WinnowError
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.curation.releases.release import Release
from winnow.training import methods
from winnow.training.adapter.adapter_method import taught_train, trained_rows_of
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.adapter.teacher_answers import taught_requests
from winnow.training.answering.answer_request import AnswerRequest, requests_of_rows
from winnow.training.run_facts import AdapterRunFacts
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.tools.call_formats import CALL_FORMATS, Answer
from winnow.workspace import Workspace


@pytest.fixture(scope="module")
def release(frozen_dialogues: Workspace) -> Release:
    return frozen_dialogues.release("first")


def asked(release: Release, split: str = "train") -> list[AnswerRequest]:
    return [one for one in requests_of_rows(release.rows(split), release.task(), split) if one.expected.calls]


def worded(request: AnswerRequest, prose: str, **arguments: str) -> str:
    calls = tuple(replace(call, arguments={**call.arguments, **arguments}) for call in request.expected.calls)
    return str(CALL_FORMATS[request.call_format].render(Answer(prose, calls), request.dialogue.tools))


def line(request: AnswerRequest, answer: str) -> str:
    return json.dumps({"id": request.record, "turn": request.turn + 1, "answer": answer})


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def teacher(release: Release, tmp_path: Path) -> Path:
    """A right answer in other words, a wrong one, a malformed one, and one to no answer of the release."""
    first, second, third = asked(release)[:3]
    return written(
        tmp_path / "teacher.jsonl",
        line(first, worded(first, "Let me see.")),
        line(second, worded(second, "Let me see.", city="Nowhere")),
        line(third, '```json\n{"name": '),
        json.dumps({"id": "none", "turn": 2, "answer": "Yes.", "model": "other columns are ignored"}),
    )


def test_only_right_answers_are_learned_and_all_are_counted(release: Release, teacher: Path) -> None:
    before = requests_of_rows(release.rows("train"), release.task(), "train")
    after, facts = taught_requests(before, teacher, release)
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old.expected != new.expected]
    assert [(new.record, new.expected.content) for _, new in changed] == [(asked(release)[0].record, "Let me see.")]
    ((old, new),) = changed
    assert new.expected.calls == old.expected.calls  # ids too: results refer to them
    assert (facts.answers, facts.used, facts.unmatched) == (4, 1, 1)
    assert facts.rejected == {"malformed": 1, "wrong_value": 1}


def test_a_row_holds_the_words_of_the_teacher(release: Release, teacher: Path, tiny_chat: Path) -> None:
    chat, place = open_chat_tokenizer(str(tiny_chat)), asked(release)[0]
    settings = AdapterSettings(teacher=str(teacher))
    rows = trained_rows_of(release, "train", chat, settings, taught=taught_train(release, settings))
    (taught,) = (row for row in rows if (row.record, row.turn) == (place.record, place.turn))
    assert chat.tokenizer.decode(taught.answer_ids).startswith("Let me see.")


def test_labels_have_no_teacher() -> None:
    queries: Any = SimpleNamespace(kind=INTENTS)
    with pytest.raises(WinnowError, match=r"teacher: a teacher's answers, for a release of queries"):
        taught_train(queries, AdapterSettings(teacher="teacher.jsonl"))


def test_answers_to_held_out_records_are_refused(release: Release, tmp_path: Path) -> None:
    held_out = [asked(release, split)[0] for split in ("validation", "test")]
    path = written(tmp_path / "teacher.jsonl", *(line(one, worded(one, "Hm.")) for one in held_out))
    with pytest.raises(WinnowError, match=r"record of validation or test") as refused:
        taught_requests(asked(release), path, release)
    assert len(refused.value.problems) == 2


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("{",), r"teacher.jsonl:1"),
        (('{"id": "a", "answer": "x"}',), r"turn: Field required"),
        (('{"id": "a", "turn": "2", "answer": "x"}',), r"turn: Input should be a valid integer"),
        (('{"id": "a", "turn": 2, "answer": "x"}',) * 2, r"teacher.jsonl:2: a second answer for a:2"),
    ],
)
def test_lines_that_are_no_answers_are_refused(
    lines: tuple[str, ...], found: str, release: Release, tmp_path: Path
) -> None:
    with pytest.raises(WinnowError, match=found):
        taught_requests([], written(tmp_path / "teacher.jsonl", *lines), release)


def test_a_missing_file_is_refused_before_anything_is_trained(
    release: Release, tiny_chat: Path, tmp_path: Path
) -> None:
    settings = {"model": str(tiny_chat), "teacher": str(tmp_path / "none.jsonl")}
    with pytest.raises(WinnowError, match=r"none.jsonl: No such file"):
        methods.train(release, tmp_path / "runs", method="adapter", seed=0, settings=settings)
    assert not (tmp_path / "runs").exists()


def test_a_run_states_its_teacher_and_depends_on_the_content(
    release: Release, teacher: Path, tiny_chat: Path, tmp_path: Path
) -> None:
    settings = {"model": str(tiny_chat), "teacher": str(teacher), "epochs": 1, "rank": 2, "batch_size": 16}
    run, _ = methods.train(release, tmp_path / "runs", method="adapter", seed=0, settings=settings)
    facts = run.facts_of(AdapterRunFacts)
    assert facts.teacher is not None
    assert (facts.teacher.used, facts.settings["teacher"]) == (1, "teacher.jsonl")
    assert facts.versions["teacher"] == facts.teacher.sha256
