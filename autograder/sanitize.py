"""Put back what the instructor released: nbgrader sanitize preprocessors, and the exporter that
reads submissions for them.

Before a notebook runs, each cell of the gradebook is in it once, with its source, type, metadata
and tags; locked cells stand in their order, after the solutions that they test. The student's
own cells stay where they are. What was changed is told in a cell in the place where it was.
"""

from __future__ import annotations

import functools
import glob
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder import submissions
from autograder.repair import NOTE, UNREADABLE, NotANotebook, number_cells, read

TOLD = "sanitize_notes"  # where resources hold what the instructor is told
# What is told, by its key in a cell's metadata: to the instructor, and to the student twice.
COPY, OWN_COPY, MISSING, EMPTY, MOVED = "copy", "own-copy", "missing", "empty", "moved"
_NOTES = {
    COPY: (
        "holds the cell {0} twice; the copy was dropped",
        "Here stood a copy of the cell `{0}`. It was dropped; the first one counts.",
        "这里原有单元格 `{0}` 的一个副本，已被去掉；以第一个为准。",
    ),
    OWN_COPY: (
        "holds the cell {0} twice, with different text; one counts, the other is run as their own",
        "The next cell is a copy of the cell `{0}`. It was run as a cell of your own.",
        "下一个单元格是 `{0}` 的副本，它作为你自己的单元格运行。",
    ),
    MISSING: (
        "lacked the cell {0}, which was put back",
        "The next cell, `{0}`, was missing from your notebook and was put back.",
        "你的笔记本里缺少下一个单元格 `{0}`，已经补上。",
    ),
    EMPTY: (
        "lacked the answer {0}; if it stands in another cell, give its points by hand",
        "Your answer `{0}` was missing from your notebook.",
        "你的笔记本里缺少作答单元格 `{0}`。",
    ),
    MOVED: (
        "had the cell {0} in another place; it was moved back",
        "The next cell, `{0}`, stood elsewhere in your notebook and was moved back.",
        "下一个单元格 `{0}` 在你的笔记本里换了位置，已经移回。",
    ),
    UNREADABLE: (
        "held something that is not a cell",
        "Here stood something that is not a cell, so it could not be read.",
        "这里的内容不是单元格，无法读取。",
    ),
}


@dataclass(frozen=True)
class Released:
    """A cell as the gradebook has it; ``tags`` are those of the instructor's notebook."""

    grade_id: str
    cell_type: str
    source: str
    checksum: str
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float
    tags: tuple[str, ...] = field(default=())

    def metadata(self) -> NotebookNode:
        """Return the cell's metadata, nbgrader's among them."""
        mark: dict[str, Any] = {
            "schema_version": 3,
            "grade_id": self.grade_id,
            "checksum": self.checksum,
            "cell_type": self.cell_type,
            **{name: getattr(self, name) for name in ("locked", "grade", "solution", "task")},
        }
        if self.grade or self.task:
            mark["points"] = self.points
        made = NotebookNode(nbgrader=NotebookNode(mark))
        if self.tags:
            made.tags = list(self.tags)
        return made

    def empty(self) -> NotebookNode:
        """Return the cell as it is put back; of one that the student fills, only a sentence."""
        english = _NOTES[EMPTY][1].format(self.grade_id)
        if self.cell_type == "code":
            made = new_code_cell(self.source if self.locked else f"# {english}")
        else:
            made = new_markdown_cell(self.source if self.locked else english)
        made.cell_type = self.cell_type
        made.metadata = self.metadata()
        # What was executed is found again by the notebook's text: ids are not drawn.
        made.id = f"restored-{zlib.crc32(self.grade_id.encode()):x}"
        return made


