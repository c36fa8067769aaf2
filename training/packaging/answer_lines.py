"""Prompts for a runtime that this machine does not ask itself, and the answers that are read from a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from winnow.core.atomic import atomic_write
from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.validators.tools.strict_json import JsonError, read_json

EXPECTED = '{"id": ID, "answer": TEXT} on every line'
"""The form of a file of answers."""


def write_prompts(path: Path, prompts: Mapping[str, Sequence[Mapping[str, Any]]], texts: Mapping[str, str]) -> None:
    """Write a line for each prompt: its id, its messages, and the text that the model reads."""
    lines = [
        json.dumps({"id": key, "messages": list(messages), "text": texts[key]}, ensure_ascii=False)
        for key, messages in prompts.items()
    ]
    with atomic_write(path) as temporary:
        temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_answers(path: Path) -> dict[str, str]:
    """The answers of a file by the id of their prompt. Raises WinnowError with every line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise WinnowError(Problem(str(path), error.strerror or "cannot be read", "a file of answers")) from None
    except UnicodeDecodeError:
        raise WinnowError(Problem(str(path), "not UTF-8", EXPECTED)) from None
    answers: dict[str, str] = {}
    problems = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        key, answer, fault = _read(line)
        if fault or key in answers:
            fix = "write one line for each prompt, with the answer as text"
            problems.append(Problem(f"{path}:{number}", fault or f"{key!r} is there already", EXPECTED, fix))
        answers.setdefault(key, answer)
    if problems:
        raise WinnowError(problems)
    return answers


def require_same_prompts(files: Mapping[Path, Mapping[str, str]]) -> None:
    """Raises WinnowError with the prompts that only some files answer, and for files without an answer."""
    every = {key for answers in files.values() for key in answers}
    problems = []
    for path, answers in files.items():
        missing = sorted(every - set(answers))
        if missing or not answers:
            found = (
                f"no answer to {counted(len(missing), 'prompt')}: {', '.join(missing[:3])}" if missing else "no answers"
            )
            problems.append(Problem(str(path), found, "answers to the same prompts", "ask both models all prompts"))
    if problems:
        raise WinnowError(problems)


def _read(line: str) -> tuple[str, str, str]:
    """Id, answer and what is wrong with a line."""
    try:
        row = read_json(line)
    except JsonError as error:
        return "", "", str(error)
    key, answer = (row.get(name) for name in ("id", "answer")) if isinstance(row, dict) else (None, None)
    if not isinstance(key, str) or not isinstance(answer, str):
        return "", "", f"{line[:60]}: no id and answer"
    return key, answer, ""
