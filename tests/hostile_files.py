"""Attacks that are files or notebooks rather than code: each changes a submission on disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from autograder.evidence import MIME

NOTHING = "class MySequential(nn.Block):\n    pass"
FORGED = "raise SystemExit('hostile: this is not the real module')\n"


@dataclass(frozen=True)
class Attack:
    """What is done to a submission, and the score that it must get.

    It holds a right solution if ``solved``.
    """

    family: str
    name: str
    change: Callable[[Path], None]
    score: float | None
    solved: bool
    sentence: str


ATTACKS: dict[str, Attack] = {}


def attack(family: str, score: float | None, solved: bool = False) -> Callable:
    """Make a function that changes the submission ``path`` an attack; its docstring says how."""

    def add(change: Callable[[Path], None]) -> Callable[[Path], None]:
        name = change.__name__
        ATTACKS[name] = Attack(family, name, change, score, solved, change.__doc__)
        return change

    return add


def edit(path: Path, change: Callable[[NotebookNode, dict[str, NotebookNode]], None]) -> None:
    """Change a notebook, given it and its cells by grade id, and write it back."""
    nb = nbformat.read(path, as_version=4)
    cells = {c.metadata.nbgrader.grade_id: c for c in nb.cells if "nbgrader" in c.metadata}
    change(nb, cells)
    path.write_text(nbformat.v4.writes(nb), encoding="utf-8")


def tests(cells: dict[str, NotebookNode]) -> list[NotebookNode]:
    return [cell for name, cell in cells.items() if name.startswith("test-")]


# --- notebooks ------------------------------------------------------------------------------------


@attack("notebooks", 0)
def tests_tagged_to_be_skipped(path: Path) -> None:
    """Every cell has the tag by which nbclient skips cells."""

    def change(nb, cells):
        for cell in nb.cells:
            cell.metadata["tags"] = ["skip-execution", "raises-exception"]

    edit(path, change)


@attack("notebooks", 10, solved=True)
def tests_deleted(path: Path) -> None:
    """All tests are deleted; they come back, and a right solution passes them."""

    def change(nb, cells):
        nb.cells = [cell for cell in nb.cells if cell not in tests(cells)]

    edit(path, change)


@attack("notebooks", 0)
def tests_deleted_and_outputs_kept(path: Path) -> None:
    """The tests are replaced by cells whose stored outputs are good reports and full points."""

    def change(nb, cells):
        report = new_output("display_data", {MIME: {"name": "own-class", "json": []}})
        points = new_output("execute_result", {"text/plain": "3.5"}, execution_count=1)
        for cell in tests(cells):
            cell.source = "pass"
            cell.outputs = [report, points]

    edit(path, change)


@attack("notebooks", 0)
def points_of_a_thousand(path: Path) -> None:
    """The tests say that they are worth a thousand points, are solutions, and are not graded."""

    def change(nb, cells):
        first, second, third, fourth = tests(cells)
        first.metadata.nbgrader.points = 1000
        second.metadata.nbgrader.solution = True
        third.metadata.nbgrader.locked = False
        fourth.metadata.nbgrader.cell_type = "markdown"

    edit(path, change)


@attack("notebooks", 0)
def tests_of_its_own(path: Path) -> None:
    """A graded cell of the student's own is worth a hundred points."""

    def change(nb, cells):
        own = {**cells["test-index"].metadata.nbgrader, "grade_id": "bonus", "points": 100}
        nb.cells.append(new_code_cell("100", metadata={"nbgrader": own}))

    edit(path, change)


@attack("notebooks", 0)
def tests_first(path: Path) -> None:
    """The tests stand before all else, where nothing can fail them."""

    def change(nb, cells):
        first = tests(cells)
        nb.cells = first + [cell for cell in nb.cells if cell not in first]

    edit(path, change)


@attack("notebooks", 0)
def tests_raw(path: Path) -> None:
    """The tests are raw cells, which run nowhere."""

    def change(nb, cells):
        for cell in tests(cells):
            cell.cell_type = "raw"
            del cell["outputs"], cell["execution_count"]

    edit(path, change)


@attack("notebooks", 0)
def cells_between(path: Path) -> None:
    """Cells of the student's own stand around each test and switch asserts off and on."""

    def change(nb, cells):
        off = "import ast; get_ipython().ast_transformers[:] = [type('T', (ast.NodeTransformer,), "
        off += "{'visit_Expr': lambda self, node: ast.Pass()})()]"
        for cell in tests(cells):
            at = nb.cells.index(cell)
            nb.cells.insert(at + 1, new_code_cell("get_ipython().ast_transformers.clear()"))
            nb.cells.insert(at, new_code_cell(off))

    edit(path, change)


