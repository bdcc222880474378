"""The GPU: what the driver shows, what the wheel supports, what is said, and when it is trusted.

NVIDIA's driver library is a stand-in here (`libcuda.c`) that shows any cards and computes nothing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import mxnet as mx
import numpy as np
import pytest
from mxnet.gluon import nn

from autograder import compute_check, device, doctor
from autograder.device import Gpu, Outcome

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = (
    "Maxwell (5.0, 5.2), Pascal (6.0, 6.1), Volta (7.0), Turing (7.5), Ampere (8.0, 8.6), Ada (8.9)"
)


@pytest.fixture
def cuda_wheel(driver, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Take this environment for that of mxnet-cu112; the list grows with each check's devices.

    Nothing is computed: the stand-in's cards could not.
    """
    done = []
    monkeypatch.setattr(device, "installed_mxnet", lambda: "mxnet-cu112")
    monkeypatch.setattr(device.importlib.metadata, "version", lambda name: "1.9.1")
    monkeypatch.setattr(
        device, "compute_check", lambda *given: done.append("{} {}".format(*given)) or ""
    )
    return done


# --- what the driver shows ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cards", "environment", "outcome", "said"),
    [
        ("", {}, Outcome.NO_DEVICE, "the NVIDIA driver sees no GPU"),
        (
            "6.1",
            {"STAND_IN_CUDA": "11020"},
            Outcome.OLD_DRIVER,
            "the NVIDIA driver is too old for Stand-in 0 (compute capability 6.1): it supports "
            "CUDA 11.2, needed is 11.8; install driver 520 or later",
        ),
        (
            "3.7",
            {"STAND_IN_CUDA": "11020"},
            Outcome.UNSUPPORTED,
            "Stand-in 0 (compute capability 3.7) is not supported by mxnet-cu112, "
            f"which runs on {FAMILIES}",
        ),
        (
            "6.1",
            {},
            Outcome.UNCHECKED,
            "Stand-in 0 (compute capability 6.1): mxnet-cu112 has code for it",
        ),
        (
            "8.9",
            {},
            Outcome.UNCHECKED,
            "Stand-in 0 (compute capability 8.9): mxnet-cu112 has code for it",
        ),
        (
            "9.0",
            {},
            Outcome.UNSUPPORTED,
            "Stand-in 0 (compute capability 9.0) is not supported by mxnet-cu112, "
            f"which runs on {FAMILIES}",
        ),
        (
            "9.0 8.0",
            {},
            Outcome.UNSUPPORTED,
            "Stand-in 0 (compute capability 9.0) is not supported by mxnet-cu112, "
            f"which runs on {FAMILIES}; CUDA_VISIBLE_DEVICES=1 shows one that is",
        ),
        (
            "8.6 7.5",
            {},
            Outcome.UNCHECKED,
            "Stand-in 0 (compute capability 8.6), Stand-in 1 (compute capability 7.5): "
            "mxnet-cu112 has code for it",
        ),
        (
            "9.0 8.0",
            {"CUDA_VISIBLE_DEVICES": "1"},
            Outcome.UNCHECKED,
            "Stand-in 1 (compute capability 8.0): mxnet-cu112 has code for it",
        ),
        (
            "8.6 7.5",
            {"CUDA_VISIBLE_DEVICES": "1,0"},
            Outcome.UNCHECKED,
            "Stand-in 1 (compute capability 7.5), Stand-in 0 (compute capability 8.6): "
            "mxnet-cu112 has code for it",
        ),
        (
            "8.6",
            {"CUDA_VISIBLE_DEVICES": ""},
            Outcome.NO_DEVICE,
            "the NVIDIA driver sees no GPU, with CUDA_VISIBLE_DEVICES=''",
        ),
        (
            "8.6",
            {"STAND_IN_ERROR": "999"},
            Outcome.NO_DEVICE,
            "the NVIDIA driver fails: CUDA error 999",
        ),
    ],
)
def test_each_outcome_is_told_by_the_driver_and_said_by_make_and_the_doctor(
    driver, cards, environment, outcome, said
):
    driver(cards, **environment)
    found = device.probe()
    assert (found.outcome, str(found)) == (outcome, said)

    flavour = "gpu" if outcome is Outcome.UNCHECKED else "cpu"
    # As make asks it, before any package is installed.
    command = [sys.executable, "-I", "-S", ROOT / "autograder/device.py"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"{flavour} {outcome} {said}\n", "")

    if device.installed_mxnet() == "mxnet":
        good, text = doctor.gpu()
        step = "; the MXNet installed here is the one for the CPU; run: make setup MXNET=gpu"
        assert good and text == f"CPU; {said}" + step * (outcome is Outcome.UNCHECKED)
        assert device.usable_gpus() == 0 and device.execution_device() == "CPU"


