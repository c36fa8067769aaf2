"""Slots that keep near copies in train are named with the number of pairs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.support.commands import run_winnow
from tests.support.workspaces import waive_failing
from winnow.curation.checks.slot_protection import SlotProtection, slot_protection
from winnow.curation.engine.exact_search import NearPairs
from winnow.validators.wording.guards import Guards
from winnow.workspace import Workspace

GUARDS = Guards({"device": ["laptop", "phone"], "filler": ["please", "kindly"], "room": ["hall"]})


def measured(*texts: str, similarity: float = 0.98, **columns: list[str]) -> SlotProtection:
    """All pairs of the texts are near."""
    count = len(texts)
    plain = {"split": ["train"] * count, "label": ["a"] * count, "group": [f"g{i}" for i in range(count)]}
    left, right = np.triu_indices(count, 1)
    pairs = NearPairs(left, right, np.full(len(left), similarity, dtype=np.float32))
    return slot_protection(pd.DataFrame({"text": texts} | plain | columns), pairs, GUARDS, threshold=0.97)


def test_pairs_and_rows_are_counted_by_the_slot_that_differs() -> None:
    found = measured("fix my laptop", "fix my phone", "please fix my laptop", "kindly fix my laptop")
    assert (found.pairs, found.rows, list(found.by_slot.items())) == (6, 4, [("filler", 5), ("device", 3)])
    assert found.notes() == [
        "different values of `slots` keep 6 near pairs of train rows (4 rows) that would otherwise be duplicates; "
        "pairs by slot: filler 5, device 3"
    ]


def test_the_same_values_in_another_order_count_for_their_slots() -> None:
    assert measured("laptop to hall", "hall to laptop").pairs == 0  # the direction protects as well
    assert measured("laptop, hall", "hall, laptop").by_slot == {"device": 1, "room": 1}


@pytest.mark.parametrize(
    ("texts", "columns"),
    [
        (("fix it", "fix it now"), {}),
        (("fix laptop 1", "fix phone 2"), {}),
        (("fix laptop", "fix phone"), {"label": ["a", "b"]}),
        (("fix laptop", "fix phone"), {"group": ["g", "g"]}),
        (("fix laptop", "fix phone"), {"split": ["train", "excluded"]}),
    ],
)
def test_a_pair_that_something_else_keeps_does_not_count(texts: tuple[str, ...], columns: dict[str, list[str]]) -> None:
    assert measured(*texts, **columns) == SlotProtection(0, 0, {})
    assert measured(*texts, **columns).notes() == []


def test_a_pair_below_the_threshold_does_not_count() -> None:
    assert measured("fix laptop", "fix phone", similarity=0.96).pairs == 0


def test_at_most_three_slots_are_named() -> None:
    note = SlotProtection(9, 9, {"a": 4, "b": 3, "c": 1, "d": 1}).notes()[0]
    assert note.endswith("pairs by slot: a 4, b 3, c 1")


def test_ordinary_words_in_slots_are_shown_everywhere(make_workspace: Callable[..., Workspace], tmp_path: Path) -> None:
    words = "please kindly now today again here".split()
    workspace = make_workspace("a", "b", more=f"slots: {{filler: [{', '.join(words)}]}}\n")
    copies = [{"text": f"my parcel did not arrive at the house {word}", "label": "a"} for word in words]
    others = [
        {"text": f"{verb} the {thing} in the {place}", "label": "b", "split": split}
        for verb, thing, place, split in [
            ("paint", "fence", "garden", "train"),
            ("sell", "bicycle", "market", "validation"),
            ("cook", "soup", "kitchen", "test"),
        ]
    ]
    workspace.add(pd.DataFrame([*({**row, "split": "train"} for row in copies), *others]))
    waive_failing(workspace)
    checked = run_winnow("check", cwd=workspace.folder.root)
    (gate,) = [one for one in workspace.check().gates if one.name == "duplicates"]
    (note,) = gate.notes
    assert "near pairs of train rows" in note
    assert "pairs by slot: filler " in note
    assert note in " ".join(checked.stdout.split())
    release = Path(workspace.freeze("first").path)
    stated = {one["name"]: one["notes"] for one in json.loads((release / "manifest.json").read_text())["gates"]}
    assert stated["duplicates"] == [note]
    assert f"- **duplicates**: {note}." in (release / "README.md").read_text()
