"""nbgrader's autograding in two phases, with the execution between them left to others.

:func:`sanitize` does what ``nbgrader autograde`` does before it runs a submission's notebooks, and
keeps nothing of it; :func:`record` what it does after. A submission's scores and its folder in
``autograded`` change at once, when all is judged and written, or not at all. The gradebook stays
open: nbgrader itself opens it nine times for each submission, and commits each cell's score.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

import nbformat
from nbgrader.api import Assignment, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.apps.api import temp_attrs
from nbgrader.converters import Autograde, autograde
from nbgrader.preprocessors import (
    CheckCellMetadata,
    OverwriteCells,
    latesubmissions,
    overwritecells,
    overwritekernelspec,
    saveautogrades,
)
from sqlalchemy import select

from autograder import sanitize as sanitizing
from autograder.course import Course
from autograder.database import add_indices
from autograder.execute import SandboxedExecute
from autograder.rehearsal import Rehearse
from autograder.work import Executed

# The modules that open a gradebook while a submission is autograded.
_OPENERS = (
    autograde,
    latesubmissions,
    overwritecells,
    overwritekernelspec,
    sanitizing,
    saveautogrades,
)


class _OpenGradebook(Gradebook):
    """A gradebook that many use, each as if it had opened it; only :meth:`keep` keeps a change.

    Nobody's submission is entered in it unless it is ``recording``. ``released`` holds what was
    read of the assignment's notebooks.
    """

    recording = False

    def __init__(self, *arguments: str) -> None:
        super().__init__(*arguments)
        self.db.commit = self._show
        self.released: dict[str, dict[str, sanitizing.Released]] = {}

    def update_or_create_student(self, *arguments: str, **options: str) -> object:
        return super().update_or_create_student(*arguments, **options) if self.recording else None

    def update_or_create_submission(self, *arguments: str, **options: str) -> SubmittedAssignment:
        if not self.recording:
            return SubmittedAssignment()
        return super().update_or_create_submission(*arguments, **options)

    def find_submission_notebook(self, *arguments: str) -> SubmittedNotebook:
        if not self.recording:
            return SubmittedNotebook()
        return super().find_submission_notebook(*arguments)

    def __exit__(self, *exception: object) -> None:
        """Leave it open."""

    def _show(self) -> None:
        """Have later reads see what was written, as after a commit."""
        self.db.flush()
        self.db.expire_all()

    def keep(self) -> None:
        """Commit everything since the last time, or raise."""
        self.db().commit()


@contextmanager
def one_gradebook(course: Course) -> Iterator[Gradebook]:
    """Open the gradebook, and have nbgrader's steps use it instead of opening one each.

    Raises AutograderError, whenever it happens, if the database cannot be used.
    """
    with course.gradebook(_OpenGradebook) as gradebook:
        add_indices(gradebook.engine)
        for module in _OPENERS:
            module.Gradebook = lambda *arguments: gradebook
        try:
            yield gradebook
        finally:
            for module in _OPENERS:
                module.Gradebook = Gradebook


def students(gradebook: Gradebook, name: str) -> set[str]:
    """Return the ids of the students whose submissions of an assignment the gradebook knows."""
    submissions = select(SubmittedAssignment.student_id).join(SubmittedAssignment.assignment)
    return set(gradebook.db.scalars(submissions.where(Assignment.name == name)))


class _Phase(Autograde):
    """One phase, for one submission, into the folder ``destination``. Errors are raised, not
    gathered as nbgrader does."""

    destination: Path
    done: tuple[type, ...]

    def convert_notebooks(self) -> None:
        self.exporter.optimistic_validation = True  # once, not after each preprocessor
        self.notebooks = sorted(*self.assignments.values())
        self.convert(self.coursedir.assignment_id, self.coursedir.student_id)

    def convert(self, assignment: str, student: str) -> None:
        raise NotImplementedError

    def register(self, steps: list[type]) -> None:
        """Have the exporter take these steps, but for those that are ``done``."""
        self.exporter._preprocessors = []
        for step in steps:
            if step not in self.done:
                self.exporter.register_preprocessor(step)

    def _format_dest(self, *arguments: str, **options: bool) -> str:
        return str(self.destination)


class _Sanitize(_Phase):
    """Prepare the submission; the notebooks' texts by name are ``ready``, and ``notes`` tell what
    was put right in them."""

    gradebook: _OpenGradebook
    # Of each cell they ask the gradebook whether it is as our steps have just made it by that.
    done = (OverwriteCells, CheckCellMetadata)

    def convert(self, assignment: str, student: str) -> None:
        self.ready, self.notes = {}, []
        self.run_pre_convert_hook()
        self.init_assignment(assignment, student)
        known = self.gradebook.released
        for path in self.notebooks:
            self.register(self.sanitize_preprocessors)
            resources = self.init_single_notebook_resources(path)
            name = resources["unique_key"]
            if name in known:
                resources["released"] = known[name]
            text, told = self.exporter.from_filename(path, resources)
            if name not in known:
                sanitizing.check(told["released"])
                known[name] = told["released"]
            self.ready[name] = text
            self.notes += told[sanitizing.TOLD]


@dataclass(frozen=True)
class Recorded:
    """What a submission came to: its points and how many it could have, those given by hand
    included; the grade ids of tests that passed although they had to fail, its points are without
    them; and of those that pass when replayed, too."""

    score: float
    max_score: float
    suspects: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


class _Record(_Phase):
    """Judge and record the notebooks ``executed``, by name; gathers what :class:`Recorded` has of
    suspects and doubts."""

    executed: dict[str, Executed]
    gradebook: _OpenGradebook
    suspects: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    # Sanitising ended with what is known of the metadata, and nothing has changed them since.
    done = (Rehearse, SandboxedExecute, CheckCellMetadata)

    def convert(self, assignment: str, student: str) -> None:
        folder = self.destination
        self.destination = folder.with_name(f".{folder.name}.new")
        _remove(self.destination)
        self.gradebook.recording = True
        try:
            self.init_assignment(assignment, student)
            for path in self.notebooks:
                if Path(path).stem in self.executed:
                    self.convert_single_notebook(path)
            self.set_permissions(assignment, student)
            self.gradebook.keep()
        except BaseException:
            rmtree(self.destination, ignore_errors=True)
            raise
        finally:
            self.gradebook.recording = False
        _replace(folder, self.destination)
        self.run_post_convert_hook()

    def convert_single_notebook(self, path: str) -> None:
        resources = self.init_single_notebook_resources(path)
        executed = self.executed[resources["unique_key"]]
        resources["autograder"] = executed.run
        self.register(self.autograde_preprocessors)
        nb = nbformat.v4.reads(executed.notebook)
        text, resources = self.exporter.from_notebook_node(nb, resources)
        self.suspects += tuple(resources.get("suspects", ()))
        self.doubts += tuple(resources.get("doubts", ()))
        self.write_single_notebook(text, resources)


def _start(
    phase: _Phase, course: Course, name: str, student: str, gradebook: _OpenGradebook
) -> None:
    coursedir = course.api.coursedir
    ignore = list(coursedir.ignore)  # the exporter adds what this submission has of links
    try:
        with temp_attrs(coursedir, assignment_id=name, student_id=student, ignore=ignore):
            phase.start()
    finally:
        gradebook.db.rollback()


def sanitize(
    course: Course, name: str, student: str, gradebook: _OpenGradebook
) -> tuple[dict[str, str], dict[str, bytes], list[str]]:
    """Return a submission's notebooks, as JSON text by name, with the instructor's cells put back;
    the files that belong beside them, by relative path; and what was put right, in sentences."""
    phase = _Sanitize(coursedir=course.api.coursedir, parent=course.api)
    phase.gradebook = gradebook
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        phase.destination = Path(folder)
        _start(phase, course, name, student, gradebook)
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in phase.destination.rglob("*")
            if path.is_file() and not path.is_symlink()
        }
    return phase.ready, files, phase.notes


def record(
    course: Course,
    name: str,
    student: str,
    executed: dict[str, Executed],
    gradebook: _OpenGradebook,
) -> Recorded:
    """Judge a submission's executed notebooks, and write them and their scores."""
    phase = _Record(coursedir=course.api.coursedir, parent=course.api)
    phase.destination = course.folder("autograded", student, name)
    phase.executed, phase.gradebook = executed, gradebook
    _start(phase, course, name, student, gradebook)
    # nbgrader's sum of a whole submission would search every student's grades.
    notebooks = gradebook.find_submission(name, student).notebooks
    points = [(notebook.score, notebook.max_score) for notebook in notebooks]
    score, max_score = map(sum, zip(*points, strict=True))
    return Recorded(score, max_score, phase.suspects, phase.doubts)


def discard(course: Course, name: str, student: str) -> None:
    """Remove what a submission that failed has in ``autograded``, as nbgrader does."""
    _remove(course.folder("autograded", student, name))


def _replace(folder: Path, new: Path) -> None:
    """Have a new folder take the place of what is there."""
    old = folder.with_name(f".{folder.name}.old")
    _remove(old)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    _remove(old)


def _remove(folder: Path) -> None:
    if folder.exists():
        rmtree(folder)
