"""The hardware that training runs on: device, precision and threads; and the peak memory."""

from __future__ import annotations

import torch

from winnow.core.model_vocabulary import Device, Precision
from winnow.core.result import NotMeasured
from winnow.training.process_memory import peak_memory_bytes
from winnow.training.run_facts import Hardware, PeakMemory


def detect_hardware(precision: Precision = Precision.AUTO) -> Hardware:
    """The first CUDA device, else the CPU; `auto` selects bf16 where the hardware supports it natively."""
    device = Device.CUDA if torch.cuda.is_available() else Device.CPU
    has_bf16 = torch.cuda.is_bf16_supported() if device == Device.CUDA else _cpu_has_bf16()
    if precision == Precision.AUTO:
        precision = Precision.BF16 if has_bf16 else Precision.F32
    return Hardware(device=device, precision=precision, threads=torch.get_num_threads())


def _cpu_has_bf16() -> bool:
    """Whether the CPU has bf16 instructions (AVX512_BF16, which AMX implies); otherwise bf16 is emulated."""
    return bool(torch.cpu._is_avx512_bf16_supported())


def measure_peak_memory() -> PeakMemory:
    """Peak memory in bytes since the process started: of the process, and of the CUDA device if there is one."""
    cuda = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else NotMeasured("no CUDA device")
    return PeakMemory(process_bytes=peak_memory_bytes(), cuda_bytes=cuda)
