"""ATIF: one agent trajectory per row, with its steps and the tools of its agent."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout

COLUMNS = frozenset(
    """
    schema_version session_id trajectory_id agent steps notes final_metrics continued_trajectory_ref
    subagent_trajectories extra
    """.split()
)


def recognizes(fields: Fields) -> bool:
    """Whether the version says so, and there are steps."""
    return str(fields.get("schema_version")).startswith("ATIF-") and fields.get("steps") is not None


def arrange(fields: Fields) -> ArrangedRow:
    """The steps as messages, and the tools of the agent; without any, those of the task are offered."""
    agent = fields.get("agent")
    tools = agent.get("tool_definitions") if isinstance(agent, Mapping) else None
    return ArrangedRow({"messages": fields["steps"], "tools": tools}, session=fields.get("session_id"))


ATIF_ROWS = RowLayout("atif_trajectory", "trajectories in ATIF", recognizes, arrange, COLUMNS)