@attack("notebooks", 10, solved=True)
def another_kernel(path: Path) -> None:
    """The notebook asks for a kernel of its own, which is a command."""

    def change(nb, cells):
        argv = ["touch", "/tmp/hostile-kernel"]
        nb.metadata.kernelspec = {"name": "hostile", "display_name": "x", "argv": argv}
        nb.metadata["kernel_provisioner"] = {"provisioner_name": "local-provisioner"}

    edit(path, change)


# --- files beside the notebook --------------------------------------------------------------------


def beside(path: Path, name: str, text: str) -> None:
    file = path.parent / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@attack("shadows", 10, solved=True)
def mxnet_and_numpy(path: Path) -> None:
    """mxnet.py and numpy.py lie beside the notebook, and mxnet as a folder too."""
    for name in ("mxnet.py", "numpy.py", "mxnet/__init__.py", "mxnet/gluon.py"):
        beside(path, name, FORGED)


@attack("shadows", 0)
def evidence_module(path: Path) -> None:
    """autograder.py and the folder autograder lie beside the notebook; its evidence is fake."""
    fake = f"""
import numpy as np
def challenge(name, shape, nonce=None): return np.zeros(shape, 'float32')
def filled(layer, name): return layer
class without:
    def __init__(self, *classes): pass
    __enter__ = __exit__ = lambda self, *args: None
def evidence(name, value):
    from IPython.display import publish_display_data
    publish_display_data({{{MIME!r}: {{'name': name, 'json': []}}}})
"""
    beside(path, "autograder.py", FORGED)
    beside(path, "autograder/__init__.py", "")
    beside(path, "autograder/evidence.py", fake)


@attack("shadows", 10, solved=True)
def standard_library(path: Path) -> None:
    """Modules of the standard library and of the kernel lie beside the notebook."""
    names = "tempfile os json struct random ctypes zmq tornado traitlets jupyter_client runpy"
    for name in (*names.split(), "IPython/__init__", "ipykernel/__init__", "encodings/__init__"):
        beside(path, f"{name}.py", FORGED)


@attack("shadows", 10, solved=True)
def kernel_launcher(path: Path) -> None:
    """ipykernel_launcher.py lies beside the notebook, and what Python and IPython read at start."""
    for name in ("ipykernel_launcher.py", "sitecustomize.py", "usercustomize.py"):
        beside(path, name, FORGED)
    beside(
        path, "ipython_config.py", "c = get_config()\nc.InteractiveShellApp.exec_lines = ['1/0']"
    )
    beside(path, "hostile.pth", "import os; os._exit(1)\n")
    beside(path, "pyvenv.cfg", "home = /hostile\n")
    beside(path, ".ipython/profile_default/startup/00.py", "1 / 0")


@attack("shadows", 10)
def helper_module(path: Path) -> None:
    """No attack: an honest student's class lies in a module beside the notebook."""
    right = "from mxnet.gluon import nn\n" + RIGHT
    beside(path, "my_helper.py", right)
    edit(path, lambda nb, cells: cells["MySequential"].update(source="from my_helper import *"))


@attack("links", 10, solved=True)
def link_to_the_gradebook(path: Path) -> None:
    """A symbolic link beside the notebook leads to the gradebook, which copying would follow."""
    (path.parent / "data.csv").symlink_to(path.parents[3] / "gradebook.db")


@attack("links", 10, solved=True)
def link_to_the_judge(path: Path) -> None:
    """A link in a folder leads to a file of the system."""
    (path.parent / "data").mkdir()
    (path.parent / "data/link").symlink_to("/etc/passwd")


@attack("links", 10, solved=True)
def link_to_a_folder(path: Path) -> None:
    """A symbolic link leads to the folder of another student."""
    (path.parent / "other").symlink_to(path.parents[2])


@attack("links", 10, solved=True)
def pipe(path: Path) -> None:
    """A named pipe lies beside the notebook: whoever reads it waits for ever."""
    os.mkfifo(path.parent / "pipe")


RIGHT = """
class MySequential(nn.Block):
    def add(self, *blocks):
        for block in blocks:
            self.register_child(block)

    def forward(self, x):
        for block in self._children.values():
            x = block(x)
        return x

    def __len__(self):
        return len(self._children)

    def __getitem__(self, i):
        return list(self._children.values())[i]
"""
