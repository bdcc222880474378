"""Tell which GPU this machine has, and whether the mxnet-cu112 wheel has code for it.

Standard library only: ``make`` runs this file before anything is installed.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from dataclasses import dataclass

# Architectures in the wheel: config/distribution/linux_cu112.cmake of Apache MXNet 1.9.1 lists
# 5.0, 6.0, 7.0, 8.0 and 8.6 without PTX. Machine code runs on later minor versions of its major.
SUPPORTED_MAJORS = range(5, 9)

# Runs in a process of its own: cuInit in ours would break CUDA in every child that we fork.
_PROBE = """
import ctypes as C
try:
    d = C.CDLL("libcuda.so.1")
except OSError:
    print("nodriver"); raise SystemExit
error = d.cuInit(0)
if error:
    print("noinit", error); raise SystemExit
n = C.c_int(); d.cuDeviceGetCount(C.byref(n))
for i in range(n.value):
    h, major, minor, name = C.c_int(), C.c_int(), C.c_int(), C.create_string_buffer(96)
    d.cuDeviceGet(C.byref(h), i)
    d.cuDeviceGetAttribute(C.byref(major), 75, h)
    d.cuDeviceGetAttribute(C.byref(minor), 76, h)
    d.cuDeviceGetName(name, 96, h)
    print("gpu", major.value, minor.value, name.value.decode(errors="replace"))
"""


@dataclass(frozen=True)
class Gpu:
    """One CUDA device: its name and compute capability."""

    name: str
    major: int
    minor: int

    @property
    def supported(self) -> bool:
        """Whether the mxnet-cu112 wheel holds machine code for this device."""
        return self.major in SUPPORTED_MAJORS

    def __str__(self) -> str:
        return f"{self.name}, compute capability {self.major}.{self.minor}"


def gpus() -> tuple[list[Gpu], str]:
    """List the CUDA devices that a process here would see, in CUDA's order.

    Returns the devices and, where there are none, the reason in a few words. Honours
    CUDA_VISIBLE_DEVICES. The calling process does not touch CUDA.
    """
    try:
        # -I -S: neither the environment's Python settings nor site-packages can change the answer.
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _PROBE], capture_output=True, text=True, timeout=30
        )
    except subprocess.TimeoutExpired:
        return [], "the NVIDIA driver did not answer within 30 s"
    lines = [line.split(maxsplit=3) for line in done.stdout.splitlines()]
    found = [Gpu(w[3], int(w[1]), int(w[2])) for w in lines if w[0] == "gpu" and len(w) == 4]
    if found:
        return found, ""
    if done.returncode != 0:
        return [], f"the NVIDIA driver failed (exit status {done.returncode})"
    if lines and lines[0][0] == "noinit":
        return [], f"the NVIDIA driver found no usable device (CUDA error {lines[0][1]})"
    return [], "no NVIDIA driver" if lines and lines[0][0] == "nodriver" else "no CUDA device"


def installed_mxnet() -> str | None:
    """Return the name of the installed MXNet wheel, ``mxnet`` or ``mxnet-cu112``, or None."""
    for name in ("mxnet-cu112", "mxnet"):
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        return name
    return None


def execution_device() -> str:
    """Name the device on which the book's code runs here: "CPU" or "GPU (its name)"."""
    if installed_mxnet() == "mxnet-cu112":
        found, _ = gpus()
        if found and found[0].supported:
            return f"GPU ({found[0].name})"
    return "CPU"


def main() -> None:
    """Print ``gpu`` where the first CUDA device is one that the wheel supports, else ``cpu``."""
    found, _ = gpus()
    print("gpu" if found and found[0].supported else "cpu")


if __name__ == "__main__":
    main()
