"""Read a notebook as it was handed in: any encoding, any nbformat, well formed or not.

What comes out is a valid notebook of nbformat 4.5 with the cells that the file holds, in their
order. Only what grading needs is taken over; outputs, which are made anew, are not.
"""

from __future__ import annotations

import json
import math
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_markdown_cell, new_notebook

from autograder.errors import AutograderError

MAX_BYTES, MAX_CELLS, MAX_SOURCE = 64 << 20, 5000, 8 << 20
_MAX_BRACKETS = 1_000_000  # small values take many times their bytes in memory
_MAX_DEPTH = 20  # of what a cell's metadata hold
_KINDS = ("code", "markdown", "raw")
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_STARTS = {
    b"PK\x03\x04": "a zip archive",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"<": "a web page",
}
# What :mod:`autograder.sanitize` is to tell of a cell, in its metadata.
NOTE = "autograder"
UNREADABLE = "unreadable"


class NotANotebook(AutograderError):
    """There is nothing in a file that could be graded; the message says why."""


def read(path: Path) -> tuple[NotebookNode, list[str]]:
    """Return a file's notebook, and what the instructor should know of how it was read.

    Raises NotANotebook.
    """
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise NotANotebook(f"{path} is a symbolic link; ask for the file itself")
        if not stat.S_ISREG(status.st_mode):
            raise NotANotebook(f"{path} is not a file but a folder, pipe, socket or device")
        if status.st_size > MAX_BYTES:
            size = f"{status.st_size >> 20} MiB, more than {MAX_BYTES >> 20}"
            raise NotANotebook(f"{path} holds {size}; ask for it with its outputs cleared")
        data = path.read_bytes()
    except OSError as error:
        raise NotANotebook(f"{path} cannot be read: {error.strerror}; make it readable") from error
    try:
        text, notes = _decode(data)
        value, more = _parse(text)
        return repair(value), [f"{path.name} {note}" for note in notes + more]
    except ValueError as error:
        raise NotANotebook(f"{path} is not a notebook ({error}); ask for it again") from error


def _decode(data: bytes) -> tuple[str, list[str]]:
    """Return a file's text. Where it is not Unicode, GBK and Western European are tried."""
    for start, what in _STARTS.items():
        if data.lstrip().startswith(start):
            raise ValueError(f"it is {what}")
    encoding = json.detect_encoding(data)
    text = data.decode(encoding, "replace")
    if encoding.startswith("utf-8"):
        broken = text.count("\ufffd")
        if not broken:
            return text, []
        if broken < sum(ord(c) > 127 for c in text) - broken:
            return text, [f"is not quite UTF-8; {broken} characters could not be read"]
        # In GB2312 and nearly all of GBK, characters beyond ASCII have two such bytes.
        pairs = all(len(run) % 2 == 0 for run in re.findall(rb"[\x80-\xff]+", data))
        encoding = "gb18030" if pairs else "cp1252"
        text = data.decode(encoding, "replace")
    return text, [f"is not in UTF-8; it was read as {encoding}"]


def _parse(text: str) -> tuple[Any, list[str]]:
    """Return the JSON value that a text begins with."""
    if text.count("[") + text.count("{") > _MAX_BRACKETS:
        raise ValueError("it holds too many values")
    text = text.strip("\ufeff\0 \t\r\n")  # a crash may leave a file's end filled with zeros
    if not text:
        raise ValueError("the file is empty")
    decoder = json.JSONDecoder(
        strict=False,  # control characters in strings
        parse_constant=lambda name: None,  # NaN and Infinity, which are not JSON
        parse_int=lambda digits: int(digits) if len(digits) < 20 else None,
    )
    try:
        value, end = decoder.raw_decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError:
        raise ValueError("damaged or not JSON") from None
    return value, ["holds more after its end; that was ignored"] if text[end:] else []


def repair(value: Any) -> NotebookNode:
    """Return a valid notebook with the cells of a JSON value; raises ValueError if it has none."""
    if not isinstance(value, dict):
        raise ValueError("it is JSON, but no notebook")
    cells = value.get("cells")
    sheets = value.get("worksheets")
    if not isinstance(cells, list) and isinstance(sheets, list):  # until nbformat 3
        found = [s.get("cells") for s in sheets if isinstance(s, dict)]
        cells = [cell for sheet in found if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list):
        raise ValueError("it has no list of cells")
    if len(cells) > MAX_CELLS:
        raise ValueError(f"it has {len(cells)} cells, more than {MAX_CELLS}")
    repaired = [_cell(cell) for cell in cells]
    if sum(len(cell.source) for cell in repaired) > MAX_SOURCE:
        raise ValueError(f"its cells hold more than {MAX_SOURCE >> 20} MiB of text")
    number_cells(repaired)
    return new_notebook(cells=repaired, metadata=_notebook_metadata(value.get("metadata")))


