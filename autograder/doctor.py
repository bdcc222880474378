"""Say what this machine has, and whether grading can work here."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

from autograder import device, gpus, sandbox, warm
from autograder.errors import GpuUnavailable, SandboxUnavailable

# The system exempts root, in whose name student code then runs.
_NO_OTHER = (
    "as root, who has no other id to give it, or others may not read Python or this package; grade "
    "as another user"
)


def examine() -> tuple[list[tuple[str, bool, str]], bool]:
    """Return lines (what, good, text), and whether submissions can be graded here."""
    python = sys.version_info[:2] == (3, 11)
    lines = [
        ("Python", python, f"{platform.python_version()}" + ("" if python else "; 3.11 is needed"))
    ]
    mxnet, text = _mxnet()
    lines += [("MXNet", mxnet, text), ("device", *gpu())]
    try:
        enforced = sandbox.enforced()
    except SandboxUnavailable as error:
        lines.append(("sandbox", False, str(error)))
        return lines, False
    version = subprocess.run(["bwrap", "--version"], capture_output=True, text=True).stdout.strip()
    kernel = _kernel_in_sandbox()
    lines.append(("sandbox", not kernel, kernel or f"{version}; runs Python with MXNet"))
    no = "NO" if os.geteuid() or sandbox.other_id() else f"NO ({_NO_OTHER})"
    lines += [("", holds, f"{name}: {'yes' if holds else no}") for name, holds in enforced.items()]
    reason = warm.unavailable()
    lines.append(("", not reason, f"warm kernels: {f'no ({reason})' if reason else 'yes'}"))
    lines.append(("", *_gpus()))
    confined = all(holds for name, holds in enforced.items() if "limit" not in name)
    return lines, python and mxnet and not kernel and confined


def _mxnet() -> tuple[bool, str]:
    """Import MXNet in a process of its own: the wrong wheel for a machine can fail in many ways."""
    code = "import mxnet, numpy; print(mxnet.__version__, 'with numpy', numpy.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if done.returncode == 0:
        return True, f"{done.stdout.strip()} ({device.installed_mxnet()})"
    reason = (done.stderr.strip().splitlines() or ["it crashed"])[-1]
    return False, f"does not import: {reason}; run: make setup"


def gpu() -> tuple[bool, str]:
    """Return whether no GPU computes wrongly, and what there is; tries anew what failed before."""
    found = device.examine(again=True)
    step = ""
    if found.outcome is device.Outcome.UNCHECKED:
        step = "; the MXNet installed here is the one for the CPU; run: make setup MXNET=gpu"
    return found.outcome is not device.Outcome.FAILING, f"{found.device}; {found}{step}"


def _gpus() -> tuple[bool, str]:
    """Return whether all supported GPUs compute right in the sandbox too, and what to ask for."""
    numbers = gpus.supported()
    try:
        gpus.admit(numbers or (0,))
    except GpuUnavailable as error:
        fine = not device.usable_gpus()  # outside too there is none
        return fine, f"grading on GPUs: no, because {error.reason}"
    shown = device.probe().gpus
    return True, f"grading on GPUs: yes, by --gpus: {gpus.listed(shown, numbers)}"


def _kernel_in_sandbox() -> str:
    """Run MXNet inside the sandbox; returns "" or what went wrong."""
    code = (
        "from mxnet import nd; import ipykernel, autograder.evidence; assert nd.ones(2).sum() == 2"
    )
    done = subprocess.run(
        sandbox.command([sys.executable, "-c", code]), capture_output=True, text=True
    )
    if done.returncode == 0:
        return ""
    return (
        "Python with MXNet fails inside: "
        + (done.stderr.strip().splitlines() or ["no message"])[-1]
    )
