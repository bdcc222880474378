"""Release every assignment in every language into _build/assignments, for the book to offer."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import autograder.language
import autograder.release
from autograder.course import Course, Exercises
from autograder.files import hash_files
from autograder.release import Releaser

LANGUAGES = ("en", "zh")


def write(root: Path, folder: Path) -> None:
    """Write ``folder/<language>/<name>.ipynb`` for each assignment in ``root``, if not current.

    Raises AutograderError if an assignment cannot be released.
    """
    exercises = Exercises(root)
    current = folder / "key"
    key = _key(exercises)
    if current.is_file() and current.read_text() == key:
        return
    shutil.rmtree(folder, ignore_errors=True)
    for language in LANGUAGES:
        (folder / language).mkdir(parents=True)
        with tempfile.TemporaryDirectory(prefix="assignments-") as course:
            releaser = Releaser(Course(Path(course), exercises), language)
            for name in exercises.names:
                releaser.release(name)
                notebook = f"{name}.ipynb"
                shutil.copy(Path(course, "release", name, notebook), folder / language / notebook)
    current.write_text(key)


def _key(exercises: Exercises) -> str:
    """Return a hash of the sources and of what releases them."""
    code = [Path(module.__file__) for module in (autograder.release, autograder.language)]
    return hash_files("", [*map(exercises.markdown, exercises.names), *code])
