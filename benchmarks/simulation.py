"""Simulate grading: one writer, who prepares and records, and any number of workers.

The writer does what :class:`autograder.grading.Grading` does: it prepares one submission while the
workers are busy, gives work before it records, and records all that came back before it prepares
the next. What is given and did not come back is bounded. All times are in seconds.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean


@dataclass(frozen=True)
class Submission:
    """How long the writer prepares a submission, a worker executes it, the writer records it."""

    prepare: float
    execute: float
    record: float


@dataclass(frozen=True)
class Run:
    """How long a run took, and which part of that time the workers and the writer were at work."""

    seconds: float
    workers_busy: float
    writer_busy: float


class _Pool:
    """Workers as Grading sees them: room for some tasks, and a wait for those that are done.

    A task goes to the worker that is free first.
    """

    def __init__(self, workers: int, ahead: int) -> None:
        self._free_at = [0.0] * workers  # equal, and so a heap
        self._done_at: list[tuple[float, int]] = []
        self._places = workers * ahead

    def __len__(self) -> int:
        """Return how many tasks were given and did not come back."""
        return len(self._done_at)

    def has_room(self) -> bool:
        return len(self) < self._places

    def submit(self, ticket: int, seconds: float, now: float) -> None:
        done = max(now, self._free_at[0]) + seconds
        heapq.heapreplace(self._free_at, done)
        heapq.heappush(self._done_at, (done, ticket))

    def wait(self, now: float) -> tuple[float, list[int]]:
        """Return when there is something that is done, and the tickets of all that is done then."""
        now = max(now, self._done_at[0][0])
        done = []
        while self._done_at and self._done_at[0][0] <= now:
            done.append(heapq.heappop(self._done_at)[1])
        return now, done


def simulate(submissions: Sequence[Submission], workers: int, ahead: int = 2) -> Run:
    """Grade the submissions in this order.

    ``ahead`` is how many tasks a worker holds at most, the one that it executes included: 1 of
    those on this machine, 2 of those in a Dask cluster.
    """
    pool = _Pool(workers, ahead)
    now = 0.0
    for ticket, submission in enumerate(submissions):
        now += submission.prepare
        if pool.has_room():
            pool.submit(ticket, submission.execute, now)
        else:
            now, done = pool.wait(now)
            pool.submit(ticket, submission.execute, now)
            now += sum(submissions[index].record for index in done)
    while pool:
        now, done = pool.wait(now)
        now += sum(submissions[index].record for index in done)
    executing = sum(submission.execute for submission in submissions)
    writing = sum(submission.prepare + submission.record for submission in submissions)
    return Run(now, executing / (workers * now), writing / now)


def least_seconds(submissions: Sequence[Submission], workers: int) -> float:
    """Return what a run takes at least: all of the writer's work, or each worker's share."""
    writing = sum(submission.prepare + submission.record for submission in submissions)
    executing = sum(submission.execute for submission in submissions)
    return max(writing, executing / workers)


def enough_workers(submissions: Sequence[Submission]) -> int:
    """Return the number of workers beyond which the writer is the limit: they execute as many
    submissions a second as it writes."""
    writing = fmean(submission.prepare + submission.record for submission in submissions)
    return math.ceil(fmean(submission.execute for submission in submissions) / writing)
