"""Measure the writer: grade a class for real, but execute each notebook only once."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Hashable
from contextlib import closing
from dataclasses import dataclass, field

from measure import resident

from autograder import results
from autograder.course import Course
from autograder.grading import Grading
from autograder.pool import LocalPool, Pool
from autograder.work import Executed, Task


class ExecuteOnce:
    """A pool that has a task executed by another the first time, and then knows what comes out."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: dict[str, Executed] = {}
        self._keys: dict[Hashable, str] = {}
        self._ready: list[tuple[Hashable, Executed | None]] = []
        self.seconds = 0.0  # that the other pool took

    def starting(self) -> bool:
        return False

    def room(self) -> int:
        return self._pool.room() - len(self._ready)

    def submit(self, ticket: Hashable, task: Task) -> None:
        key = results.key(task)
        if key in self._known:
            self._ready.append((ticket, self._known[key]))
            return
        self._keys[ticket] = key
        start = time.perf_counter()
        self._pool.submit(ticket, task)
        self.seconds += time.perf_counter() - start

    def wait(self) -> list[tuple[Hashable, Executed | None]]:
        if not self._ready:
            start = time.perf_counter()
            self._ready = self._pool.wait()
            self.seconds += time.perf_counter() - start
            self._known |= {self._keys.pop(ticket): executed for ticket, executed in self._ready}
        done, self._ready = self._ready, []
        return done

    def close(self) -> None:
        self._pool.close()


class TimedGrading(Grading):
    """Grading that keeps how many seconds it prepared and recorded each submission."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.prepared: list[float] = []
        self.recorded: list[float] = []

    def _prepare(self, *arguments: object) -> object:
        start = time.perf_counter()
        made = super()._prepare(*arguments)
        self.prepared.append(time.perf_counter() - start)
        return made

    def _record(self, *arguments: object) -> object:
        start = time.perf_counter()
        outcome = super()._record(*arguments)
        self.recorded.append(time.perf_counter() - start)
        return outcome


@dataclass(frozen=True)
class Writer:
    """What the writer took: seconds in all, without those that it waited; seconds by submission for
    preparing and for recording; and the bytes of its process, by the number of submissions done."""

    seconds: float
    prepared: list[float]
    recorded: list[float]
    memory: dict[int, int] = field(default_factory=dict)


def measure_writer(course: Course, name: str, students: list[str]) -> Writer:
    """Grade these submissions, none of which was graded before. Exits if one cannot be graded."""
    memory = {}
    with closing(ExecuteOnce(LocalPool(1, course.sandbox))) as pool:
        grading = TimedGrading(course, name, students, pool)
        start = time.perf_counter()
        for number, outcome in enumerate(grading, 1):
            if outcome.problem:
                sys.exit(str(outcome))
            if number in (len(students) // 10, len(students)):
                memory[number] = resident(os.getpid())
        seconds = time.perf_counter() - start - pool.seconds
    return Writer(seconds, grading.prepared, grading.recorded, memory)
