"""What the machine offers to training: device, precision, threads and peak memory."""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass
from typing import Literal

import torch

from winnow.training.setting_types import PrecisionSetting

Precision = Literal["bf16", "f32"]


@dataclass(frozen=True)
class Hardware:
    """Where a model computes. Results are the same from run to run on the same hardware only."""

    device: Literal["cuda", "cpu"]
    precision: Precision
    threads: int
    """That torch computes with on the processor."""


def detect_hardware(precision: PrecisionSetting = "auto") -> Hardware:
    """The first CUDA device, else the processor; `auto` is bf16 where it is computed in hardware."""
    device: Literal["cuda", "cpu"] = "cuda" if torch.cuda.is_available() else "cpu"
    fast = torch.cuda.is_bf16_supported() if device == "cuda" else _processor_has_bf16()
    chosen: Precision = ("bf16" if fast else "f32") if precision == "auto" else precision
    return Hardware(device, chosen, torch.get_num_threads())


def _processor_has_bf16() -> bool:
    """Whether bf16 products are instructions (AVX512_BF16, or AMX, which comes with it); else they are emulated."""
    return bool(torch.cpu._is_avx512_bf16_supported())


def measure_peak_memory() -> dict[str, int | str]:
    """Bytes at the peak since the process started: of the process, and of the CUDA device where there is one."""
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage counts in bytes on macOS, in KiB on Linux
    process = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    cuda = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else "not_measured: no CUDA device"
    return {"process_bytes": process, "cuda_bytes": cuda}
