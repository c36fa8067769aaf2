from __future__ import annotations

import pytest

from winnow.validators.tools.failed_result import failed_result, failure_text
from winnow.validators.tools.result_contradictions import is_failure


@pytest.mark.parametrize("text", ["", "no such city", '{"error": 1}', '{"is_error": true, "content": "x"}', 'a "b"\n'])
def test_the_text_of_a_failed_result_is_read_back(text: str) -> None:
    assert failure_text(failed_result(text)) == text
    assert is_failure(failed_result(text))


@pytest.mark.parametrize(
    "result",
    ["sunny", "{", '{"is_error": false, "content": "x"}', '{"is_error": true}', '{"is_error": true, "content": 1}'],
)
def test_other_results_are_not_marked(result: str) -> None:
    assert failure_text(result) is None
