"""Values of an app as JSON, exactly or marked."""

from __future__ import annotations

import json
from collections import namedtuple
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from winnow.interaction_log.json_form import json_form

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Color(IntEnum):
    RED = 1


class Model(BaseModel):
    a: int


@dataclass
class Point:
    x: int
    y: object


class Broken:
    def model_dump(self) -> None:
        raise ValueError("broken")


Pair = namedtuple("Pair", "left right")
CYCLE: list[object] = []
CYCLE.append(CYCLE)


@given(json_values)
def test_json_stays_as_it_is(value: object) -> None:
    assert json.dumps(json_form(value)) == json.dumps(value)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (Color.RED, 1),
        (Model(a=1), {"a": 1}),
        (Point(1, {2}), {"x": 1, "y": [2]}),
        (Pair(1, "a"), {"left": 1, "right": "a"}),
        ((1, 2), [1, 2]),
        (frozenset("ba"), ["a", "b"]),
        ({1: "a", "b": 2}, {"1": "a", "b": 2}),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (Decimal("1.10"), "1.10"),
        (UUID(int=0), "00000000-0000-0000-0000-000000000000"),
        (Path("a/b"), "a/b"),
        (np.int64(3), 3),
        (np.array([1.5, 2.0]), [1.5, 2.0]),
        ("a\ud800", "a?"),
        ({1: "a", "1": "b"}, {"not_json": "builtins.dict"}),
        ({(1, 2): "a"}, {"not_json": "builtins.dict"}),
        (float("nan"), {"not_json": "builtins.float"}),
        (np.zeros(200_000), {"not_json": "numpy.ndarray"}),
        (b"a", {"not_json": "builtins.bytes"}),
        (CYCLE, [{"not_json": "builtins.list"}]),
        (Broken(), {"not_json": f"{__name__}.Broken"}),
        (Model, {"not_json": "pydantic._internal._model_construction.ModelMetaclass"}),
        (object(), {"not_json": "builtins.object"}),
    ],
)
def test_other_values(value: object, form: object) -> None:
    assert json_form(value) == form
    json.dumps(json_form(value), allow_nan=False).encode()


def test_integers_that_python_does_not_write_as_text() -> None:
    assert json_form(10**5000) == {"not_json": "builtins.int"}
    assert json_form(10**4000) == 10**4000


def test_what_is_nested_too_deep_is_marked() -> None:
    deep: object = "bottom"
    for _ in range(500):
        deep = [deep]
    text = json.dumps(json_form(deep))
    assert "not_json" in text
    assert "bottom" not in text
