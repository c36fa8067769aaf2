"""A cosine counts only where the embedder sees what differs; otherwise texts are compared as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.support.paths import ROOT
from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
from winnow.curation.engine.embedder_reading import read_with_embedder
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.engine.embedders.text_reader import TextReader, open_text_reader
from winnow.curation.engine.unread_texts import MULTILINGUAL_MODEL
from winnow.workspace import Workspace


@pytest.fixture(scope="module")
def embedders() -> dict[str, Embedder]:
    return {language: open_embedder(language=language) for language in ("en", "de", "vi", "zh")}


def cosine(embedder: Embedder, one: str, other: str, comparison: ComparedFor = ComparedFor.REPEATS) -> float:
    left, right = compared_vectors([one, other], embedder, None, comparison)
    assert np.linalg.norm(left) == pytest.approx(1, abs=1e-4)
    return float(left @ right)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("zh", "打开灯", "关闭灯"),
        ("vi", "tôi muốn bán nhà", "tôi muốn bàn nhà"),
        ("vi", "bạn", "ban"),
        ("de", "es ist schon da", "es ist schön da"),
        ("en", "🔥", "👍"),
        ("en", "включи свет на кухне", "выключи свет на кухне"),
        ("en", "a table for 关 please", "a table for 打 please"),
    ],
)
def test_texts_whose_difference_the_embedder_does_not_see_are_not_near(
    embedders: dict[str, Embedder], language: str, one: str, other: str
) -> None:
    plain = embedders[language].encode([one, other])
    assert plain[0] @ plain[1] > 0.97
    assert cosine(embedders[language], one, other) < 0.5


@pytest.mark.parametrize(
    ("language", "one", "other", "least"),
    [
        ("zh", "打开灯", "打开灯！", 0.999),
        ("vi", "bán nhà", "Bán nhà.", 0.9),
        ("en", "🔥", "🔥 ", 0.999),
        ("en", "a café nearby", "a cafe nearby", 0.97),
        ("en", "cancel my order 😡", "cancel my order", 0.9),
        ("de", "die schöne Karte ist weg", "die schöne Karte ist weg!", 0.95),
    ],
)
def test_texts_that_differ_in_nothing_unseen_keep_their_cosine(
    embedders: dict[str, Embedder], language: str, one: str, other: str, least: float
) -> None:
    assert cosine(embedders[language], one, other) >= least


def test_an_accent_that_is_not_seen_does_not_make_another_topic(embedders: dict[str, Embedder]) -> None:
    one, other = "Ich möchte mein Konto schließen", "Konto bitte schließen"
    assert cosine(embedders["de"], one, other, ComparedFor.TOPIC) > 0.5 > cosine(embedders["de"], one, other)
    assert cosine(embedders["zh"], "打开灯", "关闭灯", ComparedFor.TOPIC) < 0.5


def test_only_the_tokenizer_decides_and_a_multilingual_one_reads_everything(tmp_path: Path) -> None:
    vocabulary = ["<unk>", "打开", "关闭", "灯", "свет", "включи", "▁", "á", "a", "b", "n", "🔥"]
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
        "model": {"type": "Unigram", "unk_id": 0, "vocab": [[word, -1.0] for word in vocabulary]},
    }  # fmt: skip
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
    reader = open_text_reader(tmp_path, "")
    assert isinstance(reader, TextReader)
    read = reader.sights(["打开 灯", "включи свет", "bán", "🔥"])
    assert [one.unseen for one in read] == ["", "", "", ""]
    assert reader.sights(["xyz"])[0].unreadable  # even plain letters, where the vocabulary lacks them


def test_a_model_without_a_fast_tokenizer_is_taken_to_read_everything(tmp_path: Path) -> None:
    assert open_text_reader(tmp_path, "") is None
    assert Embedder(None, str(tmp_path), "x", "torch", "f32").sights(["打开灯"])[0].unseen == ""


def test_what_is_not_read_is_said_with_the_share_an_example_and_what_to_do(embedders: dict[str, Embedder]) -> None:
    found = read_with_embedder(["打开灯", "关闭灯", "turn on 关", "ok"], embedders["zh"], "the bundled model")
    assert (found.texts, found.unreadable, found.partly) == (4, 2, 1)
    (note,) = found.notes()
    assert "3 of 4 texts (75.0%), such as '打开灯'" in note
    assert f"embedder: {{model: {MULTILINGUAL_MODEL}}}" in note
    assert "winnow calibrate" in note
    few = read_with_embedder(["🔥", *map(str, range(99))], embedders["en"], "the bundled model")
    assert MULTILINGUAL_MODEL not in "".join(few.notes())
    assert "1 of 100 texts (1.0%)" in few.notes()[0]
    assert read_with_embedder(["a café", "hello"], embedders["en"], "the bundled model").notes() == []


def test_add_and_check_say_which_texts_the_embedder_does_not_read(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("a", more="language: zh\n")
    added = workspace.add(pd.DataFrame({"text": ["打开灯", "关闭灯"], "label": "a"}), license="MIT")
    (note,) = [one for one in added.notes if "does not read" in one]
    assert note in workspace.check().embedder_notes
    again = workspace.add(pd.DataFrame({"text": ["打开灯", "plain"], "label": "a"}), license="MIT")
    assert not [one for one in again.notes if "does not read" in one]  # known records were said before


def test_cosines_are_compared_through_the_one_rule() -> None:
    callers = {
        file.relative_to(ROOT).as_posix()
        for package in ("curation", "generators", "reports", "training", "winnow")
        for file in (ROOT / package).rglob("*.py")
        if "embed_with_cache(" in file.read_text(encoding="utf-8")
    }
    assert callers == {
        "curation/engine/vector_cache.py",
        "curation/engine/compared_vectors.py",
        "curation/annotations/misclassified.py",  # a classifier on the embedder's own vectors
        "training/linear.py",  # the same
        "winnow/operations/calibrate.py",  # only pairs that the model sees whole
        "winnow/operations/discover.py",  # groups only the texts that the model reads
    }
