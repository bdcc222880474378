"""Make an assignment's report page: how the scores spread, which items tell, what goes wrong."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.course import Course
from autograder.grading import recorded
from autograder.judge import RAISED, load_judge, one_line, read_verdict
from autograder.report import Item, Row, Scores, full_marks, number
from autograder.submissions import find_problem

SLOWEST, MESSAGES, EXAMPLES = 10, 20, 3

# Addresses of objects, temporary files, and what IPython calls a cell's code.
_CHANGING = re.compile(r"\b0x[0-9a-f]{6,}|(?<=/tmp/)\w+|\b\d{5,}(?=\.py)")

# --- numbers --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bin:
    """How many scores lie from ``low`` up to, but without, ``high``; the last bin has both ends."""

    low: float
    high: float
    count: int


def histogram(scores: Sequence[float], full: float, bins: int = 10) -> list[Bin]:
    """Count the scores in equal bins from 0 to ``full``, which is above 0.

    What lies beyond an end (extra credit, say) counts in the bin at that end.
    """
    counts = [0] * bins
    for score in scores:
        counts[min(max(int(score * bins / full), 0), bins - 1)] += 1
    return [Bin(full * n / bins, full * (n + 1) / bins, count) for n, count in enumerate(counts)]


def discrimination(item: Sequence[float], total: Sequence[float]) -> float | None:
    """Return how well an item tells strong students from weak ones, from -1 to 1.

    It is the item-rest correlation, also called the corrected item-total correlation: Pearson's
    correlation, over students, of the points of the item with the sum of all others, for a sum that
    held the item itself would correlate with it in any case (S. Henrysson, "Correction of
    item-total correlations in item analysis", Psychometrika 28, 1963, pages 211-218). None where it
    is not defined: all students have the same points, of the item or of the rest, or there are
    fewer than three students.
    """
    if len(item) < 3:
        return None
    # Sums of points are rounded: the rest of equal sums must not differ in the last bit.
    rest = [round(sum_ - points, 9) for points, sum_ in zip(item, total, strict=True)]
    try:
        return statistics.correlation(item, rest)
    except statistics.StatisticsError:  # one of the two is constant
        return None


@dataclass(frozen=True)
class ItemStatistics:
    """How the graded students fared with one item: None where nobody has points of it yet."""

    item: Item
    known: int
    full: int
    mean_share: float | None
    discrimination: float | None


def item_statistics(item: Item, rows: Sequence[Row]) -> ItemStatistics:
    """Return the statistics of an item over the rows in which its points are known."""
    rows = [row for row in rows if row.cells[item.name] is not None]
    points = [row.cells[item.name] for row in rows]
    totals = [sum(filter(None, row.cells.values())) for row in rows]
    mean_share = statistics.fmean(points) / item.points if rows else None
    full = sum(full_marks(item, rows))
    return ItemStatistics(item, len(rows), full, mean_share, discrimination(points, totals))


# --- what the notebooks tell ----------------------------------------------------------------------


@dataclass
class Check:
    """A tell-tale of the judge, and how many submissions it passed and failed."""

    grade_id: str
    name: str
    points: float
    required: bool
    text: str
    passed: int = 0
    failed: int = 0


@dataclass
class Message:
    """An error sentence: in how many submissions it stands, in which cells, of whom for example."""

    text: str
    count: int = 0
    cells: set[str] = field(default_factory=set)
    students: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Flag:
    """A submission that somebody must look at, and why."""

    student: str
    status: str
    why: str


class Findings:
    """What the autograded notebooks of one assignment tell, added up one submission at a time."""

    def __init__(self, course: Course, name: str):
        self._course = course
        self._name = name
        self._messages: dict[str, Message] = {}
        self._checks: dict[tuple[str, str], Check] = {}
        self.times: list[tuple[float, str]] = []
        self.flags: list[Flag] = []
        judge = course.exercises and course.exercises.root / name / "judge.py"
        if judge and judge.is_file():
            for grade_id, tests in load_judge(judge).items():
                for test in tests:
                    check = Check(grade_id, test.name, test.points, test.required, test.en)
                    self._checks[grade_id, test.name] = check
        self._judged = {grade_id for grade_id, _ in self._checks}

    @cached_property
    def _notebooks(self) -> list[str]:
        return self._course.notebooks(self._name)

    @property
    def checks(self) -> list[Check]:
        """The tell-tales in the order of the judge."""
        return list(self._checks.values())

    @property
    def messages(self) -> list[Message]:
        """The most frequent messages, the most frequent first."""
        order = sorted(self._messages.values(), key=lambda m: (-m.count, m.text))
        return order[:MESSAGES]

    @property
    def slowest(self) -> list[tuple[float, str]]:
        """The submissions that took longest, in seconds, the slowest first."""
        return sorted(self.times, reverse=True)[:SLOWEST]

    def add(self, row: Row) -> None:
        """Read one student's record and notebooks."""
        record = recorded(self._course, self._name, row.student)
        if "seconds" in record:
            self.times.append((record["seconds"], row.student))
        if row.raw is None:
            folder = self._course.folder("submitted", row.student, self._name)
            why = find_problem(folder, self._notebooks) or record.get("problem")
            why = why or f"not graded yet; run: autograder grade {self._name}"
            self.flags.append(Flag(row.student, row.status, why))
            return
        if row.waiting:
            why = f"points are to be given by hand: {', '.join(row.waiting)}"
            self.flags.append(Flag(row.student, row.status, why))
        self._read(row.student)

    def _read(self, student: str) -> None:
        said: dict[str, set[str]] = {}
        folder = self._course.folder("autograded", student, self._name)
        for path in sorted(folder.glob("*.ipynb")):
            try:
                # Without nbformat, whose validation takes far longer than the reading.
                cells = json.loads(path.read_bytes())["cells"]
            except (OSError, ValueError, KeyError) as error:
                self.flags.append(Flag(student, "unreadable", f"{path}: {error}"))
                continue
            for cell in cells:
                grade_id = _grade_id(cell)
                for text in self._sentences(cell, grade_id):
                    said.setdefault(text, set()).add(grade_id or "a cell without an id")
        for text, grade_ids in said.items():
            message = self._messages.setdefault(text, Message(text))
            message.count += 1
            message.cells |= grade_ids
            if len(message.students) < EXAMPLES:
                message.students.append(student)

    def _sentences(self, cell: dict[str, Any], grade_id: str) -> list[str]:
        """Return what a cell says went wrong; count its verdict, if the judge gave it one."""
        outputs = cell.get("outputs", [])
        errors = [output for output in outputs if output["output_type"] == "error"]
        said = [one_line(str(error["ename"]), str(error["evalue"])) for error in errors]
        # In any other cell, a student's code could have sent what looks like a verdict.
        verdict = read_verdict(cell) if grade_id in self._judged else None
        if verdict:
            for outcome in ("passed", "failed"):
                for name in verdict[outcome]:
                    check = self._checks.get((grade_id, name))
                    if check:  # else the judge was changed after this submission was graded
                        setattr(check, outcome, getattr(check, outcome) + 1)
            said += verdict.get("reasons", [])
        return [_plain(text) for text in said]


def _grade_id(cell: dict[str, Any]) -> str:
    metadata = cell["metadata"].get("nbgrader")
    return str(metadata.get("grade_id", "")) if isinstance(metadata, dict) else ""


def _plain(text: str) -> str:
    """Return a message without what differs from run to run or does not print, and not too long."""
    text = _CHANGING.sub("…", text.removeprefix(RAISED))
    return "".join(c if c.isprintable() else " " for c in text[:300]).strip()


# --- the page -------------------------------------------------------------------------------------


def page(scores: Scores, findings: Findings, now: datetime) -> str:
    """Return the page as HTML that needs no other file; student ids and messages are escaped."""
    graded = [row for row in scores.rows if row.score is not None]
    points = [row.score for row in graded]
    environment = Environment(
        loader=PackageLoader("autograder"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    return environment.get_template("report.html").render(
        scores=scores,
        findings=findings,
        now=now,
        graded=graded,
        waiting=sum(not row.final for row in graded),
        mean=statistics.fmean(points) if points else None,
        median=statistics.median(points) if points else None,
        deviation=statistics.stdev(points) if len(points) > 1 else None,
        lowest=min(points, default=None),
        highest=max(points, default=None),
        full=sum(score >= scores.max_score for score in points),
        bins=histogram(points, scores.max_score) if scores.max_score else [],
        items=[item_statistics(item, graded) for item in scores.items],
    )
