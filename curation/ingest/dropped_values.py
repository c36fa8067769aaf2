"""The values of a dropped row without private data, replaced as a whole like those of a row that is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from winnow.curation.ingest.screen import DroppedRow
from winnow.curation.io.foreign_values import from_json, to_json
from winnow.curation.io.readers.columns import Columns
from winnow.curation.pii.scrub import Scrubber
from winnow.curation.pii.scrub_value import scrub_value


def without_private_values(dropped: DroppedRow, roles: Columns, scrubber: Scrubber) -> DroppedRow:
    """The row with the private data of its columns and of its reason replaced by the same surrogates.

    Columns with a role of their own, such as the session, are left: how they are written is decided by their role. So
    is everything if the policy says to drop something: then every text is written, or not, by itself.
    """
    row, drop = dropped.row, dropped.drop
    with_role = {roles.label, roles.group, roles.split, roles.time, roles.supersedes, roles.annotator}
    cells = {name: to_json(value) for name, value in row.fields.items() if name not in with_role}
    given: dict[str, Any] = {"cells": cells, "content": to_json(row.content), "detail": drop.detail, "raw": drop.raw}
    found = scrub_value(given, scrubber)
    if not found.rewrites or not isinstance(found.value, dict):
        return dropped
    safe = found.value
    fields = {**row.fields, **from_json(dict(zip(cells, safe["cells"].values(), strict=True)))}
    content = from_json(dict(zip(row.content, safe["content"].values(), strict=True)))
    safe_row = replace(row, fields=fields if row.fields else row.fields, content=content)
    return DroppedRow(safe_row, replace(drop, detail=safe["detail"], raw=safe["raw"]))