class SubmittedNotebookExporter(NotebookExporter):
    """Reads notebooks as students hand them in, and keeps nbgrader from following their links."""

    def __init__(self, config: Any = None, **kw: Any) -> None:
        super().__init__(config=config, **kw)
        if isinstance(self.parent, Autograde):
            self._examine(self.parent)

    def _examine(self, converter: Autograde) -> None:
        """Have nbgrader copy only the files of its submissions that are files."""
        coursedir = converter.coursedir
        coursedir.get_existing_timestamp = submissions.read_timestamp
        refused = []
        for folder in map(Path, converter.assignments):
            problem = submissions.find_bad_files(folder)
            if problem:
                self.log.error(problem)
                refused.append(folder)
            else:
                refused += submissions.contents(folder).left_out
        coursedir.ignore = [*coursedir.ignore, *(glob.escape(str(path)) for path in refused)]

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Convert a notebook file; raises NotANotebook where there is nothing to grade in it."""
        path = Path(filename)
        problem = submissions.find_bad_files(path.parent)
        if problem:
            raise NotANotebook(problem)
        nb, notes = read(path)
        resources = resources or {}
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        resources[TOLD] = notes
        if isinstance(self.parent, Autograde):
            course = self.parent.coursedir
            name = resources["nbgrader"]["assignment"]
            source = course.format_path(course.source_directory, ".", name)
            resources["source_notebook"] = str(Path(source, path.name))
            resources["state"] = str(Path(course.root, ".autograder"))
        return self.from_notebook_node(nb, resources=resources, **kw)


def check(cells: dict[str, Released]) -> None:
    """Check the gradebook's cells as nbgrader does when it puts them into a notebook.

    Raises RuntimeError or ValidationError.
    """
    validator = MetadataValidator()
    for name, known in cells.items():
        cell = known.empty()
        validator.validate_cell(cell)
        if known.locked and utils.compute_checksum(cell) != known.checksum:
            raise RuntimeError(f"Inconsistent checksums for cell {name}")


def released(resources: dict[str, Any]) -> dict[str, Released]:
    """Return the gradebook's cells of a notebook by grade id, in the instructor's order."""
    if "released" in resources:
        return resources["released"]
    where = resources["nbgrader"]
    order = _authored(resources.get("source_notebook", ""))
    with Gradebook(where["db_url"]) as gradebook:
        notebook = gradebook.find_notebook(where["notebook"], where["assignment"])
        points = {c.name: c.max_score for c in (*notebook.grade_cells, *notebook.task_cells)}
        kinds = [
            {cell.name for cell in cells}
            for cells in (notebook.grade_cells, notebook.solution_cells, notebook.task_cells)
        ]
        found = {
            cell.name: Released(
                cell.name,
                cell.cell_type,
                cell.source,
                cell.checksum,
                bool(cell.locked),
                *(cell.name in kind for kind in kinds),
                float(points.get(cell.name) or 0),
                order.get(cell.name, ()),
            )
            for cell in notebook.source_cells
        }
    # A database promises no order; cells that the instructor's notebook lacks come last.
    names = [name for name in order if name in found]
    resources["released"] = {name: found[name] for name in dict.fromkeys([*names, *found])}
    return resources["released"]


def _authored(path: str) -> dict[str, tuple[str, ...]]:
    """Return the tags of the instructor's cells by grade id, in their order."""
    try:
        return _authored_at(path, Path(path).stat().st_mtime_ns)
    except (OSError, NotANotebook):
        return {}


@functools.lru_cache(16)
def _authored_at(path: str, time: int) -> dict[str, tuple[str, ...]]:
    nb, _ = read(Path(path))
    marks = [(cell.metadata.get("nbgrader", {}).get("grade_id"), cell) for cell in nb.cells]
    return {name: tuple(cell.metadata.get("tags", ())) for name, cell in marks if name}


def grade_id(cell: NotebookNode) -> str | None:
    """Return the name that a cell has in the gradebook, or None for the student's own."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


class RebuildMetadata(NbGraderPreprocessor):
    """Give each cell of the gradebook its metadata and type; other cells are the student's own."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        cells = released(resources)
        for cell in nb.cells:
            known = grade_id(cell)
            if not isinstance(known, str) or known not in cells:
                cell.metadata.pop("nbgrader", None)
                continue
            cell.metadata = cells[known].metadata()
            set_type(cell, cells[known].cell_type)
        return nb, resources


def set_type(cell: NotebookNode, cell_type: str) -> None:
    """Make a cell one of this type."""
    cell.cell_type = cell_type
    if cell_type == "code":
        cell.outputs, cell.execution_count = [], None
        cell.pop("attachments", None)
    else:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


class KeepOneCopy(NbGraderPreprocessor):
    """Keep each cell of the gradebook once: the first, or the first that the student worked in.

    A copy with the same text is dropped; one with another may hold work, and stays as a cell of
    the student's own.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        found: dict[str, list[NotebookNode]] = {}
        for cell in nb.cells:
            if grade_id(cell):
                found.setdefault(grade_id(cell), []).append(cell)
        for name, copies in found.items():
            known = released(resources)[name]
            worked_in = [c for c in copies if c.source.strip() != known.source.strip()]
            kept = worked_in[0] if worked_in and not known.locked else copies[0]
            for copy in copies:
                if copy is not kept:
                    same = copy.source == kept.source
                    copy.metadata = NotebookNode({NOTE: f"{COPY if same else OWN_COPY} {name}"})
        return nb, resources


class RebuildLocked(NbGraderPreprocessor):
    """Give each locked cell its source."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        known = released(resources).get(grade_id(cell) or "")
        if known and known.locked:
            cell.source = known.source
        return cell, resources


