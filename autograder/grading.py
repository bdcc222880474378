"""Grade an assignment's submissions: sanitise here, execute anywhere, judge and record here.

One process writes the gradebook; workers see a notebook and its files, never the gradebook, the
sources, the judges or another submission. What was executed is on disk before it is recorded, so a
run that is killed at any moment goes on where it was.
"""

from __future__ import annotations

import json
import traceback
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder import phases, results, submissions
from autograder.course import Course
from autograder.database import is_unusable
from autograder.errors import AutograderError, FileRefused
from autograder.execute import SandboxedExecute
from autograder.files import hash_files
from autograder.pool import Pool
from autograder.release import Releaser
from autograder.results import Results
from autograder.work import Executed, Task, environment, settings

_MAX_WAITING = 50


@dataclass(frozen=True)
class Outcome:
    """How one student's submission fared: its score, and what was put right in it to have one, or
    the reason why a person must look at it.

    ``suspects`` are tests that passed although they had to fail; its score is without them.
    ``doubts`` are tests that pass without the solution too; its score is with them.
    """

    student: str
    score: float | None = None
    max_score: float | None = None
    up_to_date: bool = False
    problem: str = ""
    notes: tuple[str, ...] = ()
    suspects: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.problem:
            return f"{submissions.shown(self.student)}: NOT GRADED: {self.problem}"
        if self.up_to_date:
            return f"{self.student}: up to date"
        notes = f" ({'; '.join(self.notes)})" if self.notes else ""
        text = f"{self.student}: {self.score:g} of {self.max_score:g}{notes}"
        if self.suspects:
            it = "it" if len(self.suspects) == 1 else "each"
            names = ", ".join(self.suspects)
            text += f"; {names} passed although {it} had to fail: look at its code"
        if self.doubts:
            text += f"; {', '.join(self.doubts)} also passed without the solution: look at its code"
        return text


@dataclass
class _Job:
    """A submission on its way: what it is made from, and its notebooks by name: executed, yet to be
    executed, and those whose worker was lost; and what was put right in it."""

    student: str
    key: str
    executed: dict[str, Executed] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    lost: dict[str, Task] = field(default_factory=dict)
    problem: str = ""
    notes: list[str] = field(default_factory=list)


