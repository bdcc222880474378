"""Tell which GPU this machine has, whether MXNet has code for it, and whether it computes right.

Standard library only: ``make`` runs this file before anything is installed. Nothing here touches
CUDA in the calling process; the driver and the GPU are tried in processes of their own.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import takewhile
from pathlib import Path

# What config/distribution/linux_cu112.cmake of Apache MXNet 1.9.1 builds machine code for; the
# intermediate form that a driver could translate (PTX) is not in the wheel.
ARCHITECTURES = ((5, 0), (6, 0), (7, 0), (8, 0), (8, 6))
# requirements.txt brings the libraries of CUDA 11.8, whose run-time compiler makes code that older
# drivers do not read. As cuDriverGetVersion gives it; NVIDIA's table says driver 520 and later.
NEEDED_CUDA, NEEDED_DRIVER = 11080, 520
PROBE_SECONDS, CHECK_SECONDS = 30, 120
# No news here: that there is no GPU, and that CUDA's libraries are newer than MXNet was built with.
QUIET = {"MXNET_CUDNN_LIB_CHECKING": "0", "MXNET_CUDA_LIB_CHECKING": "0"}

# In a process of its own: cuInit in ours would break CUDA in every child that we fork.
_PROBE = """
import ctypes as C, uuid
try:
    d = C.CDLL("libcuda.so.1")
except OSError:
    print("nodriver"); raise SystemExit
v = C.c_int(); d.cuDriverGetVersion(C.byref(v)); print("cuda", v.value)
error = d.cuInit(0)
if error:
    print("noinit", error); raise SystemExit
n = C.c_int(); d.cuDeviceGetCount(C.byref(n))
for i in range(n.value):
    h, v, raw, name = C.c_int(), C.c_int(), C.create_string_buffer(16), C.create_string_buffer(96)
    d.cuDeviceGet(C.byref(h), i)
    asked = {"major": 75, "minor": 76, "bus": 33, "slot": 34, "domain": 50}
    for what, number in asked.items():
        d.cuDeviceGetAttribute(C.byref(v), number, h); asked[what] = v.value
    d.cuDeviceGetName(name, 96, h)
    if hasattr(d, "cuDeviceGetUuid"):  # since CUDA 9.2
        d.cuDeviceGetUuid(raw, h)
    print("gpu {major} {minor} {domain:04x}:{bus:02x}:{slot:02x}.0".format(**asked), end=" ")
    print(f"GPU-{uuid.UUID(bytes=raw.raw)}", name.value.decode(errors="replace"))
"""
_NO_DEVICE = "100"  # CUDA_ERROR_NO_DEVICE


@dataclass(frozen=True)
class Gpu:
    """One CUDA device: its name, its compute capability, and what tells it from others of its kind:
    its address on the PCI bus and its UUID."""

    name: str
    major: int
    minor: int
    address: str = ""
    uuid: str = ""

    @property
    def supported(self) -> bool:
        """Whether the wheel has machine code for it; such code runs on later minor versions too."""
        return any(self.major == major and self.minor >= minor for major, minor in ARCHITECTURES)

    def __str__(self) -> str:
        return f"{self.name} (compute capability {self.major}.{self.minor})"


@dataclass(frozen=True)
class Family:
    """A generation of NVIDIA's GPUs: its compute capabilities and some cards, by NVIDIA's lists."""

    name: str
    capabilities: tuple[tuple[int, int], ...]
    cards: str

    @property
    def supported(self) -> bool:
        """Whether the wheel has machine code for every card of the family."""
        return all(Gpu("", *capability).supported for capability in self.capabilities)

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(f'{a}.{b}' for a, b in self.capabilities)})"


FAMILIES = (
    Family("Kepler", ((3, 0), (3, 5), (3, 7)), "GTX 680, K40, K80"),
    Family("Maxwell", ((5, 0), (5, 2)), "GTX 750 Ti, GTX 980, M60"),
    Family("Pascal", ((6, 0), (6, 1)), "P100, P40, GTX 1080"),
    Family("Volta", ((7, 0),), "V100, Titan V"),
    Family("Turing", ((7, 5),), "T4, GTX 1660, RTX 2080"),
    Family("Ampere", ((8, 0), (8, 6)), "A100, A10, RTX 3090"),
    Family("Ada", ((8, 9),), "L4, L40, RTX 4090"),
    Family("Hopper", ((9, 0),), "H100, H200"),
    Family("Blackwell", ((10, 0), (10, 3), (12, 0)), "B200, B300, RTX 5090"),
)


class Outcome(StrEnum):
    """What can be said of a machine's GPU, in a word."""

    RIGHT = "right"
    FAILING = "failing"
    UNCHECKED = "unchecked"
    UNSUPPORTED = "unsupported"
    OLD_DRIVER = "old-driver"
    NO_DEVICE = "no-device"
    NO_DRIVER = "no-driver"


