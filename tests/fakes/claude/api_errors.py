"""Errors as the API writes them: an HTTP status, a type, a message, a request id.

Statuses and types: platform.claude.com/docs/en/api/errors. Messages are worded as the API words them where a wording
is known; it says itself that nobody should match on them.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class ApiError(Exception):
    """A refusal; `error_code` is the stable name of a cause, which few errors have."""

    def __init__(
        self, status: int, message: str, *, error_code: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.error_code = error_code
        self.headers = headers or {}

    def body(self, request_id: str) -> Json:
        """The error object that goes over the wire, and into the result of a batched request."""
        error: Json = {"type": TYPES.get(self.status, "api_error"), "message": self.message}
        if self.error_code:
            error["details"] = {"error_code": self.error_code}
        return {"type": "error", "error": error, "request_id": request_id}


def invalid(where: str, what: str) -> ApiError:
    """A 400 that names the parameter."""
    return ApiError(400, f"{where}: {what}")
