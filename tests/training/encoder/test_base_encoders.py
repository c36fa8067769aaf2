"""Every architecture that people embed with: the vectors are sentence-transformers' own, and LoRA trains all of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.fakes.tiny_architectures import ARCHITECTURES, make_architecture, rewrite
from winnow.core.errors import WinnowError
from winnow.core.model_vocabulary import Pooling
from winnow.curation.engine.embedders.model_files import DOWNLOADED, PICKLE_SUFFIXES
from winnow.training.encoder.batched_inference import compute_vectors
from winnow.training.encoder.encoder_classifier import BaseEncoder, load_base_encoder
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.lora_adapter import load_merged, save_adapter, with_adapter
from winnow.training.encoder.pooled_states import POOLINGS, pool_states
from winnow.training.hardware import detect_hardware
from winnow.training.settings_file import read_settings

TEXTS = ["my card", "the loan rate is what", "help with a trip please", "card " * 60]
"""The last is longer than any of the encoders reads."""

CLOSE = {"rtol": 0, "atol": 1e-5}

FAST = ("distilbert", "deberta-v2", "modernbert", "qwen3")
"""Architectures that every run of the tests trains; the others train with the slow tests."""

TRAINED = [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in ARCHITECTURES]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of an architecture, made once."""
    home, known = tmp_path_factory.mktemp("architectures"), dict[str, Path]()

    def folder(name: str) -> Path:
        return known.get(name) or known.setdefault(name, make_architecture(home / name, name))

    return folder


def own_vectors(base: BaseEncoder, texts: list[str]) -> Any:
    return compute_vectors(base.classifier(2).eval(), base.tokenize(texts, 128))


def their_vectors(folder: Path, texts: list[str], **how: Any) -> Any:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    return model.encode(texts, normalize_embeddings=True, **how)


@pytest.mark.slow  # importing sentence-transformers takes longer than everything else here
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_vectors_are_those_of_sentence_transformers(name: str, made: Callable[[str], Path]) -> None:
    folder = made(name)
    base = load_base_encoder(str(folder), pooling="own")
    found = own_vectors(base, TEXTS)
    assert np.allclose(found, their_vectors(folder, TEXTS), **CLOSE)
    assert found.shape[1] == base.dimensions
    assert np.abs(found[0] - found[1]).max() > 1e-3  # texts differ, so that equal vectors mean something


@pytest.mark.parametrize("name", TRAINED)
def test_padding_changes_no_vector(name: str, made: Callable[[str], Path]) -> None:
    base = load_base_encoder(str(made(name)), pooling="own")
    model = base.classifier(2).eval()
    batch = base.tokenizer.pad({"input_ids": base.tokenize(TEXTS[:3], 128)}, return_tensors="pt")
    with torch.inference_mode():
        padded = model.embed(batch["input_ids"], batch["attention_mask"]).numpy()
    assert not bool(batch["attention_mask"].all())
    assert np.allclose(padded, own_vectors(base, TEXTS[:3]), **CLOSE)


@pytest.mark.parametrize("name", TRAINED)
def test_training_changes_every_lora_layer_and_the_head_and_nothing_else(
    name: str, made: Callable[[str], Path], tmp_path: Path
) -> None:
    base = load_base_encoder(str(made(name)), pooling="own")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = with_adapter(base.classifier(2), EncoderSettings(rank=2))
    before = {key: value.detach().clone() for key, value in model.state_dict().items()}
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.05)
    batch = base.tokenizer.pad({"input_ids": base.tokenize(TEXTS, 128)}, return_tensors="pt")
    for _ in range(2):
        optimizer.zero_grad()
        model(batch["input_ids"], batch["attention_mask"], labels=torch.tensor([0, 1, 0, 1]))["loss"].backward()
        optimizer.step()
    changed = {key for key, value in model.state_dict().items() if not torch.equal(value, before[key])}
    trained = {key for key in before if "lora_" in key or ".modules_to_save." in key}
    assert changed == trained
    assert sum("lora_B" in key for key in trained) >= 5
    assert not any("pooler" in key or "projection" in key for key in trained)
    save_adapter(model.eval(), ["a", "b"], tmp_path)
    fresh = load_base_encoder(str(made(name)), pooling="own")
    merged = load_merged(fresh, tmp_path, detect_hardware().model_copy(update={"precision": "f32"}))
    with torch.inference_mode():
        expected = model(batch["input_ids"], batch["attention_mask"])["logits"].numpy()
        saved = merged(batch["input_ids"], batch["attention_mask"])["logits"].numpy()
    assert np.allclose(saved, expected, atol=1e-4)


