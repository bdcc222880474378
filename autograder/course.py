"""Where things lie: the exercises of this checkout, and an nbgrader course with its gradebook."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from traitlets.config import Config, PyFileConfigLoader

from autograder import plugins
from autograder.database import explain, is_there, require_schema
from autograder.errors import AutograderError, FileRefused, UnknownAssignment
from autograder.files import write_whole

CONFIG = "nbgrader_config.py"

# The last line of a traceback, as it stands in nbgrader's logs.
_RAISED = re.compile(
    r"^ *(?:(?P<module>[\w.]+)\.)?(?P<kind>[A-Z]\w+): (?P<message>\S.*)$", re.MULTILINE
)

# How Python tells an OSError: its number, the reason, and a file if there was one.
_REFUSED = re.compile(r"\[Errno (\d+)\] ([^:]*)(?:: '([^']*)')?")


@dataclass(frozen=True)
class Exercises:
    """The folder ``exercises/``: <name>/ holds <name>.md, judge.py and solutions/."""

    root: Path

    @classmethod
    def find(cls) -> Exercises:
        """Return the exercises of the checkout around the current folder, else of this package.

        Raises AutograderError if there is none.
        """
        here = Path.cwd()
        for folder in (here, *here.parents, Path(__file__).resolve().parent.parent):
            if (folder / "exercises" / CONFIG).is_file():
                return cls(folder / "exercises")
        raise AutograderError(
            f"no exercises/{CONFIG} here; run autograder inside the course's folder"
        )

    @property
    def names(self) -> list[str]:
        """The names of the assignments, sorted."""
        return sorted(p.parent.name for p in self.root.glob("*/*.md") if p.stem == p.parent.name)

    def markdown(self, name: str) -> Path:
        """Return the MyST source of an assignment; raises UnknownAssignment."""
        if name not in self.names:
            raise UnknownAssignment(name, self.names)
        return self.root / name / f"{name}.md"


@dataclass(frozen=True)
class Course:
    """An nbgrader course folder: source/, release/, submitted/, …, and the gradebook.

    ``exercises`` is where its judges are, None for a course of somebody else's; ``gpus`` are those
    that student code can use, None for what the course's configuration says.
    """

    root: Path
    exercises: Exercises | None = None
    sandbox: str = "warm"
    gpus: tuple[int, ...] | None = None

    @classmethod
    def open(
        cls,
        root: str | Path | None = None,
        sandbox: str = "warm",
        gpus: tuple[int, ...] | None = None,
    ) -> Course:
        """Return the course at ``root``, by default the ``course/`` beside the exercises.

        Raises AutograderError if ``root`` is not there.
        """
        if root is None:
            exercises = Exercises.find()
            return cls(exercises.root.parent / "course", exercises, sandbox, gpus)
        path = Path(root).resolve()
        if not path.is_dir():
            raise AutograderError(
                f"there is no course folder {root}; give one that holds source/ and submitted/"
            )
        try:
            exercises = Exercises.find()
        except AutograderError:
            exercises = None
        own = exercises is not None and path == exercises.root.parent / "course"
        return cls(path, exercises if own else None, sandbox, gpus)

    @property
    def state(self) -> Path:
        """The folder for what this package remembers between runs."""
        return self.root / ".autograder"

    @cached_property
    def config(self) -> Config:
        """The course's own nbgrader_config.py, if there is one, with our plug-ins over it."""
        config = Config()
        if (self.root / CONFIG).is_file():
            try:
                config.merge(PyFileConfigLoader(CONFIG, path=str(self.root)).load_config())
            except Exception as error:  # whatever Python raises on somebody's file
                raise AutograderError(
                    f"{self.root / CONFIG} cannot be loaded: {type(error).__name__}: {error}"
                ) from error
        config.merge(plugins.configuration(self.exercises.root if self.exercises else None))
        config.CourseDirectory.root = str(self.root)
        config.SandboxedExecute.sandbox = self.sandbox
        if self.gpus is not None:
            config.SandboxedExecute.gpus = list(self.gpus)
        return config

    @cached_property
    def api(self) -> NbGraderAPI:
        """nbgrader's own interface to this course."""
        return NbGraderAPI(CourseDirectory(config=self.config), config=self.config)

    @property
    def database(self) -> URL:
        """The address of the gradebook's database: SQLite's file or a PostgreSQL server.

        Raises AutograderError if it is none, or if there is no driver for it.
        """
        try:
            url = make_url(self.api.coursedir.db_url)
            url.get_dialect().import_dbapi()
            if url.host is None or "@" not in f"{url.host}/{url.database}":
                return url
        except (ArgumentError, ImportError, ValueError):
            pass  # what these say may hold a part of the password
        raise AutograderError(
            f"CourseDirectory.db_url in {CONFIG} is not the address of a database; "
            "write postgresql+psycopg://USER:PASSWORD@HOST/DATABASE, and %40 for an @ in a password"
        )

    @contextmanager
    def gradebook(self, kind: type[Gradebook] = Gradebook) -> Iterator[Gradebook]:
        """Open the gradebook; raises AutograderError if the database cannot be used."""
        url, directory = self.database, self.api.coursedir
        try:
            require_schema(url)
            with closing(kind(directory.db_url, directory.course_id)) as gradebook:
                yield gradebook
        except (DBAPIError, InvalidEntry) as error:
            # A password may also stand behind the question mark, where SQLAlchemy hides none.
            address = url.set(query={}).render_as_string(hide_password=True)
            reason = explain(error)
            raise AutograderError(f"the gradebook {address} cannot be used: {reason}") from error

    def recall(self, *parts: str) -> Any:
        """Return what :meth:`remember` last wrote under this path, or None."""
        try:
            return json.loads(self._record(*parts).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):  # nothing yet, or cut short by a full disk
            return None

    def remember(self, value: Any, *parts: str) -> None:
        """Write a JSON value under this path, whole or not at all; None removes it."""
        path = self._record(*parts)
        if value is None:
            path.unlink(missing_ok=True)
            return
        write_whole(path, json.dumps(value, indent=1))

    def _record(self, *parts: str) -> Path:
        return self.state.joinpath(*parts[:-1], f"{parts[-1]}.json")

    def folder(self, step: str, student: str, name: str) -> Path:
        """Return the folder of one submission in ``step``: submitted, autograded or feedback."""
        directory = getattr(self.api.coursedir, f"{step}_directory")
        return Path(self.api.coursedir.format_path(directory, student, name))

    def _top(self, step: str) -> Path:
        """Return the folder that holds all of a step."""
        return Path(self.root, getattr(self.api.coursedir, f"{step}_directory"))

    def submissions(self, name: str, pattern: str = "*") -> list[str]:
        """Return the ids of the students, matching a glob, who have a submission folder, or a
        folder into which nobody can look; sorted.

        Raises AutograderError if nobody can look into the folder of all submissions.
        """
        found = self.api.get_submitted_students(name)
        top = self._top("submitted")
        try:
            folders = list(top.iterdir()) if top.exists() else []
        except OSError as error:
            raise AutograderError(
                f"cannot read {top}: {error.strerror}; change its permissions"
            ) from error
        found |= {
            folder.name
            for folder in folders
            if folder == self.folder("submitted", folder.name, name).parent
            and folder.is_dir()
            and not os.access(folder, os.R_OK | os.X_OK)
        }
        return sorted(s for s in found if Path(s).match(pattern))

    def notebooks(self, name: str) -> list[str]:
        """Return the file names of an assignment's notebooks.

        Raises AutograderError if the assignment was not released here.
        """
        known = []
        if is_there(self.database):
            with self.gradebook() as gradebook:
                known = sorted(a.name for a in gradebook.assignments)
                if name in known:
                    notebooks = gradebook.find_assignment(name).notebooks
                    return sorted(f"{notebook.name}.ipynb" for notebook in notebooks)
        if self.exercises and name in self.exercises.names:
            raise AutograderError(f"'{name}' was not released yet; run: autograder release {name}")
        raise UnknownAssignment(name, known)

    def make_writable_or_fail(self, *steps: str) -> None:
        """Make the course folder; raises AutograderError if nothing can be written there, or in
        the folders of these steps, where they are."""
        why = ""
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            folders = [self.root, self.state, *map(self._top, steps)]
            closed = [f for f in folders if f.exists() and not os.access(f, os.W_OK | os.X_OK)]
        except OSError as error:
            closed, why = [self.root], f": {error.strerror}"
        if closed:
            raise AutograderError(
                f"cannot write to {closed[0]}{why}; change its permissions or give another --course"
            )

    def failure(self, result: dict, log_name: str, what: str) -> AutograderError:
        """Return the error for an nbgrader step that failed; its whole log goes to a file.

        An error of ours is told in its own words; of another, the innermost message is added. It
        is FileRefused if the system refused a file.
        """
        text = f"{result.get('log') or ''}\n{result.get('error') or ''}"
        log = self.state / "logs" / f"{log_name}.log"
        write_whole(log, text)
        raised = [m.groupdict() for m in _RAISED.finditer(text)]
        for error in reversed(raised):
            if error["module"] == AutograderError.__module__:
                return AutograderError(error["message"])
            refused = _REFUSED.match(error["message"])
            if refused and int(refused[1]) in FileRefused.NUMBERS:
                return FileRefused(OSError(int(refused[1]), refused[2], refused[3]), self.root)
        inner = [e["message"] for e in raised if e["kind"] != "NbGraderException"]
        reason = f" ({inner[-1]})" if inner else ""
        return AutograderError(f"{what}{reason}; see {log}")
