"""The rules of the spend ledger, one at a time: which requests there are, what may be sent, and what it counts as."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from winnow.generators.llm.ledger_types import Budgets
from winnow.generators.llm.prices import Usage
from winnow.generators.llm.process_lock import hold_process_lock
from winnow.generators.llm.request import LlmRequest, ModelChoice, RequestDraft, make_request
from winnow.generators.llm.response_files import ResponseFiles
from winnow.generators.llm.spend.run_batch_jobs import BatchJobs
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.generators.llm.spend.spend_ledger import SpendLedger
from winnow.generators.llm.spend.spend_totals import RunSpend, blank_requests, spend_by_run, spend_totals

NO_PRICE = 7
"""Output tokens of a response whose price is not known."""


def ask(text: str) -> LlmRequest:
    return make_request(ModelChoice(), shared="the task", own=text, schema={}, items=1)


def drafts(*texts: str) -> list[RequestDraft]:
    return [(ask(text), json.dumps([text])) for text in texts]


def message(cost: int | None, stop: str = "end_turn") -> dict[str, Any]:
    """A message of Claude whose output tokens are its cost; without usage for None."""
    used = {"input_tokens": 1, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 3, "output_tokens": cost}
    usage = None if cost is None else used
    return {"content": [{"type": "text", "text": "{}"}], "usage": usage, "stop_reason": stop}


def usage_cost(purpose: str, usage: Usage, batch: bool) -> int | None:
    """The output tokens; half of them in a batch."""
    if usage.output_tokens == NO_PRICE or purpose == "without a price":
        return None
    return usage.output_tokens // 2 if batch else usage.output_tokens


def open_ledger(folder: Path, run: str = "run", process: str = "this", **more: Any) -> SpendLedger:
    database, responses = SpendDatabase(folder / "spend.db"), ResponseFiles(folder / "answers")
    return SpendLedger(
        database, responses, run, process=process, processes=folder / "processes", usage_cost=usage_cost, **more
    )


def answer(ledger: SpendLedger, request: str, response: dict[str, Any], *, worst: int = 100, **more: Any) -> None:
    """Claim a request and save its response."""
    claimed = ledger.claim(request, worst)
    assert claimed.status == "claimed"
    ledger.save(claimed.attempt_id, request, response, **more)


def attempts(ledger: SpendLedger) -> list[tuple[Any, ...]]:
    """State, cost, tokens and outcome of every attempt, in order."""
    with ledger.database.reading() as connection:
        columns = "state, cost, input_tokens, cache_write_tokens, cache_read_tokens, output_tokens, outcome"
        found = connection.exec_driver_sql(f"SELECT {columns} FROM attempt ORDER BY id")
        return [tuple(row) for row in found]


def test_a_purpose_is_planned_once_and_a_repeated_request_gets_the_next_draw(tmp_path: Path) -> None:
    ledger, other = open_ledger(tmp_path), open_ledger(tmp_path, "other")
    assert ledger.plan("write 0", []) == []
    first, second, again = ledger.plan("write 0", drafts("a", "b", "a"))
    assert [one.id.split("-")[1] for one in (first, second, again)] == ["1", "1", "2"]
    assert first.id.split("-")[0] == again.id.split("-")[0] != second.id.split("-")[0]
    assert len(first.id) == 34
    assert ledger.plan("write 0", drafts("c")) == [first, second, again] == ledger.planned("write 0")
    assert ledger.plan("write 0", []) == [first, second, again]
    assert (ledger.planned("write 1"), other.planned("write 0")) == ([], [])
    [drawn] = other.plan("write 0", drafts("a"))
    assert drawn.id == f"{first.id[:32]}-3"
    assert (first.request, first.context) == (ask("a"), '["a"]')


def test_equal_requests_that_can_be_made_again_are_one(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    assert ledger.add("route", []) == []
    first, second = ledger.add("route", drafts("a", "b", "a"))
    assert (len(first.id), first.id[-2:], second.id[-2:]) == (34, "-1", "-1")
    assert (first.request, first.context) == (ask("a"), '["a"]')
    third, same = ledger.add("route", drafts("c", "a"))
    assert same == first
    for one in (third, second, first):
        answer(ledger, one.id, message(10))
    assert [context for context, _ in ledger.answered("route")] == ['["a"]', '["b"]', '["c"]']
    assert ledger.answered("other") == open_ledger(tmp_path, "other").answered("route") == []
    response = ledger.response(first)
    assert response is not None
    assert response.text == "{}"
    assert ledger.response(replace(first, id="unknown")) is None


def test_another_run_and_another_purpose_have_requests_of_their_own(tmp_path: Path) -> None:
    ledger, other = open_ledger(tmp_path), open_ledger(tmp_path, "other")
    ledger.add("route", drafts("a", "b"))
    other.add("route", drafts("c"))
    ledger.add("judge", drafts("d"))
    with ledger.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT run_id, purpose, position FROM llm_request ORDER BY rowid")
        assert [tuple(row) for row in rows] == [
            ("run", "route", 0), ("run", "route", 1), ("other", "route", 0), ("run", "judge", 0),
        ]  # fmt: skip


def test_a_request_is_sent_once(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    first, second = ledger.plan("write 0", drafts("a", "b"))
    claimed = ledger.claim(first.id, 100)
    assert (claimed.status, ledger.claim(first.id, 100).status) == ("claimed", "in_other_process")
    ledger.save(claimed.attempt_id, first.id, message(10))
    assert ledger.claim(first.id, 100).status == "answered"
    assert ledger.claim(second.id, 100).status == "claimed"


def test_the_workspace_has_a_budget_too(tmp_path: Path) -> None:
    first = open_ledger(tmp_path, budgets=Budgets(run=100, total=150))
    second = open_ledger(tmp_path, "second", budgets=Budgets(run=100, total=150))
    one, two, three = first.plan("write 0", drafts("a", "b", "c"))
    four, five = second.plan("write 0", drafts("d", "e"))
    answer(first, one.id, message(60), worst=60)
    assert first.claim(two.id, 41).status == "budget"  # the run's own
    assert second.claim(four.id, 91).status == "budget"  # the workspace's
    in_flight = second.claim(four.id, 90)
    assert in_flight.status == "claimed"
    assert first.claim(two.id, 1).status == "wait"
    second.mark_unbilled(in_flight.attempt_id, "500")
    assert second.claim(five.id, 50).status == "claimed"
    assert first.claim(three.id, 40).status == "claimed"
    assert open_ledger(tmp_path, budgets=Budgets()).claim(two.id, 10**12).status == "claimed"


def test_a_received_response_costs_what_its_usage_says(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    planned = ledger.plan("write 0", drafts("a", "b", "c", "d"))
    answer(ledger, planned[0].id, message(40))
    answer(ledger, planned[1].id, message(40, "refusal"), batch=True)
    answer(ledger, planned[2].id, message(None, "max_tokens"))  # no usage: the worst case
    answer(ledger, planned[3].id, message(NO_PRICE))
    assert attempts(ledger) == [
        ("received", 40, 1, 2, 3, 40, "answered"),
        ("received", 20, 1, 2, 3, 40, "refused"),
        ("received", 100, 0, 0, 0, 0, "truncated"),
        ("received", None, 1, 2, 3, NO_PRICE, "answered"),
    ]
    [free] = ledger.plan("without a price", drafts("e"))
    answer(ledger, free.id, message(None))
    assert attempts(ledger)[-1] == ("received", None, 0, 0, 0, 0, "answered")


def test_only_an_attempt_in_flight_can_end_and_no_other_one_changes(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    first, second = ledger.plan("write 0", drafts("a", "b"))
    one, two = ledger.claim(first.id, 100), ledger.claim(second.id, 100)
    ledger.mark_lost(one.attempt_id, "closed")
    ledger.mark_unbilled(one.attempt_id, "too late")
    ledger.save(one.attempt_id, first.id, message(5))
    assert [(row[0], row[-1]) for row in attempts(ledger)] == [("lost", "closed"), ("in_flight", "")]
    ledger.mark_unbilled(two.attempt_id, "500")
    assert [(row[0], row[-1]) for row in attempts(ledger)] == [("lost", "closed"), ("unbilled", "500")]


def test_four_attempts_fail_before_a_request_is_given_up(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    first, second = ledger.plan("write 0", drafts("a", "b"))
    for number in range(4):
        claimed = ledger.claim(first.id, 100)
        assert claimed.status == "claimed"
        assert ledger.outcomes([first]) == {}
        (ledger.mark_lost if number % 2 else ledger.mark_unbilled)(claimed.attempt_id, "x")
    assert ledger.claim(first.id, 100).status == "given_up"
    assert ledger.outcomes([first, second]) == {first.id: "given_up"}
    assert open_ledger(tmp_path, process="later").claim(first.id, 100).status == "given_up"
    later = open_ledger(tmp_path, process="later", retry_given_up=True)
    assert later.outcomes([first]) == {}
    for _ in range(4):
        later.mark_unbilled(later.claim(first.id, 100).attempt_id, "x")
    assert later.claim(first.id, 100).status == "given_up"
    assert ledger.claim(second.id, 100).status == "claimed"


def test_outcomes_are_those_of_the_requests_that_were_asked_for(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    first, second, third, fourth = ledger.plan("write 0", drafts("a", "b", "c", "d"))
    answer(ledger, first.id, message(10))
    answer(ledger, second.id, message(10, "refusal"))
    for _ in range(3):
        ledger.mark_lost(ledger.claim(third.id, 10).attempt_id, "x")
    ledger.claim(third.id, 10)
    assert ledger.outcomes([first, third, fourth]) == {first.id: "answered"}
    assert ledger.outcomes([second]) == {second.id: "refused"}
    assert open_ledger(tmp_path, "other").outcomes([first]) == {}


def test_what_ended_processes_left_is_closed_and_what_living_ones_hold_is_not(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    planned = ledger.plan("write 0", drafts("a", "b", "c", "d", "e", "f"))
    with hold_process_lock(tmp_path / "processes") as living:
        open_ledger(tmp_path, process=living).claim(planned[0].id, 100)
        ended = open_ledger(tmp_path, process="ended")
        for one in planned[1:4]:
            ended.claim(one.id, 100)
        ended.responses.save(planned[1].id, message(40))
        jobs = BatchJobs(ended, tmp_path / "processes")
        assert jobs.claim([(planned[4].id, 100)])[1] == "claimed"
        ledger.claim(planned[5].id, 100)
        assert ledger.close_abandoned() == 2
        assert ledger.close_abandoned() == 0
    found = [(row[0], row[1], row[-1]) for row in attempts(ledger)]
    assert found[1:4] == [
        ("received", 40, "answered"),
        ("lost", None, "the process ended"),
        ("lost", None, "the process ended"),
    ]
    assert [state for state, _, _ in (found[0], *found[4:])] == ["in_flight"] * 3
    assert (ledger.spent().paid, ledger.spent().lost, ledger.spent().reserved) == (40, 200, 300)


def test_what_each_run_spent(tmp_path: Path) -> None:
    ledger, other = open_ledger(tmp_path), open_ledger(tmp_path, "other")
    planned = ledger.plan("write 0", drafts("a", "b", "c", "d", "e"))
    for one, stop in zip(planned, ("end_turn", "refusal", "max_tokens"), strict=False):
        answer(ledger, one.id, message(40, stop))
    ledger.mark_lost(ledger.claim(planned[3].id, 100).attempt_id, "x")
    ledger.claim(planned[4].id, 100)
    assert spend_by_run(ledger.database)["run"] == RunSpend(3, 1, 1, 1, 3, 6, 9, 120, pytest.approx(220e-9))
    first, second = other.plan("write 0", drafts("f", "g"))
    answer(other, first.id, message(40))
    answer(other, second.id, message(NO_PRICE))
    assert spend_by_run(ledger.database)["other"] == RunSpend(2, 0, 0, 0, 2, 4, 6, 47, None)
    with ledger.database.reading() as connection:
        run, everything = spend_totals(connection, "run"), spend_totals(connection)
    assert (run.paid, run.lost, run.reserved) == (120, 100, 100)
    assert (everything.paid, everything.lost, everything.reserved) == (260, 100, 100)  # no price: its worst case


def test_a_price_that_is_not_known_stays_unknown_whatever_else_was_spent(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    planned = ledger.plan("write 0", drafts("a", "b", "c"))
    answer(ledger, planned[0].id, message(NO_PRICE))  # `answered`: comes first
    answer(ledger, planned[1].id, message(40, "refusal"))
    assert spend_by_run(ledger.database)["run"].usd is None
    ledger.mark_lost(ledger.claim(planned[2].id, 100).attempt_id, "x")
    assert spend_by_run(ledger.database)["run"].usd is None


def test_a_run_that_sent_nothing_has_spent_nothing(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    [planned] = ledger.plan("write 0", drafts("a"))
    assert spend_by_run(ledger.database) == {}
    assert (ledger.spent().paid, ledger.spent().lost, ledger.spent().reserved) == (0, 0, 0)
    ledger.claim(planned.id, 100)
    assert spend_by_run(ledger.database) == {"run": RunSpend(0, 0, 0, 0, 0, 0, 0, 0, 0.0)}


def test_a_stored_response_without_token_counts_adds_none(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    [planned] = ledger.plan("write 0", drafts("a"))
    answer(ledger, planned.id, message(40))
    with ledger.database.writing() as connection:
        connection.exec_driver_sql("UPDATE attempt SET output_tokens = NULL")
    run = spend_by_run(ledger.database)["run"]
    assert (run.output_tokens, run.usd) == (0, 40e-9)


def test_only_requests_that_contain_the_text_are_blanked(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.plan("write 0", drafts("a secret", "b", "another secret"))
    calls: list[str] = []

    def blank(written: str) -> str:
        calls.append(written)
        return written.replace("secret", "")

    blank_requests(ledger.database, blank)
    assert [one.context for one in ledger.planned("write 0")] == ['["a "]', '["b"]', '["another "]']
    assert [one.request.own for one in ledger.planned("write 0")] == ["a ", "b", "another "]
    assert len(calls) == 6


def test_a_batch_job_takes_open_requests_up_to_the_budget(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, budgets=Budgets(run=250))
    jobs = BatchJobs(ledger, tmp_path / "processes")
    planned = ledger.plan("write 0", drafts("a", "b", "c", "d", "e"))
    answer(ledger, planned[0].id, message(50))
    job, status = jobs.claim([(one.id, 100) for one in planned])
    assert job is not None
    assert (status, list(job.attempts), len(job.id)) == ("claimed", [planned[1].id, planned[2].id], 16)
    assert (job.remote_id, job.in_other_process) == (None, False)
    assert jobs.claim([(planned[3].id, 100)]) == (None, "wait")
    assert jobs.claim([(planned[3].id, 201)]) == (None, "budget")
    assert jobs.claim([(planned[0].id, 1), (planned[1].id, 1)]) == (None, "answered")


def test_a_job_is_pending_until_its_results_are_collected(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    jobs = BatchJobs(ledger, tmp_path / "processes")
    planned = ledger.plan("write 0", drafts("a", "b", "c", "d"))
    first, _ = jobs.claim([(one.id, 100) for one in planned[:2]])
    second, _ = jobs.claim([(one.id, 100) for one in planned[2:]])
    assert first is not None
    assert second is not None
    assert {job.id: dict(job.attempts) for job in jobs.pending()} == {
        first.id: dict(first.attempts),
        second.id: dict(second.attempts),
    }
    assert BatchJobs(open_ledger(tmp_path, "other"), tmp_path / "processes").pending() == []
    assert jobs.known_remote_ids() == frozenset()
    jobs.submitted(first.id, "remote")
    assert {job.id: job.remote_id for job in jobs.pending()} == {first.id: "remote", second.id: None}
    assert jobs.known_remote_ids() == {"remote"}
    ledger.save(first.attempts[planned[0].id], planned[0].id, message(10), batch=True)
    [after] = [job for job in jobs.pending() if job.id == first.id]
    assert list(after.attempts) == [planned[1].id]
    jobs.collected(first.id)
    jobs.not_created(second, "400")
    assert jobs.pending() == []
    assert [(row[0], row[-1]) for row in attempts(ledger)[2:]] == [("unbilled", "400")] * 2


def test_a_job_that_another_living_process_submits_is_left_alone(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    [planned] = ledger.plan("write 0", drafts("a"))
    mine = BatchJobs(ledger, tmp_path / "processes")
    with hold_process_lock(tmp_path / "processes") as living:
        theirs = BatchJobs(open_ledger(tmp_path, process=living), tmp_path / "processes")
        job, _ = theirs.claim([(planned.id, 100)])
        assert job is not None
        assert [one.in_other_process for one in mine.pending()] == [True]
        assert [one.in_other_process for one in theirs.pending()] == [False]
        theirs.submitted(job.id, "remote")
        assert [one.in_other_process for one in mine.pending()] == [False]
    [another] = ledger.plan("write 1", drafts("b"))
    BatchJobs(open_ledger(tmp_path, process="ended"), tmp_path / "processes").claim([(another.id, 100)])
    assert [one.in_other_process for one in mine.pending()] == [False, False]
