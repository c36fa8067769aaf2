"""Waivers: which failed gates they cover, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from winnow.core.errors import WinnowError
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.checks.waive import waive_gate, with_waivers, withdraw_waivers
from winnow.curation.store.database import Store, open_store
from winnow.curation.store.waivers import active_waivers

NEVER_WAIVED = ("schema", "hold_out_integrity", "undecided_lots", "call_format")
"""Design rule 7, written out: the constant of the product must not change unnoticed."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "winnow.db")


def today() -> date:
    return datetime.now(UTC).date()


def test_a_waiver_covers_a_failed_gate_and_nothing_else() -> None:
    failed, passed = Gate("disputed", 1, 0, "fail", ("3 texts",), "fix"), Gate("disputed", 0, 0, "pass")
    other = Gate("mix", 1, 0, "fail")
    covered, *unchanged = with_waivers([failed, passed, other], {"disputed": "a pilot (Ann)"})
    assert covered == Gate("disputed", 1, 0, "waived", ("waived: a pilot (Ann)", "3 texts"))
    assert unchanged == [passed, other]


@pytest.mark.parametrize("name", NEVER_WAIVED)
def test_four_gates_are_never_waived(store: Store, name: str) -> None:
    failed = Gate(name, 1, 0, "fail")
    assert with_waivers([failed], {name: "stored by an older version"}) == [failed]
    with pytest.raises(WinnowError, match="cannot be waived"):
        waive_gate(store, name, by="Ann", reason="a pilot", until=today())


def test_all_that_is_wrong_with_a_waiver_is_said_at_once(store: Store) -> None:
    with pytest.raises(WinnowError) as caught:
        waive_gate(store, "disputd", by=" ", reason="", until=today() - timedelta(days=1))
    unknown, by, reason, until = caught.value.problems
    assert "did you mean 'disputed'" in unknown.fix
    assert not any(name in unknown.expected.split(", ") for name in NEVER_WAIVED)
    assert (by.expected, reason.expected, until.expected) == ("a name", "a reason", "today or later")


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u2060\t", "...", "-", "\u3164", "\u115f \u1160", "\uffa0"])
def test_a_name_or_reason_that_nobody_can_read_is_none(store: Store, name: str) -> None:
    with pytest.raises(WinnowError) as caught:
        waive_gate(store, "disputed", by=name, reason=name, until=today())
    assert [one.expected for one in caught.value.problems] == ["a name", "a reason"]
    waive_gate(store, "disputed", by=" Ann ", reason="a pilot\n", until=today())
    with store.reading() as connection:
        assert [(one.by, one.reason) for one in active_waivers(connection, today())] == [("Ann", "a pilot")]


def test_a_waiver_that_is_given_twice_is_one(store: Store) -> None:
    for _ in range(2):  # the first command may have been killed after it had stored the waiver
        waive_gate(store, "disputed", by="Ann", reason="a pilot", until=today())
    with store.reading() as connection:
        assert [waiver.reason for waiver in active_waivers(connection, today())] == ["a pilot"]


def test_a_waiver_holds_until_its_last_day_and_can_be_withdrawn(store: Store) -> None:
    waive_gate(store, "disputed", by="Ann", reason="a pilot", until=today())
    waive_gate(store, "mix", by="Ann", reason="a pilot", until=today())
    assert withdraw_waivers(store, "disputed") == 1
    with store.reading() as connection:
        assert [one.gate for one in active_waivers(connection, today())] == ["mix"]
    with pytest.raises(WinnowError, match="no active waiver"):
        withdraw_waivers(store, "disputed")
