"""Private data never reaches the disk."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import winnow
from tests.support.interaction_logs import lines_of, read_log
from winnow.core.vocabulary import PiiAction
from winnow.curation.pii.scrub import DEFAULT_POLICY, Scrubber
from winnow.interaction_log import current_interaction
from winnow.interaction_log.log_privacy import key_file_of
from winnow.interaction_log.new_line import new_line
from winnow.interaction_log.scrubbed_line import scrubbed_line

EMAIL, PHONE, CARD = "ann.lee@firm.co.uk", "905-674-3793", "4539 5787 6362 1486"

POLICY = """
kind: intents
name: helpdesk
labels:
  - {name: billing, description: invoices}
  - {name: other, description: anything else}
private: {policy: {CREDIT_CARD: drop, PHONE_NUMBER: allow}}
"""


def bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_private_data_is_replaced_in_every_place(tmp_path: Path) -> None:
    log = tmp_path / "app.jsonl"

    @winnow.log_interaction(log, agent_role=f"role {EMAIL}")
    def answer(text: str, nested: dict[str, Any]) -> list[str]:
        current_interaction().add(  # type: ignore[union-attr]
            messages=[{"role": "user", "content": [{"text": f"I am {EMAIL}"}]}],
            tools=[{"name": "mail", "description": f"asks {EMAIL}"}],
            session=EMAIL,
            metadata={EMAIL: [f"to {EMAIL}"]},
            feedback={"comments": f"call {PHONE}", "corrections": {"text": f"card {CARD}"}, "by": EMAIL},
        )
        raise ValueError(f"cannot reach {EMAIL}")

    with pytest.raises(ValueError, match=EMAIL):
        answer(f"mail {EMAIL}", {"a": [{"b": f"call {PHONE}"}], EMAIL: 1})
    written = bytes_below(tmp_path)
    assert [value for value in (EMAIL, PHONE, CARD) if value.encode() in written] == []
    (line,) = lines_of(log)
    stand_in = line["task"]["text"].removeprefix("mail ")
    assert line["task"]["nested"][stand_in] == 1
    assert line["result"]["error"]["message"] == f"cannot reach {stand_in}"
    assert line["metadata"] == {stand_in: [f"to {stand_in}"]}
    assert line["session"] == line["feedback"]["by"]
    assert line["replaced"] == {"CREDIT_CARD": 1, "EMAIL_ADDRESS": 8, "PHONE_NUMBER": 2}


def test_a_value_that_one_text_shows_is_replaced_in_all_however_it_is_written(tmp_path: Path) -> None:
    log = tmp_path / "app.jsonl"
    messages = [{"role": "user", "content": f"call me at {PHONE}"}]
    winnow.log_interaction(log, agent_role="r", task={"number": 9056743793}, output="9056743793", messages=messages)
    (line,) = lines_of(log)
    assert "9056743793" not in log.read_text()
    digits = "".join(filter(str.isdigit, line["messages"][0]["content"]))[-10:]
    assert str(line["task"]["number"])[-10:] == line["output"][-10:] == digits


def test_no_system_call_of_the_app_writes_private_data(tmp_path: Path) -> None:
    """Not even for a moment, and not to another file: every write of the process is looked at."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("no strace on this machine")
    script = f"""import sys, winnow
@winnow.log_interaction(sys.argv[1])
def answer(text): raise ValueError(f"cannot reach {{text}}")
for text in ("{EMAIL}", "call {PHONE}", "card {CARD}"):
    try: answer(text)
    except ValueError: pass
"""
    trace = tmp_path / "trace"
    calls = "trace=write,writev,pwrite64,pwritev,sendto,sendmsg,mmap"
    command = [strace, "-f", "-s", "100000", "-e", calls, "-o", trace, sys.executable, "-c", script, tmp_path / "log"]
    subprocess.run(command, check=True, capture_output=True)
    seen = trace.read_text()
    assert seen.count("cannot reach") == 3
    assert [value for value in (EMAIL, PHONE, CARD) if value in seen] == []


