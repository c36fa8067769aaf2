"""What happens when a file of weights cannot be written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError
from safetensors.numpy import load, save_file

from winnow.training.packaging.package_files import write_package
from winnow.training.weight_errors import weights_below


def save_into_a_missing_folder(folder: Path) -> None:
    save_file({"weights": np.zeros(3, dtype=np.float32)}, folder / "missing" / "model.safetensors")


def test_a_file_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as raised, weights_below(tmp_path):
        save_into_a_missing_folder(tmp_path)
    assert raised.value.filename == str(tmp_path)
    with pytest.raises(SafetensorError), weights_below(tmp_path):
        load(b"no weights")


def test_a_package_whose_weights_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_package(tmp_path / "package", {}, save_into_a_missing_folder)
    assert list(tmp_path.iterdir()) == []
