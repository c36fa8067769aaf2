"""Hashes are stored as ids, splits and cache keys, so their values never change."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from winnow.core.example import record_id
from winnow.core.hashing import file_sha256, keyed_hash
from winnow.curation.annotations.out_of_fold import assign_folds
from winnow.curation.checks.similarity import _rows_hash
from winnow.curation.engine.embedders.model_files import model_hash
from winnow.curation.engine.vector_cache import _text_hash
from winnow.curation.ingest.split_assignment import draw_order
from winnow.curation.pii.scrub import Scrubber
from winnow.curation.store.generation_runs import RunSpec

KEY = b"0" * 32


def test_ids_are_unchanged() -> None:
    assert record_id("intents", "  Größe  of my   VPN") == "671a0b795d68f166d294"
    assert keyed_hash("winnow", 3) == 5336084536454423802
    assert RunSpec("variations", "1", "rules", {"b": 1, "a": ["ü"]}).digest == "6341915291aec59d"


def test_the_draws_of_splits_and_folds_are_unchanged() -> None:
    assert draw_order("winnow", "g1").hex() == "38eab5c1a79ce72d45af7bc2ceabb88c8c04ec7ec7f99f4fe2b4f53473e6a3ad"
    groups = [f"g{number}" for number in range(12)]
    assert assign_folds(["a", "b", "c"] * 4, groups, 7).tolist() == [3, 4, 4, 2, 2, 0, 1, 0, 3, 0, 1, 1]


def test_the_keys_of_caches_are_unchanged(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"one")
    (tmp_path / "b.json").write_text("two")
    files = [tmp_path / "a.bin", tmp_path / "b.json"]
    assert model_hash(str(tmp_path), files) == "e9acc5058dc033a0df46540d1abff51b4fb0d4d60404280ffe187565142c189b"
    assert file_sha256(files[0]) == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    assert _text_hash("a € b") == "6d4e1ee769ccc834fc3f11695e65ba20"
    assert _rows_hash(pd.DataFrame({"id": ["1", "2"], "split": ["train", "test"]})) == "110e69513d1b3ac2"


def test_stand_ins_of_private_data_are_unchanged() -> None:
    expected = "6177a4c3f6644661e2fbdfaaa957de4f52f20b824d439687fb3dd5c09bbf5c8d"
    assert Scrubber({}, KEY, None)._digest("PERSON", "Ada").hex() == expected