class Grading:
    """One run over the submissions of some students: iterate over it, and they are graded.

    Yields each outcome as it is known, in any order. A submission whose files, tests, judge and
    grader are those of its last grading is not touched, unless ``force``; one of whose tests the
    judge alone changed is judged again, not executed. Making it raises UnknownAssignment, and
    AutograderError if the course cannot be written. Iterating raises AutograderError when no
    other submission could be graded either; what was graded till then is kept.
    """

    def __init__(
        self, course: Course, name: str, students: list[str], pool: Pool, force: bool = False
    ) -> None:
        self._notebooks = course.notebooks(name)
        course.make_writable_or_fail("autograded")
        if course.exercises and not Releaser(course).is_current(name):
            raise AutograderError(
                f"the source of '{name}' changed since its last release; "
                f"run: autograder release {name}"
            )
        self._course, self._name, self._students, self._force = course, name, students, force
        self._results = Results(course.state / "executed" / name)
        self._settings = settings(course.config)
        self._kernel = SandboxedExecute(config=course.config).kernel_name
        self._pool = pool
        self._jobs: dict[str, _Job] = {}
        self._queue: deque[tuple[str, str]] = deque()  # student and notebook, for the next workers

    @property
    def running(self) -> int:
        """The number of submissions that workers have."""
        return len(self._jobs) - len({student for student, _ in self._queue})

    def __iter__(self) -> Iterator[Outcome]:
        with phases.one_gradebook(self._course) as self._gradebook:
            self._in_gradebook = phases.students(self._gradebook, self._name)
            try:
                yield from self._grade()
            except OSError as error:
                if error.errno not in FileRefused.NUMBERS:
                    raise
                raise FileRefused(error, self._course.root) from error

    def _grade(self) -> Iterator[Outcome]:
        suspects: list[_Job] = []
        for student in self._students:
            job = self._prepare(student)  # while the workers are busy
            if isinstance(job, Outcome):
                yield job
            elif job.tasks:
                yield from self._execute(job, suspects)
            else:
                yield self._record(job)
        yield from self._drain(suspects)
        # Each alone: if its worker is lost again, there is no doubt which submission did it.
        for job in suspects:
            job.tasks, job.lost = job.lost, {}
            again: list[_Job] = []
            yield from self._execute(job, again)
            yield from self._drain(again)
            if again:
                yield self._set_aside(job)

    def _prepare(self, student: str) -> _Job | Outcome:
        """Sanitise a submission, and find out which of its notebooks must be executed."""
        course, name = self._course, self._name
        submitted = course.folder("submitted", student, name)
        problem = submissions.find_bad_files(submitted)
        if problem:
            return Outcome(student, problem=problem)
        try:
            key = _key(course, name, submitted)
        except OSError as error:
            return Outcome(
                student,
                problem=f"{error.filename} cannot be read: {error.strerror}; make it readable",
            )
        last = recorded(course, name, student)
        if last.get("key") == key and not self._force:
            if "problem" in last:
                return Outcome(student, problem=last["problem"])
            there = any(course.folder("autograded", student, name).glob("*.ipynb"))
            if there and student in self._in_gradebook:
                return Outcome(student, up_to_date=True)
        problem = submissions.find_problem(submitted, self._notebooks)
        if problem:
            return Outcome(student, problem=problem)
        try:
            notes = submissions.notes(submitted, self._notebooks)
            notebooks, files, put_right = phases.sanitize(course, name, student, self._gradebook)
        except Exception as error:
            return self._failed(student, error)
        job = _Job(student, key, notes=notes + put_right)
        for notebook, text in notebooks.items():
            own_kernel = not self._kernel and not self._names_kernel(notebook)
            task = Task(text, files, self._settings, environment(), own_kernel)
            kept = None if self._force else self._results.find(student, notebook, results.key(task))
            if kept:
                job.executed[notebook] = kept
            else:
                job.tasks[notebook] = task
        return job

    def _names_kernel(self, notebook: str) -> bool:
        """Whether the assignment's own notebook names a kernel: submissions get that one."""
        found = self._gradebook.find_notebook(notebook, self._name)
        return bool(json.loads(found.kernelspec or "{}"))

    def _execute(self, job: _Job, suspects: list[_Job]) -> Iterator[Outcome]:
        """Queue a job; return when a worker has it, with the outcomes of those done meanwhile.

        While the workers start, some jobs wait for them, and others can be prepared.
        """
        self._jobs[job.student] = job
        self._queue.extend((job.student, notebook) for notebook in job.tasks)
        if len(self._queue) < _MAX_WAITING and self._pool.starting():
            return
        self._fill()
        while self._queue:
            yield from self._collect(suspects)

    def _drain(self, suspects: list[_Job]) -> Iterator[Outcome]:
        self._fill()
        while self._jobs:
            yield from self._collect(suspects)

    def _fill(self) -> None:
        """Give the workers that are free something to do."""
        while self._queue and self._pool.room():
            student, notebook = self._queue.popleft()
            self._pool.submit((student, notebook), self._jobs[student].tasks[notebook])

    def _collect(self, suspects: list[_Job]) -> Iterator[Outcome]:
        """Wait for workers; yields the outcomes of the jobs that are done, and appends those whose
        worker was lost to ``suspects``."""
        done = []
        for (student, notebook), executed in self._pool.wait():
            job = self._jobs[student]
            task = job.tasks.pop(notebook)
            if executed is None:
                job.lost[notebook] = task
            elif executed.unfit:
                raise AutograderError(executed.problem)
            elif executed.problem:
                job.problem = executed.problem
            else:
                self._results.keep(student, notebook, results.key(task), executed)
                job.executed[notebook] = executed
            if not job.tasks:
                done.append(self._jobs.pop(student))
        self._fill()  # before anything is recorded, which takes its time
        for job in done:
            if job.lost:
                suspects.append(job)
            else:
                yield self._record(job)

    def _record(self, job: _Job) -> Outcome:
        """Judge and record a submission whose notebooks were all executed."""
        course, name, student = self._course, self._name, job.student
        record = ("graded", name, student)
        if job.problem:
            course.remember({"problem": job.problem}, *record)
            return Outcome(student, problem=job.problem)
        course.remember(None, *record)  # killed half-way, it has none, and is recorded anew
        try:
            graded = phases.record(course, name, student, job.executed, self._gradebook)
        except Exception as error:
            return self._failed(student, error)
        seconds = sum(executed.seconds for executed in job.executed.values())
        course.remember({"key": job.key, "seconds": round(seconds, 2)}, *record)
        return Outcome(student, **vars(graded), notes=tuple(job.notes))

    def _failed(self, student: str, error: Exception) -> Outcome:
        """Tell the error that stopped one submission; raise one that would stop every other."""
        number = error.errno if isinstance(error, OSError) else None
        if is_unusable(error) or number in FileRefused.EVERYWHERE:
            raise error
        course, name = self._course, self._name
        if number in FileRefused.NUMBERS:
            problem = str(FileRefused(error, course.root))
        else:
            phases.discard(course, name, student)
            what = "nbgrader could not grade it"
            text = {"error": "".join(traceback.format_exception(error))}
            problem = str(course.failure(text, f"grade-{name}-{student}", what))
        course.remember({"problem": problem}, "graded", name, student)
        return Outcome(student, problem=problem)

    def _set_aside(self, job: _Job) -> Outcome:
        """Remember not to try a submission again until it changes."""
        problem = (
            "its worker was lost twice while it ran, so it is set aside; look at its code, and run "
            f"it again by: autograder grade {self._name} --student {job.student} --force"
        )
        self._course.remember(
            {"problem": problem, "key": job.key}, "graded", self._name, job.student
        )
        return Outcome(job.student, problem=problem)


def recorded(course: Course, name: str, student: str) -> dict[str, Any]:
    """Return what is remembered of a submission's last grading: its ``key`` and how many
    ``seconds`` it took, or the ``problem`` that stopped it; nothing if there was none."""
    record = course.recall("graded", name, student)
    return record if isinstance(record, dict) else {}  # the first version kept the key alone


def _key(course: Course, name: str, submitted: Path) -> str:
    """Return a hash of all that a score depends on: submission, tests, judge, grader, whether the
    code was confined, and the GPUs that it could use; warm and cold kernels give the same score."""
    files = submissions.contents(submitted).files
    files += sorted((course.root / "source" / name).glob("*.ipynb"))
    if course.exercises:
        files.append(course.exercises.root / name / "judge.py")
    gpus = course.config.SandboxedExecute.get("gpus") or []
    start = f"{environment()} {course.sandbox == 'none'} {gpus}"
    return hash_files(start, filter(Path.is_file, files))