def number_cells(cells: list[NotebookNode]) -> None:
    """Give each cell a valid id of its own, the same every time; valid ones stay."""
    taken: set[str] = set()
    for index, cell in enumerate(cells):
        found = cell.get("id")
        if not isinstance(found, str) or not _CELL_ID.fullmatch(found) or found in taken:
            found = next(i for i in _names(index) if i not in taken)
        cell.id = found
        taken.add(found)


def _names(index: int) -> Iterator[str]:
    yield f"cell-{index}"
    yield from (f"cell-{index}-{number}" for number in range(MAX_CELLS))


def _cell(cell: Any) -> NotebookNode:
    if not isinstance(cell, dict):
        return new_markdown_cell(metadata={NOTE: UNREADABLE}, id="unreadable")
    kind = cell.get("cell_type")
    source = _text(cell.get("source", cell.get("input")))
    if kind == "heading":  # nbformat 3
        level = cell.get("level")
        source = f"{'#' * level if isinstance(level, int) and 0 < level < 7 else '#'} {source}"
    if not isinstance(kind, str) or kind not in _KINDS:
        kind = "code" if {"outputs", "execution_count", "input"} & cell.keys() else "markdown"
    # nbformat's own functions for this would check each cell by itself; the notebook is checked.
    made = from_dict({"id": cell.get("id"), "cell_type": kind, "source": source})
    made.metadata = from_dict(_metadata(cell.get("metadata")))
    if kind == "code":
        made.outputs, made.execution_count = [], None
    attachments = _attachments(cell.get("attachments"))
    if attachments and kind != "code":
        made.attachments = NotebookNode(attachments)
    return made


def _text(value: Any) -> str:
    """Return a source: a string, a list of them, or a number that somebody's tool made of it."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    return _clean(value) if isinstance(value, str) else ""


def _clean(text: str) -> str:
    """Return a text without what no file or program can hold: lone surrogates and NUL."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _metadata(value: Any) -> dict[str, Any]:
    """Return what is used of a cell's metadata: nbgrader's, a language, and tags."""
    value = value if isinstance(value, dict) else {}
    kept = {}
    if isinstance(value.get("nbgrader"), dict):
        kept["nbgrader"] = _plain(value["nbgrader"], _MAX_DEPTH)
    if isinstance(value.get("lang"), str):
        kept["lang"] = _clean(value["lang"])
    tags = value.get("tags") if isinstance(value.get("tags"), list) else []
    tags = dict.fromkeys(_clean(tag) for tag in tags if isinstance(tag, str) and "," not in tag)
    if any(tags):
        kept["tags"] = [tag for tag in tags if tag]
    return kept


def _plain(value: Any, depth: int) -> Any:
    """Return a JSON value without what is nested deeper than ``depth`` or is not a number."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not isinstance(value, (dict, list)):
        return value
    if not depth:
        return None
    if isinstance(value, list):
        return [_plain(item, depth - 1) for item in value]
    return {_clean(key): _plain(item, depth - 1) for key, item in value.items()}


def _attachments(value: Any) -> dict[str, Any]:
    """Return the pictures that were pasted into a cell."""
    value = value if isinstance(value, dict) else {}
    kept = {}
    for name, bundle in value.items():
        if isinstance(bundle, dict):
            found = {k: v for k, v in bundle.items() if isinstance(v, str) and "/" in k}
            kept[_clean(name)] = {_clean(k): _clean(v) for k, v in found.items()}
    return kept


def _notebook_metadata(value: Any) -> dict[str, Any]:
    """Return the kernelspec, if it is one; a notebook's other metadata are made anew."""
    spec = value.get("kernelspec") if isinstance(value, dict) else None
    spec = spec if isinstance(spec, dict) else {}
    spec = {name: spec.get(name) for name in ("name", "display_name", "language")}
    if not isinstance(spec["name"], str) or not isinstance(spec["display_name"], str):
        return {}
    return {"kernelspec": {k: _clean(v) for k, v in spec.items() if isinstance(v, str)}}
