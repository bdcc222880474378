"""Start a kernel in the sandbox: the Jupyter kernel provisioner ``autograder-sandbox``.

A kernel gets it by its kernelspec's metadata, which :class:`SandboxedKernelSpecs` adds, or, for
any Jupyter program, by ``JUPYTER_DEFAULT_PROVISIONER_NAME=autograder-sandbox``.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Enum, Int, List

from autograder import processes, sandbox, warm
from autograder.errors import ForkServerError, SandboxUnavailable
from autograder.evidence import NONCE_VARIABLE
from autograder.gpus import admit

NAME = "autograder-sandbox"
PASSED_ON = (NONCE_VARIABLE, "NBGRADER_EXECUTION")

_CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
_START_SECONDS = 60

# Where an IPython kernel finds modules. A submission's own come last, for a mxnet.py beside the
# notebook must not take MXNet's place, neither in the kernel nor in a hidden test.
_OWN_MODULES_LAST = [
    "--IPKernelApp.ignore_cwd=True",
    "--IPKernelApp.exec_lines=__import__('autograder.evidence'); __import__('sys').path.append('')",
]


class SandboxedKernelSpecs(KernelSpecManager):
    """The installed kernelspecs, each changed to start in the sandbox."""

    how = Enum(["warm", "cold"], "warm", help="How the kernels start.")

    gpus = List(Int(), help="The GPUs that they can use.")

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        spec = super().get_kernel_spec(kernel_name)
        provisioner = {"provisioner_name": NAME, "config": {"how": self.how, "gpus": self.gpus}}
        spec.metadata = {**spec.metadata, "kernel_provisioner": provisioner}
        return spec


class SandboxProvisioner(LocalProvisioner):
    """Start the kernelspec's command inside a sandbox of its own.

    Kernel and client talk through sockets in a folder that is bound into the sandbox, for it has
    no network. Raises SandboxUnavailable where the sandbox does not work, GpuUnavailable where it
    cannot have the GPUs; never runs without it.
    """

    how = Enum(
        ["warm", "cold"],
        "warm",
        help="warm: forked from a process that has imported MXNet, where that works and the "
        "kernel is IPython's. cold: a new process.",
    ).tag(config=True)

    gpus = List(
        Int(),
        help="Numbers of the GPUs that the kernel can use, as 'autograder doctor' shows them; by "
        "default there is none inside. With one, the kernel is cold: a process that has started "
        "CUDA must not be forked.",
    ).tag(config=True)

    _share: tempfile.TemporaryDirectory | None = None
    _warm: warm.Process | None = None

    @property
    def lost(self) -> bool:
        """Whether the kernel ended because the fork server did: no fault of its code."""
        return self._warm is not None and self._warm.lost

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        sandbox.require()
        # A signal would reach what stands before the kernel, which is in a namespace of its own.
        self.kernel_spec.interrupt_mode = "message"
        # Not under a long path: a socket's address has at most 107 characters.
        room = tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"
        self._share = self._share or tempfile.TemporaryDirectory(prefix="autograder-", dir=room)
        share = Path(self._share.name)
        manager = self.parent
        manager.transport, manager.ip = "ipc", str(share / "socket")
        manager.connection_file = str(share / "connection.json")
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        environment = kwargs.get("env") or os.environ
        inside = {
            "work": Path(kwargs.pop("cwd", None) or ".").resolve(),
            "share": Path(self._share.name),
            "extra": {name: environment[name] for name in PASSED_ON if name in environment},
        }
        gpus = await asyncio.to_thread(admit, tuple(self.gpus)) if self.gpus else None
        if warm.can_run(cmd):
            cmd = [*cmd, *_OWN_MODULES_LAST]
            if self.how == "warm" and not gpus and warm.usable():
                try:
                    self._warm = await asyncio.to_thread(warm.start, cmd[1:], seal=True, **inside)
                except (ForkServerError, OSError) as error:
                    warm.tell(getattr(error, "reason", str(error)))
                else:
                    self.process = self._warm
                    return self.connection_info
            cmd.insert(1, "-P")  # nor in those that Python imports before IPython's settings
        started = await super().launch_kernel(sandbox.command(cmd, gpus=gpus, **inside), **kwargs)
        await self._seal()
        return started

    async def _seal(self) -> None:
        """Make the folder of the sockets read-only inside when they are there.

        Student code could else fill the disk with it, or lay links in the way of whoever connects
        or cleans up. Raises SandboxUnavailable.
        """
        bubblewrap = self.process.pid
        ports = [self.connection_info[f"{name}_port"] for name in _CHANNELS]
        sockets = [Path(f"{self.connection_info['ip']}-{port}") for port in ports]
        deadline = monotonic() + _START_SECONDS
        while not all(path.exists() for path in sockets):
            if await self.poll() is not None:
                return  # it ended, and its client will say so
            if monotonic() > deadline:
                raise SandboxUnavailable("the kernel opened no sockets")
            await asyncio.sleep(0.02)
        try:
            children = Path(f"/proc/{bubblewrap}/task/{bubblewrap}/children").read_text().split()
            script = [sys.executable, "-I", "-S", processes.__file__, children[0], self._share.name]
            seal = await asyncio.create_subprocess_exec(*script, stderr=subprocess.PIPE)
            _, said = await seal.communicate()
        except (OSError, IndexError) as error:
            raise SandboxUnavailable(f"its sockets cannot be protected ({error})") from error
        if seal.returncode and await self.poll() is None:
            reason = (said.decode(errors="replace").splitlines() or ["killed"])[-1]
            raise SandboxUnavailable(f"its sockets cannot be protected ({reason})")

    async def shutdown_requested(self, restart: bool = False) -> None:
        await self._ended(1)

    async def kill(self, restart: bool = False) -> None:
        if isinstance(self.process, subprocess.Popen) and self.process.poll() is None:
            with suppress(OSError):
                processes.kill_with_children(self.process.pid)
        await super().kill(restart)
        await self._ended(5)

    async def cleanup(self, restart: bool = False) -> None:
        await super().cleanup(restart)
        if self._share and not restart:
            self._share.cleanup()

    async def _ended(self, seconds: float) -> None:
        """Return when the process has ended, for jupyter_client would look only ten times a second;
        after this time it looks, and acts, itself."""
        if await self.poll() is not None:
            return
        own = isinstance(self.process, warm.Process)
        descriptor = self.process.fileno() if own else os.pidfd_open(self.process.pid)
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(descriptor, ended.set)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), seconds)
        finally:
            loop.remove_reader(descriptor)
            if not own:
                os.close(descriptor)
