"""The spend ledger's database: created on first use, consistent by its own rules, erasable, errors as sentences."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from winnow.core.errors import ServiceError, WinnowError
from winnow.generators.llm.ledger_types import ResponseCost
from winnow.generators.llm.response_files import ResponseFiles
from winnow.generators.llm.spend import spend_database
from winnow.generators.llm.spend.generation_ledger import GenerationLedger
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.generators.llm.spend.spend_totals import blank_requests, spend_by_run

TEXT = "Zebulon's VPN drops"


def open_ledger(folder: Path, run: str = "run", budget: int | None = None) -> GenerationLedger:
    return GenerationLedger(
        SpendDatabase(folder / "spend.db"),
        ResponseFiles(folder / "answers"),
        run,
        process="this",
        processes=folder / "processes",
        response_cost=lambda message, batch: ResponseCost(1, 2, 3, 4, message["cost"], "answered"),
        budget=budget,
    )


@pytest.fixture
def ledger(tmp_path: Path) -> GenerationLedger:
    """A ledger with one received response and one attempt in flight."""
    made = open_ledger(tmp_path)
    first, second = made.plan("write", 0, [(f'{{"text": "{TEXT}"}}', f'["{TEXT}"]'), ("{}", "[]")])
    made.save(made.claim(first.id, 100).attempt_id, first.id, {"cost": 70})
    made.claim(second.id, 100)
    return made


def test_nothing_is_created_before_the_first_write(tmp_path: Path) -> None:
    database = SpendDatabase(tmp_path / "spend.db")
    assert spend_by_run(database) == {}
    blank_requests(database, str.upper)
    database.vacuum()
    assert not database.exists


def test_a_half_created_file_is_completed(tmp_path: Path) -> None:
    (tmp_path / "spend.db").touch()
    assert spend_by_run(SpendDatabase(tmp_path / "spend.db")) == {}
    assert open_ledger(tmp_path).plan("write", 0, [("{}", "[]")])


def test_the_worst_case_is_reserved_until_the_cost_is_known(ledger: GenerationLedger) -> None:
    spent = ledger.spent()
    assert (spent.paid, spent.lost, spent.reserved, spent.worst_case) == (70, 0, 100, 170)
    run = spend_by_run(ledger.database)["run"]
    assert (run.answers, run.input_tokens, run.output_tokens, run.usd) == (1, 1, 4, 70 / 10**9)


def test_a_lost_response_keeps_its_worst_case_in_the_budget(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, budget=199)
    first, second = ledger.plan("write", 0, [("{}", "[]"), ('{"a": 1}', "[]")])
    ledger.mark_lost(ledger.claim(first.id, 100).attempt_id, "the connection was closed")
    assert (ledger.spent().lost, ledger.spent().worst_case) == (100, 100)
    assert ledger.claim(second.id, 100).status == "budget"
    assert ledger.claim(second.id, 99).status == "claimed"


def test_a_budget_may_be_used_to_its_last_nanodollar(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, budget=200)
    first, second, third = ledger.plan("write", 0, [(f'{{"a": {number}}}', "[]") for number in range(3)])
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
def test_the_database_itself_refuses_to_break_its_rules(ledger: GenerationLedger, statement: str) -> None:
    plain = sqlite3.connect(ledger.database.path)
    plain.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(sqlite3.IntegrityError):
        plain.execute(statement)
    plain.close()


def test_an_erased_text_is_in_no_file_and_costs_stay(ledger: GenerationLedger) -> None:
    blank_requests(ledger.database, lambda written: written.replace(TEXT, ""))
    ledger.database.vacuum()
    folder = ledger.database.path.parent
    assert not [path for path in folder.glob("spend.db*") if TEXT.encode() in path.read_bytes()]
    assert ledger.spent().worst_case == 170
    assert ledger.planned("write", 0)[0].body == '{"text": ""}'


def test_a_reader_of_the_old_content_stops_the_erasure(ledger: GenerationLedger) -> None:
    reader = sqlite3.connect(ledger.database.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM attempt").fetchone()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spend_database, "BUSY_SECONDS", 0.1)
        with pytest.raises(ServiceError, match=r"old content|another command is writing"):
            ledger.database.vacuum()
    reader.close()
    ledger.database.vacuum()


def test_a_locked_database_is_a_sentence(ledger: GenerationLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = sqlite3.connect(ledger.database.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(spend_database, "BUSY_SECONDS", 0.1)
    with pytest.raises(ServiceError, match="another command is writing; fix: wait for it"):
        open_ledger(ledger.database.path.parent).plan("write", 1, [("{}", "[]")])
    writer.close()


def test_a_damaged_database_says_what_is_lost(tmp_path: Path) -> None:
    (tmp_path / "spend.db").write_bytes(b"no database" * 1000)
    with pytest.raises(ServiceError, match=r"the spend ledger is damaged; .*restore spend\.db from a copy"):
        open_ledger(tmp_path).spent()


def test_a_later_schema_asks_for_an_upgrade(ledger: GenerationLedger) -> None:
    plain = sqlite3.connect(ledger.database.path)
    plain.execute("PRAGMA user_version = 9")
    plain.close()
    with pytest.raises(WinnowError, match="schema 9; expected: at most 1; fix: upgrade Winnow"):
        SpendDatabase(ledger.database.path).vacuum() or spend_by_run(SpendDatabase(ledger.database.path))
