"""The spend ledger's database: created on first use, consistent by its own rules, erasable, errors as sentences."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from winnow.core.errors import ServiceError, WinnowError
from winnow.generators.llm.anthropic import message_body
from winnow.generators.llm.ledger_types import Budgets
from winnow.generators.llm.request import LlmRequest, ModelChoice, RequestDraft, make_request
from winnow.generators.llm.response_files import ResponseFiles
from winnow.generators.llm.spend import spend_database
from winnow.generators.llm.spend.spend_database import SCHEMA_VERSION, SpendDatabase, metadata
from winnow.generators.llm.spend.spend_ledger import SpendLedger
from winnow.generators.llm.spend.spend_totals import blank_requests, spend_by_run

TEXT = "Zebulon's VPN drops"


def ask(text: str) -> LlmRequest:
    return make_request(ModelChoice(), shared="the task", own=text, schema={}, items=1)


def drafts(*texts: str) -> list[RequestDraft]:
    return [(ask(text), json.dumps([text])) for text in texts]


def message(cost: int | None) -> dict[str, Any]:
    """A message of Claude whose output tokens are its cost; without usage for None."""
    used = {"input_tokens": 1, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 3, "output_tokens": cost}
    return {"content": [{"type": "text", "text": "{}"}], "usage": None if cost is None else used}


def open_ledger(
    folder: Path, run: str = "run", budget: int | None = None, process: str = "this", **more: Any
) -> SpendLedger:
    return SpendLedger(
        SpendDatabase(folder / "spend.db"),
        ResponseFiles(folder / "answers"),
        run,
        process=process,
        processes=folder / "processes",
        usage_cost=lambda purpose, usage, batch: usage.output_tokens,
        budgets=Budgets(run=budget),
        **more,
    )


@pytest.fixture
def ledger(tmp_path: Path) -> SpendLedger:
    """A ledger with one received response and one attempt in flight."""
    made = open_ledger(tmp_path)
    first, second = made.plan("write 0", drafts(TEXT, "second"))
    made.save(made.claim(first.id, 100).attempt_id, first.id, message(70))
    made.claim(second.id, 100)
    return made


def test_nothing_is_created_before_the_first_write(tmp_path: Path) -> None:
    database = SpendDatabase(tmp_path / "spend.db")
    assert spend_by_run(database) == {}
    blank_requests(database, str.upper)
    database.vacuum()
    assert not database.exists


def test_the_folders_of_the_file_are_created(tmp_path: Path) -> None:
    assert open_ledger(tmp_path / "a" / "b").plan("write 0", drafts("first"))


def test_two_processes_that_create_the_file_at_once_both_find_it_whole(tmp_path: Path) -> None:
    path, found = tmp_path / "spend.db", []

    def read() -> None:
        with SpendDatabase(path).reading() as connection:
            found.append(connection.exec_driver_sql("SELECT count(*) FROM attempt").scalar_one())

    with FileLock(path.with_suffix(".lock")):
        other = threading.Thread(target=read)
        other.start()
        time.sleep(0.3)  # until it waits for the lock; without the wait, the test shows less and never fails
        spend_database._create_tables(path)
    other.join()
    assert found == [0]


def test_a_half_created_file_is_completed(tmp_path: Path) -> None:
    (tmp_path / "spend.db").touch()
    assert spend_by_run(SpendDatabase(tmp_path / "spend.db")) == {}
    assert open_ledger(tmp_path).plan("write 0", drafts("first"))


def test_the_worst_case_is_reserved_until_the_cost_is_known(ledger: SpendLedger) -> None:
    spent = ledger.spent()
    assert (spent.paid, spent.lost, spent.reserved, spent.worst_case) == (70, 0, 100, 170)
    run = spend_by_run(ledger.database)["run"]
    assert (run.answers, run.input_tokens, run.output_tokens, run.usd) == (1, 1, 70, 70 / 10**9)


def test_a_lost_response_keeps_its_worst_case_in_the_budget(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, budget=199)
    first, second = ledger.plan("write 0", drafts("first", "second"))
    ledger.mark_lost(ledger.claim(first.id, 100).attempt_id, "the connection was closed")
    assert (ledger.spent().lost, ledger.spent().worst_case) == (100, 100)
    assert ledger.claim(second.id, 100).status == "budget"
    assert ledger.claim(second.id, 99).status == "claimed"


def test_a_budget_may_be_used_to_its_last_nanodollar(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, budget=200)
    first, second, third = ledger.plan("write 0", drafts("first", "second", "third"))
    assert ledger.claim(first.id, 100).status == "claimed"
    assert ledger.claim(second.id, 101).status == "wait"
    assert ledger.claim(second.id, 100).status == "claimed"
    assert ledger.claim(third.id, 1).status == "wait"
    assert ledger.claim(third.id, 201).status == "budget"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM llm_request",
        "DELETE FROM attempt",
        "INSERT INTO batch_job VALUES ('b', 'run', 'p', NULL, 'lost', '')",
        "UPDATE attempt SET state = 'paid'",
        "UPDATE attempt SET request_id = 'unknown'",
        "INSERT INTO attempt (request_id, process, state, reserved, sent_at) "
        "SELECT request_id, process, state, reserved, sent_at FROM attempt WHERE state = 'received'",
        "INSERT INTO attempt (request_id, process, state, reserved, sent_at) "
        "SELECT request_id, process, state, reserved, sent_at FROM attempt WHERE state = 'in_flight'",
    ],
)
def test_the_database_itself_refuses_to_break_its_rules(ledger: SpendLedger, statement: str) -> None:
    plain = sqlite3.connect(ledger.database.path)
    plain.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(sqlite3.IntegrityError):
        plain.execute(statement)
    plain.close()


def test_an_erased_text_is_in_no_file_and_costs_stay(ledger: SpendLedger) -> None:
    blank_requests(ledger.database, lambda written: written.replace(TEXT, ""))
    ledger.database.vacuum()
    folder = ledger.database.path.parent
    assert not [path for path in folder.glob("spend.db*") if TEXT.encode() in path.read_bytes()]
    assert ledger.spent().worst_case == 170
    assert ledger.planned("write 0")[0].request == ask("")


def test_a_reader_of_the_old_content_stops_the_erasure(ledger: SpendLedger) -> None:
    reader = sqlite3.connect(ledger.database.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM attempt").fetchone()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spend_database, "BUSY_SECONDS", 0.1)
        with pytest.raises(ServiceError, match=r"old content|another command is writing"):
            ledger.database.vacuum()
    reader.close()
    ledger.database.vacuum()


def test_a_locked_database_is_a_sentence(ledger: SpendLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = sqlite3.connect(ledger.database.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(spend_database, "BUSY_SECONDS", 0.1)
    with pytest.raises(ServiceError, match="another command is writing; fix: wait for it"):
        open_ledger(ledger.database.path.parent).plan("write 1", drafts("third"))
    writer.close()


def test_a_damaged_database_says_what_is_lost(tmp_path: Path) -> None:
    (tmp_path / "spend.db").write_bytes(b"no database" * 1000)
    with pytest.raises(ServiceError, match=r"the spend ledger is damaged; .*restore spend\.db from a copy"):
        open_ledger(tmp_path).spent()


def test_a_later_schema_asks_for_an_upgrade(ledger: SpendLedger) -> None:
    plain = sqlite3.connect(ledger.database.path)
    plain.execute("PRAGMA user_version = 9")
    plain.close()
    with pytest.raises(WinnowError, match="schema 9; expected: at most 2; fix: upgrade Winnow"):
        SpendDatabase(ledger.database.path).vacuum() or spend_by_run(SpendDatabase(ledger.database.path))


def test_requests_that_can_be_made_again_are_stored_once_and_without_their_text(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    first, second = ledger.add("route", drafts(TEXT, "second"))
    assert [one.id for one in ledger.add("route", drafts("second", TEXT, "third"))][:2] == [second.id, first.id]
    assert ledger.answered("route") == []
    ledger.save(ledger.claim(second.id, 100).attempt_id, second.id, message(70))
    assert ledger.claim(second.id, 100).status == "answered"
    assert [(context, response.text) for context, response in ledger.answered("route")] == [('["second"]', "{}")]
    plain = sqlite3.connect(ledger.database.path)
    assert plain.execute("SELECT DISTINCT body FROM llm_request").fetchall() == [("",)]
    plain.close()


def test_a_response_that_does_not_tell_its_usage_costs_what_was_reserved(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    [planned] = ledger.plan("write 0", drafts("first"))
    ledger.save(ledger.claim(planned.id, 100).attempt_id, planned.id, message(None))
    assert ledger.spent().paid == 100
    assert spend_by_run(ledger.database)["run"].usd == pytest.approx(100e-9)


@pytest.mark.parametrize("retry", [True, False])
def test_a_request_is_given_up_after_four_failures(tmp_path: Path, retry: bool) -> None:
    ledger = open_ledger(tmp_path, retry_given_up=retry)
    planned = ledger.plan("write 0", drafts("first"))
    for _ in range(4):
        assert ledger.outcomes(planned) == {}
        ledger.mark_unbilled(ledger.claim(planned[0].id, 100).attempt_id, "500")
    assert ledger.claim(planned[0].id, 100).status == "given_up"
    assert ledger.outcomes(planned) == {planned[0].id: "given_up"}
    later = open_ledger(tmp_path, process="later", retry_given_up=retry)
    assert later.claim(planned[0].id, 100).status == ("claimed" if retry else "given_up")


def test_a_request_is_not_given_up_because_its_processes_were_killed(tmp_path: Path) -> None:
    for number in range(6):
        killed = open_ledger(tmp_path, process=f"process {number}")
        [planned] = killed.plan("write 0", drafts("first"))
        assert killed.close_abandoned() == (number > 0)
        assert killed.claim(planned.id, 100).status == "claimed"
    assert killed.spent().lost == 500
    assert killed.outcomes([planned]) == {}


def test_two_processes_share_one_budget_and_one_that_ended_leaves_its_worst_case(tmp_path: Path) -> None:
    first, second = (open_ledger(tmp_path, budget=100, process=name) for name in ("one", "two"))
    one, two, three = first.add("route", drafts("first", "second", "third"))
    claimed = first.claim(one.id, 60)
    assert second.claim(one.id, 60).status == "in_other_process"
    assert second.claim(two.id, 60).status == "wait"  # if the first costs less, it will do
    first.save(claimed.attempt_id, one.id, message(30))
    assert second.claim(one.id, 60).status == "answered"
    other = second.claim(two.id, 60)
    assert first.close_abandoned() == 1  # nobody named "two" lives: its request counts at its worst
    assert first.claim(three.id, 20).status == "budget"
    second.save(other.attempt_id, two.id, message(1))  # it lived after all: the answer is kept, the worst case stays
    assert second.claim(three.id, 20).status == "budget"
    assert [json.loads(context) for context, _ in first.answered("route")] == [["first"], ["second"]]
    assert first.spent().settled == 90


def test_the_columns_that_may_be_empty() -> None:
    may_be_empty = {column.name for table in metadata.tables.values() for column in table.columns if column.nullable}
    tokens = {"input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens"}
    assert may_be_empty == {"remote_id", "batch_job_id", "cost", "ended_at", *tokens}
    assert [[column.name for column in table.primary_key] for table in metadata.tables.values()] == [["id"]] * 3
    assert metadata.tables["batch_job"].columns["remote_id"].unique
    assert SCHEMA_VERSION == 2


SCHEMA_1 = """
    CREATE TABLE llm_request (id TEXT PRIMARY KEY, run_id TEXT NOT NULL,
        stage TEXT NOT NULL CHECK (stage IN ('write', 'judge')), round INTEGER NOT NULL, position INTEGER NOT NULL,
        hash TEXT NOT NULL, draw INTEGER NOT NULL, body TEXT NOT NULL, context TEXT NOT NULL, UNIQUE (hash, draw),
        UNIQUE (run_id, stage, round, position));
    CREATE TABLE attempt (id INTEGER PRIMARY KEY, request_id TEXT NOT NULL REFERENCES llm_request (id),
        process TEXT NOT NULL, batch_job_id TEXT, state TEXT NOT NULL, reserved INTEGER NOT NULL, cost INTEGER,
        input_tokens INTEGER, cache_write_tokens INTEGER, cache_read_tokens INTEGER, output_tokens INTEGER,
        outcome TEXT NOT NULL DEFAULT '', sent_at TEXT NOT NULL, ended_at TEXT);
    CREATE TRIGGER llm_request_no_delete BEFORE DELETE ON llm_request BEGIN SELECT RAISE(ABORT, 'never deleted'); END;
    PRAGMA user_version = 1;
"""
"""The tables of Winnow 0.2.0 that this test needs."""


def test_a_ledger_of_the_first_schema_keeps_its_requests_and_what_was_spent(tmp_path: Path) -> None:
    request = ask("own text")
    plain = sqlite3.connect(tmp_path / "spend.db")
    plain.executescript(SCHEMA_1)
    body = json.dumps(message_body(request), sort_keys=True)
    plain.execute("INSERT INTO llm_request VALUES ('q-1', 'run', 'judge', 2, 0, 'q', 1, ?, '[]')", (body,))
    plain.execute(
        "INSERT INTO attempt (request_id, process, state, reserved, sent_at) VALUES ('q-1', 'p', 'lost', 100, '')"
    )
    plain.commit()
    plain.close()
    ledger = open_ledger(tmp_path)
    assert [(one.id, one.request, one.context) for one in ledger.planned("judge 2")] == [("q-1", request, "[]")]
    assert ledger.spent().lost == 100
    plain = sqlite3.connect(tmp_path / "spend.db")
    with pytest.raises(sqlite3.IntegrityError):
        plain.execute("DELETE FROM llm_request")
    assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    plain.close()
