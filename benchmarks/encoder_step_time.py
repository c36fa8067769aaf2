"""The cost of attention in a training step of the encoder: CPU time of one thread, bf16, rank 16.

Run by `python -m benchmarks.encoder_step_time`, not by `make bench`.
"""

from __future__ import annotations

import time

import torch

from winnow.curation.engine.embedders.model_files import bundled_model_folder
from winnow.training.encoder.encoder_classifier import EncoderClassifier, load_base_encoder
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.lora_adapter import with_adapter

TEXTS, TOKENS, CLASSES = 64, 15, 77

STEPS = 8


def milliseconds(attention: str, dropout: float) -> float:
    """CPU time of one forward and backward step, mean of STEPS after two warm-up steps."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        base = load_base_encoder(str(bundled_model_folder()), pooling="own")
        base.encoder.set_attn_implementation(attention)
        for part in base.encoder.modules():
            if isinstance(part, torch.nn.Dropout):
                part.p = dropout
        model = with_adapter(
            EncoderClassifier(base.encoder, classes=CLASSES, dimensions=base.dimensions, pooling="mean"),
            EncoderSettings(),
        ).train()
        ids = torch.randint(1000, 20_000, (TEXTS, TOKENS))
        labels = torch.randint(0, CLASSES, (TEXTS,))
        for step in range(STEPS + 2):
            if step == 2:
                started = time.process_time()
            with torch.autocast("cpu", torch.bfloat16):
                loss = model(ids, torch.ones_like(ids), labels)["loss"]
            loss.backward()
    return 1000 * (time.process_time() - started) / STEPS


if __name__ == "__main__":
    torch.set_num_threads(1)
    print("| attention | dropout 0.1 | none |\n|---|---|---|")
    for attention in ("sdpa", "eager"):
        print(
            f"| {attention} | {milliseconds(attention, 0.1):.0f} ms | {milliseconds(attention, 0.0):.0f} ms |",
            flush=True,
        )
