"""Files: written whole or not at all, and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file, and its folder, whole or not at all; text becomes UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    try:
        new.write_bytes(content.encode() if isinstance(content, str) else content)
        new.replace(path)
    except OSError as error:
        error.filename = str(path)
        with suppress(OSError):
            new.unlink()
        raise


def hash_files(start: str, paths: Iterable[Path]) -> str:
    """Return a hash of a text and of the files' names and contents, in this order."""
    digest = hashlib.sha256(start.encode())
    for path in paths:
        digest.update(f"\0{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
