"""Show an error to a reader: one line, the same on every machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager


def one_line(error: Exception | Warning) -> str:
    """Return the error's class and message on one line.

    Left out is what differs between machines: the place in MXNet's C++ sources, and the folders of
    files.
    """
    message = str(error).split("MXNetError: ")[-1]
    message = re.sub(r"'[^' ]*/([^'/ ]+)'", r"'\1'", " ".join(message.split()))
    message = re.sub(r"\[[\d:]+\] \S+:\d+: ", "", message)
    message = re.sub(r"(in file:? )/\S*/", r"\1", message)
    return f"{type(error).__name__}: {message}"


@contextmanager
def shown(kind: type[Exception]) -> Iterator[None]:
    """Print the error that the code inside raises; raises AssertionError if it raises none."""
    try:
        yield
    except kind as error:
        print(one_line(error))
    else:
        raise AssertionError(f"no {kind.__name__} was raised")
