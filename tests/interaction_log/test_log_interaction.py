"""`winnow.log_interaction`: what it logs, and that an app does not notice it."""

from __future__ import annotations

import asyncio
import inspect
import logging
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import pytest

import winnow
from tests.support.interaction_logs import lines_of
from winnow.interaction_log import current_interaction, last_interaction_id
from winnow.interaction_log.log_file import open_log


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "app.jsonl"


def only_line(log: Path) -> dict[str, Any]:
    (line,) = lines_of(log)
    return line


def test_a_call_of_a_function_becomes_a_line(log: Path) -> None:
    @winnow.log_interaction(log, model="small")
    def route(query: str) -> str:
        return "billing"

    assert route("why was I charged twice") == "billing"
    line = only_line(log)
    assert line["id"] == last_interaction_id()
    assert line["result"].pop("seconds") >= 0
    expected = {"agent_role": "route", "model": "small", "task": "why was I charged twice", "output": "billing"}
    assert line == line | expected | {"version": 1, "kind": "interaction", "result": {"status": "ok"}}


def test_several_arguments_are_logged_by_name_as_they_were_before_the_call(log: Path) -> None:
    class Agent:
        @winnow.log_interaction(log)
        def plan(self, steps: list[int], *more: int, limit: int = 3, **options: int) -> list[int]:
            steps.append(limit)
            return steps

    steps = [1]
    assert Agent().plan(steps, 2, fast=1) is steps
    line = only_line(log)
    assert line["task"] == {"steps": [1], "more": [2], "limit": 3, "options": {"fast": 1}}
    assert line["output"] == [1, 3]


def test_selectors_choose_task_output_and_session(log: Path) -> None:
    @winnow.log_interaction(
        log,
        agent_role="helper",
        task=lambda request: request["text"],
        output=lambda answer: answer["label"],
        session=lambda request: request["user"],
    )
    def answer(request: dict[str, str]) -> dict[str, str]:
        return {"label": "billing"}

    assert answer({"text": "hi", "user": "u1"}) == {"label": "billing"}
    line = only_line(log)
    assert (line["agent_role"], line["task"], line["output"], line["session"]) == ("helper", "hi", "billing", "u1")


def test_a_selector_that_fails_concerns_only_its_field(log: Path, caplog: pytest.LogCaptureFixture) -> None:
    @winnow.log_interaction(log, output=lambda answer: answer["none"])
    def answer(text: str) -> dict[str, str]:
        return {}

    assert [answer("a"), answer("b")] == [{}, {}]
    assert ["output" in line for line in lines_of(log)] == [False, False]
    assert len(caplog.records) == 1
    assert "the field output of an interaction was left out, because KeyError was raised" in caplog.text


def test_an_exception_is_logged_and_raised(log: Path) -> None:
    error = ValueError("no such order")

    @winnow.log_interaction(log)
    def refund(order: int) -> None:
        current_interaction().add(result={"status": "ok", "review_score": 0.5})  # type: ignore[union-attr]
        raise error

    with pytest.raises(ValueError, match=r"no such order") as raised:
        refund(7)
    assert raised.value is error
    result = only_line(log)["result"]
    assert result["error"] == {"type": "builtins.ValueError", "message": "no such order"}
    assert (result["status"], result["review_score"]) == ("error", 0.5)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_what_stops_a_call_from_outside_is_no_error(log: Path, stop: type[BaseException]) -> None:
    @winnow.log_interaction(log)
    def work(text: str) -> None:
        raise stop

    with pytest.raises(stop):
        work("a")
    assert only_line(log)["result"].keys() == {"status", "seconds"}
    assert only_line(log)["result"]["status"] == "cancelled"


def test_a_function_adds_a_conversation_and_how_it_went(log: Path) -> None:
    messages = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
    tools = [{"name": "lookup", "parameters": {"type": "object", "properties": {}}}]

    @winnow.log_interaction(log)
    def talk(text: str) -> str:
        interaction = current_interaction()
        assert interaction is not None
        interaction.add(messages=messages, tools=tools, session="s", model="m", metadata={"prompt": 3})
        interaction.add(result={"status": "failed", "tests_passed": False})
        return "hello"

    assert talk("hi") == "hello"
    line = only_line(log)
    assert (line["messages"], line["tools"], line["metadata"]) == (messages, tools, {"prompt": 3})
    assert (line["session"], line["model"]) == ("s", "m")
    assert (line["result"]["status"], line["result"]["tests_passed"]) == ("failed", False)
    assert current_interaction() is None


