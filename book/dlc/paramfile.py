"""Draw the bytes of a parameter file, field by field."""

from __future__ import annotations

import struct
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


@dataclass(frozen=True)
class Part:
    """Fields that belong together: the header, one array, or all the names."""

    title: str
    fields: list[Field]


class _Walk:
    """Reads a file's bytes from front to back and notes each field."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0
        self.fields: list[Field] = []

    def number(self, code: str, name: str, show: str = "{}") -> int:
        """Read one number of the struct type `code`."""
        size = struct.calcsize(f"<{code}")
        (value,) = struct.unpack(f"<{code}", self._content[self._at : self._at + size])
        self.note(size, name, show.format(value))
        return value

    def note(self, length: int, name: str, value: str) -> bytes:
        """Note a field of `length` bytes whose content is shown as `value`; return its bytes."""
        raw = self._content[self._at : self._at + length]
        self.fields.append(Field(self._at, length, name, value))
        self._at += length
        return raw

    def ahead(self, code: str) -> tuple[int, ...]:
        """Return the numbers that come next, without reading past them."""
        return struct.unpack_from(f"<{code}", self._content, self._at)

    def take(self) -> list[Field]:
        """Return the fields noted since the last call."""
        fields, self.fields = self.fields, []
        return fields

    def array(self) -> None:
        """Read one dense array."""
        self.number("I", "magic", "0x{:08X}")
        if self.number("i", "storage"):
            raise ValueError("byte_map draws files of dense arrays only")
        ndim = self.number("i", "ndim")
        shape = self.ahead(f"{ndim}q")
        self.note(8 * ndim, "shape", " x ".join(map(str, shape)))
        kind, number = self.ahead("2i")
        self.note(8, "device", f"{mx.Context.devtype2str[kind]}({number})")
        (flag,) = self.ahead("i")
        dtype = np.dtype(_DTYPES[flag]).newbyteorder("<")
        self.note(4, "dtype", f"{flag} {dtype.name}")
        count = int(np.prod(shape))
        start = self._at
        values = np.frombuffer(self._content, dtype, count, start)
        shown = " ".join(f"{value:g}" for value in values)
        if len(shown) > _LONGEST:
            shown = f"{count} x {dtype.name}"
        self.note(count * dtype.itemsize, "data", shown)


def _parts(content: bytes) -> list[Part]:
    """Return the parts of a file in their order."""
    walk = _Walk(content)
    walk.number("Q", "magic", "{:#x}")
    walk.number("Q", "reserved")
    arrays = walk.number("Q", "arrays")
    parts = [Part("header", walk.take())]
    for i in range(arrays):
        walk.array()
        parts.append(Part(f"array {i}", walk.take()))
    for _ in range(walk.number("Q", "names")):
        length = walk.number("Q", "length")
        (text,) = walk.ahead(f"{length}s")
        walk.note(length, "name", text.decode())
    return [*parts, Part("names", walk.take())]


def byte_map(path: str | Path) -> Figure:
    """Draw a file that ``nd.save`` or ``save_parameters`` wrote, one box a field.

    In a box stand the field's name and value, under it its offset and its length in bytes. Raises
    ValueError for sparse arrays.
    """
    content = Path(path).read_bytes()
    parts = _parts(content)
    canvas, y, said = Canvas(), PAD, []
    for part in parts:
        first, last = part.fields[0], part.fields[-1]
        canvas.text(PAD, y + 13, part.title, bold=True)
        extent = f"bytes {first.offset} to {last.offset + last.length - 1}"
        canvas.text(PAD + (len(part.title) + 2) * CHAR, y + 13, extent)
        y = _row(canvas, y + 21, part.fields)
        fields = "; ".join(f"{f.name} {f.value} ({f.offset}+{f.length})" for f in part.fields)
        said.append(f"{part.title}, {extent}: {fields}")
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
