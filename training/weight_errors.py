"""A file of weights that cannot be written is an OSError, as any other file: safetensors has an error of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OS_ERROR = re.compile(r"\(os error (\d+)\)")


@contextmanager
def weights_below(folder: Path) -> Iterator[None]:
    """Raises OSError where safetensors cannot write into the folder, such as on a full disk."""
    from safetensors import SafetensorError

    try:
        yield
    except SafetensorError as error:
        found = _OS_ERROR.search(str(error))
        if found is None:
            raise
        code = int(found[1])
        raise OSError(code, os.strerror(code), str(folder)) from None
