"""Budgets against real servers that lose responses: what was lost counts, and a budget may be used to its last unit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat import Chat
from tests.fakes.claude import Claude, total_usd
from tests.fakes.claude import outcomes as o
from tests.fakes.claude.price_table import Price as ServerPrice
from tests.fakes.claude.request_log import Entry
from tests.fakes.claude.scripts import always, in_order
from winnow.config.task import EndpointConfig
from winnow.core.model_vocabulary import GenerationEnd
from winnow.generators.llm.ledger_types import Budgets
from winnow.generators.llm.model_roles import ModelRole
from winnow.generators.llm.prices import NANO_PER_USD, Price
from winnow.generators.llm.process_lock import hold_process_lock
from winnow.generators.llm.request import ModelChoice, list_schema, make_request
from winnow.generators.llm.response_files import ResponseFiles
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.generators.llm.spend.spend_ledger import SpendLedger
from winnow.generators.llm.spend.spend_totals import spend_totals
from winnow.generators.llm.worker_pool import send_requests

PRICE = Price(input=2, output=10, cache_read=0.2, cache_write=2.5, batch_share=0.5, as_of="2026-11-01")
SERVER_PRICE = ServerPrice(2.0, 10.0, cache_read_share=0.1)
SCHEMA = list_schema("queries", {"text": {"type": "string"}})
REQUESTS = 4


@dataclass(frozen=True)
class Service:
    """A local server, and the model that it answers for."""

    server: Any
    role: ModelRole

    @property
    def worst_case(self) -> int:
        """Of one request; all have the same."""
        return self.role.worst_case(self.drafts()[0][0])

    def drafts(self) -> list[Any]:
        choice = self.role.choice
        return [
            (make_request(choice, shared="task", own=f"{n}", schema=SCHEMA, items=1), "[]") for n in range(REQUESTS)
        ]

    def arrived(self) -> list[Entry]:
        return [entry for entry in self.server.ledger.entries() if entry.what == "message"]

    def send(self, folder: Path, budget: int | None, *, max_in_flight: int = 1) -> tuple[GenerationEnd, SpendLedger]:
        """Send all requests, one after the other unless told otherwise, under a budget in nanodollars."""
        with hold_process_lock(folder / "processes") as process:
            ledger = SpendLedger(
                SpendDatabase(folder / "spend.db"),
                ResponseFiles(folder / "answers"),
                "run",
                process=process,
                processes=folder / "processes",
                usage_cost=lambda purpose, usage, batch: self.role.cost(usage, batch=batch),
                budgets=Budgets(run=budget),
            )
            planned = ledger.plan("write 0", self.drafts())
            client = self.role.connect()
            end = send_requests(ledger, client, planned, self.role.worst_case, max_in_flight=max_in_flight)
            return end, ledger


@pytest.fixture(params=["claude", "openai"])
def service(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    model = {"claude": "claude-sonnet-5-5", "openai": "qwen3-8b"}[request.param]
    server: Any = {"claude": Claude, "openai": Chat}[request.param](prices={model: SERVER_PRICE})
    server.writer = lambda body: {"queries": [{"text": "always the same"}]}
    with server:
        monkeypatch.setenv("LOCAL_KEY", server.key or "any")
        endpoint = EndpointConfig(provider=request.param, base_url=server.url, key_variable="LOCAL_KEY")
        yield Service(server, ModelRole(ModelChoice(model, "none", provider=request.param), endpoint, PRICE))


def test_a_lost_response_is_spent_at_its_worst_case(service: Service, tmp_path: Path) -> None:
    service.server.script = always(o.dropped(billed=True))
    budget = 3 * service.worst_case
    status, ledger = service.send(tmp_path, budget)
    assert (status, len(service.arrived())) == ("budget", 3)
    assert (ledger.spent().paid, ledger.spent().lost, ledger.spent().reserved) == (0, budget, 0)
    assert 0 < total_usd(service.arrived()) * NANO_PER_USD <= budget
    again, _ = service.send(tmp_path, budget)
    assert (again, len(service.arrived())) == ("budget", 3)


@pytest.mark.parametrize("outcome", [o.cut(), o.garbled(), o.page()], ids=["cut", "garbled", "page"])
def test_half_a_response_counts_like_a_lost_one(service: Service, tmp_path: Path, outcome: o.Outcome) -> None:
    service.server.script = in_order([outcome])
    status, ledger = service.send(tmp_path, None)
    assert status == "done"
    assert len(service.arrived()) == REQUESTS + 1
    assert ledger.spent().lost == service.worst_case
    assert total_usd(service.arrived()) * NANO_PER_USD <= ledger.spent().settled


def test_an_error_costs_nothing(service: Service, tmp_path: Path) -> None:
    service.server.script = in_order([o.error(500), o.error(500)])
    _, ledger = service.send(tmp_path, None)
    assert len(service.arrived()) == REQUESTS + 2
    assert ledger.spent().lost == 0
    assert ledger.spent().paid == pytest.approx(total_usd(service.arrived()) * NANO_PER_USD)


def test_a_budget_may_be_used_to_its_last_nanodollar(service: Service, tmp_path: Path) -> None:
    status, _ = service.send(tmp_path / "short", service.worst_case - 1)
    assert (status, len(service.arrived())) == ("budget", 0)
    service.server.script = always(o.dropped(billed=True))
    status, ledger = service.send(tmp_path / "exact", service.worst_case)
    assert (status, len(service.arrived())) == ("budget", 1)
    assert ledger.spent().worst_case == service.worst_case


@pytest.mark.parametrize(("missing", "sent"), [(0, 2), (1, 1)])
def test_what_an_answer_did_not_cost_is_available_again(
    service: Service, tmp_path: Path, missing: int, sent: int
) -> None:
    for folder in ("one", "two"):  # from the second run on, the server has the shared part in its cache
        service.send(tmp_path / folder, None)
    answer = service.arrived()[REQUESTS]
    service.server.script = in_order([o.success()], then=o.dropped(billed=True))
    budget = round(float(answer.usd) * NANO_PER_USD) + service.worst_case - missing
    status, ledger = service.send(tmp_path / "limited", budget)
    assert (status, len(service.arrived()) - 2 * REQUESTS) == ("budget", sent)
    assert ledger.spent().settled <= budget


def test_a_request_that_waits_for_the_rate_limit_reserves_nothing(service: Service, tmp_path: Path) -> None:
    reserved: list[int] = []

    def write(_: Any) -> Any:
        if not reserved:  # the first request is sent alone: the rate limiter lets no other one pass yet
            time.sleep(0.5)
            with SpendDatabase(tmp_path / "spend.db").reading() as connection:
                reserved.append(spend_totals(connection).reserved)
        return {"queries": [{"text": "always the same"}]}

    service.server.writer = write
    assert service.send(tmp_path, None, max_in_flight=REQUESTS)[0] == "done"
    assert reserved == [service.worst_case]
