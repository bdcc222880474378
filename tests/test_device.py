"""The probe for a GPU: what the wheel supports, and what is said where there is none."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograder import device

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("major", "minor", "supported"),
    [(3, 7, False), (5, 2, True), (7, 5, True), (8, 9, True), (9, 0, False), (12, 0, False)],
)
def test_the_wheel_supports_capability_5_to_8(major, minor, supported):
    assert device.Gpu("a card", major, minor).supported is supported


def test_without_a_gpu_the_reason_is_told_and_the_book_runs_on_the_cpu():
    found, reason = device.gpus()
    if found:
        pytest.skip(f"this machine has a GPU: {found[0]}")
    assert reason
    assert device.execution_device() == "CPU"


def test_make_can_ask_before_anything_is_installed():
    done = subprocess.run(
        [sys.executable, "-I", "-S", ROOT / "autograder/device.py"], capture_output=True, text=True
    )
    assert done.stdout.strip() in ("cpu", "gpu") and not done.stderr


def test_a_supported_gpu_computes_what_numpy_computes():
    found, reason = device.gpus()
    if device.execution_device() == "CPU":
        pytest.skip(f"no supported GPU in use: {found[0] if found else reason}")
    code = """
import mxnet as mx
from mxnet.gluon import nn
net = nn.Dense(2, in_units=3, bias_initializer=mx.init.One())
net.initialize(ctx=mx.gpu())
assert (net(mx.nd.zeros((1, 3), ctx=mx.gpu())).asnumpy() == 1).all()
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
