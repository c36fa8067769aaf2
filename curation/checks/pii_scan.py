"""Scan stored records for private data before every export; records without any are cached."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from winnow.core.array_cache import load_arrays, save_arrays
from winnow.core.hashing import json_hash
from winnow.core.versions import package_version
from winnow.curation.pii.scrub import Scrubber
from winnow.validators.kinds.kind import Kind

if TYPE_CHECKING:
    import pandas as pd


FORMAT = "3"
"""Raise it when the rules change: then every record is scanned again."""


def records_with_pii(
    table: pd.DataFrame, kind: Kind, scrubber: Scrubber, cache: Path, *, model: str | None
) -> dict[str, list[str]]:
    """Entities that the policy does not allow, by id of the live record that holds them.

    `model` names the model that finds names of people and places; its results are cached with the rest.
    """
    live = table[table["state"] != "superseded"]
    path = cache / f"private-{_fingerprint(scrubber, model)}.npz"
    stored = load_arrays(path)
    clean = set(stored["clean"].tolist()) if stored else set()
    ids, contents = live["id"].to_list(), live["content"].to_list()
    to_scan = [(record, content) for record, content in zip(ids, contents, strict=True) if record not in clean]
    found = {
        record: [one.entity for text in kind.texts(content) for one in scrubber.found(text)]
        for record, content in to_scan
    }
    found = {record: entities for record, entities in found.items() if entities}
    if to_scan:
        save_arrays(path, {"clean": np.array(sorted(set(ids) - found.keys()), dtype="U20")})
    return found


def _fingerprint(scrubber: Scrubber, model: str | None) -> str:
    libraries = [package_version(name) for name in ("phonenumbers", "tldextract", "wordfreq", "winnow")]
    return json_hash([FORMAT, libraries, dict(scrubber.policy), model], length=32)
