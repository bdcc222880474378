"""Show an MXNet error to a reader: one line, the same on every machine."""

from __future__ import annotations

import re


def one_line(error: Exception | Warning) -> str:
    """Return the error's class and message on one line.

    Left out is what differs between machines: the place in MXNet's C++ sources, and the folders of
    quoted files.
    """
    message = str(error).split("MXNetError: ")[-1]
    message = re.sub(r"'[^' ]*/([^'/ ]+)'", r"'\1'", " ".join(message.split()))
    return f"{type(error).__name__}: {message}"
