"""The answer that a model finds likeliest, token by token."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch

from winnow.core.model_vocabulary import Precision
from winnow.training.run_facts import Hardware


def greedy_tokens(network: Any, prompt: Sequence[int], *, stop_ids: Collection[int], limit: int) -> list[int]:
    """The tokens up to a stop token, which is included, or to the limit."""
    device = next(network.parameters()).device
    ids, cache, answer = torch.tensor([list(prompt)], device=device), None, list[int]()
    with torch.inference_mode():
        while len(answer) < limit:
            output = network(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
            cache = output.past_key_values
            answer.append(int(output.logits[0, -1].argmax()))
            if answer[-1] in stop_ids:
                break
            ids = torch.tensor([answer[-1:]], device=device)
    return answer


def autocast(hardware: Hardware) -> AbstractContextManager[Any]:
    """Computation in bf16 where the hardware computes in it."""
    return torch.autocast(hardware.device, torch.bfloat16, enabled=hardware.precision == Precision.BF16)
