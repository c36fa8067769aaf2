"""Exports of business tools are described without an option: columns, labels, language, users and times."""

from __future__ import annotations

from pathlib import Path

import pytest

import winnow
from tests.support.business_exports import EXPORTS


@pytest.mark.parametrize("tool", EXPORTS)
def test_exports_of_business_tools_are_read_without_an_option(tool: str, tmp_path: Path) -> None:
    expected = EXPORTS[tool]
    found = winnow.describe_file(expected.write(tmp_path))
    section = found.section
    assert (section.text, section.label, section.group, section.time) == (
        expected.text, expected.label, expected.group, expected.time,
    )  # fmt: skip
    assert (len(found.labels.counts), found.language) == (expected.labels, expected.language)
    assert (section.no_label, section.license, found.texts.texts) == (expected.no_label, None, 36)