@dataclass(frozen=True)
class Finding:
    """What was found: the outcome, the devices in CUDA's order, the driver, and the reason.

    `cuda` is the newest CUDA that the driver supports, as cuDriverGetVersion gives it: 11080 for
    11.8. `str` makes a sentence of it all.
    """

    outcome: Outcome
    gpus: tuple[Gpu, ...] = ()
    cuda: int = 0
    reason: str = ""

    @property
    def has_code(self) -> bool:
        """Whether driver and first device are such as the wheel supports, right or not."""
        return self.outcome in (Outcome.RIGHT, Outcome.FAILING, Outcome.UNCHECKED)

    @property
    def supported(self) -> tuple[Gpu, ...]:
        """The devices from number 0 on for which the wheel has code, up to one for which not."""
        return tuple(takewhile(lambda gpu: gpu.supported, self.gpus))

    @property
    def usable(self) -> int:
        """How many devices, from number 0 on, compute right."""
        return len(self.supported) if self.outcome is Outcome.RIGHT else 0

    @property
    def device(self) -> str:
        """The device on which the course computes: "CPU" or "GPU (its name)"."""
        return f"GPU ({self.gpus[0].name})" if self.usable else "CPU"

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.supported or self.gpus[:1]))
        match self.outcome:
            case Outcome.RIGHT:
                return f"{shown}: MXNet computes there what NumPy computes"
            case Outcome.FAILING:
                return f"{shown} should run mxnet-cu112, but does not compute right: {self.reason}"
            case Outcome.UNCHECKED:
                return f"{shown}: mxnet-cu112 has code for it"
            case Outcome.UNSUPPORTED:
                others = [number for number, gpu in enumerate(self.gpus) if gpu.supported]
                return (
                    f"{shown} is not supported by mxnet-cu112, which runs on "
                    + ", ".join(str(family) for family in FAMILIES if family.supported)
                    + (f"; CUDA_VISIBLE_DEVICES={others[0]} shows one that is" if others else "")
                )
            case Outcome.OLD_DRIVER:
                return (
                    f"the NVIDIA driver is too old for {shown}: it supports CUDA "
                    f"{_version(self.cuda)}, needed is {_version(NEEDED_CUDA)}; install driver "
                    f"{NEEDED_DRIVER} or later"
                )
        return self.reason


def probe() -> Finding:
    """Ask the driver for the CUDA devices that a process here would see, in CUDA's order.

    Honours CUDA_VISIBLE_DEVICES. Of a device that the wheel supports the outcome is UNCHECKED.
    """
    try:
        # -I -S: neither the environment's Python settings nor site-packages can change the answer.
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        reason = f"the NVIDIA driver did not answer within {PROBE_SECONDS} s"
        return Finding(Outcome.NO_DEVICE, reason=reason)
    lines = [line.split(maxsplit=5) for line in done.stdout.splitlines()]
    gpus = tuple(Gpu(w[5], int(w[1]), int(w[2]), *w[3:5]) for w in lines if len(w) == 6)
    said = {w[0]: w[1] if len(w) > 1 else "" for w in lines}
    cuda = int(said.get("cuda", 0))
    if "nodriver" in said:
        reason = "there is no NVIDIA driver (libcuda.so.1 was not found)"
        return Finding(Outcome.NO_DRIVER, reason=reason)
    if done.returncode or said.get("noinit", _NO_DEVICE) != _NO_DEVICE:
        how = f"CUDA error {said['noinit']}" if "noinit" in said else _ending(done)
        return Finding(Outcome.NO_DEVICE, cuda=cuda, reason=f"the NVIDIA driver fails: {how}")
    if not gpus:
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        hidden = "" if visible is None else f", with CUDA_VISIBLE_DEVICES='{visible}'"
        return Finding(
            Outcome.NO_DEVICE, cuda=cuda, reason=f"the NVIDIA driver sees no GPU{hidden}"
        )
    outcome = Outcome.UNCHECKED if cuda >= NEEDED_CUDA else Outcome.OLD_DRIVER
    return Finding(outcome if gpus[0].supported else Outcome.UNSUPPORTED, gpus, cuda)