def test_calls_within_calls_are_told_apart(log: Path) -> None:
    @winnow.log_interaction(log)
    def inner(text: str) -> str:
        return text

    @winnow.log_interaction(log)
    def outer(text: str) -> str:
        inner(text + "!")
        current_interaction().add(metadata={"of": "outer"})  # type: ignore[union-attr]
        return text

    outer("a")
    first, second = lines_of(log)
    assert (first["agent_role"], second["agent_role"]) == ("inner", "outer")
    assert "metadata" not in first
    assert second["metadata"] == {"of": "outer"}
    assert last_interaction_id() == second["id"]


def test_an_asynchronous_function(log: Path) -> None:
    @winnow.log_interaction(log)
    async def answer(number: int) -> int:
        await asyncio.sleep(0)
        current_interaction().add(metadata={"number": number})  # type: ignore[union-attr]
        if number == 2:
            raise ValueError("two")
        return number

    async def both() -> list[int | BaseException]:
        alone = await answer(0)
        assert last_interaction_id() == lines_of(log)[-1]["id"]
        return [alone, *await asyncio.gather(answer(1), answer(2), return_exceptions=True)]

    assert inspect.iscoroutinefunction(answer)
    assert str(asyncio.run(both())) == "[0, 1, ValueError('two')]"
    lines = {line["task"]: line for line in lines_of(log)}
    assert {task: line["metadata"]["number"] for task, line in lines.items()} == {0: 0, 1: 1, 2: 2}
    assert [lines[task]["result"]["status"] for task in (0, 1, 2)] == ["ok", "ok", "error"]


def test_a_canceled_task(log: Path) -> None:
    @winnow.log_interaction(log)
    async def answer(text: str) -> None:
        await asyncio.sleep(60)

    async def cancel() -> None:
        task = asyncio.create_task(answer("a"))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert only_line(log)["result"]["status"] == "cancelled"


def test_an_asynchronous_function_without_asyncio(log: Path) -> None:
    @winnow.log_interaction(log)
    async def answer(text: str) -> str:
        return text

    with pytest.raises(StopIteration):
        answer("a").send(None)
    assert only_line(log)["output"] == "a"


def test_the_pieces_of_a_stream_are_joined(log: Path) -> None:
    @winnow.log_interaction(log)
    def stream(text: str) -> Generator[str, str, int]:
        heard = yield "a"
        try:
            yield heard
        except KeyError:
            yield "c"
        return 7

    assert inspect.isgeneratorfunction(stream)
    pieces = stream("x")
    assert (next(pieces), pieces.send("b"), pieces.throw(KeyError())) == ("a", "b", "c")
    assert not log.exists()
    with pytest.raises(StopIteration) as end:
        next(pieces)
    assert end.value.value == 7
    assert only_line(log)["output"] == "abc"


def test_pieces_that_are_no_text_are_a_list_as_they_were(log: Path) -> None:
    @winnow.log_interaction(log, output=lambda pieces: pieces[1])
    def count(text: str) -> Generator[dict[str, int], None, None]:
        shared = {"n": 0}
        for shared["n"] in range(3):
            yield shared

    for _ in count("x"):
        pass
    assert only_line(log)["output"] == {"n": 1}


def test_a_stream_that_is_not_read_to_its_end(log: Path) -> None:
    @winnow.log_interaction(log)
    def stream(text: str) -> Generator[str, None, None]:
        current_interaction().add(session="s")  # type: ignore[union-attr]
        yield "a"
        yield "b"

    pieces = stream("x")
    next(pieces)
    del pieces
    line = only_line(log)
    assert (line["output"], line["result"]["status"], line["session"]) == ("a", "cancelled", "s")


