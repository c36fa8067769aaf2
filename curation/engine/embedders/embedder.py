"""An embedder: texts in, unit vectors out; its identity covers everything that changes a vector."""

from __future__ import annotations

import importlib.metadata
import itertools
import json
import platform
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from winnow.core.atomic import atomic_write
from winnow.core.hashing import json_hash
from winnow.core.progress import Progress
from winnow.core.user_cache import user_cache_folder
from winnow.curation.engine.embedders.model_files import local_model_folder, model_files, model_hash
from winnow.curation.engine.embedders.openvino_backend import (
    OpenVinoModel,
    convert,
    is_as_converted,
    openvino_precision,
)
from winnow.curation.engine.embedders.sentence_transformers import TorchModel, load_sentence_transformer
from winnow.curation.engine.embedders.text_reader import SEEN, TextReader, TextSight, open_text_reader
from winnow.curation.engine.vectors import Vectors
from winnow.validators.wording.language_words import language_words

BATCH_SIZE = 32
"""Texts per batch; all texts of a batch have the same number of tokens, so none is padded."""


@dataclass(frozen=True)
class Embedder:
    """A model, loaded on first use. Its identity covers everything that changes a vector."""

    requested: str | None
    """The requested folder or hub id; None is the bundled model."""
    folder: str
    """The folder of the sentence-transformers model."""
    weights_hash: str
    backend: str
    precision: str
    language: str = ""
    """Of the texts (ISO 639-1): it decides which accents matter where texts are compared, and changes no vector."""

    @property
    def identity(self) -> str:
        """Weights, backend, precision. The hash of the weights covers pooling and maximum length too."""
        return f"{self.weights_hash[:16]}-{self.backend}-{self.precision}"

    @property
    def max_tokens(self) -> int:
        """Longer texts are cut off after so many tokens.

        Raises ServiceError when the model cannot be loaded.
        """
        return self._model.max_tokens

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
        with closing(self._model.run(_equal_length_batches(order, tokens), tokens)) as embedded:
            for batch, encoded in embedded:
                vectors[batch] = encoded
                done += len(batch)
                if progress:
                    progress(done, len(texts))
        lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= lengths
        return vectors

    @property
    def comparison_identity(self) -> str:
        """The same for vectors that are compared: see `compared_vectors`."""
        return f"{self.identity}-{self.language}"

    def sights(self, texts: Sequence[str]) -> list[TextSight]:
        """What its tokenizer does not see of each text; no model is loaded."""
        return self._reader.sights(texts) if self._reader else [SEEN] * len(texts)

    @cached_property
    def _reader(self) -> TextReader | None:
        return open_text_reader(Path(self.folder), language_words(self.language).optional_accents)

    @cached_property
    def _model(self) -> OpenVinoModel | TorchModel:
        if self.backend == "openvino":
            return OpenVinoModel(_converted_model_folder(self), self.precision)
        return TorchModel(load_sentence_transformer(self.folder))


def open_embedder(model: str | None = None, *, backend: str = "openvino", language: str = "") -> Embedder:
    """The embedder for a folder or hub id; the bundled all-MiniLM-L6-v2 when `model` is None.

    Raises ServiceError when the bundled weights do not have the expected hash.
    """
    if backend == "openvino" and find_spec("openvino") is None:
        backend = "torch"
    folder = local_model_folder(model)
    weights_hash, precision = _hash_and_precision(folder, backend)
    requested = folder if model and Path(model).is_dir() else model
    return Embedder(requested, folder, weights_hash, backend, precision, language)


def _hash_and_precision(folder: str, backend: str) -> tuple[str, str]:
    """A model's hash, and the precision of a backend on this processor.

    Cached by the sizes and times of the model's files, so that a command that embeds nothing loads nothing.
    """
    files = model_files(Path(folder))
    stats = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    machine = [platform.node(), platform.machine(), importlib.metadata.version(backend)]
    key = json_hash([folder, stats, machine], length=32)
    cached = user_cache_folder() / "embedders" / f"{key}.json"
    try:
        weights_hash, precision = json.loads(cached.read_text())
    except (OSError, ValueError):
        weights_hash = model_hash(folder, files)
        precision = openvino_precision() if backend == "openvino" else "f32"
        with atomic_write(cached) as temporary:
            temporary.write_text(json.dumps([weights_hash, precision]))
    return str(weights_hash), str(precision)


def _equal_length_batches(order: Sequence[int], tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    for _, group in itertools.groupby(order, key=lambda i: len(tokens[i])):
        members = list(group)
        yield from (members[start : start + BATCH_SIZE] for start in range(0, len(members), BATCH_SIZE))


def _converted_model_folder(embedder: Embedder) -> Path:
    """The folder of the converted model; converted on first use, and again when a file of it was changed.

    Two processes may convert at once.
    """
    version = importlib.metadata.version("openvino")
    folder = user_cache_folder() / "models" / f"{embedder.weights_hash[:16]}-openvino-{version}"
    if is_as_converted(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as parent:
        target = Path(parent) / "model"
        target.mkdir()
        convert(embedder.folder, target, embedder.precision)
        try:
            target.rename(folder)
        except OSError:  # another process was first, or the folder is incomplete or was changed
            if not is_as_converted(folder):
                folder.rename(Path(parent) / "replaced")
                target.rename(folder)
    return folder
