"""A batch as one tree of tokens trains as its rows do one by one."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.fakes.tiny_causal_model import make_causal
from winnow.training.adapter import prefix_sharing
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.adapter.adapter_trainer import lora_layers, token_losses
from winnow.training.adapter.answer_batches import GroupedBatches, rows_by_prefix
from winnow.training.adapter.prefix_sharing import SharedPrefixCollator, ancestor_mask, token_tree
from winnow.training.adapter.trained_rows import NOT_TRAINED
from winnow.training.causal_models import load_network
from winnow.training.hardware import detect_hardware

Row = dict[str, list[int]]


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A tiny model with LoRA layers that are not zero."""
    from peft import get_peft_model

    folder = make_causal(tmp_path_factory.mktemp("shared") / "model")
    base = load_network(folder, detect_hardware("f32"))  # type: ignore[arg-type]
    adapted = get_peft_model(base, lora_layers(AdapterSettings(rank=4, dropout=0.0), base))
    chosen = torch.Generator().manual_seed(1)
    for parameter in adapted.parameters():
        if parameter.requires_grad:
            parameter.data = torch.randn(parameter.shape, generator=chosen) * 0.2
    return adapted


def row(prompt: list[int], answer: list[int]) -> Row:
    return {"input_ids": prompt + answer, "labels": [NOT_TRAINED] * len(prompt) + answer}


def random_rows(seed: int) -> list[Row]:
    """Rows of a few prompts: some continue others, some repeat one, some have one prompt and different answers."""
    chosen = random.Random(seed)
    tokens = lambda count: [chosen.randrange(5, 40) for _ in range(count)]  # noqa: E731
    shared = tokens(12)
    first = row(shared + tokens(3), tokens(4))
    return [
        first,
        row(first["input_ids"] + tokens(3), tokens(2)),
        row(first["input_ids"], tokens(3)),
        row(first["input_ids"][:15], first["input_ids"][15:] + tokens(2)),
        copy.deepcopy(first),
        row(shared + tokens(2), tokens(1)),
        row(tokens(1), tokens(3)),
    ]


def loss_and_gradients(network: Any, batches: list[dict[str, Tensor]]) -> tuple[float, list[Tensor]]:
    network.zero_grad()
    losses = torch.cat([token_losses(network, batch)[0] for batch in batches])
    losses.sum().backward()
    return float(losses.sum().detach()), [p.grad.clone() for p in network.parameters() if p.requires_grad]


def each_alone(rows: list[Row]) -> list[dict[str, Tensor]]:
    """Every row as a batch of its own, with the causal mask of the model itself."""
    return [{"input_ids": torch.tensor([one["input_ids"]]), "labels": torch.tensor([one["labels"]])} for one in rows]


def differs(network: Any, rows: list[Row]) -> bool:
    loss, gradients = loss_and_gradients(network, [SharedPrefixCollator()(rows)])
    expected, separate = loss_and_gradients(network, each_alone(rows))
    close = [torch.allclose(a, b, rtol=1e-3, atol=1e-4) for a, b in zip(gradients, separate, strict=True)]
    return not (loss == pytest.approx(expected, rel=1e-5) and all(close))


@pytest.mark.parametrize("seed", range(5))
def test_losses_and_gradients_are_those_of_separate_rows(network: Any, seed: int) -> None:
    rows = random_rows(seed)
    assert len(token_tree(rows).input_ids) < sum(len(one["input_ids"]) for one in rows) - 60
    assert not differs(network, rows)


def test_the_mask_is_what_makes_them_equal(network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    causal = lambda tree: torch.ones(len(tree.input_ids), len(tree.input_ids), dtype=torch.bool).tril()  # noqa: E731
    monkeypatch.setattr(prefix_sharing, "ancestor_mask", causal)
    assert differs(network, random_rows(0))


def test_a_row_keeps_the_token_before_its_answer_to_itself() -> None:
    tree = token_tree([row([1, 2, 3], [4, 9]), row([1, 2, 3], [5, 9])])
    assert tree.input_ids == [1, 2, 3, 4, 9, 3, 5, 9]
    assert tree.positions == [0, 1, 2, 3, 4, 2, 3, 4]
    assert tree.labels == [NOT_TRAINED] * 3 + [4, 9, NOT_TRAINED, 5, 9]
    seen = ancestor_mask(tree)[6].nonzero().flatten().tolist()
    assert seen == [0, 1, 5, 6]


def test_attention_uses_the_kernel_that_stores_no_matrix(network: Any) -> None:
    """The other kernel stores a matrix of tokens by tokens for each head and layer."""
    batch = SharedPrefixCollator()(random_rows(0))
    with torch.profiler.profile() as profiled, torch.autocast("cpu", torch.bfloat16):
        token_losses(network, batch)[0].sum().backward()
    names = {event.key for event in profiled.key_averages()}
    assert "aten::_scaled_dot_product_flash_attention_for_cpu" in names
    assert "aten::_scaled_dot_product_attention_math" not in names


def test_batches_hold_rows_of_one_prompt_and_every_row_once() -> None:
    chosen = random.Random(0)
    prompts = [[prompt] * 20 for prompt in range(3)]
    rows = [[*prompts[place % 3], chosen.randrange(100), place] for place in range(36)]
    order = GroupedBatches(rows_by_prefix(rows), batch_size=4, seed=3)
    listed = list(order)
    assert sorted(listed) == list(range(36))
    assert all(len({rows[place][0] for place in listed[start : start + 4]}) == 1 for start in range(0, 36, 4))
    assert list(order) == listed
    order.set_epoch(1)
    assert list(order) != listed
    assert list(GroupedBatches(rows_by_prefix(rows), batch_size=4, seed=4)) != listed