def test_equal_values_have_equal_stand_ins_in_one_log_and_others_in_another(tmp_path: Path) -> None:
    script = f"import sys, winnow; winnow.log_interaction(sys.argv[1], agent_role='r', task='{EMAIL}')"
    logs = [tmp_path / "one.jsonl", tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for log in logs:
        subprocess.run([sys.executable, "-c", script, log], check=True)
    one, again = [line["task"] for line in lines_of(logs[0])]
    (other,) = [line["task"] for line in lines_of(logs[2])]
    assert one == again != other
    assert key_file_of(logs[0]).stat().st_mode & 0o777 == 0o600


def test_without_its_key_nothing_is_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = tmp_path / "app.jsonl"
    key_file_of(log).write_text("lost")
    assert winnow.log_interaction(log, agent_role="r", task=EMAIL) is None
    assert not log.exists()
    assert "not the key of a log; expected: 64 hexadecimal digits" in caplog.text
    assert EMAIL not in caplog.text


def test_the_policy_and_the_key_are_those_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "winnow.yaml").write_text(POLICY)
    inside, elsewhere = tmp_path / "ws" / "logs" / "a.jsonl", tmp_path / "b.jsonl"
    task = f"{EMAIL} or call {PHONE}"
    winnow.log_interaction(inside, agent_role="r", task=task)
    winnow.log_interaction(elsewhere, agent_role="r", task=task, workspace=tmp_path / "ws")
    ws = winnow.open(tmp_path / "ws")
    ws.add(pd.DataFrame({"text": [EMAIL]}), license="own")
    (stored,) = ws.records()["text"]
    tasks = [line["task"] for log in (inside, elsewhere) for line in lines_of(log)]
    assert tasks == [f"{stored} or call {PHONE}"] * 2
    assert not key_file_of(inside).exists()


def test_a_line_that_the_policy_drops_keeps_no_text(tmp_path: Path) -> None:
    (tmp_path / "winnow.yaml").write_text(POLICY)
    log = tmp_path / "app.jsonl"

    @winnow.log_interaction(log, metadata={"note": "something else"})
    def pay(text: str) -> None:
        current_interaction().add(feedback={"rating": 1, "comments": "bad"}, session="s")  # type: ignore[union-attr]
        raise ValueError("refused")

    with pytest.raises(ValueError, match=r"refused"):
        pay(f"card {CARD}")
    (line,) = lines_of(log)
    assert line["result"].pop("seconds") >= 0
    kept = {"result": {"status": "error"}, "feedback": {"rating": 1}, "agent_role": "", "withheld": "CREDIT_CARD"}
    kept |= {"session": "s"}
    assert line == {name: line[name] for name in ("version", "kind", "id", "timestamp")} | kept
    winnow.log_interaction(log, about=line["id"], feedback={"comments": f"my card is {CARD}"})
    assert lines_of(log)[1]["withheld"] == "CREDIT_CARD"
    assert CARD.encode() not in bytes_below(tmp_path)


def test_a_task_file_that_cannot_be_read_stops_the_log_and_not_the_app(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "winnow.yaml").write_text("labels: [")
    log = tmp_path / "app.jsonl"

    @winnow.log_interaction(log)
    def answer(text: str) -> str:
        return text

    assert answer(EMAIL) == EMAIL
    assert not log.exists()
    assert "not valid YAML" in caplog.text
    (tmp_path / "winnow.yaml").write_text(POLICY)
    answer(EMAIL)
    assert len(lines_of(log)) == 1


def test_characters_at_which_programs_end_a_line_are_escaped(tmp_path: Path) -> None:
    text = "a\u2028b\u2029c\u0085d\ne\x0bf\x1cg"
    winnow.log_interaction(tmp_path / "log", agent_role="r", task=text)
    written = (tmp_path / "log").read_text(encoding="utf-8")
    assert len(written.splitlines()) == 1
    assert json.loads(written)["task"] == text
    assert read_log(tmp_path / "log").incomplete == []


def test_what_the_writer_made_itself_is_not_searched() -> None:
    scrubber = Scrubber(DEFAULT_POLICY, b"key")
    line = new_line({"kind": "interaction", "agent_role": PHONE, "task": f"mail {EMAIL}", "model": EMAIL})
    written = json.loads(scrubbed_line(line, scrubber, own={"agent_role", "model"}))
    assert (written["agent_role"], written["model"]) == (PHONE, EMAIL)
    assert EMAIL not in written["task"]
    assert written["replaced"] == {"EMAIL_ADDRESS": 1}
    dropping = Scrubber({**DEFAULT_POLICY, "EMAIL_ADDRESS": PiiAction.DROP}, b"key")
    withheld = json.loads(scrubbed_line(line, dropping, own={"agent_role", "model"}))
    assert (withheld["agent_role"], withheld["withheld"], "model" in withheld) == ("", "EMAIL_ADDRESS", False)
