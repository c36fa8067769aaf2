"""What the service answers when it cannot do what was asked: every problem, in JSON, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from winnow.core.errors import GateError, Problem, ServiceError, WinnowError
from winnow.core.record import Record

MAX_SHOWN = 20
"""Problems of one reply; the hundredth wrong text says nothing new."""

NOT_FOUND = "the paths of GET /openapi.json"


class ProblemFacts(Record):
    """One thing that is wrong."""

    where: str
    """The field, parameter or file."""
    found: str
    """What was found there; values of the request are not repeated."""
    expected: str
    """What was expected; empty where the rest says it."""
    fix: str
    """What can be done about it; empty where the rest says it."""


class Problems(Record):
    """Why a request was refused."""

    problems: list[ProblemFacts]
    """Everything that is wrong, at most 20 problems."""


class NotAnsweredError(Exception):
    """A query was not answered, for a reason outside of the request; it can be sent again."""


def problem_reply(status: int, problems: Sequence[Problem], headers: Mapping[str, str] | None = None) -> Response:
    """The reply that states problems."""
    stated = [
        {"where": str(one.where), "found": one.found, "expected": one.expected, "fix": one.fix}
        for one in problems[:MAX_SHOWN]
    ]
    content = json.dumps({"problems": stated}).encode()
    return Response(content, status_code=status, media_type="application/json", headers=dict(headers or {}))


async def refused(_: Request, error: Exception) -> Response:
    """The reply to a request that Winnow refuses: 409 for a failed check, 503 for the machine, else 422."""
    assert isinstance(error, WinnowError)
    status = 409 if isinstance(error, GateError) else 503 if isinstance(error, ServiceError) else 422
    return problem_reply(status, error.problems)


async def not_answered(_: Request, error: Exception) -> Response:
    """The reply to a query that could not be answered or logged now."""
    problem = Problem("service", str(error), "", "send the query again")
    return problem_reply(503, [problem], {"Retry-After": "1"})


async def malformed(_: Request, error: Exception) -> Response:
    """The reply to a body or a parameter that does not have the documented form; it repeats no value."""
    assert isinstance(error, RequestValidationError)
    return problem_reply(422, [_field_problem(one) for one in error.errors()])


async def http_problem(_: Request, error: Exception) -> Response:
    """The reply to an unknown path, a wrong method, or a body that cannot be decoded."""
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # for FastAPI only wrong syntax is a malformed field
        return problem_reply(422, [Problem("body", "not JSON, not in UTF-8, or nested too deeply", "a JSON object")])
    expected = NOT_FOUND if error.status_code == 404 else ""
    return problem_reply(error.status_code, [Problem("request", str(error.detail), expected)], error.headers)


async def failed(_: Request, error: Exception) -> Response:
    """The reply where the service itself is wrong; what happened is on its standard error."""
    return problem_reply(500, [Problem("service", f"an error of the service: {type(error).__name__}")])


def _field_problem(found: Mapping[str, Any]) -> Problem:
    if found.get("type") == "json_invalid":
        return Problem("body", "not JSON", f"a JSON object: {found.get('ctx', {}).get('error', '')}")
    if isinstance(found.get("input"), bytes):
        return Problem("Content-Type", "not that of JSON", "application/json")
    path = ".".join(str(part) for part in found["loc"] if part != "body") or "body"
    expected = str(found["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    return Problem(path, f"a value of type {type(found.get('input')).__name__}", expected)


HANDLERS: dict[int | type[Exception], Any] = {
    WinnowError: refused,
    NotAnsweredError: not_answered,
    RequestValidationError: malformed,
    HTTPException: http_problem,
    Exception: failed,
}
"""The reply to each kind of error."""
