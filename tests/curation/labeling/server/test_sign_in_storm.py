"""Twenty annotators sign in together, and label while others try passwords: all are let in, and submits stay fast."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.concurrent_annotators import hire, report
from benchmarks.labeling_server_speed import fill, make
from benchmarks.sign_in_storm import PEOPLE, StormRound, label_in_storm
from tests.support.labeling import SignInAnswer, try_password
from winnow.curation.labeling.server.accounts import add_annotator, annotator_accounts
from winnow.curation.labeling.server.process import EmbeddedServer, start_server, stop_server

SECONDS = 20.0
"""Length of a period of labeling: each of the twenty submits about eight records."""

OFFICE = "192.0.2.7"
"""The address that the annotators share."""

PATIENCE = 180.0
"""Seconds that a person waits for the answer: passwords are checked one after another, with low priority."""

FREE_ATTEMPTS = 20
"""Wrong passwords that are checked for one address before the next one has to wait, as docs/serve.md states."""


def sign_in_together(server: EmbeddedServer, passwords: dict[str, str]) -> list[SignInAnswer]:
    """Every annotator signs in at the same moment, from one address."""
    with ThreadPoolExecutor(len(passwords)) as people:
        return list(people.map(lambda one: try_password(server, *one, OFFICE, patience=PATIENCE), passwords.items()))


@pytest.mark.slow
def test_storms_of_sign_ins_do_not_slow_twenty_annotators(environment: Path, tmp_path: Path) -> None:
    server, process = start_server(tmp_path / "server", host="127.0.0.1", port=0, note=print)
    assert process is not None
    try:
        api = server.owner_api()
        annotator_accounts(api)  # creates the workspace
        queue = make(api, "people")
        fill(api, queue, 3_000)
        passwords = {f"office{number}": str(add_annotator(api, f"office{number}").password) for number in range(PEOPLE)}
        started = time.perf_counter()
        assert {answer.status for answer in sign_in_together(server, passwords)} == {201}
        print(f"{PEOPLE} people signed in at once in {time.perf_counter() - started:.1f} s")

        def label(name: str, addresses: int) -> StormRound:
            found = label_in_storm(server, queue, hire(server, PEOPLE, name), SECONDS, addresses=addresses)
            report(found.works, found.taken, f"{PEOPLE} people, guesses from {addresses} addresses {found.statuses}")
            return found

        calm, one_address, many_addresses = label("calm", 0), label("one", 1), label("many", 200)
        calm_again = label("again", 0)
        assert {answer.status for answer in sign_in_together(server, passwords)} == {201}  # they are known there
        slowest_calm = max(calm.submit_seconds, calm_again.submit_seconds)
        for storm in (one_address, many_addresses):
            assert set(storm.statuses) <= {401, 429}
            assert storm.submit_seconds < 2 * slowest_calm + 0.1
            assert all(one.acknowledged for one in storm.works)
        assert 0 < one_address.statuses[401] <= FREE_ATTEMPTS + 3  # then after 5 and 10 seconds
        assert one_address.statuses[429] > 10 * one_address.statuses[401]
    finally:
        stop_server(server.home)
        process.wait(10)
