"""Run a submission's cells in a sandboxed kernel, and record how each cell ended."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Enum, Unicode

from autograder import sandbox
from autograder.evidence import NONCE_VARIABLE
from autograder.provisioner import SandboxedKernelSpecs


class SandboxedExecute(Execute):
    """nbgrader's Execute, in a sandbox, with a fresh nonce for each run.

    Leaves in ``resources["autograder"]`` the ``nonce`` and, by cell index, the ``replies``: "ok",
    or a sentence for the student about how the cell ended. A kernel that dies or hangs ends the
    run, but what ran before it still counts.
    """

    sandbox = Enum(
        ["cold", "none"],
        default_value="cold",
        help="cold: a new kernel in bubblewrap for each submission. none: unconfined student code.",
    ).tag(config=True)

    # nbclient would skip cells that a student tagged, and nbgrader gives skipped tests full points.
    skip_cells_with_tag = Unicode("", help=Execute.skip_cells_with_tag.help).tag(config=True)

    def create_kernel_manager(self) -> AsyncKernelManager:
        manager = super().create_kernel_manager()
        if self.sandbox != "none":
            sandbox.require()
            manager.kernel_spec_manager = SandboxedKernelSpecs(parent=manager)
        return manager

    @contextmanager
    def setup_kernel(self, **kwargs: Any) -> Iterator[None]:
        kwargs["env"] = {**os.environ, NONCE_VARIABLE: self.resources["autograder"]["nonce"]}
        # What student code writes past IPython must not mix with what the command prints.
        kwargs["stdout"] = kwargs["stderr"] = subprocess.DEVNULL
        with super().setup_kernel(**kwargs):
            yield

    def preprocess(
        self, nb: NotebookNode, resources: Any = None, km: Any = None
    ) -> tuple[NotebookNode, Any]:
        replies: dict[int, str] = {}
        resources["autograder"] = {"nonce": secrets.token_hex(16), "replies": replies}
        self._started = 0
        try:
            return super().preprocess(nb, resources, km)
        except CellTimeoutError:
            replies[self._started] = "This cell ran too long and could not be interrupted."
        except DeadKernelError:
            replies[self._started] = "The kernel died while this cell ran."
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        self._started = index
        return super().preprocess_cell(cell, resources, index)

    def on_cell_executed(self, **kwargs: Any) -> None:
        super().on_cell_executed(**kwargs)
        content = kwargs["execute_reply"]["content"]
        ended = "ok" if content["status"] == "ok" else content.get("ename", "error")
        self.resources["autograder"]["replies"][kwargs["cell_index"]] = ended
