"""Show an error to a reader: one line, the same on every machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager


def one_line(error: Exception | Warning) -> str:
    """Return the error's class and message on one line.

    Left out is what differs between machines: the place in MXNet's C++ sources, and the folder of
    a file that the message names by its absolute path, in quotation marks or after ``file: ``.
    """
    message = re.split(r'File "[^"]*", line \d+\s', str(error))[-1].split("MXNetError: ")[-1]
    message = re.sub(r"\[[\d:]+\] \S+:\d+: ", "", " ".join(message.split()))
    message = re.sub(r"""(['"])/[^'"]*/([^'"/]+)\1""", r"\1\2\1", message)
    message = re.sub(r"(file: )/\S*/", r"\1", message)
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
