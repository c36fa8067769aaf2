"""Public files of the ShareGPT family: what of each is added, known and dropped, without any option."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.public_data import public_data
from winnow.core.vocabulary import DropReason
from winnow.workspace import Workspace

INVALID, MALFORMED = DropReason.INVALID_CALL, DropReason.MALFORMED_DIALOGUE


def empty_workspace(folder: Path) -> Workspace:
    import winnow

    folder.mkdir()
    (folder / "winnow.yaml").write_text("name: t\nkind: tools\nlicenses: {allow: [unknown]}\n")
    return winnow.open(folder)


@pytest.mark.parametrize(
    ("name", "added", "known", "dropped"),
    [
        ("llamafactory_toolcall/glaive_toolcall_en_demo.json", 264, 35, {INVALID: 1}),
        ("llamafactory_toolcall/glaive_toolcall_zh_demo.json", 246, 41, {INVALID: 11, MALFORMED: 2}),
        ("llamafactory_toolcall/reason_tool_use_demo_50.jsonl", 49, 0, {INVALID: 1}),
        ("hermes_v1_raw/hermes_v1_card_rows.jsonl", 3, 0, {MALFORMED: 1}),
        ("glaive_v2_raw/glaive_v2_rows_0-4.jsonl", 5, 0, {}),
        ("glaive_v2_raw/glaive_v2_row_25475.jsonl", 1, 0, {}),
        ("glaive_v2_raw/glaive_v2_chat_only.jsonl", 6, 0, {INVALID: 11}),
        ("glaive_v2_raw/function_calling_sharegpt_reconstructed.jsonl", 6, 0, {}),
        ("tau_bench/apigen_mt_layout_reconstructed.jsonl", 67, 0, {MALFORMED: 16, INVALID: 1}),
    ],
)
def test_rows_are_added_known_or_dropped(
    tmp_path: Path, name: str, added: int, known: int, dropped: dict[DropReason, int]
) -> None:
    found = empty_workspace(tmp_path / "w").add(public_data(name), license="own")
    assert (found.added, found.known, found.reasons) == (added, known, dropped)
    assert found.given == found.added + found.known + found.dropped