class Order:
    """Where the gradebook's cells stand in a notebook, and where they belong.

    Locked cells come in the instructor's order. Those before the first cell that students fill
    open the notebook; another comes after every such cell that it follows in the instructor's.
    """

    def __init__(self, cells: dict[str, Released]) -> None:
        self.rank = {name: rank for rank, name in enumerate(cells)}
        self.filled = {name for name, cell in cells.items() if not cell.locked}
        first = min((self.rank[name] for name in self.filled), default=0)
        self.opening = {name for name in cells if self.rank[name] < first}

    def misplaced(self, names: list[str]) -> set[str]:
        """Return the fewest locked cells that must move, of cells that stand in this order."""
        longest: dict[str, list[str]] = {}
        for index, name in enumerate(names):
            before = names[:index]
            if name in self.filled:
                continue
            if name in self.opening:
                fits = all(other in self.opening for other in before)
            else:
                ahead = {other for other in names if other in self.filled} - set(before)
                fits = all(self.rank[other] > self.rank[name] for other in ahead)
            if fits:
                chains = [c for n, c in longest.items() if self.rank[n] < self.rank[name]]
                longest[name] = [*max(chains, key=len, default=[]), name]
        right = max(longest.values(), key=len, default=[])
        return {name for name in names if name not in self.filled} - set(right)

    def insert(self, nb: NotebookNode, cell: NotebookNode) -> None:
        """Put a cell in where it belongs: openings early, others as late as the order allows."""
        rank = self.rank[grade_id(cell)]
        places = [(i, n) for i, c in enumerate(nb.cells) if (n := grade_id(c)) in self.rank]
        if grade_id(cell) in self.opening:
            before = [i for i, n in places if n in self.opening and self.rank[n] < rank]
            nb.cells.insert(max(before) + 1 if before else 0, cell)
        else:
            later = [
                i
                for i, n in places
                if self.rank[n] > rank and n not in self.filled and n not in self.opening
            ]
            nb.cells.insert(min(later, default=len(nb.cells)), cell)


class ReturnMoved(NbGraderPreprocessor):
    """Put locked cells that were moved back into the instructor's order."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        order = Order(released(resources))
        names = [name for cell in nb.cells if (name := grade_id(cell))]
        wrong = order.misplaced(names)
        moved = [cell for cell in nb.cells if grade_id(cell) in wrong]
        nb.cells = [cell for cell in nb.cells if grade_id(cell) not in wrong]
        for cell in sorted(moved, key=lambda cell: order.rank[grade_id(cell)]):
            cell.metadata[NOTE] = f"{MOVED} {grade_id(cell)}"
            order.insert(nb, cell)
        return nb, resources


class RestoreMissing(NbGraderPreprocessor):
    """Put back the locked cells and the answers with points that are not in the notebook."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        order = Order(released(resources))
        there = {grade_id(cell) for cell in nb.cells}
        for name, known in released(resources).items():
            if name not in there and (known.locked or known.grade):
                cell = known.empty()
                cell.metadata[NOTE] = f"{MISSING if known.locked else EMPTY} {name}"
                order.insert(nb, cell)
        return nb, resources


class WriteNotes(NbGraderPreprocessor):
    """Tell in the notebook, and to the instructor, what the steps before have changed."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        cells = []
        told = resources.setdefault(TOLD, [])
        for cell in nb.cells:
            kind, _, name = str(cell.metadata.pop(NOTE, "")).partition(" ")
            known = kind in _NOTES and (kind == UNREADABLE or name in released(resources))
            if known:
                instructor, english, chinese = (text.format(name) for text in _NOTES[kind])
                told.append(f"{resources['nbgrader']['notebook']}.ipynb {instructor}")
                if kind != EMPTY:  # that cell says so itself
                    cells.append(new_markdown_cell(f"{english}\n\n{chinese}", id="note"))
            if not known or kind not in (COPY, UNREADABLE):
                cells.append(cell)
        nb.cells = cells
        number_cells(nb.cells)
        for text in told:
            self.log.warning(text)
        return nb, resources


STEPS: list[Callable] = [
    RebuildMetadata,
    KeepOneCopy,
    RebuildLocked,
    ReturnMoved,
    RestoreMissing,
    WriteNotes,
]
