"""Parameters, package bytes and memory, computed from the shape of a model alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch

from winnow.core.errors import WinnowError
from winnow.training.settings_file import read_model_facts
from winnow.training.sizing.adapter_size import ALL_LINEAR, adapter_size
from winnow.training.sizing.network_shape import NetworkShape, shape_of_config, shape_of_model
from winnow.training.sizing.shipped_settings import FOLDER, shipped_names
from winnow.training.sizing.training_memory import BatchShape, WeightFormat, memory_parts

PUBLISHED_PARAMETERS = {
    "smollm2-135m": 134_515_008,
    "smollm2-1.7b": 1_711_376_384,
    "llama-3.2-1b": 1_235_814_400,
    "llama-3.2-3b": 3_212_749_824,
    "qwen2.5-7b": 7_615_616_512,
    "qwen2.5-coder-7b": 7_615_616_512,
    "mistral-7b-v0.2": 7_241_732_096,
}
"""The hub counts them in the published weights."""


RANK = 4


def small_config(**changes: Any) -> Any:
    from transformers import LlamaConfig

    widths = {"hidden_size": 64, "intermediate_size": 96, "num_attention_heads": 4, "num_key_value_heads": 2}
    return LlamaConfig(**widths | {"num_hidden_layers": 2, "vocab_size": 50} | changes)


def shipped_shape(name: str) -> NetworkShape:
    facts = read_model_facts(FOLDER / f"{name}.yaml")
    assert facts is not None
    return facts.network()


@pytest.mark.parametrize("name", PUBLISHED_PARAMETERS)
def test_the_shape_of_a_shipped_model_has_the_published_parameters(name: str) -> None:
    assert shipped_shape(name).parameters == PUBLISHED_PARAMETERS[name]


def test_every_shipped_model_is_counted() -> None:
    assert set(PUBLISHED_PARAMETERS) == set(shipped_names())


def test_rank_32_on_mistral_is_too_large_for_300_megabytes_in_f32() -> None:
    size = adapter_size(shipped_shape("mistral-7b-v0.2"), rank=32, target_modules=ALL_LINEAR)
    assert size.parameters == 83_886_080
    assert round(size.package_bytes(4) / 1e6, 1) == 335.6
    assert round(size.package_bytes(2) / 1e6) == 168


@pytest.mark.parametrize("target_modules", [ALL_LINEAR, "q_proj,v_proj", "down_proj"])
def test_an_adapter_has_the_parameters_and_the_file_size_that_peft_gives_it(
    target_modules: str, tmp_path: Path
) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    config = small_config()
    names = target_modules if target_modules == ALL_LINEAR else target_modules.split(",")
    network = get_peft_model(AutoModelForCausalLM.from_config(config), LoraConfig(r=4, target_modules=names))
    network.save_pretrained(tmp_path)
    size = adapter_size(shape_of_config(config), rank=4, target_modules=target_modules)
    assert size.parameters == sum(one.numel() for one in network.parameters() if one.requires_grad)
    files = ("adapter_model.safetensors", "adapter_config.json")
    assert size.package_bytes(4) == pytest.approx(sum((tmp_path / name).stat().st_size for name in files), rel=0.06)


def test_layers_that_the_model_lacks_are_named() -> None:
    with pytest.raises(WinnowError, match=r"no linear layer is named 'query'.*expected: .*q_proj"):
        adapter_size(shape_of_config(small_config()), rank=4, target_modules="query,v_proj")


def test_the_output_embedding_is_no_linear_layer_also_where_it_is_not_tied() -> None:
    shape = shape_of_config(small_config(tie_word_embeddings=False))
    assert {layer.name.rpartition(".")[2] for layer in shape.linear_layers} == {
        *("q_proj", "k_proj", "v_proj", "o_proj"),
        *("gate_proj", "up_proj", "down_proj"),
    }


def test_a_folder_without_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"cannot be loaded"):
        shape_of_model(str(tmp_path))


def test_weights_take_the_bytes_of_their_format() -> None:
    shape = shape_of_config(small_config())
    others = shape.parameters - shape.linear_parameters
    found = {weights: weight_bytes(shape, weights) for weights in WeightFormat}
    assert found == {
        WeightFormat.F32: 4 * shape.parameters,
        WeightFormat.F32_AUTOCAST: 4 * shape.parameters + 2 * shape.linear_parameters,
        WeightFormat.BF16: 2 * shape.parameters,
        WeightFormat.NF4: pytest.approx(shape.linear_parameters * 4.127 / 8 + 2 * others, abs=2),
    }


def weight_bytes(shape: NetworkShape, weights: WeightFormat) -> int:
    batch = BatchShape(tokens=1, logit_tokens=1)
    return memory_parts(shape, batch, trained_parameters=1, rank=1, dropout=0, weights=weights).weights


@pytest.mark.parametrize("dropout", [0.0, 0.05])
@pytest.mark.parametrize("weights", [WeightFormat.F32, WeightFormat.F32_AUTOCAST, WeightFormat.BF16])
def test_activations_are_what_autograd_keeps(weights: WeightFormat, dropout: float) -> None:
    # what two more layers keep of 64 more tokens: neither casts of weights nor the end of the network count
    kept, computed = {}, {}
    for layers, tokens in product((1, 3), (64, 128)):
        config = small_config(num_hidden_layers=layers)
        kept[layers, tokens] = kept_bytes(config, weights, tokens=tokens, dropout=dropout)
        computed[layers, tokens] = computed_bytes(config, weights, tokens=tokens, dropout=dropout)
    # norms, and attention for each head, keep one value of a token more
    assert grown(computed) == pytest.approx(grown(kept), rel=0.01)


def grown(found: Mapping[tuple[int, int], int]) -> int:
    return (found[3, 128] - found[3, 64]) - (found[1, 128] - found[1, 64])


def computed_bytes(config: Any, weights: WeightFormat, *, tokens: int, dropout: float) -> int:
    batch = BatchShape(tokens, logit_tokens=0)
    shape = shape_of_config(config)
    return memory_parts(shape, batch, trained_parameters=0, rank=RANK, dropout=dropout, weights=weights).activations


def kept_bytes(config: Any, weights: WeightFormat, *, tokens: int, dropout: float) -> int:
    """The bytes that the layers of a real network with LoRA keep for the backward pass."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    network = AutoModelForCausalLM.from_config(config).model
    if weights == WeightFormat.BF16:
        network = network.to(torch.bfloat16)
    lora = LoraConfig(r=RANK, lora_dropout=dropout, target_modules=ALL_LINEAR)
    network = get_peft_model(network, lora).train()
    kept: dict[int, int] = {}
    with (
        torch.autograd.graph.saved_tensors_hooks(lambda one: note(one, kept), lambda one: one),
        torch.autocast("cpu", torch.bfloat16, enabled=weights != WeightFormat.F32),
    ):
        network(input_ids=torch.zeros((1, tokens), dtype=torch.long))
    known = {one.untyped_storage().data_ptr() for one in network.parameters()}
    return sum(size for place, size in kept.items() if place not in known)