def test_frequencies_of_positions_keep_their_precision(made: Callable[[str], Path], tmp_path: Path) -> None:
    base = load_base_encoder(str(made("qwen3")), pooling="own")
    save_adapter(with_adapter(base.classifier(2), EncoderSettings(rank=2)), ["a", "b"], tmp_path)
    exact = {name: value.clone() for name, value in base.encoder.named_buffers() if "inv_freq" in name}
    merged = load_merged(
        load_base_encoder(str(made("qwen3")), pooling="own"),
        tmp_path,
        detect_hardware().model_copy(update={"precision": "bf16"}),
    )
    buffers = dict(merged.encoder.named_buffers())
    assert exact
    assert all(torch.equal(buffers[name], value) for name, value in exact.items())
    assert {weights.dtype for weights in merged.encoder.parameters()} == {torch.bfloat16}


@pytest.mark.slow
@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_each_pooling_is_that_of_sentence_transformers(pooling: Pooling, side: str) -> None:
    from sentence_transformers.sentence_transformer.modules import Pooling as TheirPooling

    generator = torch.Generator().manual_seed(0)
    states = torch.randn(3, 5, 4, generator=generator)
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0]])
    mask = mask if side == "right" else mask.flip(1)
    theirs = TheirPooling(4, pooling.value)({"token_embeddings": states, "attention_mask": mask})["sentence_embedding"]
    assert torch.allclose(pool_states(states, mask, pooling), theirs, atol=1e-6)


@pytest.mark.parametrize("name", ["roberta", "mpnet"])
def test_positions_that_begin_after_padding_are_not_exceeded(
    name: str, made: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(made(name), tmp_path / name))
    (folder / "sentence_bert_config.json").unlink()
    base = load_base_encoder(str(folder), pooling="own")
    assert base.max_tokens == 32  # 34 positions, the first after that of padding, which is number 1
    assert np.isfinite(own_vectors(base, ["card " * 60])).all()


def test_a_prompt_stands_before_each_query(made: Callable[[str], Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made("bert"), tmp_path / "bert"))
    plain = own_vectors(load_base_encoder(str(folder), pooling="own"), TEXTS)
    rewrite(folder, "config_sentence_transformers.json", prompts={"query": "query: ", "passage": "the "})
    queries = own_vectors(load_base_encoder(str(folder), pooling="own"), TEXTS)
    base = load_base_encoder(str(folder), pooling="own", prompt="")
    assert np.array_equal(queries, own_vectors(base, [f"query: {text}" for text in TEXTS]))
    assert np.abs(queries - plain).max() > 1e-3
    assert np.array_equal(own_vectors(load_base_encoder(str(folder), pooling="own", prompt=""), TEXTS), plain)
    rewrite(folder, "config_sentence_transformers.json", default_prompt_name="passage")
    by_default = own_vectors(load_base_encoder(str(folder), pooling="own"), TEXTS)
    assert np.array_equal(by_default, own_vectors(base, [f"the {text}" for text in TEXTS]))
    assert np.abs(by_default - queries).max() > 1e-3
    rewrite(folder, "1_Pooling/config.json", include_prompt=False)
    with pytest.raises(WinnowError, match=r"the tokens of the prompt are left out of the pooling"):
        load_base_encoder(str(folder), pooling="own")
    assert load_base_encoder(str(folder), pooling="own", prompt="").prompt == ""
    assert read_settings(EncoderSettings, changes=['prompt="query: "']) == {
        "prompt": "query: "
    }  # as docs/encoder.md says


@pytest.mark.slow
def test_prompts_and_lowercasing_are_those_of_sentence_transformers(
    made: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(made("bert"), tmp_path / "bert"))
    rewrite(folder, "sentence_bert_config.json", do_lower_case=True)
    rewrite(folder, "config_sentence_transformers.json", prompts={"query": "query: ", "passage": "the "})
    found = own_vectors(load_base_encoder(str(folder), pooling="own"), ["My CARD"])
    assert np.allclose(found, their_vectors(folder, ["My CARD"], prompt_name="query"), **CLOSE)
    rewrite(folder, "config_sentence_transformers.json", default_prompt_name="passage")
    found = own_vectors(load_base_encoder(str(folder), pooling="own"), ["My CARD"])
    assert np.allclose(found, their_vectors(folder, ["My CARD"]), **CLOSE)


