"""The hardware of this machine, as far as a method of training depends on it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec

BYTES_PER_GB = 10**9
"""GPUs are sold by it: one of 24 GB has 25.4, one of 32 GB at least 33."""

BYTES_PER_GIB = 2**30


@dataclass(frozen=True)
class TrainingHardware:
    """What a language model can be trained on here."""

    memory_gib: float
    """Main memory."""
    gpu_gb: float | None = None
    """Memory of the first CUDA device, in 10^9 bytes; None without one."""
    can_quantize: bool = False
    """Whether bitsandbytes is installed, which four-bit weights need besides a CUDA device."""


def detect_training_hardware() -> TrainingHardware:
    """The hardware of this machine. Imports torch."""
    import torch

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / BYTES_PER_GIB
    if not torch.cuda.is_available():
        return TrainingHardware(memory)
    gpu = torch.cuda.get_device_properties(0).total_memory / BYTES_PER_GB
    return TrainingHardware(memory, gpu, find_spec("bitsandbytes") is not None)
