"""Write a first winnow.yaml, from a template or with the labels of a file."""

from __future__ import annotations

from collections import Counter

from winnow.core.errors import Problem, WinnowError
from winnow.curation.io.readers.source_rows import SourceRows

TEMPLATES = ("intents", "tools")


def routes_by_label(reading: SourceRows) -> dict[str, str | None]:
    """Labels of a file in order of appearance, with the route that each is sent to most often."""
    counts: dict[str, Counter[str]] = {}
    problems = []
    for row in reading.rows:
        label, route = (str(v).strip() if v is not None else "" for v in (row.label, row.route))
        if any(not c.isprintable() for c in label + route):
            problem = Problem(
                f"{reading.name}, row {row.number}", f"label {label!r}, route {route!r}", "printable names", "mend it"
            )
            problems.append(problem)
        elif label:
            counts.setdefault(label, Counter()).update([route] if route else [])
    if problems:
        raise WinnowError(problems)
    if not counts:
        fix = "say which file holds labels; their column is label, intent, category or class"
        raise WinnowError(Problem(reading.name, "no label in any row", "labeled rows", fix))
    return {label: routes.most_common(1)[0][0] if routes else None for label, routes in counts.items()}
