"""The simulation of grading: right where the answer is known, and in the order of Grading."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Hashable
from pathlib import Path

import pytest
from simulation import Submission, _Pool, enough_workers, least_seconds, simulate

from autograder.grading import Grading, Outcome, _Job
from autograder.results import Results
from autograder.work import Executed, Task


def equal(number: int, prepare: float, execute: float, record: float) -> list[Submission]:
    return [Submission(prepare, execute, record)] * number


def drawn(number: int, seed: int = 1) -> list[Submission]:
    draw = random.Random(seed)
    return [
        Submission(draw.uniform(0.1, 0.3), draw.expovariate(0.5), draw.uniform(0.1, 0.5))
        for _ in range(number)
    ]


@pytest.mark.parametrize("ahead", [1, 2])
def test_one_worker_is_never_idle_once_it_has_begun(ahead: int) -> None:
    run = simulate(equal(100, 0.25, 2, 0.5), 1, ahead)
    assert run.seconds == pytest.approx(0.25 + 100 * 2 + 0.5)
    assert run.workers_busy == pytest.approx(200 / run.seconds)
    assert run.writer_busy == pytest.approx(75 / run.seconds)


def test_where_the_writer_is_the_limit_it_is_never_idle() -> None:
    run = simulate(equal(100, 1, 2, 3), 50)
    assert run.seconds == pytest.approx(100 * (1 + 3))
    assert run.writer_busy == pytest.approx(1)


def test_where_the_workers_are_the_limit_they_share_the_work() -> None:
    assert simulate(equal(100, 0, 2, 0), 10).seconds == pytest.approx(100 * 2 / 10)
    submissions = drawn(5000)
    for workers in (1, 2):
        run = simulate(submissions, workers)
        assert run.seconds == pytest.approx(sum(s.execute for s in submissions) / workers, rel=0.02)
        assert run.workers_busy > 0.98


def test_work_is_given_before_anything_is_recorded() -> None:
    # Given at 1, done at 3; the second is given at 3 and runs while the first is recorded, till 8.
    assert simulate(equal(2, 1, 2, 5), 1, ahead=1).seconds == 1 + 2 + 5 + 5


def test_no_run_is_shorter_than_the_arithmetic_says() -> None:
    assert enough_workers(equal(10, 0.25, 2, 0.25)) == 4
    submissions = drawn(2000)
    for workers in (1, 2, 3, 4, 5, 8, 100):
        least = least_seconds(submissions, workers)
        assert least <= simulate(submissions, workers).seconds < 1.3 * least


class Simulated(Grading):
    """The real order of events, with times that are given instead of work that is done."""

    def __init__(self, submissions: list[Submission], workers: int, ahead: int) -> None:
        self._submissions = submissions
        self._students = list(map(str, range(len(submissions))))
        self._jobs, self._queue = {}, deque()
        self._results = NotKept(Path())
        self._workers = _Pool(workers, ahead)
        self._pool = self
        self.now = 0.0

    def _prepare(self, student: str) -> _Job:
        self.now += self._submissions[int(student)].prepare
        return _Job(student, "", tasks={"a": Task("", {}, {}, {})})

    def _record(self, job: _Job) -> Outcome:
        self.now += self._submissions[int(job.student)].record
        return Outcome(job.student, 1, 1)

    def starting(self) -> bool:
        return False

    def room(self) -> int:
        return self._workers.has_room()

    def submit(self, ticket: tuple[str, str], task: Task) -> None:
        number = int(ticket[0])
        self._workers.submit(number, self._submissions[number].execute, self.now)

    def wait(self) -> list[tuple[Hashable, Executed]]:
        self.now, done = self._workers.wait(self.now)
        return [((str(number), "a"), Executed("done")) for number in done]


class NotKept(Results):
    def keep(self, *arguments: object) -> None:
        pass


@pytest.mark.parametrize(("workers", "ahead"), [(1, 1), (3, 1), (1, 2), (4, 2), (9, 2)])
def test_the_simulated_order_of_events_is_that_of_grading(workers: int, ahead: int) -> None:
    submissions = drawn(300, seed=workers)
    grading = Simulated(submissions, workers, ahead)
    assert len({outcome.student for outcome in grading._grade()}) == 300
    assert grading.now == pytest.approx(simulate(submissions, workers, ahead).seconds)
