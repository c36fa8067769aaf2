"""What clients send to change what the service does, and what they get."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from winnow.core.record import Record

MAX_STATED = 2_000
"""Characters of a name or a reason."""

Stated = Annotated[str, Field(min_length=1, max_length=MAX_STATED)]


class SelectModel(Record):
    """Answer with another run from now on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"run": "second-linear-9f8e7d6c", "by": "Ann Lee", "reason": "staging of 2"}]}
    )

    run: Stated
    """Id of a run of the workspace."""
    by: Stated
    """The person who decided it."""
    reason: Stated
    """Why; stored with the selection."""


class SelectedModel(Record):
    """The run that answers from now on, also after a restart. This is no deployment."""

    run: str
    """Id of the run."""
    before: str
    """Id of the run that answered before."""
    by: str
    """The person who decided it."""
    reason: str
    """Why."""
    at: str
    """When it was recorded, in UTC."""
    new: bool
    """False when the same selection was the last one already."""


class RegisterRemoteId(Record):
    """State the id that a run has in a runtime."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run": "first-adapter-1a2b3c4d",
                    "target": "cloudflare",
                    "remote_id": "helpdesk-router-3",
                    "by": "Ann Lee",
                    "reason": "uploaded for staging",
                }
            ]
        }
    )

    run: Stated
    """Id of a run of the workspace."""
    target: Stated
    """The runtime, such as `cloudflare`, `ollama`, `vllm` or `llama.cpp`."""
    remote_id: Stated
    """The id or name of the run there; an id that another run had is refused."""
    by: Stated
    """The person who registers it."""
    reason: Stated
    """Why; stored with the id."""


class RegisteredRemoteId(Record):
    """An id of a run in a runtime. This is no deployment."""

    run: str
    """Id of the run."""
    target: str
    """The runtime."""
    remote_id: str
    """The id or name of the run there."""
    new: bool
    """False when the run had this id before."""


class Alive(Record):
    """The service answers."""

    status: str
    """`ok`."""
