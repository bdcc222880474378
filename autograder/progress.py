"""Show how long work goes on: a bar on a terminal, else lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_NOTE_SECONDS = 30  # between two lines that tell the state, where there is no bar


class Tally:
    """Counts what is done; ``running`` tells how many are under way."""

    def __init__(self, total: int, running: Callable[[], int] | None = None) -> None:
        self.total, self._running = total, running
        self.done = self.failed = self.skipped = 0
        self.started = monotonic()

    def add(self, item: object) -> None:
        """Count an item; ``problem`` and ``up_to_date`` are its attributes, if it has any."""
        self.done += 1
        self.failed += bool(getattr(item, "problem", ""))
        self.skipped += bool(getattr(item, "up_to_date", False))

    @property
    def rate(self) -> float:
        """How many a minute; what was up to date cost no time and does not count."""
        return 60 * (self.done - self.skipped) / max(monotonic() - self.started, 1e-3)

    def __str__(self) -> str:
        parts = [f"{self._running()} running"] if self._running else []
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [f"{self.rate:.0f} a minute"] if self.done > self.skipped else []
        return ", ".join(parts)

    @property
    def left(self) -> str:
        """The time left, if all goes on as it did."""
        seconds = round(60 * (self.total - self.done) / self.rate) if self.rate else 0
        hours, seconds = divmod(seconds, 3600)
        return f"{hours}:{seconds // 60:02}:{seconds % 60:02} left"


def follow(
    items: Iterable,
    total: int,
    what: str,
    console: Console,
    quiet: bool = False,
    running: Callable[[], int] | None = None,
) -> Iterator:
    """Pass items on, and show how many are done."""
    if quiet or not total:
        yield from items
        return
    tally = Tally(total, running)
    if console.is_terminal:
        columns = [TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
        columns.append(TextColumn("{task.fields[tally]}"))
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task(what, total=total, tally=tally)
            for item in items:
                tally.add(item)
                progress.advance(task)
                yield item
    else:
        # Not by the console: what Ctrl-C stops between write and clear, it would print again.
        line = partial(print, file=console.file, flush=True)
        noted = tally.started
        for item in items:
            tally.add(item)
            line(f"[{tally.done}/{total}] {item}")
            if monotonic() - noted > _NOTE_SECONDS and tally.done < total:
                noted = monotonic()
                line(f"{tally.done} of {total} done, {tally}, {tally.left}")
            yield item
