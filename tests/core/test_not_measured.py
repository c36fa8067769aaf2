"""A figure that was not measured, as text in JSON."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from winnow.core.result import NotMeasured
from winnow.training.run_facts import PeakMemory


@pytest.mark.parametrize("figure", [5, NotMeasured("no CUDA device")])
def test_a_figure_is_read_back_from_its_json(figure: int | NotMeasured) -> None:
    facts = PeakMemory(process_bytes=1, cuda_bytes=figure)
    assert PeakMemory.model_validate_json(facts.model_dump_json()) == facts


def test_the_reason_is_a_text_in_json() -> None:
    facts = PeakMemory(process_bytes=1, cuda_bytes=NotMeasured("no CUDA device"))
    assert facts.model_dump(mode="json")["cuda_bytes"] == "not_measured: no CUDA device"


def test_another_text_is_no_figure() -> None:
    with pytest.raises(ValidationError):
        PeakMemory.model_validate({"process_bytes": 1, "cuda_bytes": "unknown"})
