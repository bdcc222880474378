"""Grading on GPUs: what the sandbox then has, what is refused, and that it has none otherwise.

No GPU is needed, and none was ever at hand: the driver is a stand-in (`libcuda.c`) that shows any
cards, their device files lead to /dev/null, and the check of the computation runs on the CPU.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import NAME
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from autograder import cli, device, doctor, gpus, provisioner, results, sandbox, work
from autograder.errors import GpuUnavailable
from autograder.execute import SandboxedExecute

SEEN = """
import json, os
print(json.dumps({
    "files": sorted(name for name in os.listdir("/dev") if "nvidia" in name),
    "visible": os.environ["CUDA_VISIBLE_DEVICES"],
    "program": open("/proc/self/cmdline").read().split("\\0")[:-1],
}))
"""
UUID = "GPU-00000000-0000-0000-0000-{:012x}"
# The device files of the stand-in's cards have other numbers than the cards.
MINORS = {0: 2, 1: 0, 2: 1}


@pytest.fixture
def machine(driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with three cards of which MXNet supports two; returns its folder of device files.

    The environment is taken for that of mxnet-cu112.
    """
    driver("8.6 9.0 7.5")
    files, addresses = tmp_path / "dev", tmp_path / "addresses"
    files.mkdir()
    for name in ("nvidiactl", "nvidia-uvm", "nvidia-modeset", "nvidia0", "nvidia1", "nvidia2"):
        (files / name).symlink_to("/dev/null")
    for number, minor in MINORS.items():
        folder = addresses / f"0000:{0x1A + number:02x}:00.0"
        folder.mkdir(parents=True)
        text = f"Model: \t\t Stand-in {number}\nIRQ:   \t\t 16\nDevice Minor: \t {minor}\n"
        (folder / "information").write_text(text)
    monkeypatch.setattr(gpus, "FILES", files)
    monkeypatch.setattr(gpus, "ADDRESSES", addresses)
    work.environment()  # is kept, and asks what comes next too
    monkeypatch.setattr(device, "installed_mxnet", lambda: "mxnet-cu112")
    gpus.admit.cache_clear()
    yield files
    gpus.admit.cache_clear()


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the check compute on the CPU, in the sandbox that it is to check; the list grows with the
    number of devices of each check."""
    done, real = [], device.compute_check

    def check(kind: str, count: int, **options: object) -> str:
        done.append(count)
        assert kind == "gpu"
        return real("cpu", count, **options)

    monkeypatch.setattr(device, "compute_check", check)
    return done


def seen_by_kernel(folder: Path, **settings: object) -> dict:
    """Return what a cell sees in a kernel of nbgrader's plug-in with these settings."""
    step = SandboxedExecute(config=Config(SandboxedExecute={"kernel_name": "python3", **settings}))
    nb, _ = step.preprocess(
        new_notebook(cells=[new_code_cell(SEEN)]), {"metadata": {"path": folder}}
    )
    return json.loads(nb.cells[0].outputs[0].text)


# --- what is inside -------------------------------------------------------------------------------


