"""What grading takes: stock nbgrader, and ours with one worker and more, cold, warm and by Dask.

    .venv/bin/python benchmarks/grading.py [--submissions 40] [--json FILE]

All grade the same submissions of my-sequential, right and wrong ones, each in a fresh copy of the
course and by a process of its own, one after another. Stock nbgrader runs each notebook unconfined
and gives a cell its points unless it raises; ours run it in a sandbox and have the judge decide.
Seconds depend on the machine; the ratios are of this one run.

CPU time is that of the whole machine, for a sandbox takes its own with it when it is closed: run
this where nothing else runs. What this script itself uses to look on is left out.

Memory is the proportional set size (Pss in /proc/PID/smaps_rollup, see proc_pid_smaps(5): of a page
that several processes share, each counts its part), five times a second. What counts is what is
there for one submission alone: its worker; its kernel, be it a new process or one that the fork
server forked; the process of the fork server that watches the kernel; bubblewrap and what it runs.
What all submissions share does not count: the command itself, the fork servers (one; with Dask, one
for each worker), the scheduler, the process that starts Dask's workers. Stock nbgrader executes
inside the command, so of it only the kernel counts. "Memory each" is the largest such sum of any
sample, divided by the number of workers; "memory in all" the largest sum over all processes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from measure import MIB, Cost, dask_cluster, run

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
NAME = "my-sequential"
PLAIN = 'c = get_config()\nc.CourseDirectory.course_id = "benchmark"\nc.Execute.timeout = 60\n'


@dataclass(frozen=True)
class Way:
    """A way of grading: ours in a ``sandbox``, with workers here or of a Dask scheduler; or stock
    nbgrader, which has none and executes one notebook at a time."""

    title: str
    sandbox: str = ""
    workers: int = 1
    dask: bool = False


STOCK = Way("nbgrader, no sandbox")
WAYS = [
    STOCK,
    Way("`--sandbox cold --workers 1`", "cold", 1),
    Way("`--sandbox cold --workers 2`", "cold", 2),
    Way("`--workers 1`", "warm", 1),
    Way("`--workers 2`", "warm", 2),
    Way("`--workers 3`", "warm", 3),  # one more than cores: another runs where one waits
    Way("`--scheduler`, 2 workers", "warm", 2, dask=True),
]


@dataclass(frozen=True)
class Measured:
    """What a way of grading took, and the execution seconds of each submission as it kept them."""

    way: Way
    cost: Cost
    seconds: list[float] = field(default_factory=list)


def prepare(folder: Path, number: int) -> None:
    """Make a course with ungraded submissions in a folder, beside its exercises."""
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    run("autograder.cli", "release", NAME, folder=folder)
    run("autograder.cli", "demo-class", NAME, "--students", str(number), folder=folder)


@contextmanager
def workers(way: Way, folder: Path) -> Iterator[tuple[list[str], tuple[int, ...]]]:
    """Yield the options that name a way's workers, and the processes that must run for them."""
    if not way.dask:
        yield ["--workers", str(way.workers)], ()
        return
    with dask_cluster(way.workers, folder) as (address, processes):
        yield ["--scheduler", address], processes


def grade_stock(folder: Path, number: int) -> Measured:
    """Grade by nbgrader. Exits unless it graded every submission."""
    course = folder / "course"
    (course / "nbgrader_config.py").write_text(PLAIN, encoding="utf-8")
    cost = run("nbgrader", "autograde", NAME, folder=course)
    graded = len(list(course.glob(f"autograded/*/{NAME}/{NAME}.ipynb")))
    if graded != number:
        sys.exit(f"stock nbgrader graded {graded} of {number} submissions")
    return Measured(STOCK, cost)


def grade_ours(way: Way, folder: Path) -> Measured:
    """Grade in one of our ways. Exits unless each score is the expected one."""
    words = ["autograder.cli", "grade", NAME, "--quiet", "--sandbox", way.sandbox]
    with workers(way, folder) as (options, processes):
        cost = run(*words, *options, folder=folder, beside=processes)
    expected = f"course/demo-class/{NAME}.csv"
    run("autograder.cli", "report", NAME, "--quiet", "--expect", expected, folder=folder)
    records = sorted((folder / "course/.autograder/graded" / NAME).glob("*.json"))
    seconds = [json.loads(record.read_text())["seconds"] for record in records]
    return Measured(way, cost, seconds)


def scores(folder: Path) -> str:
    """Return every point that the gradebook holds, as the report's CSV."""
    return (folder / "course" / "reports" / f"{NAME}.csv").read_text(encoding="utf-8")


def start_up(folder: Path) -> float:
    """Return the seconds of a run in which all is up to date: the median of three."""
    words = ("autograder.cli", "grade", NAME, "--quiet")
    return statistics.median(run(*words, folder=folder).wall for _ in range(3))


def measure(number: int) -> tuple[list[Measured], float]:
    """Grade in every way; return what each took, and the start-up time in seconds."""
    found, points = [], {}
    with tempfile.TemporaryDirectory() as name:
        pristine = Path(name, "pristine")
        prepare(pristine, number)
        for index, way in enumerate(WAYS):
            folder = shutil.copytree(pristine, Path(name, str(index)))
            if way is STOCK:
                found.append(grade_stock(folder, number))
            else:
                found.append(grade_ours(way, folder))
                points[way.title] = scores(folder)
        if len(set(points.values())) != 1:
            sys.exit(f"not all of these gave the same scores: {', '.join(points)}")
        return found, start_up(folder)


def table(found: list[Measured], number: int, start: float) -> str:
    """Return the results as a page of Markdown."""
    stock = next(measured.cost for measured in found if measured.way is STOCK)
    lines = [
        f"{number} submissions of {NAME}; {os.cpu_count()} cores. All of ours gave the expected",
        f"scores. Start-up, where all is up to date: {start:.1f} s.",
        "",
        "| | submissions a minute | CPU seconds each | memory each, MiB | memory in all, MiB "
        "| speed, stock = 1 | CPU, stock = 1 |",
        "|---|---|---|---|---|---|---|",
    ]
    for measured in found:
        way, cost = measured.way, measured.cost
        lines.append(
            f"| {way.title} | {60 * number / cost.wall:.0f} | {cost.cpu / number:.2f} "
            f"| {cost.submissions / way.workers / MIB:.0f} | {cost.everything / MIB:.0f} "
            f"| {stock.wall / cost.wall:.1f} | {cost.cpu / stock.cpu:.2f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Grade in every way, print a table, and write it and what it was made from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=40, metavar="N", help="default: 40")
    parser.add_argument(
        "--json",
        type=Path,
        default=RESULTS / "grading.json",
        metavar="FILE",
        help="where to write the numbers that benchmarks/scale.py reads, and beside it the table "
        "as .md (default: benchmarks/results/grading.json)",
    )
    args = parser.parse_args()
    found, start = measure(args.submissions)
    text = table(found, args.submissions, start)
    print(text, end="")
    kept = {
        "assignment": NAME,
        "submissions": args.submissions,
        "cores": os.cpu_count(),
        "start_up_seconds": start,
        "ways": [asdict(measured) for measured in found],
    }
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    args.json.with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
