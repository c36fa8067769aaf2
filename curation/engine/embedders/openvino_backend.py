"""The default backend: the model converted to OpenVINO once and checked against the original."""

from __future__ import annotations

import itertools
import json
import threading
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from winnow.core.errors import Problem, ServiceError
from winnow.core.hashing import file_sha256, json_hash
from winnow.curation.engine.embedders.sentence_transformers import (
    EmbeddedBatches,
    TorchModel,
    load_sentence_transformer,
)
from winnow.curation.engine.vectors import Vectors

MIN_COSINE_TO_TORCH = 0.999
"""What the converted model must reach on EQUIVALENCE_TEXTS before it is used."""

EQUIVALENCE_TEXTS = (
    "vpn down",
    "How do I change the bank account my salary is paid to?",
    "transfer 50 dollars from my savings to checking and tell me the balance afterwards, please",
    "¿Dónde está mi tarjeta?",
)

MOST_STREAMS = 8
"""Batches that are embedded at a time, each on cores of its own; OpenVINO uses no more than there are cores. On one
core, a batch of short texts takes two thirds of the processor time that it takes on two."""

CONVERTED_FILES = ("model.xml", "model.bin", "tokenizer.json")
"""What a conversion writes besides `model.json`, which states their SHA-256."""


def openvino_precision() -> str:
    """bf16 if the processor supports it, else f32."""
    import openvino

    return "bf16" if "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"


class OpenVinoModel:
    """The converted model. Needs the files `model.xml`, `model.bin`, `tokenizer.json` and `model.json`."""

    def __init__(self, folder: Path, precision: str) -> None:
        import openvino
        from tokenizers import Tokenizer

        facts = json.loads((folder / "model.json").read_text())
        self.dimensions: int = facts["dimensions"]
        self.max_tokens: int = facts["max_length"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(facts["max_length"])
        settings = {"INFERENCE_PRECISION_HINT": precision, "NUM_STREAMS": MOST_STREAMS}
        compiled = openvino.Core().compile_model(folder / "model.xml", "CPU", settings)
        streams = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
        self._requests = [compiled.create_infer_request() for _ in range(streams)]
        self._in_use = threading.Lock()

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, truncated to the model's maximum length."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]

    def run(self, batches: Iterator[list[int]], tokens: Sequence[Sequence[int]]) -> EmbeddedBatches:
        """Embed batches of positions; yields each batch with its vectors, which are not normalized.

        One thread at a time: close the iterator, or read it to its end, so that the next one can start.
        """
        # This thread starts the requests and waits for them. Callbacks, and a second thread of Python, were as fast but
        # could hang (docs/decisions/0002-embedding-backend.md).
        with self._in_use:
            running: deque[tuple[list[int], Any]] = deque()
            try:
                for batch, request in zip(batches, itertools.cycle(self._requests), strict=False):
                    if len(running) == len(self._requests):  # the oldest is the one whose turn it is
                        yield _finished(*running.popleft())
                    ids = np.array([tokens[i] for i in batch], dtype=np.int64)
                    request.start_async({"input_ids": ids, "attention_mask": np.ones_like(ids)})
                    running.append((batch, request))
                while running:
                    yield _finished(*running.popleft())
            finally:
                for _, request in running:
                    request.wait()


def _finished(batch: list[int], request: Any) -> tuple[list[int], Vectors]:
    """A batch and its vectors, once they are there."""
    request.wait()
    return batch, request.get_output_tensor(0).data.copy()


def is_as_converted(folder: Path) -> bool:
    """Whether every file of a converted model has the content that the conversion wrote."""
    try:
        facts = json.loads((folder / "model.json").read_text())
        stated = facts.pop("facts_hash")
        hashes = {name: file_sha256(folder / name) for name in CONVERTED_FILES}
        return bool(stated == json_hash(facts) and facts["sha256"] == hashes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # missing, damaged, or of an earlier version
        return False


def convert(model_folder: str, target: Path, precision: str) -> None:
    """Convert the pipeline into a folder, and check that it gives the pipeline's vectors.

    This calls the frontend directly: `openvino.convert_model` would send usage statistics over the network.
    """
    import openvino
    import torch
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    model = load_sentence_transformer(model_folder)

    class Pipeline(torch.nn.Module):
        """Transformer, pooling and normalization as one graph."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.model({"input_ids": input_ids, "attention_mask": attention_mask})["sentence_embedding"]

    example = torch.ones(2, 8, dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns about every Python branch; the check below decides
        decoder = TorchScriptPythonDecoder(Pipeline(), example_input={"input_ids": example, "attention_mask": example})
        frontend = FrontEndManager().load_by_framework("pytorch")
        graph = frontend.convert(frontend.load(decoder))
    openvino.save_model(graph, target / "model.xml", compress_to_fp16=False)
    (target / "tokenizer.json").write_text(model.tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
    hashes = {name: file_sha256(target / name) for name in CONVERTED_FILES}
    facts = {"dimensions": model.get_embedding_dimension(), "max_length": model.max_seq_length, "sha256": hashes}
    facts["facts_hash"] = json_hash(facts)
    (target / "model.json").write_text(json.dumps(facts))
    _check_equivalence(target, model, precision)


def _check_equivalence(target: Path, model: Any, precision: str) -> None:
    lowest = 1.0
    converted = OpenVinoModel(target, precision)
    reference = TorchModel(model)
    ours, theirs = converted.tokenize(EQUIVALENCE_TEXTS), reference.tokenize(EQUIVALENCE_TEXTS)
    for i in range(len(EQUIVALENCE_TEXTS)):
        [(_, [a])] = converted.run(iter([[i]]), ours)
        [(_, [b])] = reference.run(iter([[i]]), theirs)
        lowest = min(lowest, float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))
    if lowest < MIN_COSINE_TO_TORCH:
        fix = "set `embedder: {backend: torch}` in winnow.yaml"
        found = f"the converted model's vectors have cosine {lowest:.4f} to the original's"
        raise ServiceError(Problem("embedder", found, f"at least {MIN_COSINE_TO_TORCH}", fix))
