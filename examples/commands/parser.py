"""The existing router: rules that a small team wrote before it had any data.

Usage: python parser.py labeled.jsonl must_pass.jsonl > predictions.jsonl
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

POLITE = re.compile(r"\A(?:(?:please|pls|hey|ok|now|can|could|would|you|u|just)[\s,]+)+", re.I)
"""Polite words before a request."""

SLASH_OR_FLAG = re.compile(r"(?:/|--)\w")

QUESTION = re.compile(
    r"(?:what|why|when|where|which|who|how|is|are|do|does|did|should|explain|describe|compare)\b"
    r"|.*(?:\?$|[,:] (?:how|what|why|which)\b)",
    re.I,
)

TO_FILE = re.compile(r"\b(?:into|in|to|as) [\w./-]*(?:/|\.[a-z]{1,4})", re.I)
"""A file or folder as the destination."""

WRITE = re.compile(r"\b(?:write|save|put|add|append|generate|translate|port)\b", re.I)

AND_CHANGE = re.compile(r"(?:\band|,)\s+(?:please )?(?:then )?(?:fix|repair|change|update|add|remove|use)\b", re.I)
"""A second step after the first."""

SHELL = re.compile(
    r"(?:git|npm|npx|yarn|node|pip|uv|python3?|pytest|cargo|go|dotnet|mvn|\./\w+|docker|kubectl|terraform"
    r"|ls|cd|cat|cp|mv|rm|mkdir|chmod|grep|find|tail|head|wc|curl)\b|make(?: \w+)?$"
)
"""Beginnings of shell commands."""

ACTION = re.compile(
    r"(?:run|rerun|start|stop|restart|resume|cancel|abort|kill|open|close|list|show|print|clear|exit|quit|undo"
    r"|redo|switch|turn|install|uninstall|lint|format|commit|push|pull|merge|rebase|stash|tag|checkout|delete"
    r"|export|search)\b",
    re.I,
)
"""Actions that the CLI can execute directly."""

SHOWN = re.compile(r"\b(?:function|regex|query|one-liner|snippet|example|docstring|in \w+$)", re.I)
"""Code that is shown in the answer: a kind or a language is named, but no file."""

CHANGE = re.compile(
    r"(?:add|allow|build|change|clean up|convert|create|document|enable|extend|extract|fix|generate|handle|implement"
    r"|improve|integrate|let|make|migrate|move|optimi[sz]e|port|rebuild|refactor|remove|rename|replace|rewrite|scaffold"
    r"|set up|simplify|split|support|swap|update|upgrade|use|we need|write)\b",
    re.I,
)
"""Beginnings of requests for changes to the project."""


def parse(text: str) -> str:
    """The label of one line, by the first rule that matches."""
    asked = POLITE.sub("", text)
    if asked != text:
        asked = asked.rstrip("?")  # "could you …?" wants something done
    if SLASH_OR_FLAG.match(asked):
        return "command"
    if QUESTION.match(asked):
        return "prompt"
    if AND_CHANGE.search(asked) or (WRITE.search(asked) and TO_FILE.search(asked)):
        return "workflow"
    if SHELL.match(asked) or ACTION.match(asked):
        return "command"
    if SHOWN.search(asked):
        return "prompt"
    return "workflow" if CHANGE.match(asked) else "prompt"


def main() -> None:
    """Parse every row of the given files in order, and print how many are correct."""
    for name in sys.argv[1:]:
        rows = [json.loads(line) for line in Path(name).read_text(encoding="utf-8").splitlines()]
        for row in rows:
            print(json.dumps({"text": row["text"], "label": parse(row["text"])}))
        right = Counter(row["label"] for row in rows if parse(row["text"]) == row["label"])
        print(f"{name}: {right.total()} of {len(rows)} correct, by label {dict(right)}", file=sys.stderr)


if __name__ == "__main__":
    main()
