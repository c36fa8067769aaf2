"""The dialogues that a release would hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from winnow.validators.tools.dialogue import Dialogue
from winnow.validators.tools.dialogue_composition import LabeledDialogue

if TYPE_CHECKING:
    import pandas as pd


def labeled_dialogues(selected: pd.DataFrame, dialogues: Mapping[str, Dialogue]) -> list[LabeledDialogue]:
    """The selected rows of all splits with their dialogues, which are given by record id."""
    columns = zip(selected["id"], selected["label"], selected["group"], selected["split"], strict=True)
    return [LabeledDialogue(dialogues[record], *facts) for record, *facts in columns]
