"""Base against adapter: here, behind a server, and from files. Equal answers are an error."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.fakes.chat.server import Chat
from tests.support.packed_adapters import make_adapter_run, make_linear_run
from winnow.cli.main import app
from winnow.core.errors import GateError, ServiceError, WinnowError
from winnow.core.result import Measured
from winnow.operations.verify_adapter import write_adapter_prompts
from winnow.training.packaging.adapter_check import compare_answers
from winnow.training.packaging.answer_lines import read_answers
from winnow.training.runs import Run
from winnow.workspace import Workspace

FEW = 2
"""Prompts that tests ask: the tiny model reads bytes, and a system prompt has thousands."""


def test_an_adapter_changes_answers_and_one_of_zeros_is_an_error(
    packed: tuple[Workspace, Run], tiny_base: Path
) -> None:
    workspace, run = packed
    found = workspace.verify_adapter(run.id, count=FEW)
    assert (found.prompts, found.different) == (FEW, FEW)
    found.require_differences()
    zeros = make_adapter_run(workspace, tiny_base, scale=0.0)
    same = workspace.verify_adapter(zeros.id, count=FEW)
    assert (same.prompts, same.different) == (FEW, 0)
    with pytest.raises(GateError, match=rf"adapter of {zeros.id}: base and adapter give the same {FEW} answers"):
        same.require_differences()


def served(answers: dict[str, str]) -> Chat:
    """A server whose models answer with the same text each time."""

    def write(body: dict[str, Any]) -> str:
        return answers[body["model"]]

    return Chat(models=tuple(answers), writer=write, dialogues=True)


def test_a_server_is_asked_for_base_and_adapter_by_name(packed: tuple[Workspace, Run]) -> None:
    workspace, run = packed
    with served({"desk": "one", "plain": "two"}) as chat:
        found = workspace.verify_adapter(run.id, count=FEW, endpoint=chat.url, model="desk", base="plain")
        assert found.different == FEW
        assert found.like_here == Measured(0, found.like_here.low, found.like_here.high, FEW)  # type: ignore[union-attr]
        alone = workspace.verify_adapter(run.id, count=FEW, endpoint=chat.url, model="desk")
        assert alone.different == FEW
        sent = next(iter(chat.bodies.values()))
    assert sent["messages"][0]["role"] == "system"
    assert sent["temperature"] == 0


def test_a_server_that_answers_with_the_base_alone_is_found_out(packed: tuple[Workspace, Run]) -> None:
    workspace, run = packed
    with served({"desk": "the same", "plain": " the same\n"}) as chat:
        where = ["-w", str(workspace.folder.root), "verify-adapter", run.id, "--count", str(FEW)]
        told = CliRunner().invoke(app, [*where, "--endpoint", chat.url, "--model", "desk", "--base", "plain"])
    assert isinstance(told.exception, GateError)
    assert "different answers" in told.output
    assert "loads the adapter" in str(told.exception)


def test_a_server_that_fails_is_named_without_a_traceback(packed: tuple[Workspace, Run]) -> None:
    workspace, run = packed
    with served({"desk": "one"}) as chat:
        for model, endpoint, expected in (
            ("other", chat.url, r"404"),
            ("desk", chat.url.removesuffix("/v1"), r"404"),
            ("desk", "http://127.0.0.1:1/v1", r"refused"),
            ("desk", "file:///etc", r"file is no address of a server"),
            ("desk", "no address", r"unknown url type"),
        ):
            with pytest.raises(ServiceError, match=expected):
                workspace.verify_adapter(run.id, count=1, endpoint=endpoint, model=model)
    with pytest.raises(WinnowError, match=r"model: missing"):
        workspace.verify_adapter(run.id, endpoint="http://127.0.0.1:1/v1")
    with pytest.raises(WinnowError, match=r"endpoint: missing"):
        workspace.verify_adapter(run.id, base="plain")


def test_answers_of_a_runtime_that_is_asked_elsewhere_come_from_files(
    packed: tuple[Workspace, Run], tmp_path: Path
) -> None:
    workspace, run = packed
    prompts = tmp_path / "prompts.jsonl"
    where = ["-w", str(workspace.folder.root), "verify-adapter", run.id]
    told = CliRunner().invoke(app, [*where, "--prompts", str(prompts), "--count", "3"])
    assert told.exit_code == 0, told.output
    rows = [json.loads(line) for line in prompts.read_text().splitlines()]
    assert [set(row) for row in rows] == [{"id", "messages", "text"}] * 3
    assert all(row["text"].endswith("<|im_start|>assistant\n") for row in rows)
    files = [tmp_path / "base.jsonl", tmp_path / "adapter.jsonl"]
    for file, word in zip(files, ("a", "b"), strict=True):
        file.write_text("".join(json.dumps({"id": row["id"], "answer": word}) + "\n" for row in rows))
    found = CliRunner().invoke(app, [*where, "--file", str(files[0]), "--file", str(files[1]), "--json"])
    assert (json.loads(found.output)["prompts"], json.loads(found.output)["different"]) == (3, 3)
    shutil.copy(files[0], files[1])
    equal = CliRunner().invoke(app, [*where, "--file", str(files[0]), "--file", str(files[1])])
    assert isinstance(equal.exception, GateError)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", r"no answer to 1 prompt: a"),
        ('{"id": "b", "answer": "x"}', r"no answer to 1 prompt: b.*\n.*no answer to 1 prompt: a"),
        ("{", r"adapter\.jsonl:1: not JSON"),
        ("[" * 100_000, r"adapter\.jsonl:1: nested too deeply"),
        ('[1]\n{"id": 1, "answer": "x"}', r"adapter\.jsonl:1: \[1\]: no id and answer.*\n.*:2: "),
        ('{"id": "a", "answer": "x"}\n\n{"id": "a", "answer": "y"}', r"adapter\.jsonl:3: 'a' is there already"),
    ],
)
def test_wrong_files_of_answers_are_refused_with_the_line(
    packed: tuple[Workspace, Run], tmp_path: Path, text: str, expected: str
) -> None:
    workspace, run = packed
    files = [tmp_path / "base.jsonl", tmp_path / "adapter.jsonl"]
    files[0].write_text('{"id": "a", "answer": "x"}\n')
    files[1].write_text(text)
    with pytest.raises(WinnowError, match=expected):
        workspace.verify_adapter(run.id, file=files)


def test_a_line_of_answers_ends_at_a_line_feed_alone(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    rows = [{"id": "a", "answer": "one\u2028two\x85"}, {"id": "b", "answer": "three"}]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8-sig")
    assert read_answers(path) == {"a": "one\u2028two\x85", "b": "three"}


def test_what_cannot_be_compared_is_refused(packed: tuple[Workspace, Run], tmp_path: Path) -> None:
    workspace, run = packed
    for arguments, expected in (
        ({"file": [tmp_path / "a"]}, r"1 file;"),
        ({"file": [tmp_path / "a", tmp_path / "b"]}, r"No such file"),
        ({"count": 0}, r"at least 1 prompt"),
    ):
        with pytest.raises(WinnowError, match=expected):
            workspace.verify_adapter(run.id, **arguments)
    with pytest.raises(WinnowError, match=r"a run of method linear on a release of kind tools"):
        workspace.verify_adapter(make_linear_run(workspace).id)


def test_the_same_run_is_asked_the_same_prompts(packed: tuple[Workspace, Run], tmp_path: Path) -> None:
    workspace, run = packed
    for name in ("a", "b"):
        assert write_adapter_prompts(workspace._context, run.id, tmp_path / name, count=4) == 4
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_white_space_around_answers_does_not_count() -> None:
    found = compare_answers("r", {"a": "x\n", "b": "y", "c": "z"}, {"a": "x", "b": "w"}, here={"a": "x ", "b": "v"})
    assert (found.prompts, found.different) == (2, 1)
    assert isinstance(found.like_here, Measured)
    assert (found.like_here.value, found.like_here.rows) == (0.5, 2)