def installed_mxnet() -> str | None:
    """Return the name of the installed MXNet wheel, ``mxnet`` or ``mxnet-cu112``, or None."""
    for name in ("mxnet-cu112", "mxnet"):
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        return name
    return None


@functools.cache
def examine(again: bool = False) -> Finding:
    """Probe, and find out whether the devices compute right, if mxnet-cu112 is installed.

    That is computed once for a machine, its driver, cards and wheel, and kept in the user's cache;
    `again` tries anew what failed. Takes up to CHECK_SECONDS the first time.
    """
    found = probe()
    if found.outcome is not Outcome.UNCHECKED or installed_mxnet() != "mxnet-cu112":
        return found
    path, key = _record(found)
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["of"] == key and not (again and kept["fault"]):
            return _judged(found, str(kept["fault"]))
    fault = compute_check("gpu", len(found.supported))
    with suppress(OSError):  # without a cache it is computed each time
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps({"of": key, "fault": fault}, indent=1), encoding="utf-8")
        new.replace(path)
    return _judged(found, fault)


def compute_check(
    kind: str,
    count: int,
    seconds: float = CHECK_SECONDS,
    confined: Callable[[list[str]], list[str]] = list,
) -> str:
    """Compare MXNet with NumPy on the devices ``kind(0)`` to ``kind(count - 1)``, in a new process.

    ``confined`` may make another command line of the process's. Returns "" if all agrees, else
    what does not, or how the process ended.
    """
    program = Path(__file__).with_name("compute_check.py").read_text(encoding="utf-8")
    try:
        done = subprocess.run(
            confined([sys.executable, "-I", "-c", program, kind, str(count)]),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            env={**os.environ, **QUIET},
        )
    except subprocess.TimeoutExpired:
        return f"no result within {seconds:g} s"
    said = done.stdout.splitlines()
    if done.returncode == 0 and said[-1:] == ["right"]:
        return ""
    return "; ".join(said) if done.returncode == 1 and said else _ending(done)


def usable_gpus() -> int:
    """Return how many GPUs, from number 0 on, MXNet computes right on: 0 where the CPU is to do it.

    Unlike ``mxnet.context.num_gpus()`` it counts no device that the wheel has no code for.
    """
    return examine().usable if installed_mxnet() == "mxnet-cu112" else 0


def execution_device() -> str:
    """Name the device on which the book's code runs here: "CPU" or "GPU (its name)"."""
    return examine().device if installed_mxnet() == "mxnet-cu112" else "CPU"


def _judged(found: Finding, fault: str) -> Finding:
    return replace(found, outcome=Outcome.FAILING if fault else Outcome.RIGHT, reason=fault)


def _record(found: Finding) -> tuple[Path, dict]:
    """Return the file that keeps the result of the check, and all that the result depends on."""
    module = Path("/sys/module/nvidia/version")
    check = Path(__file__).with_name("compute_check.py")
    key = {
        "machine": platform.node(),
        "driver": [found.cuda, module.read_text().strip() if module.exists() else ""],
        "cards": [asdict(gpu) for gpu in found.gpus],
        "wheel": f"mxnet-cu112 {importlib.metadata.version('mxnet-cu112')}",
        "environment": sys.prefix,
        "check": hashlib.sha256(check.read_bytes()).hexdigest(),
    }
    name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    return cache / "deep-learning-computation" / f"gpu-{name}.json", key


def _ending(done: subprocess.CompletedProcess) -> str:
    """Say how a process ended that should not have: the signal or status, and its last error."""
    if done.returncode < 0:
        how = f"its process ended by {signal.Signals(-done.returncode).name}"
    else:
        how = f"its process ended with status {done.returncode}"
    lines = [line.strip() for line in done.stderr.splitlines() if "Error" in line]
    return f"{how}: {lines[-1][:200]}" if lines else how


def _version(cuda: int) -> str:
    return f"{cuda // 1000}.{cuda % 1000 // 10}"


def main() -> None:
    """Print the flavour of MXNet for this machine (gpu or cpu), the outcome, and a sentence.

    With the argument ``check``, print after the check what it gave.
    """
    found = examine(again=True) if sys.argv[1:] == ["check"] else probe()
    print("gpu" if found.has_code else "cpu", found.outcome, found)


if __name__ == "__main__":
    main()
