"""Scan stored records for private data before every export; records without any are cached."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from winnow.config.task import Task
from winnow.core.array_cache import load_arrays, save_arrays
from winnow.core.hashing import json_hash
from winnow.core.versions import package_version
from winnow.curation.pii.scrub import Scrubber
from winnow.curation.pii.scrub_value import found_in_value
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind

if TYPE_CHECKING:
    import pandas as pd


FORMAT = "4"
"""Raise it when the rules change: then every record is scanned again."""


def records_with_pii(table: pd.DataFrame, task: Task, scrubber: Scrubber, cache: Path) -> dict[str, list[str]]:
    """Entities that the policy does not allow, by id of the live record that holds them.

    What the task's own model finds is cached with the rest.
    """
    kind = kind_of(task)
    live = table[table["state"] != "superseded"]
    path = cache / f"private-{_fingerprint(scrubber, task)}.npz"
    stored = load_arrays(path)
    clean = set(stored["clean"].tolist()) if stored else set()
    ids, contents = live["id"].to_list(), live["content"].to_list()
    to_scan = [(record, content) for record, content in zip(ids, contents, strict=True) if record not in clean]
    found = {record: _entities(content, kind, task, scrubber) for record, content in to_scan}
    found = {record: entities for record, entities in found.items() if entities}
    if to_scan:
        save_arrays(path, {"clean": np.array(sorted(set(ids) - found.keys()), dtype="U20")})
    return found


def _entities(content: str, kind: Kind, task: Task, scrubber: Scrubber) -> list[str]:
    """The entity of every piece of private data in a content."""
    if kind.json_content is None:
        return [one.entity for text in kind.texts(content) for one in scrubber.found(text)]
    listed = kind.json_content.listed(content, task)
    return found_in_value(kind.json_content.value(content), scrubber, listed=listed)


def _fingerprint(scrubber: Scrubber, task: Task) -> str:
    libraries = [package_version(name) for name in ("phonenumbers", "tldextract", "wordfreq", "winnow")]
    prompt = task.system_prompt_text
    return json_hash([FORMAT, libraries, dict(scrubber.policy), task.private.model, prompt], length=32)
