"""A file of rules that label queries: read with every problem at once, each with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from winnow.config.yaml_document import read_document
from winnow.config.yaml_lines import KeyPath
from winnow.core.errors import Problem, WinnowError
from winnow.core.record import Record
from winnow.core.suggest import suggestion
from winnow.training.routing.linear_pattern import linear_pattern

RULES_KEY = "rules"
"""The key of the list, where the file is a mapping."""

RULE_EXAMPLE = "a list of `{label: LABEL, pattern: REGULAR_EXPRESSION}` or `{label: LABEL, contains: TEXT}`"
"""What a file of rules holds, in short."""

PATTERN_FORM = "a regular expression in the syntax of Rust, without lookaround and backreferences"
"""What a pattern is: https://docs.rs/regex/latest/regex/#syntax."""

CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What is left of `\\b` and the like in double quotes; no query contains it."""

SURROGATE_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)(\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})", re.IGNORECASE)
"""How JSON may write an emoji: as two code units, which are one character there and two in YAML."""

RuleText = Annotated[str, Field(min_length=1)]
"""What a rule compares a query with."""


class PatternRule(Record):
    """A rule: the label of every query that matches. It has a `pattern`, or a text that the query `contains`."""

    label: str
    """Name of the label."""
    pattern: RuleText | None = None
    """A regular expression in the syntax of Rust, which is searched in the query; case is ignored."""
    contains: RuleText | None = None
    """A text that is part of the query; case is ignored."""
    note: str = ""
    """Why the rule is there, for people."""

    def matcher(self) -> Callable[[str], bool]:
        """Whether a query matches."""
        if self.pattern is not None:
            return linear_pattern(self.pattern)
        part = (self.contains or "").casefold()
        return lambda text: part in text.casefold()


class RuleFile(Record):
    """The content of a file of rules."""

    rules: Annotated[list[PatternRule], Field(min_length=1)]
    """The rules in their order: the first that matches decides."""


def read_rules(path: Path, labels: Sequence[str]) -> list[PatternRule]:
    """The rules in a YAML or JSON file, in their order.

    Raises WinnowError with every problem and its line: unknown keys and labels, rules without or with two conditions,
    and patterns that cannot be searched for.
    """
    otherwise = Problem(f"{path}:1", "no list of rules", RULE_EXAMPLE, "begin each rule with `- label: LABEL`")
    document = read_document(_text_of(path), str(path), otherwise=otherwise, list_key=RULES_KEY)
    document.raise_problems([*document.model_problems(RuleFile), *_rule_problems(document.raw, labels)])
    return RuleFile.model_validate(document.raw).rules


def _text_of(path: Path) -> str:
    """The text of a file. Tabs and pairs of code units in JSON are written so that YAML reads them alike."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        found = error.strerror or str(error)
        raise WinnowError(Problem(str(path), found, "a file of rules, or a run", "check the path")) from None
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        raise WinnowError(Problem(str(path), found, "UTF-8 text", "save the file as UTF-8")) from None
    if not _is_json(text):
        return text
    return SURROGATE_PAIR.sub(lambda found: found[1] + json.loads(f'"{found[2]}"'), text.replace("\t", " "))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _rule_problems(raw: Mapping[str, Any], labels: Sequence[str]) -> Iterator[tuple[KeyPath, Problem]]:
    """What is wrong with single rules; values of a wrong type are reported with the keys."""
    rules = raw.get(RULES_KEY)
    for place, rule in enumerate(rules if isinstance(rules, list) else ()):
        for key, check in CHECKS.items() if isinstance(rule, dict) else ():
            if problem := check(rule, labels):
                yield ((RULES_KEY, place, key) if key in rule else (RULES_KEY, place)), problem


def _label_problem(rule: Mapping[str, Any], labels: Sequence[str]) -> Problem | None:
    label = rule.get("label")
    if not isinstance(label, str) or label in labels:
        return None
    fix = suggestion(label, labels, "use a label of the task")
    return Problem("", f"unknown label {label!r}", "one of the labels of the run's task", fix)


def _pattern_problem(rule: Mapping[str, Any], labels: Sequence[str]) -> Problem | None:
    pattern = rule.get("pattern")
    if not isinstance(pattern, str):
        return None
    if CONTROL_CHARACTER.search(pattern):
        found = f"pattern {pattern!r} contains a control character: in double quotes, \\b is one"
        return Problem("", found, PATTERN_FORM, "write it in single quotes, in JSON with \\\\ for each \\")
    try:
        linear_pattern(pattern)
    except ValueError as error:
        return Problem("", f"pattern {pattern!r}: {error}", PATTERN_FORM, "correct the pattern, or use several rules")
    return None


def _condition_problem(rule: Mapping[str, Any], labels: Sequence[str]) -> Problem | None:
    given = [key for key in ("pattern", "contains") if rule.get(key) is not None]
    if len(given) == 1:
        return None
    found = "a rule with a pattern and a text" if given else "a rule without a condition"
    return Problem("", found, "either `pattern` or `contains`", "remove one" if given else "add one")


CHECKS: Mapping[str, Callable[[Mapping[str, Any], Sequence[str]], Problem | None]] = {
    "label": _label_problem,
    "pattern": _pattern_problem,
    "contains": _condition_problem,
}
"""What is checked about a rule, by the key that a problem points to."""
