"""The hardware that training runs on: device, precision and threads; and the peak memory."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from winnow.core.vocabulary import Device, Precision
from winnow.training.process_memory import peak_memory_bytes


@dataclass(frozen=True)
class Hardware:
    """The device that a model runs on. Results are reproducible on the same hardware only."""

    device: Device
    precision: Precision
    """Never `auto`."""
    threads: int
    """Number of threads that torch uses on the CPU."""


def detect_hardware(precision: Precision = Precision.AUTO) -> Hardware:
    """The first CUDA device, else the CPU; `auto` selects bf16 where the hardware supports it natively."""
    device = Device.CUDA if torch.cuda.is_available() else Device.CPU
    has_bf16 = torch.cuda.is_bf16_supported() if device == Device.CUDA else _cpu_has_bf16()
    if precision == Precision.AUTO:
        precision = Precision.BF16 if has_bf16 else Precision.F32
    return Hardware(device, precision, torch.get_num_threads())


def _cpu_has_bf16() -> bool:
    """Whether the CPU has bf16 instructions (AVX512_BF16, which AMX implies); otherwise bf16 is emulated."""
    return bool(torch.cpu._is_avx512_bf16_supported())


def measure_peak_memory() -> dict[str, int | str]:
    """Peak memory in bytes since the process started: of the process, and of the CUDA device if there is one."""
    cuda = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else "not_measured: no CUDA device"
    return {"process_bytes": peak_memory_bytes(), "cuda_bytes": cuda}