@pytest.mark.sandbox
@pytest.mark.parametrize("how", ["cold", "warm"])
def test_without_being_asked_the_sandbox_has_no_gpu(machine, how, tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,2")
    monkeypatch.setattr(provisioner.warm, "usable", lambda: how == "warm")
    seen = seen_by_kernel(tmp_path, sandbox=how)
    assert (seen["files"], seen["visible"]) == ([], "")


@pytest.mark.sandbox
def test_a_kernel_has_the_gpus_that_are_asked_for_and_is_cold(
    machine, checks, tmp_path, monkeypatch
):
    monkeypatch.setattr(provisioner.warm, "usable", lambda: pytest.fail("a warm kernel was wanted"))
    seen = seen_by_kernel(tmp_path, gpus=[2])
    assert seen["files"] == ["nvidia-uvm", "nvidia1", "nvidiactl"]
    assert seen["visible"] == UUID.format(2)
    assert "ipykernel_launcher" in seen["program"]

    (machine / "nvidia-uvm-tools").symlink_to("/dev/null")
    seen = seen_by_kernel(tmp_path, gpus=[2, 0])
    assert seen["files"] == ["nvidia-uvm", "nvidia-uvm-tools", "nvidia1", "nvidia2", "nvidiactl"]
    assert seen["visible"] == f"{UUID.format(2)},{UUID.format(0)}"
    assert checks == [1, 2]  # once for each set, in a sandbox that has it


def inside(code: str, found: sandbox.Gpus, **options: object) -> str:
    command = sandbox.command([sys.executable, "-c", code], gpus=found, **options)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.sandbox
def test_cuda_counts_them_from_0_in_the_order_of_the_question(machine, checks, stand_in):
    driver = {"LD_LIBRARY_PATH": str(stand_in), "STAND_IN_CARDS": os.environ["STAND_IN_CARDS"]}
    said = inside(device._PROBE, gpus.admit((2, 0)), share=stand_in, extra=driver).splitlines()
    assert [line.split(maxsplit=5)[5] for line in said[1:]] == ["Stand-in 2", "Stand-in 0"]


@pytest.mark.sandbox
def test_device_files_are_such_inside(machine, checks):
    code = "import os; os.write(os.open('/dev/nvidia2', os.O_WRONLY), b'x')\n"
    code += "print(os.major(os.stat('/dev/nvidia2').st_rdev))"
    assert inside(code, gpus.admit((0,))) == "1\n"


@pytest.mark.sandbox
def test_addresses_can_be_reserved_as_cuda_does_but_memory_is_limited(machine, checks):
    code = """
import ctypes
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_ssize_t
private_anonymous_noreserve = 0x4022
size = ctypes.c_size_t(1 << 40)
print(libc.mmap(None, size, 0, private_anonymous_noreserve, -1, ctypes.c_long(0)) != -1)
try:
    bytearray(8 << 30)
except MemoryError:
    print("memory")
"""
    assert inside(code, gpus.admit((0,))).split() == ["True", "memory"]
    assert inside(code, None).split() == ["False", "memory"]


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "environment", "reason"),
    [
        (
            (3,),
            {},
            "there is no GPU 3 here: 0 is Stand-in 0 (compute capability 8.6), 1 is Stand-in 1 "
            "(compute capability 9.0), 2 is Stand-in 2 (compute capability 7.5)",
        ),
        ((-1,), {"CUDA_VISIBLE_DEVICES": "0"}, "there is no GPU -1 here: 0 is Stand-in 0"),
        (
            (0, 1),
            {},
            "GPU 1, Stand-in 1 (compute capability 9.0), is not supported by mxnet-cu112",
        ),
        ((2,), {"STAND_IN_CUDA": "11020"}, "the NVIDIA driver is too old for Stand-in 2"),
        ((0,), {"CUDA_VISIBLE_DEVICES": ""}, "the NVIDIA driver sees no GPU"),
        ((0,), {"STAND_IN_ERROR": "999"}, "the NVIDIA driver fails: CUDA error 999"),
    ],
)
def test_a_gpu_that_cannot_do_it_is_refused(
    machine, checks, monkeypatch, numbers, environment, reason
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(GpuUnavailable) as caught:
        gpus.admit(numbers)
    assert caught.value.reason.startswith(reason) and checks == []
    assert str(caught.value).startswith("refusing to grade on a GPU: ")
    assert "say '--gpus none' to grade on the CPU" in str(caught.value)


def test_missing_device_files_are_named(machine, checks):
    (machine / "nvidia2").unlink()
    with pytest.raises(GpuUnavailable, match=f"there is no device file {machine}/nvidia2;"):
        gpus.admit((0,))
    (gpus.ADDRESSES / "0000:1c:00.0/information").unlink()
    with pytest.raises(GpuUnavailable, match=r"1c:00\.0/information, which tells the device"):
        gpus.admit((2,))


@pytest.mark.sandbox
def test_a_gpu_on_which_mxnet_fails_in_the_sandbox_is_refused(machine):
    """Here MXNet is the one for the CPU, which says so of any GPU."""
    with pytest.raises(GpuUnavailable) as caught:
        gpus.admit((0,))
    assert caught.value.reason.startswith(
        "MXNet does not compute right in a sandbox with Stand-in 0 (compute capability 8.6): "
        "elementwise arithmetic on gpu(0): MXNetError: "
    )


# --- the commands ---------------------------------------------------------------------------------


@pytest.mark.sandbox
def test_the_doctor_says_whether_gpus_can_be_used_for_grading(machine, checks, monkeypatch):
    good, said = doctor._gpus()
    assert good and said == (
        "grading on GPUs: yes, by --gpus: 0 is Stand-in 0 (compute capability 8.6), "
        "2 is Stand-in 2 (compute capability 7.5)"
    )
    monkeypatch.setenv("STAND_IN_CARDS", "9.0")
    good, said = doctor._gpus()
    assert good and said == (
        "grading on GPUs: no, because GPU 0, Stand-in 0 (compute capability 9.0), is not supported "
        "by mxnet-cu112"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--gpus", "0"], "refusing to grade on a GPU: the MXNet installed here is the one for "),
        (["--gpus", "7"], "refusing to grade on a GPU: there is no GPU 7 here: 0 is Stand-in 0"),
        (
            ["--gpus", "0", "--sandbox", "none"],
            "refusing to grade on a GPU: without a sandbox nothing keeps student code from other "
            "GPUs; CUDA_VISIBLE_DEVICES in the environment says there which it sees; ",
        ),
    ],
)
def test_grade_refuses_in_a_sentence(driver, class_project, right_code, words, sentence):
    if device.installed_mxnet() != "mxnet":
        pytest.skip("this is about the MXNet for the CPU")
    driver("8.6")
    class_project.submit("ada", right_code)
    done = class_project.run("grade", NAME, *words)
    assert (done.returncode, done.stdout) == (1, "")
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"autograder: {sentence}") and "Traceback" not in done.stderr
    assert not (class_project.root / "course/autograded").exists()


