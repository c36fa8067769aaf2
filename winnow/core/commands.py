"""Commands that messages recommend, complete and ready to paste; only this module knows how options are spelled.

Messages contain the command line. An error that reaches Python shows the call of the Python API instead.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

Option = str | int | float | Sequence[str]

CALLS = {
    "init": "winnow.init",
    "deployment history": "ws.deployments",
    "decide on a log": "ws.decide_ab",
    "evaluate on general rows": "ws.evaluate_general",
    "label-errors": "ws.label_errors",
    "verify-adapter": "ws.verify_adapter",
    "generate": "ws.generate_plan",
    "generate variations": "ws.generate_variations",
    "generate examples": "ws.generate",
    "generate contrasts": "ws.generate",
    "generate negatives": "ws.generate",
    "generate dialogues": "ws.generate",
    "contrasts by rule": "ws.generate_contrasts_by_rule",
}
"""The calls of commands that are not named as the method of a workspace."""

ONLY_COMMANDS = ("annotators",)
"""Commands without a call: accounts of the labeling server are managed in a terminal."""

MODES = {("decide", "ab"): "decide on a log", ("evaluate", "general"): "evaluate on general rows"}
"""Options with which a verb has a call of its own, as CALLS names it."""

PARAMETERS = {"for": "annotators", "set": "settings", "from": "from_file", "label": "labels"}
"""Options whose parameter has another name."""

PARAMETERS_OF_VERBS = {
    "check": {"for": "base_model"},
    "decide": {"ab": "log"},
    "evaluate": {"general": "file"},
    "package": {"for": "target"},
}
"""Options whose parameter has a name of its own in one command."""

OPTION_OF_PARAMETER = {"annotators": "for", "base_model": "for", "settings": "set"}
"""Parameters whose option has another name."""

_CALLS_OF: dict[str, str] = {}
"""The calls of all command lines that were made, for `in_python`."""


def command(verb: str, *arguments: str, **options: Option) -> str:
    """A command line: `command("push label", strategy="mixed")` is `winnow push label --strategy mixed`.

    Arguments and values are quoted for a shell where necessary. `True` gives an option without a value, a list repeats
    the option. An option that is a Python keyword, or a parameter of another option, gets a trailing underscore:
    `for_=`, `settings_=`. Words in capitals are placeholders.
    """
    parts = ["winnow", verb, *(shlex.quote(argument) for argument in arguments)]
    for name, value in options.items():
        values = [value] if isinstance(value, str | int | float) else value
        for one in values:
            if one is not False:
                parts.append(option(name) if one is True else f"{option(name)} {shlex.quote(str(one))}")
    line = " ".join(parts)
    _CALLS_OF[line] = _call(line, verb, arguments, options)
    return line


def option(parameter: str) -> str:
    """The option of a parameter: `--for` of `annotators`."""
    return "--" + OPTION_OF_PARAMETER.get(parameter, parameter).rstrip("_").replace("_", "-")


def table_option(name: str) -> str:
    """How a table or sheet of a file is named, whatever command reads the file."""
    return f"`{option('table')} {shlex.quote(name)}` (`table={name!r}` in Python)"


def in_python(message: str) -> str:
    """The message with the call of the Python API in place of each command line that `command` made."""
    lines = sorted((line for line in _CALLS_OF if line in message), key=len, reverse=True)
    if not lines:
        return message
    return re.sub("|".join(map(re.escape, lines)), lambda found: _CALLS_OF[found.group()], message)


def _call(line: str, verb: str, arguments: Sequence[str], options: dict[str, Option]) -> str:
    """`ws.push('label', strategy='mixed')` for the command line of `push label`."""
    first, *rest = verb.split()
    if first in ONLY_COMMANDS:
        return line
    name = "deployment history" if verb == "deploy" and "history" in options else verb
    if verb == "generate contrasts" and options.get("by") == "rules":
        name, options = "contrasts by rule", {key: value for key, value in options.items() if key != "by"}
    name = next((own for (of, key), own in MODES.items() if verb == of and key in options), name)
    call = CALLS.get(name, f"ws.{first}")
    if call == "ws.generate":
        return f"ws.generate(GenerationRequest({', '.join([repr(rest[0]), *_request_fields(options)])}))"
    values = [repr(part) for part in ((*rest, *arguments) if name not in CALLS else arguments)]
    if name != "deployment history":
        values += _keywords(options, PARAMETERS | PARAMETERS_OF_VERBS.get(verb, {}))
    return f"{call}({', '.join(values)})"


def _keywords(options: dict[str, Option], parameters: Mapping[str, str]) -> list[str]:
    """The keyword arguments of a call. Columns, and what describes a batch, are objects."""
    columns = {name.removesuffix("_column"): value for name, value in options.items() if name.endswith("_column")}
    described = ("batch", "generator", "prompt_version", "model") if "batch" in options else ()
    batch = [name for name in described if name in options]
    plain = {name: value for name, value in options.items() if not name.endswith("_column") and name not in batch}
    found = [f"{parameters.get(name.rstrip('_'), name)}={value!r}" for name, value in plain.items()]
    if "background" in plain:
        found = []
    if columns:
        found.append(f"columns=Columns({', '.join(f'{name}={value!r}' for name, value in columns.items())})")
    if batch:
        values = [str(options.get(name, "unknown")) for name in ("batch", "generator", "prompt_version", "model")]
        found.append(f"batch=GenerationBatch({', '.join(map(repr, values))})")
    return found


def _request_fields(options: dict[str, Option]) -> list[str]:
    """The fields of a GenerationRequest for the options of `winnow generate`."""
    renamed = {"label": "labels", "pair": "pairs", "batch_api": "batches", "tool": "tools", "behavior": "behaviors"}
    fields = {renamed.get(name, name): value for name, value in options.items() if value or value == 0}
    if "labels" in fields:
        fields["labels"] = (str(fields["labels"]),)
    if "pairs" in fields:
        fields["pairs"] = (tuple(str(fields["pairs"]).split(",")),)  # type: ignore[assignment]
    return [f"{name}={value!r}" for name, value in fields.items()]