def note(tensor: torch.Tensor, kept: dict[int, int]) -> torch.Tensor:
    storage = tensor.untyped_storage()
    kept[storage.data_ptr()] = storage.nbytes()
    return tensor


def test_checkpointing_keeps_one_layer_and_the_states_between_layers() -> None:
    shape = shape_of_config(small_config())
    batch = BatchShape(tokens=10, logit_tokens=0)
    plain, saved = (
        memory_parts(
            shape, batch, trained_parameters=0, rank=4, dropout=0, weights=WeightFormat.BF16, checkpointing=one
        )
        for one in (False, True)
    )
    assert saved.activations == plain.activations // 2 + 10 * 2 * 64 * 2


def test_what_is_trained_takes_16_bytes_a_parameter_and_logits_grow_with_the_vocabulary() -> None:
    shape, batch = shape_of_config(small_config()), BatchShape(tokens=10, logit_tokens=3)
    parts = memory_parts(shape, batch, trained_parameters=7, rank=4, dropout=0, weights=WeightFormat.F32)
    assert (parts.adapter, parts.logits) == (7 * 16, 3 * 50 * 12)
    assert parts.total == sum((parts.runtime, parts.weights, parts.adapter, parts.activations, parts.logits))


def stated_memory() -> Iterator[tuple[str, str, WeightFormat, bool]]:
    for name in PUBLISHED_PARAMETERS:
        yield name, "lora_bf16_gib", WeightFormat.BF16, True
        yield name, "qlora_nf4_gib", WeightFormat.NF4, True
        yield name, "lora_f32_cpu_gib", WeightFormat.F32, False


def test_shipped_files_state_the_memory_that_the_formula_gives() -> None:
    different = {}
    for name, key, weights, checkpointing in stated_memory():
        facts = read_model_facts(FOLDER / f"{name}.yaml")
        assert facts is not None
        assert facts.memory is not None
        shape = facts.network()
        parts = memory_parts(
            shape,
            BatchShape(facts.memory.batch_tokens, facts.memory.trained_tokens),
            trained_parameters=adapter_size(shape, rank=16, target_modules=ALL_LINEAR).parameters,
            rank=16,
            dropout=0.05,
            weights=weights,
            checkpointing=checkpointing,
        )
        if round(parts.total / 2**30, 1) != getattr(facts.memory, key):
            different[name, key] = parts.total
    assert different == {}
