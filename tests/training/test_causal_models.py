"""Causal models are found and loaded as they are, also from a GGUF file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.fakes.tiny_causal_model import make_causal
from winnow.core.errors import WinnowError
from winnow.core.model_vocabulary import Device, Precision
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.training.causal_models import gguf_file, load_network, local_base
from winnow.training.run_facts import Hardware

F32 = Hardware(device=Device.CPU, precision=Precision.F32, threads=1)

IDS = torch.tensor([[5, 17, 99, 42, 7]])

LAYER_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
"""The parts of a layer, and what llama.cpp calls them."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_causal(tmp_path_factory.mktemp("causal") / "model")


@pytest.fixture(scope="module")
def gguf(folder: Path) -> Path:
    return write_gguf(folder, folder.parent / "file" / "model.gguf")


def write_gguf(folder: Path, path: Path) -> Path:
    """The model of a folder as llama.cpp's converter writes it: query and key rows are reordered within a head."""
    from gguf import GGUFWriter

    path.parent.mkdir()
    network = load_network(folder, F32)
    config = network.config
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    writer.add_rope_freq_base(10_000.0)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    for name, weight in network.state_dict().items():
        heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
        count = next((number for part, number in heads.items() if part in name), 0)
        writer.add_tensor(tensor_name(name), reordered(weight.numpy(), count))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def tensor_name(name: str) -> str:
    whole = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
    stem = name.removesuffix(".weight")
    if stem in whole:
        return f"{whole[stem]}.weight"
    _, _, layer, part = stem.split(".", 3)
    return f"blk.{layer}.{LAYER_NAMES[part]}.weight"


def reordered(weight: Any, heads: int) -> Any:
    if not heads:
        return weight
    halves = weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(weight.shape))


def logits(network: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = network(input_ids=IDS).logits.float()
    return found


def test_a_gguf_file_is_the_same_model(folder: Path, gguf: Path) -> None:
    expected = logits(load_network(folder, F32))
    assert torch.allclose(logits(load_network(gguf, F32)), expected, atol=1e-5)
    assert torch.allclose(logits(load_network(gguf.parent, F32)), expected, atol=1e-5)


def test_a_model_from_a_gguf_file_can_be_saved_and_trained(gguf: Path, tmp_path: Path) -> None:
    network = load_network(gguf, F32)
    assert not hasattr(network.config, "quantization_config")
    network.save_pretrained(tmp_path)
    assert torch.allclose(logits(load_network(tmp_path, F32)), logits(network), atol=1e-5)


def test_a_gguf_file_is_identified_by_its_bytes(gguf: Path, tmp_path: Path) -> None:
    base = local_base(str(gguf))
    assert (base.requested, base.folder) == (str(gguf), str(gguf))
    assert local_base(str(gguf.parent)).weights_hash == base.weights_hash
    changed = Path(shutil.copy(gguf, tmp_path / gguf.name))
    changed.write_bytes(changed.read_bytes() + b"\0")
    assert local_base(str(changed)).weights_hash != base.weights_hash


def test_weights_in_safetensors_go_first(folder: Path, gguf: Path, tmp_path: Path) -> None:
    assert gguf_file(gguf.parent) == gguf
    both = Path(shutil.copytree(folder, tmp_path / "both"))
    shutil.copy(gguf, both)
    assert gguf_file(both) is None
    shutil.copy(gguf, gguf.parent / "second.gguf")
    assert gguf_file(gguf.parent) is None
    (gguf.parent / "second.gguf").unlink()


def test_bf16_is_loaded_as_bf16(folder: Path) -> None:
    network = load_network(folder, F32.model_copy(update={"precision": Precision.BF16}))
    assert {parameter.dtype for parameter in network.parameters()} == {torch.bfloat16}
    assert not network.training


@pytest.mark.parametrize("content", [b"", b"GGUF", b"not a model"])
def test_a_broken_gguf_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.gguf").write_bytes(content)
    with pytest.raises(WinnowError, match=r"cannot be loaded"):
        load_network(tmp_path / "broken.gguf", F32)
    with pytest.raises(WinnowError, match=r"no tokenizer can be loaded"):
        open_chat_tokenizer(str(tmp_path / "broken.gguf"))


def test_damaged_weights_are_refused(folder: Path, tmp_path: Path) -> None:
    damaged = Path(shutil.copytree(folder, tmp_path / "damaged"))
    weights = (damaged / "model.safetensors").read_bytes()
    (damaged / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    with pytest.raises(WinnowError, match=r"cannot be loaded"):
        load_network(damaged, F32)


def test_an_adapter_of_another_model_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"adapter .*cannot be loaded"):
        load_network(folder, F32, adapter=tmp_path)
