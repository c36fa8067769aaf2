"""What is recommended for a release depends on how models of its kind are trained."""

from __future__ import annotations

import pytest

from winnow.config.agent_roles import AgentRole
from winnow.curation.releases.release_use import run_command, use_command
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind
from winnow.validators.kinds.tools import TOOLS


@pytest.mark.parametrize(
    ("kind", "use", "run"),
    [
        (INTENTS, "winnow train r1 --method linear", "winnow train r1"),
        (TOOLS, "winnow train r1 --method adapter", "winnow train r1 --method adapter"),
    ],
)
def test_a_release_is_trained_on_or_exported(kind: Kind, use: str, run: str) -> None:
    assert use_command(kind, "r1") == use
    assert run_command(kind, "r1") == run
    assert kind.training_methods or kind.export_format in kind.lossless_formats


def test_a_release_of_a_task_with_roles_is_trained_on_for_one_of_them() -> None:
    roles = [AgentRole(name=name, tools=["get_weather"]) for name in ("calendar", "mail")]
    assert use_command(TOOLS, "r1", roles=roles) == "winnow train r1 --method adapter --role calendar"
