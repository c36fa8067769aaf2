"""Commands that messages recommend, complete and ready to paste; only this module knows how options are spelled."""

from __future__ import annotations

import shlex
from collections.abc import Sequence


def command(verb: str, *arguments: str, **options: str | int | float | Sequence[str]) -> str:
    """A command line: `command("push label", strategy="mixed")` is `winnow push label --strategy mixed`.

    Arguments and values are quoted for a shell where necessary. `True` gives an option without a value, a list repeats
    the option. An option that is a Python keyword gets a trailing underscore: `for_=`. Words in capitals are
    placeholders.
    """
    parts = ["winnow", verb, *(shlex.quote(argument) for argument in arguments)]
    for name, value in options.items():
        flag = "--" + name.rstrip("_").replace("_", "-")
        values = [value] if isinstance(value, str | int | float) else value
        for one in values:
            if one is not False:
                parts.append(flag if one is True else f"{flag} {shlex.quote(str(one))}")
    return " ".join(parts)
