"""Lines of an interaction log from values of an app."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from winnow.core.errors import Problem, WinnowError
from winnow.interaction_log.interaction_ids import new_interaction_id, utc_instant
from winnow.interaction_log.json_form import json_form

if TYPE_CHECKING:
    from winnow.core.interaction_line import InteractionLine


def new_line(fields: Mapping[str, Any]) -> InteractionLine:
    """A line with an id and a time, unless the fields have them. Raises WinnowError where they are not of the form."""
    from pydantic import ValidationError

    from winnow.core.interaction_line import InteractionLine

    stamped = {"id": new_interaction_id(), "timestamp": utc_instant()} | dict(fields)
    stated = {name: json_form(value) for name, value in stamped.items() if value is not None}
    try:
        return InteractionLine.model_validate_json(json.dumps(stated, allow_nan=False), strict=True)
    except ValidationError as error:
        raise WinnowError([_problem(one) for one in error.errors(include_url=False)]) from None


def _problem(error: Any) -> Problem:
    """What is wrong with one field; its value is not shown, because it may be private."""
    where = ".".join(str(part) for part in error["loc"]) or "log_interaction"
    expected = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return Problem(where, f"a value of type {type(error['input']).__name__}", expected)
