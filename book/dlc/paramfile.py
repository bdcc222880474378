"""Draw the bytes of a parameter file, field by field."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mxnet as mx
import numpy as np

from dlc.svg import BLUE, CHAR, GREEN, ORANGE, PAD, Canvas, Figure

# The dtype of each flag in the file.
_DTYPES = ("float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool")
_COLOURS = {"shape": BLUE, "data": GREEN, "name": ORANGE}
# Pixels: the widest row, the height of a box, the space between boxes; and characters of a value.
_WIDTH, _BOX, _GAP, _LONGEST = 630, 42, 5, 16


@dataclass(frozen=True)
class Field:
    """One field of a file: where it begins, how many bytes it has, and what stands in it."""

    offset: int
    length: int
    name: str
    value: str


class _Reader:
    """Reads a file from front to back and notes its fields, by the part that they belong to."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0
        self.parts: dict[str, list[Field]] = {}

    def part(self, title: str) -> None:
        """Begin a part, to which the following fields belong."""
        self.parts[title] = []

    def field(self, layout: str, name: str, show: Callable[..., str] = str) -> tuple:
        """Read one field and return its values.

        `layout` is that of the struct module; ``show(*values)`` is what the figure says.
        """
        values = struct.unpack_from(f"<{layout}", self._content, self._at)
        length = struct.calcsize(f"<{layout}")
        fields = list(self.parts.values())[-1]
        fields.append(Field(self._at, length, name, show(*values)))
        self._at += length
        return values


def _read_array(reader: _Reader) -> None:
    """Read one dense array."""
    reader.field("I", "magic", "0x{:08X}".format)
    (storage,) = reader.field("i", "storage")
    if storage:
        raise ValueError("byte_map draws files of dense arrays only")
    (ndim,) = reader.field("i", "ndim")
    shape = reader.field(f"{ndim}q", "shape", lambda *shape: " x ".join(map(str, shape)))
    reader.field("2i", "device", lambda kind, number: f"{mx.Context.devtype2str[kind]}({number})")
    (flag,) = reader.field("i", "dtype", lambda flag: f"{flag} {_DTYPES[flag]}")
    dtype = np.dtype(_DTYPES[flag]).newbyteorder("<")

    def numbers(raw: bytes) -> str:
        shown = " ".join(f"{value:g}" for value in np.frombuffer(raw, dtype))
        return shown if len(shown) <= _LONGEST else f"{np.prod(shape)} x {dtype.name}"

    reader.field(f"{np.prod(shape) * dtype.itemsize}s", "data", numbers)


def _read(content: bytes) -> dict[str, list[Field]]:
    """Return the fields of a file: of the header, of each array, and of the names."""
    reader = _Reader(content)
    reader.part("header")
    reader.field("Q", "magic", "{:#x}".format)
    reader.field("Q", "reserved")
    (arrays,) = reader.field("Q", "arrays")
    for i in range(arrays):
        reader.part(f"array {i}")
        _read_array(reader)
    reader.part("names")
    (names,) = reader.field("Q", "names")
    for _ in range(names):
        (length,) = reader.field("Q", "length")
        reader.field(f"{length}s", "name", bytes.decode)
    return reader.parts


def byte_map(path: str | Path) -> Figure:
    """Draw a file that ``nd.save`` or ``save_parameters`` wrote, one box a field.

    In a box stand the field's name and value, under it its offset and its length in bytes. Raises
    ValueError for sparse arrays.
    """
    content = Path(path).read_bytes()
    parts = _read(content)
    canvas, y, said = Canvas(), PAD, []
    for title, fields in parts.items():
        first, last = fields[0], fields[-1]
        extent = f"bytes {first.offset} to {last.offset + last.length - 1}"
        canvas.text(PAD, y + 13, title, bold=True)
        canvas.text(PAD + (len(title) + 2) * CHAR, y + 13, extent)
        y = _row(canvas, y + 21, fields)
        values = "; ".join(f"{f.name} {f.value} ({f.offset}+{f.length})" for f in fields)
        said.append(f"{title}, {extent}: {values}")
    alt = (
        f"The {len(content)} bytes of a parameter file, each field with its value, offset and "
        f"length. {'. '.join(said)}."
    )
    return canvas.figure(f"byte map of {len(content)} bytes, {len(parts) - 2} arrays", alt)


def _row(canvas: Canvas, y: float, fields: list[Field]) -> float:
    """Draw boxes side by side, in further rows where one is full; return where the next may go."""
    x = PAD
    for field in fields:
        place = f"{field.offset}+{field.length}"
        width = (max(map(len, (field.name, field.value, place))) + 1.5) * CHAR
        if x + width > _WIDTH and x > PAD:
            x, y = PAD, y + _BOX + 24
        colour = _COLOURS.get(field.name, "currentColor")
        canvas.box(x, y, width, _BOX, colour=colour, strength=0.12 if field.name in _COLOURS else 0)
        canvas.text(x + 6, y + 16, field.name)
        canvas.text(x + 6, y + 34, field.value, bold=True)
        canvas.text(x + 6, y + _BOX + 15, place)
        x += width + _GAP
    return y + _BOX + 32
