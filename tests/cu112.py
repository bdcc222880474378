"""What holds with the MXNet for CUDA where there is no GPU: `make test-cu112` runs this file.

Its name keeps it out of `make test`, whose environment may hold the MXNet for the CPU.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import mxnet as mx
import pytest
from pages import run

from autograder import device
from autograder.check import check
from autograder.course import Exercises
from autograder.device import Outcome
from autograder.pool import LocalPool
from autograder.release import read_markdown

ROOT = Path(__file__).resolve().parent.parent
EXERCISES = Exercises(ROOT / "exercises")


def test_it_is_the_wheel_for_cuda_and_computes_on_the_cpu():
    assert device.installed_mxnet() == "mxnet-cu112"
    assert mx.runtime.Features().is_enabled("CUDA") and mx.context.num_gpus() == 0
    assert device.probe().outcome is Outcome.NO_DEVICE
    assert device.usable_gpus() == 0 and device.execution_device() == "CPU"


def test_the_linked_libraries_are_all_that_it_needs_but_the_driver():
    library = Path(mx.__file__).parent / "libmxnet.so"
    environment = {k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"}
    done = subprocess.run(["ldd", library], env=environment, capture_output=True, text=True)
    found = dict(line.strip().split(" => ") for line in done.stdout.splitlines() if "=>" in line)
    assert Path(found["libcudnn.so.8"].split()[0]).parent == library.parent
    assert [name for name, place in found.items() if place == "not found"] in ([], ["libcuda.so.1"])


def test_a_card_that_cannot_compute_is_not_chosen(tmp_path):
    """The stand-in shows a supported card, on which CUDA then fails; num_gpus() itself raises."""
    code = """
from autograder import device, doctor
import mxnet as mx
found = device.examine()
assert found.outcome is device.Outcome.FAILING, found
assert "elementwise arithmetic on gpu(0): MXNetError: CUDA: " in found.reason, found
assert device.usable_gpus() == 0 and not doctor.gpu()[0]
try:
    mx.context.num_gpus()
except mx.MXNetError:
    print("as expected")
"""
    environment = {"STAND_IN_CARDS": "8.9", "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "as expected\n", done.stderr


def test_a_gpu_that_is_not_there_can_end_the_process():
    """What the chapter on devices says of trying one, and why the check has its own process."""
    code = "import mxnet as mx; mx.nd.ones(2).as_in_context(mx.gpu())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == -signal.SIGABRT and "requires at least 1 GPU" in done.stderr


def test_a_page_that_computes_a_gradient_is_built(small_book, monkeypatch):
    """MXNet says on stderr, an error in a page, that it finds no GPU."""
    # With it a kernel would not look at what C++ writes there.
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    cell = """
from mxnet import autograd, nd
x = nd.ones(2)
x.attach_grad()
with autograd.record():
    y = (x * x).sum()
y.backward()
assert (x.grad == 2 * x).asnumpy().all()
"""
    done = run(small_book(f"```{{code-cell}}{cell}```"), "en")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", EXERCISES.names)
def test_right_solutions_get_full_marks(name, tmp_path):
    """Those of the folder, and the author's own. Not in the sandbox, which lacks the stand-in."""
    for path in (EXERCISES.root / name / "solutions").glob("right_*.py"):
        shutil.copy(path, tmp_path)
    cells = [
        f"# %% {meta['grade_id']}\n{cell.source}\n"
        for cell in read_markdown(EXERCISES.markdown(name)).cells
        if (meta := cell.metadata.get("nbgrader", {})).get("solution") and not meta["grade"]
    ]
    (tmp_path / "right_author.py").write_text("# The author's own.\n\n" + "\n".join(cells))
    with closing(LocalPool(1, "none")) as pool:
        results = list(check(EXERCISES, name, tmp_path, pool, sandbox="none"))
    assert len(results) >= 4 and not [(r.file, r.faults()) for r in results if r.faults()]
