"""What a worker does: execute one notebook in the sandbox. It needs this package and no course."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import platform
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from traitlets.config import Config

from autograder import device
from autograder.errors import FileRefused, GpuUnavailable, SandboxUnavailable
from autograder.execute import Run, SandboxedExecute
from autograder.files import hash_files
from autograder.provisioner import SandboxedKernelSpecs

# What a score could depend on, besides Python and MXNet.
_PACKAGES = ("numpy", "ipykernel", "ipython", "jupyter_client", "nbclient", "nbgrader")


@dataclass(frozen=True)
class Task:
    """A notebook to execute: its JSON text, the files beside it by relative path, the settings of
    :class:`SandboxedExecute`, the environment that must execute it (:func:`environment`), and
    whether it is the student's choice, not the course's, which kernel it names."""

    notebook: str
    files: dict[str, bytes]
    settings: dict[str, Any]
    environment: dict[str, str]
    own_kernel: bool = False


@dataclass(frozen=True)
class Executed:
    """An executed notebook: its JSON text, what is known of the run, and the seconds it took.

    Where there is none, ``problem`` says why, and ``unfit`` whether the worker is to blame: then
    no other task should be given to it.
    """

    notebook: str = ""
    run: Run = field(default_factory=lambda: Run(""))
    seconds: float = 0.0
    problem: str = ""
    unfit: bool = False


@functools.cache
def environment() -> dict[str, str]:
    """Return what a worker must have in common with the machine that records the scores."""
    wheel = device.installed_mxnet()
    names = (wheel, *_PACKAGES) if wheel else _PACKAGES
    code = sorted(Path(__file__).parent.glob("*.py"))
    return {
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in names},
        "autograder": hash_files("", code)[:12],
    }


def settings(config: Config) -> dict[str, Any]:
    """Return the part of a configuration that executing a notebook reads."""
    readers = (SandboxedExecute, AsyncKernelManager, SandboxedKernelSpecs)
    names = {name for reader in readers for name in reader.section_names()}
    return {name: dict(config[name]) for name in sorted(names) if name in config}


def execute(task: Task) -> Executed:
    """Execute a task's notebook in a folder with its files; raises nothing of its own."""
    here = environment()
    different = [
        f"{name} {here.get(name, 'missing')}, not {version}"
        for name, version in task.environment.items()
        if here.get(name) != version
    ]
    if different:
        text = (
            f"the worker on {platform.node()} has another environment ({'; '.join(different)}); "
            "set up the same commit of the course there and start the worker again"
        )
        return Executed(problem=text, unfit=True)
    os.environ["NBGRADER_EXECUTION"] = "autograde"  # as nbgrader has it while it autogrades
    started = monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="autograder-work-") as folder:
            for name, content in task.files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            step = SandboxedExecute(config=Config(task.settings))
            step.require()
            nb, resources = step.preprocess(
                nbformat.v4.reads(task.notebook), {"metadata": {"path": folder}}
            )
    except (SandboxUnavailable, GpuUnavailable) as error:
        return Executed(problem=f"on the worker {platform.node()}: {error}", unfit=True)
    except NoSuchKernel as error:
        text = (
            f"the kernel '{error.name}' is not installed on the worker {platform.node()}; install "
            "it there, or name another by c.SandboxedExecute.kernel_name in nbgrader_config.py"
        )
        return Executed(problem=text, unfit=not task.own_kernel)
    except Exception as error:  # whatever a kernel that does not start raises
        if isinstance(error, OSError) and error.errno in FileRefused.NO_ROOM:
            text = f"on the worker {platform.node()}: {FileRefused(error, tempfile.gettempdir())}"
            return Executed(problem=text, unfit=True)
        return Executed(problem=f"it could not be executed ({type(error).__name__}: {error})")
    return Executed(
        nbformat.v4.writes(nb), resources["autograder"], round(monotonic() - started, 3)
    )
