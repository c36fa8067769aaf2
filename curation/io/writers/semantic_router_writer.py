"""semantic-router of Aurelio: a router with the train rows as utterances, and queries to calibrate and evaluate it.

Sources: docs.aurelio.ai/docs/semantic-router/v1 (the guides "Save and load routers" and "Migrating from 0.x to 1.0",
the page "Calibration and thresholds") and the package semantic-router, read in November 2026. A router answers queries
that match no route with None: the fallback label is not a route, and queries of it have the route null.
"""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.export_losses import ExportLoss
from winnow.core.vocabulary import HOLD_OUT_SPLITS
from winnow.curation.io.writers.export_format import ExportFormat
from winnow.curation.io.writers.query_release import (
    ExportedFile,
    QueryRelease,
    ReleasedQuery,
    WholeExport,
    json_file,
    lines_file,
    texts_by_label,
)

ROUTER_FILE = "router.json"

ENCODER = {"type": "fastembed", "name": "sentence-transformers/all-MiniLM-L6-v2"}
"""The model that Winnow embeds with by default, in the library that needs no key."""


def semantic_router_files(release: QueryRelease) -> WholeExport:
    """The router, and each hold-out split as queries with the route that is right."""
    fallback = release.task.fallback
    learned = [row for row in release.train if row.label != fallback]
    held_out = [
        lines_file(f"{split}.jsonl", [{"text": row.text, "route": _route_of(row, fallback)} for row in rows])
        for split in reversed(HOLD_OUT_SPLITS)
        for rows in (release.rows.get(split),)
        if rows
    ]
    left_out = [row.id for row in release.train if row.label == fallback]
    return WholeExport(
        [_router(release, learned), *held_out],
        {ExportLoss.NO_ROUTE: left_out} if left_out else {},
        _without_utterances(release),
    )


def _router(release: QueryRelease, rows: Sequence[ReleasedQuery]) -> ExportedFile:
    routes = [_route(release, label, texts) for label, texts in texts_by_label(rows, release.labels).items()]
    router = {"router_type": "indexed", "encoder": ENCODER, "routes": routes}
    return json_file(ROUTER_FILE, router, rows=len(rows))


def _route(release: QueryRelease, name: str, utterances: Sequence[str]) -> dict[str, object]:
    label = release.label_of(name)
    return {
        "name": name,
        "utterances": utterances,
        **({"description": label.description} if label.description else {}),
        **({"metadata": {"route": label.route}} if label.route else {}),
    }


def _route_of(row: ReleasedQuery, fallback: str | None) -> str | None:
    return None if row.label == fallback else row.label


def _without_utterances(release: QueryRelease) -> list[str]:
    missing = ", ".join(label for label in release.without_train_rows() if label != release.task.fallback)
    return [f"{ROUTER_FILE}: no route for {missing}: no train row has the label"] if missing else []


SEMANTIC_ROUTER_FORMAT = ExportFormat("semantic-router", whole=semantic_router_files)
