"""Admit GPUs to the sandbox: those that are asked for, if MXNet computes right on them inside.

The numbers are those of `autograder.device` and ``mx.gpu``: CUDA's, which CUDA_VISIBLE_DEVICES and
CUDA_DEVICE_ORDER change. Inside, where fewer are to be seen, a GPU is named by its UUID. Its device
file has a number of the driver's own, which the driver tells for the GPU's address on the PCI bus.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from autograder import device, sandbox
from autograder.device import Gpu, Outcome
from autograder.errors import GpuUnavailable

FILES = Path("/dev")
ADDRESSES = Path("/proc/driver/nvidia/gpus")

# Whatever GPU is used: the driver's, and its memory manager's; the last is for debuggers.
_COMMON, _OPTIONAL = ("nvidiactl", "nvidia-uvm"), ("nvidia-uvm-tools",)


def supported() -> tuple[int, ...]:
    """Return the numbers of the GPUs that MXNet has code for, whether or not they compute right."""
    return tuple(n for n, gpu in enumerate(device.probe().gpus) if gpu.supported)


def listed(gpus: Sequence[Gpu], numbers: Iterable[int]) -> str:
    """Say which GPUs these numbers mean."""
    return ", ".join(f"{number} is {gpus[number]}" for number in numbers)


@functools.cache
def admit(numbers: tuple[int, ...]) -> sandbox.Gpus:
    """Return what a sandbox needs to have these GPUs and no other.

    Takes up to `device.CHECK_SECONDS` the first time. Raises GpuUnavailable with the reason unless
    MXNet computes in such a sandbox what NumPy computes, on each of them.
    """
    asked = _asked(numbers)
    files = [_file(name) for name in _COMMON]
    files += [FILES / name for name in _OPTIONAL if (FILES / name).exists()]
    files += [_file(f"nvidia{_minor(gpu)}") for gpu in asked]
    admitted = sandbox.Gpus(tuple(files), tuple(gpu.uuid for gpu in asked))

    def confined(argv: list[str]) -> list[str]:
        return sandbox.command(argv, gpus=admitted)

    if fault := device.compute_check("gpu", len(asked), confined=confined):
        told = ", ".join(map(str, asked))
        raise GpuUnavailable(f"MXNet does not compute right in a sandbox with {told}: {fault}")
    return admitted


def _asked(numbers: tuple[int, ...]) -> list[Gpu]:
    """Return the GPUs with these numbers; raises GpuUnavailable if MXNet cannot run on one."""
    found = device.probe()
    if not found.gpus:
        raise GpuUnavailable(str(found))
    for number in numbers:
        if number not in range(len(found.gpus)):
            shown = listed(found.gpus, range(len(found.gpus)))
            raise GpuUnavailable(f"there is no GPU {number} here: {shown}")
        if not found.gpus[number].supported:
            gpu = found.gpus[number]
            raise GpuUnavailable(f"GPU {number}, {gpu}, is not supported by mxnet-cu112")
    asked = [found.gpus[number] for number in numbers]
    if found.cuda < device.NEEDED_CUDA:
        raise GpuUnavailable(str(replace(found, outcome=Outcome.OLD_DRIVER, gpus=tuple(asked))))
    if device.installed_mxnet() != "mxnet-cu112":
        raise GpuUnavailable(
            "the MXNet installed here is the one for the CPU, and 'make setup MXNET=gpu' "
            "installs the other"
        )
    return asked


def _minor(gpu: Gpu) -> str:
    """Return the number in the name of a GPU's device file, which need not be CUDA's number."""
    try:
        text = (ADDRESSES / gpu.address / "information").read_text(encoding="utf-8")
    except OSError as error:
        raise GpuUnavailable(
            f"{error.filename}, which tells the device file of {gpu}, cannot be read"
        ) from error
    if minor := re.search(r"^Device Minor:\s*(\d+)", text, re.MULTILINE):
        return minor[1]
    raise GpuUnavailable(f"the driver does not tell the device file of {gpu}")


def _file(name: str) -> Path:
    if not (FILES / name).exists():
        raise GpuUnavailable(f"there is no device file {FILES / name}")
    return FILES / name