def test_a_list_of_gpus_is_read_or_refused():
    assert [cli._gpus(text) for text in ("none", "0", "2,0")] == [(), (0,), (2, 0)]
    for text in ("", "a", "0,", "0,0", "-1", "all"):
        with pytest.raises(argparse.ArgumentTypeError, match="give numbers such as 0 or 0,1"):
            cli._gpus(text)


# The command on the fixture's machine; in a process of its own, for it forks.
COMMAND = """
import sys
from pathlib import Path
from autograder import cli, device, gpus, warm, work
files, addresses, *words = sys.argv[1:]
gpus.FILES, gpus.ADDRESSES = Path(files), Path(addresses)
work.environment()
right, device.installed_mxnet = device.compute_check, lambda: "mxnet-cu112"
device.compute_check = lambda kind, count, **options: right("cpu", count, **options)
if "--gpus" in words:
    del warm._Server  # nobody is to start one
sys.exit(cli.main(words))
"""


@pytest.mark.sandbox
def test_a_class_is_graded_on_gpus_and_what_ran_without_is_run_again(
    machine, class_project, right_code
):
    project = class_project
    project.submit("ada", f"{right_code}\n{SEEN}")

    def graded(*words: str) -> tuple[str, list[str]]:
        """Grade; return the count of the summary, and the device files that the student saw."""
        command = [sys.executable, "-c", COMMAND, gpus.FILES, gpus.ADDRESSES, "grade", NAME, *words]
        done = subprocess.run(command, cwd=project.root, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        path = project.root / f"course/autograded/ada/{NAME}/{NAME}.ipynb"
        cells = nbformat.read(path, as_version=4).cells
        said = [o.text for cell in cells for o in cell.get("outputs", []) if "text" in o]
        seen = json.loads(next(text for text in said if "visible" in text))
        return done.stdout.split(": ")[1].split(",")[0], seen["files"]

    one = ["nvidia-uvm", "nvidia2", "nvidiactl"]
    assert graded("--sandbox", "cold") == ("1 graded", [])
    assert graded("--gpus", "0") == ("1 graded", one)
    assert graded("--gpus", "0") == ("0 graded", one)
    two = ["nvidia-uvm", "nvidia1", "nvidia2", "nvidiactl"]
    assert graded("--gpus", "0,2") == ("1 graded", two)
    assert project.score("ada") == 10
    # As stock nbgrader and the formgrader are told; the option goes before it.
    project.configure("c.SandboxedExecute.gpus = [0]")
    assert graded() == ("1 graded", one)
    assert graded("--gpus", "none", "--sandbox", "cold") == ("1 graded", [])


def test_results_with_a_gpu_are_no_results_without():
    def key(**settings: object) -> str:
        return results.key(work.Task("{}", {}, {"SandboxedExecute": settings}, {}))

    assert key() == key(gpus=[])
    assert len({key(), key(gpus=[0]), key(gpus=[1]), key(gpus=[0, 1])}) == 4


@pytest.mark.sandbox
def test_a_worker_elsewhere_checks_its_own_gpus(machine, tmp_path, monkeypatch):
    monkeypatch.setenv("STAND_IN_CARDS", "9.0")
    settings = {"SandboxedExecute": {"gpus": [0]}}
    nb = nbformat.writes(new_notebook(cells=[new_code_cell(SEEN)]))
    executed = work.execute(work.Task(nb, {}, settings, work.environment()))
    assert executed.unfit and "refusing to grade on a GPU: GPU 0, Stand-in 0" in executed.problem


# --- a real one -----------------------------------------------------------------------------------


@pytest.mark.sandbox
def test_a_gpu_that_computes_right_does_so_in_the_sandbox_too():
    found = device.examine()
    if not found.usable:
        pytest.skip(f"no GPU that MXNet computes right on: {found}")
    assert len(gpus.admit(gpus.supported()).names) == len(gpus.supported())
