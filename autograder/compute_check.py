"""Compare what MXNet computes on a device with what NumPy computes from the same numbers.

A program, too, for `autograder.device` to run in a process of its own: a device that MXNet has no
code for may raise late, end the process, or leave out a step without a word.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn

Pair = tuple[nd.NDArray, np.ndarray]

# Multiples of 1/8 with few digits: rounding, also that of TF32, cannot hide behind a tolerance.
X = (np.arange(12, dtype="float32").reshape(4, 3) - 5) / 4
WEIGHT = (np.arange(6, dtype="float32").reshape(2, 3) - 2) / 2
BIAS = np.array([1.5, -2.25], dtype="float32")
DENSE = X @ WEIGHT.T + BIAS
TOLERANCE = 1e-4


def dense(device: mx.Context) -> nn.Dense:
    """Return a dense layer on the device whose bias is not zero, as a new layer's is."""
    net = nn.Dense(2, in_units=3)
    net.initialize(ctx=device)
    net.weight.set_data(nd.array(WEIGHT))
    net.bias.set_data(nd.array(BIAS))
    return net


def elementwise(device: mx.Context) -> Iterator[Pair]:
    """Arithmetic, a function, a comparison and a sum, by MXNet's own code."""
    x = nd.array(X, ctx=device)
    yield (x + 1) * x - x / 2, (X + 1) * X - X / 2
    yield nd.exp(x), np.exp(X)
    yield x > 0, (X > 0).astype("float32")
    yield x.sum(axis=0), X.sum(axis=0)
    yield nd.full((2, 2), 7, ctx=device), np.full((2, 2), 7.0)


def forward(device: mx.Context) -> Iterator[Pair]:
    """A matrix product by NVIDIA's library, and a bias that MXNet's own code adds."""
    yield dense(device)(nd.array(X, ctx=device)), DENSE


def backward(device: mx.Context) -> Iterator[Pair]:
    """The gradients of the sum of squares, and a step of the trainer."""
    net, x = dense(device), nd.array(X, ctx=device)
    x.attach_grad()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    with autograd.record():
        loss = (net(x) ** 2).sum()
    loss.backward()
    yield loss, (DENSE**2).sum()
    yield x.grad, 2 * DENSE @ WEIGHT
    yield net.weight.grad(), 2 * DENSE.T @ X
    yield net.bias.grad(), 2 * DENSE.sum(axis=0)
    trainer.step(1)
    yield net.bias.data(), BIAS - DENSE.sum(axis=0)


def hybridised(device: mx.Context) -> Iterator[Pair]:
    """Operations that on a GPU become one, by code that is made at run time."""
    net = nn.HybridLambda(lambda F, x: F.relu(x * 2 - 1) + F.exp(-x))
    net.hybridize()
    x = nd.array(X, ctx=device)
    for _ in range(2):
        yield net(x), np.maximum(X * 2 - 1, 0) + np.exp(-X)


def saved(device: mx.Context) -> Iterator[Pair]:
    """Parameters that were saved from the device and loaded to it."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "net.params")
        dense(device).save_parameters(path)
        net = nn.Dense(2, in_units=3)
        net.load_parameters(path, ctx=device)
    yield net.weight.data(), WEIGHT
    yield net(nd.array(X, ctx=device)), DENSE


CHECKS: dict[str, Callable[[mx.Context], Iterator[Pair]]] = {
    "elementwise arithmetic": elementwise,
    "a dense layer with a bias": forward,
    "its gradients": backward,
    "a hybridised chain": hybridised,
    "a saved and loaded layer": saved,
}


def difference(found: nd.NDArray, expected: np.ndarray) -> str:
    """Return where MXNet's result differs most from NumPy's, "" if it differs nowhere."""
    found, expected = found.asnumpy(), np.atleast_1d(expected)
    if found.shape != expected.shape:
        return f"the shape is {found.shape} instead of {expected.shape}"
    off = np.nan_to_num(np.abs(found - expected), nan=np.inf) - TOLERANCE * (1 + np.abs(expected))
    if (off <= 0).all():
        return ""
    place = np.unravel_index(off.argmax(), off.shape)
    return f"{found[place]:g} instead of {expected[place]:g}"


def faults(device: mx.Context) -> list[str]:
    """Return what the device computes wrongly, one entry for each check; stops at an error."""
    wrong = []
    for name, check in CHECKS.items():
        try:
            differences = [difference(*pair) for pair in check(device)]
        except Exception as error:  # whatever goes wrong is the answer
            # Without the places in MXNet's C++ sources and the stack that may follow.
            text = re.split(r'File "[^"]*", line \d+\s', str(error).split("\nStack trace")[0])[-1]
            told = " ".join(text.split()).removeprefix("MXNetError: ")[:200]
            # What runs after such an error may fail because of it.
            return [*wrong, f"{name} on {device}: {type(error).__name__}: {told}"]
        wrong += [f"{name} on {device}: {text}" for text in differences if text][:1]
    return wrong


def main() -> None:
    """Check the first devices of a kind, given by kind and count; print "right" or the faults."""
    kind, count = sys.argv[1], int(sys.argv[2])
    found = [fault for number in range(count) for fault in faults(mx.Context(kind, number))]
    print(*found or ["right"], sep="\n", flush=True)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
