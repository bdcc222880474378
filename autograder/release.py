"""Make what students get: MyST sources -> course/source -> course/release; keep edits by hand."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from autograder.course import CONFIG, Course
from autograder.errors import AutograderError, ReleaseConflict

_COURSE_CONFIG = """# Written by 'autograder release'; the course's settings are in {target}
from pathlib import Path

load_subconfig({name!r}, path=str(Path(__file__).parent / {folder!r}))
"""
_HEADER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


@dataclass(frozen=True)
class Released:
    """What the last release of an assignment was made from: fingerprints, and the language."""

    notebook: str
    markdown: str
    language: str


def fingerprint(nb: NotebookNode) -> str:
    """Return a hash of what an author writes: cell types, sources, nbgrader metadata, languages.

    Outputs, execution counts and cell ids are left out: running a notebook does not change it.
    """
    cells = [
        (
            c.cell_type,
            c.source.strip(),
            dict(c.metadata.get("nbgrader", {})),
            c.metadata.get("lang"),
        )
        for c in nb.cells
    ]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()


def read_markdown(path: Path) -> NotebookNode:
    """Return the notebook that a MyST file describes, with cell ids that do not change.

    Raises AutograderError if the file is not a MyST notebook.
    """
    try:
        nb = jupytext.read(path, fmt="md:myst")
    except Exception as error:
        raise AutograderError(f"{path} is not a MyST notebook: {error}") from error
    nb.metadata = NotebookNode(kernelspec=nb.metadata.get("kernelspec", {}))
    for number, cell in enumerate(nb.cells):
        cell.id = f"{path.stem}-{number}"
    return nb


class Releaser:
    """Release the assignments of one course in one language, by default the configured one."""

    def __init__(
        self, course: Course, language: str = "", force: bool = False, keep_edits: bool = False
    ):
        self.course = course
        self._language = language
        self.force = force
        self.keep_edits = keep_edits

    @property
    def language(self) -> str:
        """The language to release in; the course has its configuration from the first release."""
        return self._language or self.course.config.Language.get("language", "both")

    def release(self, name: str) -> str:
        """Release one assignment; returns "released" or "unchanged".

        Raises UnknownAssignment; ReleaseConflict if course/source was changed by hand;
        AutograderError if a folder cannot be written, the gradebook cannot be used, or nbgrader
        refuses.
        """
        markdown = self.course.exercises.markdown(name)
        self.course.make_writable_or_fail()
        self._write_config()
        with self.course.gradebook() as gradebook:  # a new one knows no assignment
            recorded = name in [assignment.name for assignment in gradebook.assignments]
        source = self.course.root / "source" / name / f"{name}.ipynb"
        last = self._last(name)
        nb = read_markdown(markdown)
        changed = self._changed_by_hand(source, nb, last)
        if changed:
            nb = self._resolve(name, source, markdown, last, nb)
        now = Released(fingerprint(nb), _sha256(markdown), self.language)
        released = self.course.root / "release" / name / f"{name}.ipynb"
        there = recorded and source.is_file() and released.is_file()
        if now == last and not changed and there:
            return "unchanged"
        source.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(nb, source)
        self._generate(name)
        self.course.remember(vars(now), "released", name)
        return "released"

    def is_current(self, name: str) -> bool:
        """Whether an assignment was released from the MyST source that is there now."""
        last = self._last(name)
        return last is not None and last.markdown == _sha256(self.course.exercises.markdown(name))

    def _last(self, name: str) -> Released | None:
        record = self.course.recall("released", name)
        return Released(**record) if record else None

    def _write_config(self) -> None:
        """Write course/nbgrader_config.py, which loads the one among the exercises."""
        (self.course.root / "exchange").mkdir(exist_ok=True)
        path = self.course.root / CONFIG
        folder = os.path.relpath(self.course.exercises.root, self.course.root)
        if not path.exists():
            target = Path(folder, CONFIG)
            path.write_text(_COURSE_CONFIG.format(target=target, name=CONFIG, folder=folder))

    @staticmethod
    def _changed_by_hand(source: Path, new: NotebookNode, last: Released | None) -> bool:
        if not source.is_file():
            return False
        try:
            found = fingerprint(nbformat.read(source, as_version=4))
        except Exception:  # not a notebook any more: certainly not what we wrote
            return True
        return found != fingerprint(new) and (last is None or found != last.notebook)

    def _resolve(
        self, name: str, source: Path, markdown: Path, last: Released | None, new: NotebookNode
    ) -> NotebookNode:
        """Settle a hand edit as the options say; returns the notebook to release."""
        if self.force:
            kept = self.course.state / "replaced" / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.ipynb"
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(source.read_bytes())
            return new
        if not self.keep_edits:
            raise ReleaseConflict(
                f"{source} was changed by hand since the last release; "
                f"--keep-edits brings the change into {markdown.name}, "
                "--force drops it (a copy is kept)"
            )
        if last is None or _sha256(markdown) != last.markdown:
            raise ReleaseConflict(
                f"{source} and {markdown.name} were both changed since the last release; "
                "bring the notebook's change into the MyST file by hand, then say --force"
            )
        try:
            edited = nbformat.read(source, as_version=4)
        except Exception as error:
            raise ReleaseConflict(
                f"{source} is not a notebook any more; --force makes it anew"
            ) from error
        for cell in edited.cells:
            cell.metadata = NotebookNode(
                {k: v for k, v in cell.metadata.items() if k in ("nbgrader", "lang", "tags")}
            )
            cell.metadata.get("nbgrader", {}).pop("checksum", None)
        edited.metadata = jupytext.read(markdown, fmt="md:myst").metadata
        # The header stays as its author wrote it; jupytext would add its own version to it.
        header = _HEADER.match(markdown.read_text(encoding="utf-8")).group()
        body = _HEADER.sub("", jupytext.writes(edited, fmt="md:myst"), count=1)
        markdown.write_text(header + body, encoding="utf-8")
        return read_markdown(markdown)

    def _generate(self, name: str) -> None:
        api = self.course.api
        api.config.Language.language = self.language
        result = api.generate_assignment(name, force=True, create=True)
        if not result["success"]:
            error = self.course.failure(
                result, f"release-{name}", f"nbgrader could not release '{name}'"
            )
            if "there are submissions associated with it" in str(error):
                raise ReleaseConflict(
                    f"the test cells of '{name}' changed, and the gradebook holds submissions "
                    "graded by the old ones; to drop their scores and start anew, run in "
                    f"{self.course.root}: nbgrader db assignment remove {name} --force"
                )
            raise error


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
