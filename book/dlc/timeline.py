"""Record and draw who works when: Python, which queues operations and waits, and MXNet's engine."""

from __future__ import annotations

import functools
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mxnet as mx
from mxnet import nd

from dlc.svg import BLUE, CHAR, GREEN, ORANGE, PAD, RED, Canvas, Figure

# What the engine notes about itself; the rest are operations.
_HOUSEKEEPING = {"DeleteVariable", "WaitForVar", "WaitForAll"}
# Pixels: where the time axis begins and how long it is, the height of a lane, of a bar in it.
_LEFT, _LENGTH, _LANE, _BAR = 76, 540, 30, 22
_COLOURS = {"queue": BLUE, "wait": RED, "pause": ORANGE, "engine": GREEN}


@dataclass(frozen=True)
class Span:
    """What was done from when to when, in milliseconds from the start of the record."""

    what: str
    start: float
    end: float


@functools.cache
def _folder() -> tempfile.TemporaryDirectory:
    """Tell MXNet's profiler where to write, once in a process, and return the folder."""
    folder = tempfile.TemporaryDirectory()
    mx.profiler.set_config(
        filename=str(Path(folder.name) / "profile.json"),
        profile_imperative=True,
        profile_symbolic=False,
        profile_memory=False,
        profile_api=False,
    )
    return folder


class Record:
    """Times of one run, taken while its ``with`` is open.

    `python` has what was done inside ``with record.doing(what):``; `engine` has the operations that
    MXNet's profiler saw begin and end; `duration` is the length of the ``with``, in milliseconds.
    """

    def __enter__(self) -> Record:
        self.python: list[Span] = []
        self.engine: list[Span] = []
        _folder()
        nd.waitall()
        mx.profiler.set_state("run")
        # The profiler uses this clock, too.
        self._start = time.time_ns() / 1e6
        return self

    def __exit__(self, *error: object) -> None:
        self.duration = self._now()
        nd.waitall()
        mx.profiler.set_state("stop")
        mx.profiler.dump(finished=False)
        path = Path(_folder().name) / "profile.json"
        # The profiler appends to its file and leaves the list open.
        events = json.loads(path.read_text(encoding="utf-8").rstrip().rstrip(",") + "]}")
        begun: dict[tuple, float] = {}
        for event in events["traceEvents"]:
            if event.get("cat") != "operator" or event["name"] in _HOUSEKEEPING:
                continue
            key = (event["pid"], event["tid"], event["name"])
            when = event["ts"] / 1e3 - self._start
            if event["ph"] == "B":
                begun[key] = when
            # Earlier records are in the file, too; they began before this one.
            elif event["ph"] == "E" and (start := begun.pop(key, -1)) >= 0:
                self.engine.append(Span(event["name"], start, when))

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Note what Python does inside: ``queue``, ``wait`` or ``pause``."""
        start = self._now()
        yield
        self.python.append(Span(what, start, self._now()))

    def total(self, what: str) -> float:
        """Return for how many milliseconds Python did `what`."""
        return sum(span.end - span.start for span in self.python if span.what == what)

    def _now(self) -> float:
        return time.time_ns() / 1e6 - self._start


def timeline(runs: Mapping[str, Record]) -> Figure:
    """Draw records one under the other on one scale: above what Python did, below the engine."""
    scale = _LENGTH / max(record.duration for record in runs.values())
    canvas = Canvas()
    y = PAD
    for title, record in runs.items():
        canvas.text(PAD, y + 14, title, bold=True)
        y += 22
        _lane(canvas, y, scale, "Python", record.python)
        _lane(canvas, y + _LANE, scale, "engine", record.engine)
        y += 2 * _LANE + 14
    _axis(canvas, y - 8, scale)
    x = _LEFT
    kinds = {span.what for record in runs.values() for span in record.python} | {"engine"}
    for kind, colour in _COLOURS.items():
        if kind in kinds:
            label = "the engine computes" if kind == "engine" else kind
            canvas.box(x, y + 26, 14, 14, colour=colour, strength=0.4)
            canvas.text(x + 20, y + 38, label)
            x += 20 + (len(label) + 3) * CHAR
    alt = " ".join(_alt(title, record) for title, record in runs.items())
    return canvas.figure(f"timeline: {', '.join(runs)}", f"Times measured in this run. {alt}")


def _lane(canvas: Canvas, y: float, scale: float, name: str, spans: list[Span]) -> None:
    """Draw the bars of one lane; what is too short to be seen gets three pixels."""
    canvas.text(PAD, y + 16, name)
    canvas.line(_LEFT, y + _BAR, _LEFT + _LENGTH, y + _BAR)
    for span in spans:
        colour = _COLOURS.get(span.what, GREEN)
        width = max((span.end - span.start) * scale, 3)
        x = min(_LEFT + span.start * scale, _LEFT + _LENGTH - width)
        canvas.box(x, y, width, _BAR, colour=colour, strength=0.4)
        if span.what in _COLOURS and width > (len(span.what) + 1) * CHAR:
            canvas.text(x + width / 2, y + 15, span.what, anchor="middle")


def _axis(canvas: Canvas, y: float, scale: float) -> None:
    """Draw the time axis with about six ticks at round numbers of milliseconds."""
    longest = _LENGTH / scale
    step = next(s * 10**e for e in range(-3, 6) for s in (1, 2, 5) if longest / (s * 10**e) <= 6)
    canvas.line(_LEFT, y, _LEFT + _LENGTH, y)
    for tick in range(int(longest / step) + 1):
        x = _LEFT + tick * step * scale
        canvas.line(x, y, x, y + 5)
        unit = " ms" if tick == 0 else ""
        canvas.text(x, y + 18, f"{tick * step:g}{unit}", anchor="middle")


def _alt(title: str, record: Record) -> str:
    """Say in words what the two lanes of a record show."""
    did = [
        f"{what} {record.total(what):.1f} ms ({len(spans)}x)"
        for what in ("queue", "wait", "pause")
        if (spans := [span for span in record.python if span.what == what])
    ]
    busy = sum(span.end - span.start for span in record.engine)
    return (
        f"{title}: {record.duration:.1f} ms in all. Python: {', '.join(did)}. "
        f"The engine computes for {busy:.1f} ms ({len(record.engine)}x)."
    )
