"""Start a kernel in the sandbox: the Jupyter kernel provisioner ``autograder-sandbox``.

A kernel gets it by its kernelspec's metadata, which :class:`SandboxedKernelSpecs` adds, or, for
any Jupyter program, by ``JUPYTER_DEFAULT_PROVISIONER_NAME=autograder-sandbox``.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning import LocalProvisioner

from autograder import sandbox
from autograder.evidence import NONCE_VARIABLE

NAME = "autograder-sandbox"
PASSED_ON = (NONCE_VARIABLE, "NBGRADER_EXECUTION")


class SandboxedKernelSpecs(KernelSpecManager):
    """The installed kernelspecs, each changed to start in the sandbox."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        spec = super().get_kernel_spec(kernel_name)
        spec.metadata = {**spec.metadata, "kernel_provisioner": {"provisioner_name": NAME}}
        # A signal would reach bubblewrap, not the kernel behind it in another process namespace.
        spec.interrupt_mode = "message"
        return spec


class SandboxProvisioner(LocalProvisioner):
    """Start the kernelspec's command inside a sandbox of its own.

    Kernel and client talk through sockets in a folder that is bound into the sandbox, for it has
    no network. Raises SandboxUnavailable where the sandbox does not work; never runs without it.
    """

    _share: tempfile.TemporaryDirectory | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        sandbox.require()
        # Not under a long path: a socket's address has at most 107 characters.
        self._share = tempfile.TemporaryDirectory(prefix="autograder-", dir="/tmp")
        share = Path(self._share.name)
        manager = self.parent
        manager.transport, manager.ip = "ipc", str(share / "socket")
        manager.connection_file = str(share / "connection.json")
        kwargs = await super().pre_launch(**kwargs)
        environment = kwargs.get("env") or os.environ
        kwargs["cmd"] = sandbox.command(
            kwargs["cmd"],
            work=Path(kwargs.pop("cwd", None) or ".").resolve(),
            share=share,
            environment={name: environment[name] for name in PASSED_ON if name in environment},
        )
        return kwargs

    async def cleanup(self, restart: bool = False) -> None:
        await super().cleanup(restart)
        if self._share and not restart:
            self._share.cleanup()
