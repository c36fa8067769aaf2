"""Runs of dialogues give no feedback yet, and the message says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.dialogues import tools_workspace
from winnow.core.errors import WinnowError


def test_feedback_on_dialogues_is_refused_with_the_command_that_works(tmp_path: Path) -> None:
    with pytest.raises(WinnowError) as told:
        tools_workspace(tmp_path / "ws").feedback("any")
    assert "kind: tools" in str(told.value.problems[0])
    assert "`winnow coverage` writes a plan" in str(told.value.problems[0])
