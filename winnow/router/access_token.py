"""The bearer token that every request must present: given, or drawn once and kept in the workspace."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.interaction_log.exclusive_file import opened_alone

TOKEN_VARIABLE = "WINNOW_ROUTER_TOKEN"
"""The environment variable with the token; an option would be visible in the list of processes."""

MIN_CHARACTERS = 16
"""Shorter tokens can be guessed."""

MAX_CHARACTERS = 512

TOKEN_BYTES = 32
"""Of a token that is drawn here: 43 characters."""

FORM = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""RFC 6750, section 2.1."""

STATED_FORM = f"{MIN_CHARACTERS} to {MAX_CHARACTERS} letters, digits and the characters . _ ~ + / - ="


@dataclass(frozen=True)
class AccessToken:
    """The token, and where it is from."""

    value: str = field(repr=False)
    file: Path | None = None
    """The file that keeps it; None for one that was given."""
    new: bool = False
    """Whether it was drawn now."""

    def accepts(self, header: bytes) -> bool:
        """Whether the value of an `Authorization` header presents the token; the time says nothing about it."""
        scheme, _, presented = header.partition(b" ")
        return scheme.lower() == b"bearer" and secrets.compare_digest(presented.strip(), self.value.encode())


def choose_token(given: str | None, file: Path) -> AccessToken:
    """The given token, else that of the environment, else that of the file, where one is drawn the first time.

    Raises WinnowError for a token that is too short, or not of the form of a bearer token.
    """
    if given is not None:
        return AccessToken(_checked(given, Problem(Parameter("token"), _describe(given), STATED_FORM)))
    if value := os.environ.get(TOKEN_VARIABLE):
        return AccessToken(_checked(value, Problem(TOKEN_VARIABLE, _describe(value), STATED_FORM)))
    return _kept(file)


def is_given(token: str | None) -> bool:
    """Whether a token is given, as a value or by the environment."""
    return token is not None or bool(os.environ.get(TOKEN_VARIABLE))


def _kept(file: Path) -> AccessToken:
    """The token of a file that only the user can read; two services that start at once get the same one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with opened_alone(file) as descriptor:
        os.fchmod(descriptor, 0o600)
        new = not os.fstat(descriptor).st_size
        if new:
            os.write(descriptor, secrets.token_urlsafe(TOKEN_BYTES).encode() + b"\n")
            os.fsync(descriptor)
        os.lseek(descriptor, 0, os.SEEK_SET)
        value = os.read(descriptor, 2 * MAX_CHARACTERS).decode("ascii", "replace").strip()
    fix = "delete the file: another token is drawn"
    return AccessToken(_checked(value, Problem(str(file), _describe(value), STATED_FORM, fix)), file, new)


def _checked(value: str, problem: Problem) -> str:
    if not MIN_CHARACTERS <= len(value) <= MAX_CHARACTERS or not FORM.fullmatch(value):
        raise WinnowError(problem)
    return value


def _describe(value: str) -> str:
    """What is wrong with a token, without showing it."""
    return f"a token of {len(value)} characters" + ("" if FORM.fullmatch(value) else ", some of which are not allowed")
