"""Numbers that are out of range, or no numbers at all, are refused by name."""

from __future__ import annotations

import math
from typing import Any

import pytest

from winnow.core.errors import WinnowError
from winnow.core.ranges import check_range, range_problem
from winnow.generators.generation_request import GenerationRequest, check_request
from winnow.generators.llm.batch_jobs import BatchPolling
from winnow.operations.push_request import PushRequest
from winnow.operations.serve import start
from winnow.workspace import Workspace

NO_NUMBERS = (math.nan, math.inf, -math.inf)


@pytest.mark.parametrize("value", [*NO_NUMBERS, -0.1, 1.1])
def test_a_share_is_from_0_to_1(value: float) -> None:
    with pytest.raises(WinnowError, match=r"share: .*; expected: at least 0 and at most 1"):
        check_range("share", value, low=0, high=1)


@pytest.mark.parametrize("value", [None, 0, 0.5, 1])
def test_what_is_in_the_range_passes(value: float | None) -> None:
    assert range_problem("share", value, low=0, high=1) is None


@pytest.mark.parametrize("value", [0, *NO_NUMBERS])
def test_more_than_0_excludes_0(value: float) -> None:
    assert str(range_problem("budget", value, above=0)) == f"budget: {value}; expected: more than 0"


@pytest.mark.parametrize("request_", [PushRequest("label", -5), PushRequest("label", second_reviewer_share=math.nan)])
def test_a_push_checks_its_numbers(request_: PushRequest, frozen_example: Workspace) -> None:
    with pytest.raises(WinnowError, match=r"(count|second_reviewer_share): "):
        request_.spec(frozen_example.task)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("budget", {"budget": math.nan}),
        ("budget", {"budget": math.inf}),
        ("count", {"count": 0}),
        ("until", {"until": -1}),
        ("poll_seconds", {"polling": BatchPolling(poll_seconds=math.nan)}),
    ],
)
def test_a_request_to_a_generator_checks_its_numbers(
    name: str, values: dict[str, Any], frozen_example: Workspace
) -> None:
    with pytest.raises(WinnowError, match=f"^{name}: "):
        check_request(frozen_example.task, GenerationRequest("examples", **values))


def test_other_methods_check_theirs(trained_example: tuple[Workspace, str]) -> None:
    workspace, run = trained_example
    with pytest.raises(WinnowError, match="annotations: -5"):
        workspace.feedback(run, annotations=-5)
    with pytest.raises(WinnowError, match="port: 70000"):
        start(workspace.folder.server, host="127.0.0.1", port=70_000, note=print)
