"""Labels as answers: their probabilities are those of an answer that is constrained to the labels."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.support.files import write_jsonl
from tests.support.workspaces import new_workspace, waive_failing
from winnow.core.errors import WinnowError
from winnow.curation.releases.release import Release
from winnow.training import methods
from winnow.training.adapter.label_decoding import LabelDecoder, open_label_decoder, prompt_ids
from winnow.training.adapter.label_tree import LabelTree
from winnow.training.runs import Run

TEXTS = ["the vpn drops all the time", "how many days off do i have", "", "a text <|end|> with a token"]


pytestmark = pytest.mark.usefixtures("one_thread")


LABELS = ("weather", "weather_alert", "traffic", "time")
"""One begins with another one, and two with the same letter."""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    workspace = new_workspace(tmp_path_factory.mktemp("labels") / "ws", *LABELS)
    rows: list[dict[str, object]] = [
        {"text": f"{label} of {city}?", "label": label, "split": split}
        for label in LABELS
        for city, split in (("Rome", "train"), ("Oslo", "train"), ("Lima", "validation"), ("Bonn", "test"))
    ]
    workspace.add(write_jsonl(workspace.folder.root / "rows.jsonl", rows))
    waive_failing(workspace)
    workspace.freeze("first")
    return workspace.release("first")


@pytest.fixture(scope="module")
def run(release: Release, tiny_chat: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    settings = {"model": str(tiny_chat), "rank": 2, "epochs": 1, "batch_size": 8, "samples": 0, "precision": "f32"}
    settings |= {"checks_per_epoch": 1, "learning_rate": 0.01}
    return methods.train(release, tmp_path_factory.mktemp("labels"), method="adapter", seed=0, settings=settings).run


@pytest.fixture(scope="module")
def decoder(run: Run) -> LabelDecoder:
    return open_label_decoder(run)


def by_hand(decoder: LabelDecoder, text: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The probability of every label, token by token, each a pass of its own over the whole text."""
    labels, prompt = decoder.tree.labels, prompt_ids(decoder.prompt, text)
    found = []
    for label in labels:
        total = 0.0
        for place in range(len(label)):
            allowed = sorted({other[place] for other in labels if other[:place] == label[:place]})
            with torch.inference_mode():
                logits = decoder.network(torch.tensor([[*prompt, *label[:place]]]), use_cache=False).logits[0, -1]
            total += float(logits[allowed].log_softmax(-1)[allowed.index(label[place])])
        found.append(np.exp(total))
    return np.array(found)


def test_probabilities_are_those_of_an_answer_constrained_to_the_labels(run: Run, decoder: LabelDecoder) -> None:
    predicted = methods.predict(run, TEXTS[:2])
    assert np.allclose(predicted.probabilities.sum(axis=1), 1)
    for row, text in zip(predicted.probabilities, TEXTS, strict=False):
        assert np.allclose(row, by_hand(decoder, text), atol=1e-5)


def test_a_text_is_labeled_alike_whatever_stands_beside_it(run: Run, release: Release) -> None:
    first = methods.predict(run, TEXTS)
    assert first.classes == release.labels
    assert np.array_equal(methods.predict(run, TEXTS[::-1]).probabilities[::-1], first.probabilities)
    assert np.array_equal(methods.predict(run, TEXTS[2:3]).probabilities[0], first.probabilities[2])
    assert np.allclose(methods.predict(run, ["long " * 3000]).probabilities.sum(), 1)  # its beginning is read
    assert methods.predict(run, []).labels == []


def test_another_base_model_is_refused(run: Run, tiny_chat: Path, tmp_path: Path) -> None:
    weights = tiny_chat / "model.safetensors"
    kept = shutil.copy(weights, tmp_path / "kept")
    weights.write_bytes(weights.read_bytes()[:-4] + b"\x00\x00\x00\x40")
    with pytest.raises(WinnowError, match=r"bring the model that the run names"):
        methods.predict(run, TEXTS)
    shutil.copy(kept, weights)


def test_only_forks_are_decided() -> None:
    tree = LabelTree([(1, 2, 9), (1, 3, 9), (4, 5, 6, 9)])
    assert tree.forks == {(): [1, 4], (1,): [2, 3]}
    assert tree.read == [(1,)]
    logits = {(): np.log(np.arange(1.0, 11.0)), (1,): np.zeros(10)}
    assert np.exp(tree.log_probabilities(logits)) == pytest.approx([1 / 7, 1 / 7, 5 / 7])
    assert np.exp(LabelTree([(1, 9)]).log_probabilities({})) == pytest.approx([1])