def test_a_function_that_returns_a_stream(log: Path) -> None:
    @winnow.log_interaction(log)
    def stream(text: str) -> Generator[str, None, None]:
        return (letter for letter in text)

    assert "".join(stream("abc")) == "abc"
    line = only_line(log)
    assert (line["output"], line["result"]["status"]) == ("abc", "ok")
    assert list(stream("")) == []
    assert lines_of(log)[1]["output"] == ""


def test_asynchronous_streams(log: Path) -> None:
    ended: list[str] = []

    @winnow.log_interaction(log)
    async def stream(text: str) -> AsyncGenerator[str, str]:
        if interaction := current_interaction():
            interaction.add(session=text)
        try:
            heard = yield "a"
            yield heard
        except KeyError:
            yield "c"
        finally:
            ended.append(text)

    @winnow.log_interaction(log)
    async def returned(text: str) -> AsyncGenerator[str, str]:
        return stream.__wrapped__(text)  # type: ignore[attr-defined, no-any-return]

    async def read() -> None:
        pieces = stream("x")
        assert [await anext(pieces), await pieces.asend("b"), await pieces.athrow(KeyError())] == ["a", "b", "c"]
        with pytest.raises(StopAsyncIteration):
            await anext(pieces)
        closed = stream("y")
        await anext(closed)
        await closed.aclose()
        assert ended == ["x", "y"]
        assert [piece async for piece in await returned("z")] == ["a", None]

    assert inspect.isasyncgenfunction(stream)
    asyncio.run(read())
    assert {line["session"] == line["task"] for line in lines_of(log)} == {True}
    ends = [(line["task"], line["output"], line["result"]["status"]) for line in lines_of(log)]
    assert ends == [("x", "abc", "ok"), ("y", "a", "cancelled"), ("z", ["a", None], "ok")]


def test_a_function_that_returns_a_coroutine(log: Path) -> None:
    async def answer(text: str) -> str:
        current_interaction().add(metadata={"from": "within"})  # type: ignore[union-attr]
        return text + "!"

    logged = winnow.log_interaction(log, agent_role="r")(lambda text: answer(text))
    assert asyncio.run(logged("a")) == "a!"
    line = only_line(log)
    assert (line["task"], line["output"], line["metadata"]) == ("a", "a!", {"from": "within"})


def test_a_stream_without_pieces_and_a_function_without_parameters(log: Path) -> None:
    @winnow.log_interaction(log)
    def nothing() -> Generator[str, None, None]:
        yield from ()

    assert list(nothing()) == []
    line = only_line(log)
    assert line["output"] == ""
    assert "task" not in line


def test_a_class_that_is_more_than_a_generator_is_returned_as_it_is(log: Path) -> None:
    class Stream(Generator[str, None, None]):
        headers = "h"

        def send(self, value: object) -> str:
            raise StopIteration

        def throw(self, *error: Any) -> str:
            raise StopIteration

    stream = Stream()
    assert winnow.log_interaction(log, agent_role="r")(lambda text: stream)("a") is stream
    assert only_line(log)["output"] == {"not_json": f"{__name__}.{Stream.__qualname__}"}


def test_a_plain_call_and_feedback_that_arrives_later(log: Path) -> None:
    first = winnow.log_interaction(
        log,
        agent_role="router",
        task="hi",
        output=None,
        session="s",
        messages=[{"role": "user", "content": "hi"}],
        result={"status": "ok", "tests_passed": True, "review_score": 0.9},
        feedback={"rating": 2, "comments": "no", "corrections": {"label": "greeting"}, "by": "p1"},
    )
    second = winnow.log_interaction(log, about=first, feedback={"rating": 5})
    interaction, update = lines_of(log)
    assert (interaction["id"], update["id"], update["about"], update["kind"]) == (first, second, first, "update")
    assert interaction["feedback"]["corrections"] == {"label": "greeting"}
    assert update["feedback"] == {"rating": 5}
    assert str(first) < str(second)