def test_texts_are_lowercased_where_the_folder_says_so(made: Callable[[str], Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made("bert"), tmp_path / "bert"))
    assert load_base_encoder(str(folder), pooling="own").tokenize(["My CARD"], 9) == [[0, 3, 3, 2]]
    rewrite(folder, "sentence_bert_config.json", do_lower_case=True)
    base = load_base_encoder(str(folder), pooling="own")
    assert base.tokenize(["My CARD"], 9) == base.tokenize(["my card"], 9)


def test_a_folder_without_sentence_transformers_files_is_pooled_by_its_kind(
    made: Callable[[str], Path], tmp_path: Path
) -> None:
    for name, architectures, pooling in (("bert", ["BertModel"], "mean"), ("qwen3", ["Qwen3ForCausalLM"], "lasttoken")):
        folder = Path(shutil.copytree(made(name), tmp_path / name))
        shutil.rmtree(folder / "1_Pooling")
        (folder / "modules.json").unlink()
        rewrite(folder, "config.json", architectures=architectures)
        assert load_base_encoder(str(folder), pooling="own").pooling == pooling
        assert load_base_encoder(str(folder), pooling="cls").pooling == "cls"


def _listed(*kinds: str) -> str:
    return json.dumps([{"path": "", "type": kind} for kind in kinds])


STEPS = "sentence_transformers.models."

REFUSED: list[tuple[str, str, str]] = [
    (
        "modules.json",
        _listed(f"{STEPS}Transformer", "custom.Layer", f"{STEPS}Pooling"),
        "Transformer, custom.Layer",
    ),
    ("modules.json", _listed(f"{STEPS}StaticEmbedding"), "steps StaticEmbedding"),
    ("modules.json", _listed(f"{STEPS}Transformer"), "one Transformer, one Pooling"),
    ("modules.json", "{}", "not a list of modules"),
    ("modules.json", "[", "as sentence-transformers writes it"),
    ("config_sentence_transformers.json", '{"model_type": "CrossEncoder"}', "a model of type CrossEncoder"),
    ("sentence_bert_config.json", '{"modality_config": {"message": {}}}', "texts are wrapped in messages"),
    ("1_Pooling/config.json", '{"pooling_mode": ["mean", "max"]}', "the pooling mean and max"),
    ("1_Pooling/config.json", '{"pooling_mode": "attention"}', "the pooling attention"),
    ("1_Pooling/config.json", "[]", "not a JSON object"),
    ("2_Dense/config.json", '{"activation_function": "custom.Swish"}', "the activation custom.Swish"),
    ("2_Dense/config.json", '{"use_residual": true}', "a residual connection"),
    ("2_Dense/model.safetensors", "no tensors", "model.safetensors with linear.weight"),
    ("config.json", '{"model_type": "own", "auto_map": {"AutoConfig": "own.Own"}}', "cannot be loaded"),
    ("config.json", '{"model_type": "bart"}', "bart has a decoder too"),
    ("config.json", "", "cannot be loaded"),
]


@pytest.mark.parametrize(("file", "content", "found"), REFUSED)
def test_what_is_not_applied_is_refused_with_the_reason(
    file: str, content: str, found: str, made: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(made("distilbert"), tmp_path / "model"))
    (folder / file).write_text(content)
    with pytest.raises(WinnowError, match=found):
        load_base_encoder(str(folder), pooling="own")


def test_weights_that_are_not_in_the_folder_are_refused(made: Callable[[str], Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made("distilbert"), tmp_path / "model"))
    rewrite(folder, "config.json", n_layers=3)
    with pytest.raises(WinnowError, match=r"of its weights are not in the folder"):
        load_base_encoder(str(folder), pooling="own")


def test_a_hub_model_is_downloaded_without_pickles() -> None:
    assert not any(pattern.endswith(suffix) for pattern in DOWNLOADED for suffix in PICKLE_SUFFIXES)
    needed = ("config.json", "model.safetensors", "vocab.txt", "sentencepiece.bpe.model")
    assert all(any(Path(name).match(pattern) for pattern in DOWNLOADED) for name in needed)