def test_without_a_driver_the_reason_is_told_and_the_book_runs_on_the_cpu():
    found = device.probe()
    if found.outcome is not Outcome.NO_DRIVER:
        pytest.skip(f"this machine has a driver: {found}")
    assert str(found) == "there is no NVIDIA driver (libcuda.so.1 was not found)"
    assert device.execution_device() == "CPU"


def test_a_driver_that_crashes_is_told_from_none(driver, stand_in, tmp_path, monkeypatch):
    source = tmp_path / "crash.c"
    source.write_text("#include <stdlib.h>\nint cuDriverGetVersion(int *v) { (void)v; abort(); }\n")
    library = tmp_path / "libcuda.so.1"
    compiler = shutil.which("cc") or shutil.which("gcc")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    found = device.probe()
    assert found.outcome is Outcome.NO_DEVICE
    assert str(found) == "the NVIDIA driver fails: its process ended by SIGABRT"


def test_a_driver_that_does_not_answer_is_not_waited_for(driver, monkeypatch):
    monkeypatch.setattr(device, "PROBE_SECONDS", 0.001)
    driver("8.6")
    assert str(device.probe()) == "the NVIDIA driver did not answer within 0.001 s"


def test_the_driver_is_asked_in_another_process(driver):
    """A library that a process has loaded stays in its memory."""
    driver("8.6")
    code = """
from autograder import device
assert device.probe().gpus and device.usable_gpus() == 0 and device.execution_device() == "CPU"
print("libcuda" in open("/proc/self/maps").read())
import ctypes
ctypes.CDLL("libcuda.so.1")
print("libcuda" in open("/proc/self/maps").read())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"], done.stderr


@pytest.mark.parametrize(
    ("major", "minor", "supported"),
    [(3, 7, False), (5, 2, True), (7, 5, True), (8, 9, True), (9, 0, False), (12, 0, False)],
)
def test_the_wheel_supports_capability_5_to_8(major, minor, supported):
    assert Gpu("a card", major, minor).supported is supported


# --- whether it computes right --------------------------------------------------------------------


def test_a_device_that_computes_right_has_no_fault():
    for place in (mx.cpu(0), mx.cpu(1)):
        assert compute_check.faults(place) == []


class BiasDropped(nn.Dense):
    """What a dense layer is where the piece that adds the bias never starts."""

    def hybrid_forward(self, F, x, weight, bias=None):
        return super().hybrid_forward(F, x, weight, bias * 0)


def test_a_bias_that_is_silently_left_out_is_noticed(monkeypatch):
    monkeypatch.setattr(compute_check.nn, "Dense", BiasDropped)
    found = compute_check.faults(mx.cpu(1))
    assert found[0] == "a dense layer with a bias on cpu(1): 1.75 instead of -0.5"
    assert [fault.split(" on ")[0] for fault in found] == [
        "a dense layer with a bias",
        "its gradients",
        "a saved and loaded layer",
    ]


def test_wrong_arithmetic_is_noticed(monkeypatch):
    right = mx.nd.exp
    monkeypatch.setattr(compute_check.nd, "exp", lambda x: right(x) * 1.001)
    (fault,) = compute_check.faults(mx.cpu())
    assert fault == "elementwise arithmetic on cpu(0): 4.48617 instead of 4.48169"


def test_wrong_gradients_steps_and_files_are_noticed(monkeypatch):
    right = nn.Dense.load_parameters

    def stale(net, *words, **named):
        right(net, *words, **named)
        net.bias.set_data(net.bias.data() * 0)

    monkeypatch.setattr(mx.gluon.Trainer, "step", lambda *_: None)
    monkeypatch.setattr(nn.Dense, "load_parameters", stale)
    gradients, file = compute_check.faults(mx.cpu())
    assert gradients.startswith("its gradients on cpu(0): -2.25 instead of 4.25")
    assert file.startswith("a saved and loaded layer on cpu(0): ")


def test_not_a_number_is_a_difference():
    numbers = mx.nd.array([1, float("nan")])
    assert compute_check.difference(numbers, np.ones(2)) == "nan instead of 1"
    assert "shape" in compute_check.difference(numbers, numbers.asnumpy()[:1])


def test_the_check_runs_in_a_process_of_its_own_and_says_what_fails():
    assert device.compute_check("cpu", 2) == ""
    if device.installed_mxnet() == "mxnet":
        said = device.compute_check("gpu", 1)
        assert said.startswith("elementwise arithmetic on gpu(0): MXNetError: ")
        assert said.endswith("Compile with USE_CUDA=1 to enable GPU usage")


def test_a_check_that_hangs_is_ended():
    assert device.compute_check("cpu", 1, seconds=0.01) == "no result within 0.01 s"


def test_a_check_that_crashes_is_no_success(monkeypatch):
    # A kind that MXNet does not know: the process ends by an error that nothing catches.
    assert device.compute_check("tpu", 1) == "its process ended with status 1: KeyError: 'tpu'"


def test_a_gpu_is_chosen_once_the_check_has_passed(driver, cuda_wheel):
    driver("8.6 7.5 9.0")
    said = "Stand-in 0 (compute capability 8.6), Stand-in 1 (compute capability 7.5)"
    assert device.examine().outcome is Outcome.RIGHT
    assert cuda_wheel == ["gpu 2"]
    assert device.usable_gpus() == 2 and device.execution_device() == "GPU (Stand-in 0)"
    right = f"GPU (Stand-in 0); {said}: MXNet computes there what NumPy computes"
    assert doctor.gpu() == (True, right)


def test_a_gpu_that_fails_the_check_is_not_chosen(driver, cuda_wheel, monkeypatch):
    monkeypatch.setattr(device, "compute_check", lambda kind, count: "2 instead of 3")
    driver("8.6")
    assert device.usable_gpus() == 0 and device.execution_device() == "CPU"
    assert doctor.gpu() == (
        False,
        "CPU; Stand-in 0 (compute capability 8.6) should run mxnet-cu112, but does not compute "
        "right: 2 instead of 3",
    )


@pytest.mark.parametrize("cards", ["9.0", ""])
def test_a_card_that_is_not_supported_is_never_touched(driver, cuda_wheel, cards):
    driver(cards)
    assert device.usable_gpus() == 0 and device.execution_device() == "CPU"
    assert cuda_wheel == []


# --- the cache ------------------------------------------------------------------------------------


def checks(cuda_wheel: list[str], again: bool = False) -> tuple[int, Outcome]:
    """Examine as a new process would; return how many checks that took, and the outcome."""
    device.examine.cache_clear()
    before = len(cuda_wheel)
    outcome = device.examine(again=again).outcome
    return len(cuda_wheel) - before, outcome


def test_a_machine_is_checked_once_for_its_driver_cards_and_wheel(driver, cuda_wheel, monkeypatch):
    driver("8.6")
    assert checks(cuda_wheel) == (1, Outcome.RIGHT)
    assert checks(cuda_wheel) == checks(cuda_wheel, again=True) == (0, Outcome.RIGHT)
    driver("8.6", STAND_IN_CUDA="12040")
    assert checks(cuda_wheel) == (1, Outcome.RIGHT)
    driver("8.0")
    assert checks(cuda_wheel) == (1, Outcome.RIGHT)
    monkeypatch.setattr(device.importlib.metadata, "version", lambda name: "1.9.2")
    assert checks(cuda_wheel) == (1, Outcome.RIGHT)
    assert checks(cuda_wheel) == (0, Outcome.RIGHT)
    monkeypatch.setattr(device.platform, "node", lambda: "another machine")
    assert checks(cuda_wheel) == (1, Outcome.RIGHT)


def test_what_failed_is_kept_too_and_tried_anew_by_the_doctor(driver, cuda_wheel, tmp_path):
    driver("8.6")
    checks(cuda_wheel)
    (kept,) = (tmp_path / "cache" / "deep-learning-computation").iterdir()
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "fault": "it was too hot"}))
    assert checks(cuda_wheel) == (0, Outcome.FAILING)
    assert checks(cuda_wheel, again=True) == (1, Outcome.RIGHT)
    assert checks(cuda_wheel) == (0, Outcome.RIGHT)


def test_a_cache_that_is_damaged_or_cannot_be_written_only_costs_time(
    driver, cuda_wheel, tmp_path, monkeypatch
):
    driver("8.6")
    checks(cuda_wheel)
    (kept,) = (tmp_path / "cache" / "deep-learning-computation").iterdir()
    for damage in ("", "[]", "{}", '{"of": {}, "fault": ""}'):
        kept.write_text(damage)
        assert checks(cuda_wheel) == (1, Outcome.RIGHT)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert checks(cuda_wheel) == checks(cuda_wheel) == (1, Outcome.RIGHT)


# --- a real one -----------------------------------------------------------------------------------


def test_a_supported_gpu_computes_what_numpy_computes():
    found = device.examine(again=True)
    if not found.usable and found.outcome is not Outcome.FAILING:
        pytest.skip(f"no GPU to check with this MXNet: {found}")
    assert not found.reason
