"""The hardware that training runs on: device, precision and threads; and the peak memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch

from winnow.training.process_memory import peak_memory_bytes
from winnow.training.setting_types import PrecisionSetting

Precision = Literal["bf16", "f32"]


@dataclass(frozen=True)
class Hardware:
    """The device that a model runs on. Results are reproducible on the same hardware only."""

    device: Literal["cuda", "cpu"]
    precision: Precision
    threads: int
    """Number of threads that torch uses on the CPU."""


def detect_hardware(precision: PrecisionSetting = "auto") -> Hardware:
    """The first CUDA device, else the CPU; `auto` selects bf16 where the hardware supports it natively."""
    device: Literal["cuda", "cpu"] = "cuda" if torch.cuda.is_available() else "cpu"
    has_bf16 = torch.cuda.is_bf16_supported() if device == "cuda" else _cpu_has_bf16()
    chosen: Precision = ("bf16" if has_bf16 else "f32") if precision == "auto" else precision
    return Hardware(device, chosen, torch.get_num_threads())


def _cpu_has_bf16() -> bool:
    """Whether the CPU has bf16 instructions (AVX512_BF16, which AMX implies); otherwise bf16 is emulated."""
    return bool(torch.cpu._is_avx512_bf16_supported())


def measure_peak_memory() -> dict[str, int | str]:
    """Peak memory in bytes since the process started: of the process, and of the CUDA device if there is one."""
    cuda = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else "not_measured: no CUDA device"
    return {"process_bytes": peak_memory_bytes(), "cuda_bytes": cuda}
