"""Run a submission's cells in a sandboxed kernel, and record how each cell ended."""

from __future__ import annotations

import copy
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import Execute
from traitlets import Bool, Enum, Int, Integer, List, Unicode, default

from autograder import canary, replay, sandbox
from autograder.errors import GpuUnavailable
from autograder.evidence import NONCE_VARIABLE
from autograder.gpus import admit
from autograder.outputs import MIB, Allowance, BoundedClient, shorten
from autograder.provisioner import SandboxedKernelSpecs
from autograder.replay import OK

# What nbclient says of a message: these bring output into a cell.
_OUTPUTS = ("stream", "display_data", "execute_result", "update_display_data", "error")
# These it needs besides. Widgets are left out: their state would be kept, however large it is.
_OTHERS = ("status", "clear_output", "execute_input")


@dataclass
class Run:
    """What is known of one submission's run: its nonce, and by cell index how the cell ended
    (:data:`OK`, an error's name or a sentence for the student), what else is to be told, how the
    cell's canaries ended, and how the cell itself did when it was replayed."""

    nonce: str
    replies: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    canaries: dict[int, list[str]] = field(default_factory=dict)
    replays: dict[int, str] = field(default_factory=dict)


class SandboxedExecute(Execute):
    """nbgrader's Execute, in a sandbox, with a fresh nonce for each run.

    Leaves a :class:`Run` in ``resources["autograder"]``. Where a cell kills its kernel or cannot
    be stopped, a new kernel goes on without it: it costs the points of that cell alone.

    Where plain tests passed, all is run once more with canaries in their place
    (:mod:`autograder.canary`), and again with the solution taken away (:mod:`autograder.replay`).
    What is scored is the first run; nothing of it reaches the others.
    """

    sandbox = Enum(
        ["warm", "cold", "none"],
        default_value="warm",
        help="Each submission has a kernel of its own. warm: in bubblewrap, forked from a process "
        "that has imported MXNet; cold where that does not work. cold: in bubblewrap, a new "
        "process. none: unconfined student code.",
    ).tag(config=True)

    gpus = List(
        Int(),
        help="Numbers of the GPUs that the sandbox has, as 'autograder doctor' shows them; by "
        "default none. With some, every kernel is cold and can use them all.",
    ).tag(config=True)

    nonce = Unicode(
        "", help="Draw these challenges in every run, instead of others in each run."
    ).tag(config=True)

    total_timeout = Integer(
        900, help="Seconds after which a submission's further cells are not run."
    ).tag(config=True)

    canaries = Bool(
        True,
        help="Run a notebook again in a kernel of its own, with cells that must fail in the place "
        "of the tests that passed, so that code which lets every test pass is found; and again "
        "with the solution taken away from these tests, where the instructor's fails then. Takes "
        "three times as long for a submission that passed such a test; where judges decide, none.",
    ).tag(config=True)

    output_limit = Integer(
        MIB, help="Bytes of output that a cell keeps; evidence does not count."
    ).tag(config=True)

    # nbclient would skip cells that a student tagged, and nbgrader gives skipped tests full points.
    skip_cells_with_tag = Unicode("", help=Execute.skip_cells_with_tag.help).tag(config=True)

    # Student code has nothing to put in order before its kernel is killed.
    shutdown_kernel = Enum(
        ["graceful", "immediate"], "immediate", help=Execute.shutdown_kernel.help
    ).tag(config=True)

    iopub_timeout = Integer(15, help=Execute.iopub_timeout.help).tag(config=True)

    @default("error_on_timeout")
    def _interrupted(self) -> dict[str, Any]:
        text = f"This cell ran longer than {self.timeout} seconds and was interrupted."
        return {"ename": "CellTimeoutError", "evalue": text, "traceback": [text]}

    def require(self) -> None:
        """Raise SandboxUnavailable or GpuUnavailable unless kernels can run as they are to."""
        if self.sandbox != "none":
            sandbox.require()
        elif self.gpus:
            raise GpuUnavailable(
                "without a sandbox nothing keeps student code from other GPUs; "
                "CUDA_VISIBLE_DEVICES in the environment says there which it sees"
            )
        if self.gpus:
            admit(tuple(self.gpus))

    def create_kernel_manager(self) -> AsyncKernelManager:
        manager = super().create_kernel_manager()
        manager.client_factory = BoundedClient
        self.require()
        if self.sandbox != "none":
            manager.kernel_spec_manager = SandboxedKernelSpecs(
                parent=manager, how=self._how, gpus=self.gpus
            )
        self._manager = manager
        return manager

    @property
    def _lost(self) -> bool:
        """Whether the kernel ended with the fork server, and not by anything that it ran."""
        return getattr(getattr(self._manager, "provisioner", None), "lost", False)

    @contextmanager
    def setup_kernel(self, **kwargs: Any) -> Iterator[None]:
        kwargs["env"] = {**os.environ, NONCE_VARIABLE: self._run.nonce}
        # What student code writes past IPython must not mix with what the command prints.
        kwargs["stdout"] = kwargs["stderr"] = subprocess.DEVNULL
        with super().setup_kernel(**kwargs):
            yield

    def preprocess(
        self, nb: NotebookNode, resources: Any = None, km: Any = None
    ) -> tuple[NotebookNode, Any]:
        # Who loses the fork server twice gets a cold kernel, which has none to lose.
        for how in (self.sandbox, self.sandbox, "cold"):
            self._how, self._manager = how, None
            try:
                return self._run_with_canaries(nb, resources, km)
            except Exception as error:
                if not self._lost:
                    raise
                lost = error
        raise lost

    def _run_with_canaries(
        self, nb: NotebookNode, resources: Any, km: Any
    ) -> tuple[NotebookNode, Any]:
        run = resources["autograder"] = Run(self.nonce or secrets.token_hex(16))
        with self._folder_kept(resources) as elsewhere:
            executed, resources = self._run_cells(copy.deepcopy(nb), resources, run, km)
            if self.canaries:
                run.canaries = self._run_canaries(nb, run, elsewhere)
                run.replays = self._run_replay(nb, run, elsewhere)
        executed.metadata.pop(replay.KEY, None)
        return executed, resources

    @contextmanager
    def _folder_kept(self, resources: Any) -> Iterator[dict[str, Any]]:
        """Give resources for a second run, which finds the folder as the first one did."""
        folder = resources.get("metadata", {}).get("path")
        if self.sandbox != "none" or not folder or not self.canaries:  # each sandbox has a copy
            yield {"metadata": {"path": folder}}
            return
        with tempfile.TemporaryDirectory(prefix="autograder-work-") as root:
            copied = Path(root, Path(folder).name)
            shutil.copytree(folder, copied, symlinks=True)
            yield {"metadata": {"path": str(copied)}}

    def _run_canaries(self, nb: NotebookNode, run: Run, resources: Any) -> dict[int, list[str]]:
        """Return how the canaries of the plain tests that passed ended, by cell index."""
        passed = [index for index in replay.plain_tests(nb) if run.replies.get(index) == OK]
        # Not from the run's nonce, which the student's code can read.
        again, planted = canary.plant(nb, passed, secrets.token_hex(16))
        if not planted:
            return {}
        second = Run(run.nonce)
        again, _ = self._run_cells(again, resources, second)
        ended: dict[int, list[str]] = {}
        for index, what in planted.items():
            outputs = again.cells[index].outputs
            forged = what.silent and any(o.output_type == "execute_result" for o in outputs)
            # Without a reply, nothing says that it raised.
            reply = OK if forged else second.replies.get(index, OK)
            ended.setdefault(what.index, []).append(reply)
        return ended

    def _run_replay(self, nb: NotebookNode, run: Run, resources: Any) -> dict[int, str]:
        """Return how the tests whose canaries raised ended without the solution, by cell index."""
        names = nb.metadata.get(replay.KEY, {})
        passed = {
            index: names[grade_id]
            for index, grade_id in replay.plain_tests(nb).items()
            if run.replies.get(index) == OK
            and OK not in run.canaries.get(index, ())
            and grade_id in names
        }
        if not passed:
            return {}
        again, places = replay.plant(nb, passed)
        third = Run(run.nonce)
        self._run_cells(again, resources, third)
        return replay.ends(places, third.replies)

    def _run_cells(
        self, nb: NotebookNode, resources: Any, run: Run, km: Any = None
    ) -> tuple[NotebookNode, Any]:
        """Run all cells, in as many kernels as it takes, and write into ``run`` how they ended."""
        self._run = run
        self._settled: set[int] = set()  # cells that another kernel is not to run again
        self._deadline = monotonic() + self.total_timeout
        while True:
            self._current: int | None = None
            try:
                return super().preprocess(nb, resources, km)
            except DeadKernelError:
                ended = "The kernel died while this cell ran."
                if self._current is None or self._lost:
                    raise
            except CellTimeoutError:
                ended = "This cell ran too long or printed too much, and could not be stopped."
                if self._lost:
                    raise
            self._end(nb.cells[self._current], self._current, ended)

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        if index in self._settled:
            return cell, resources
        if monotonic() > self._deadline:
            text = f"The cells before this one took {self.total_timeout} seconds; it was not run."
            self._end(cell, index, text)
            return cell, resources
        self._current = index
        self._allowance = Allowance(self.output_limit, evidence=utils.is_grade(cell))
        return super().preprocess_cell(cell, resources, index)

    def _end(self, cell: NotebookNode, index: int, ended: str) -> None:
        """Settle a cell that has no reply from a kernel; students see the sentence ``ended``."""
        self._run.replies[index] = ended
        self._settled.add(index)
        if cell.cell_type == "code":
            cell.outputs = [new_output("error", ename="NotRun", evalue=ended, traceback=[ended])]

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        kind, content = msg["msg_type"], msg["content"]
        if not isinstance(content.get("execution_count", 0), int):
            del content["execution_count"]
        kept = self._allowance.admit(kind, content) if kind in _OUTPUTS else kind in _OTHERS
        try:
            return super().process_message(msg, cell, cell_index) if kept else None
        except (LookupError, TypeError, ValueError, AttributeError):
            return None  # student code made up a message that means nothing

    def on_cell_executed(self, **kwargs: Any) -> None:
        index = kwargs["cell_index"]
        content = kwargs["execute_reply"]["content"]
        if content.get("status") != "ok":
            content.update(shorten(content), status="error")
        super().on_cell_executed(**kwargs)
        ended = OK if content["status"] == "ok" else content["ename"]
        if ended == OK != content["status"]:
            ended = "an error that is called ok"
        self._run.replies[index] = ended
        if self._allowance.exceeded:
            self._run.notes[index] = (
                f"This cell printed more than {self.output_limit:,} bytes; the rest is left out."
            )
        # A test has had its one run; what hung once would hang again.
        if utils.is_grade(kwargs["cell"]) or ended == self.error_on_timeout["ename"]:
            self._settled.add(index)
