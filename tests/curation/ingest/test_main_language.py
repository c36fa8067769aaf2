"""One note where most texts are in another language than the task says."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from winnow.curation.ingest.language import detect_other_language
from winnow.curation.ingest.main_language import main_language
from winnow.workspace import Workspace

GERMAN = [f"Ich möchte bitte wissen, warum meine Rechnung {number} noch nicht bezahlt wurde" for number in range(12)]

ENGLISH = [f"please tell me why my invoice number {number} has not been paid until today" for number in range(12)]


@pytest.mark.parametrize(
    ("texts", "code"), [(GERMAN, "de"), (GERMAN + ENGLISH, None), (ENGLISH, None), (GERMAN[:9], None)]
)
def test_only_the_language_of_most_of_enough_texts_is_named(texts: list[str], code: str | None) -> None:
    found = main_language(texts, detect_other_language(texts, "en"), "en", detect_other_language)
    assert (found.code if found else None) == code


def test_short_texts_are_joined_to_tell_their_language() -> None:
    short = "Wo ist mein Paket?|Mein Konto ist gesperrt|Wann kommt die Lieferung?|Kann ich noch stornieren?"
    texts = [f"{text} {number}" for number in range(15) for text in short.split("|")]
    assert detect_other_language(texts, "en") == {}
    found = main_language(texts, {}, "en", detect_other_language)
    assert found is not None
    assert "`language: de`" in found.note("en")
    assert main_language(texts[:40], {}, "en", detect_other_language) is None  # too few to tell


def test_add_says_it_once_and_flags_none_of_them(make_workspace: Callable[..., Workspace]) -> None:
    spanish = "Quisiera saber por qué todavía no se ha pagado mi última factura"
    workspace = make_workspace("a")
    table = pd.DataFrame({"text": [*GERMAN, spanish], "label": "a"})
    preview = workspace.add(table, license="MIT", dry_run=True)
    result = workspace.add(table, license="MIT")
    assert result.flagged == preview.flagged == {"language": 1}
    named = [note for note in result.notes if "language" in note]
    assert len(named) == 1
    assert "12 of 13 long texts (92%) are in German" in named[0]
    assert named == [note for note in preview.notes if "language" in note]
    assert not [note for note in workspace.add(table, license="MIT").notes if "German" in note]  # known by now
