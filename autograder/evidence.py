"""What hidden tests use beside student code: draw values from a challenge, report evidence.

A hidden test here holds no answer and decides nothing. It runs the student's code on inputs that
:func:`challenge` draws from a nonce of this run, and reports what came out by :func:`evidence`.
The assignment's ``judge.py``, which never enters the student's process, draws the same inputs and
decides. So whoever wants to fake the evidence must compute what a solution computes.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np

MIME = "application/vnd.autograder.evidence+json"
NONCE_VARIABLE = "AUTOGRADER_NONCE"
_MAX_MESSAGES, _MAX_SIZE = 100, 1 << 20  # that wait, unless one alone is larger

_waiting: list[dict[str, Any]] = []  # what the cell that runs has reported, not sent yet


def challenge(name: str, shape: int | tuple[int, ...], nonce: str | None = None) -> np.ndarray:
    """Draw the numbers that belong to ``name`` in this run.

    Returns a float32 array of the given shape, uniform on [-1, 1). The same name and nonce give
    the same numbers; ``nonce`` is the run's own unless given.
    """
    if nonce is None:
        nonce = os.environ.get(NONCE_VARIABLE, "")
    digest = hashlib.sha256(f"{nonce}/{name}".encode()).digest()
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))
    return generator.uniform(-1, 1, size=shape).astype(np.float32)


def filled(layer: Any, name: str) -> Any:
    """Initialise a Gluon layer, set its own parameters from challenges, and return it.

    The parameter with the key ``weight`` gets ``challenge(name + ".weight", its shape)``. All
    shapes must be known: give ``in_units``.
    """
    from mxnet.initializer import Constant

    for full_name, parameter in layer.collect_params().items():
        drawn = None  # a child's: as Gluon does it
        if full_name in layer.params:
            key = full_name.removeprefix(layer.params.prefix)
            drawn = Constant(challenge(f"{name}.{key}", parameter.shape))
        parameter.initialize(drawn, force_reinit=True)
    return layer


@contextmanager
def without(*classes: type) -> Iterator[None]:
    """Make every method of the classes raise inside the ``with``.

    What a student is to build must not be borrowed, neither by deriving from these classes nor
    by keeping an instance of them.
    """

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise TypeError(f"this is to be written without {classes[0].__name__}")

    with ExitStack() as patches:
        for cls in classes:
            methods = [name for name, value in vars(cls).items() if callable(value)]
            patches.enter_context(patch.multiple(cls, **dict.fromkeys(methods, refuse)))
        yield


def evidence(name: str, value: Any) -> None:
    """Report ``value`` under ``name`` to the judge.

    ``value`` is an array (NDArray or NumPy), bytes, or anything that JSON can hold. A function
    without arguments is called for the value; what it raises is reported instead, so that one
    fault does not hide the evidence that follows.
    """
    if callable(value):
        try:
            encoded = encode(value())
        except Exception as error:
            encoded = {"error": [type(error).__name__, str(error)[:4000]]}
    else:
        encoded = encode(value)
    _report({"name": name, **encoded})


def _report(message: dict[str, Any]) -> None:
    """Have a message sent when the cell ends, together with others: each sending takes its time.

    A cell that does not come to its end has no points, whatever it reported.
    """
    size = sum(len(str(waiting)) for waiting in [*_waiting, message])
    if _waiting and (len(_waiting) == _MAX_MESSAGES or size > _MAX_SIZE):
        _send()
    if not _waiting:
        _shell().events.register("post_execute", _send)
    _waiting.append(message)


def _send() -> None:
    shell = _shell()
    shell.events.unregister("post_execute", _send)
    shell.display_pub.publish({MIME: _waiting[:]})
    _waiting.clear()


def _shell() -> Any:
    # Imported here: the judge imports this module where no kernel runs.
    from IPython.core.interactiveshell import InteractiveShell

    return InteractiveShell.instance()


def encode(value: Any) -> dict:
    """Return the JSON form of a value: ``{"array": …}``, ``{"bytes": …}`` or ``{"json": …}``.

    Raises TypeError for a value that is none of these.
    """
    if hasattr(value, "asnumpy"):
        value = value.asnumpy()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biuf":
            raise TypeError(f"expected an array of numbers, got {value.dtype}")
        little = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
        return {
            "array": {
                "dtype": little.dtype.str,
                "shape": list(value.shape),
                "data": base64.b64encode(little.tobytes()).decode("ascii"),
            }
        }
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode("ascii")}
    if value is None or isinstance(value, bool | int | float | str):
        return {"json": value}
    if isinstance(value, list | tuple) and all(
        isinstance(v, bool | int | float | str) for v in value
    ):
        return {"json": list(value)}
    raise TypeError(f"expected an array, bytes, a number or a string, got {type(value).__name__}")