def test_feedback_on_an_interaction_that_was_not_logged_writes_nothing(log: Path) -> None:
    assert winnow.log_interaction(log, about=None, feedback={"rating": 5}) is None
    assert not log.exists()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"task": "a"}, r"agent_role: missing; expected: the role of the agent"),
        ({"agent_role": "r", "task": len, "output": 1}, r"task: a function, .*; expected: a value"),
        ({"agent_role": "r", "task": 1, "result": {"status": "good"}}, r"result.status: .*'ok', 'failed', 'error' or"),
        (
            {"agent_role": "r", "task": 1, "result": {"tests_passed": 3}},
            r"result.tests_passed: a value of type int; .*bool",
        ),
        ({"agent_role": "r", "task": 1, "feedback": {"rating": 6}}, r"feedback.rating: .*less than or equal to 5"),
        (
            {"agent_role": "r", "task": 1, "feedback": {"rating": "5"}},
            r"feedback.rating: a value of type str; .*integer",
        ),
        ({"agent_role": "r", "task": 1, "feedback": {"stars": 5}}, r"feedback.stars: .*Extra inputs are not permitted"),
        ({"about": "7", "feedback": {"rating": 5}}, r"about: .*should match pattern"),
        ({"agentrole": "r"}, r"agentrole: log_interaction\(\) has no such parameter; .*did you mean 'agent_role'"),
    ],
)
def test_a_call_that_is_not_of_the_form_is_refused(log: Path, call: dict[str, Any], message: str) -> None:
    with pytest.raises(winnow.WinnowError, match=message):
        winnow.log_interaction(log, **call)
    assert not log.exists()


def test_only_functions_are_decorated(log: Path) -> None:
    with pytest.raises(winnow.WinnowError, match=r"decorates a classmethod; expected: a function"):
        winnow.log_interaction(log)(classmethod(len))  # type: ignore[type-var]


def test_a_log_that_cannot_be_written_is_reported_once_and_no_concern_of_the_app(
    log: Path, caplog: pytest.LogCaptureFixture
) -> None:
    @winnow.log_interaction(log)
    def answer(text: str) -> str:
        return text

    log.mkdir(parents=True)  # a folder has the name
    assert [answer("a"), answer("b"), answer("c")] == ["a", "b", "c"]
    assert last_interaction_id() is None
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "an interaction could not be logged: " in caplog.text
    log.rmdir()
    assert answer("d") == "d"
    assert [line["task"] for line in lines_of(log)] == ["d"]
    assert caplog.messages[1:] == [f"{log}: interactions are logged again; 3 were not"]


def test_what_a_function_adds_in_a_wrong_form_is_no_concern_of_the_app(
    log: Path, caplog: pytest.LogCaptureFixture
) -> None:
    @winnow.log_interaction(log)
    def answer(text: str) -> str:
        current_interaction().add(result={"status": "good"})  # type: ignore[union-attr]
        return text

    assert answer("a") == "a"
    assert not log.exists()
    assert "could not be logged: result.status: a value of type str; expected: 'ok'" in caplog.text


def test_a_report_does_not_quote_what_was_to_be_logged(log: Path, caplog: pytest.LogCaptureFixture) -> None:
    def make_line() -> Any:
        raise ValueError("ann.lee@firm.co.uk is no address")

    assert open_log(log, None, False).write(make_line) is None
    assert "could not be logged: ValueError; " in caplog.text
    assert "ann.lee" not in caplog.text


def test_a_daily_log_has_a_file_per_day(log: Path) -> None:
    identity = winnow.log_interaction(log, agent_role="r", task="a", daily=True)
    (written,) = log.parent.glob("app-*.jsonl")
    assert [line["id"] for line in lines_of(written)] == [identity]
    assert written.name == f"app-{lines_of(written)[0]['timestamp'][:10]}.jsonl"
    assert {path.name for path in log.parent.iterdir()} == {written.name, ".app.jsonl.key"}


def test_importing_winnow_imports_no_log_and_nothing_heavy() -> None:
    def loaded(script: str) -> set[str]:
        show = f"import sys, winnow; {script}; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
        return set(done.stdout.split())

    assert "winnow.interaction_log" not in loaded("winnow.open")
    with_log = loaded("winnow.log_interaction")
    assert "winnow.interaction_log" in with_log
    assert with_log.isdisjoint({"pandas", "torch", "sqlalchemy", "numpy", "pydantic", "asyncio"})
