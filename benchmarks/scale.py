"""What 100,000 submissions take: measured where one machine can, simulated and worked out beyond.

    .venv/bin/python benchmarks/scale.py [--many 10000] [--submissions 100000]

First measured, with a class of --many submissions of my-sequential: how long the one writer takes
to prepare and record a submission, whether that grows with the class, and what it costs to list
such a class, to grade it when all is up to date, and to report it. The class is real and graded for
real, but a notebook that several hand in alike is executed once, so the writer is what takes long.

Then simulated (benchmarks/simulation.py): --submissions submissions and any number of workers. Each
has times that were measured, drawn at random: the writer's of the class above, and those of
executing in benchmarks/results/grading.json, which benchmarks/grading.py writes. Left out is what
the network takes, and the start; no worker is lost.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from grading import NAME, RESULTS, prepare
from measure import MIB, run
from simulation import Submission, enough_workers, least_seconds, simulate
from writer import Writer, measure_writer

from autograder.course import Course, Exercises

WORKERS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)
SLOWER = 10  # a second assignment, whose code runs so many times as long
AGREEMENT = 0.02  # by which arithmetic and simulation may differ

# --- measured -------------------------------------------------------------------------------------


def measure_class(number: int) -> dict[str, Any]:
    """Make and grade a class; return the numbers that are kept as JSON."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, number)
        course = Course(folder / "course", Exercises(folder / "exercises"))
        start = time.perf_counter()
        students = course.submissions(NAME)
        listing = time.perf_counter() - start
        writer = measure_writer(course, NAME, students)
        commands = {}
        for command in ("grade", "report"):
            cost = run("autograder.cli", command, NAME, folder=folder)
            commands[command] = {"seconds": cost.wall, "resident": cost.resident}
        gradebook = (course.root / "gradebook.db").stat().st_size
    return {
        "submissions": number,
        "list_seconds": listing,
        "commands": commands,
        "gradebook_bytes": gradebook,
        "writer": summary(writer),
    }


def summary(writer: Writer) -> dict[str, Any]:
    """Return what is kept of the writer's times: a thousand drawn pairs, and how they grew."""
    number = len(writer.prepared)
    # What is neither (keeping what was executed, above all) is done after a worker is waited for.
    rest = (writer.seconds - sum(writer.prepared) - sum(writer.recorded)) / number
    pairs = [(p, r + rest) for p, r in zip(writer.prepared, writer.recorded, strict=True)]
    tenth = max(1, number // 10)
    return {
        "seconds_each": writer.seconds / number,
        "first_tenth": statistics.fmean(map(sum, pairs[:tenth])),
        "last_tenth": statistics.fmean(map(sum, pairs[-tenth:])),
        "resident": writer.memory,
        "prepare_and_record": random.Random(0).sample(pairs, min(number, 1000)),
    }


# --- simulated ------------------------------------------------------------------------------------


def draw(number: int, times: list[list[float]], seconds: list[float]) -> list[Submission]:
    """Return submissions with times drawn from those of the writer, and from those of executing."""
    chance = random.Random(1)
    pairs, executing = chance.choices(times, k=number), chance.choices(seconds, k=number)
    return [Submission(p, e, r) for (p, r), e in zip(pairs, executing, strict=True)]


def slower(submissions: list[Submission]) -> list[Submission]:
    """Return the same submissions of an assignment whose code runs longer."""
    return [Submission(s.prepare, s.execute * SLOWER, s.record) for s in submissions]


def simulation_table(submissions: list[Submission]) -> str:
    """Return hours and utilisation by the number of workers. Exits if arithmetic disagrees."""
    lines = [
        "| workers | hours | hours, by arithmetic | workers busy | writer busy |",
        "|---|---|---|---|---|",
    ]
    for workers in WORKERS:
        done = simulate(submissions, workers)
        least = least_seconds(submissions, workers)
        if not least * 0.9999 <= done.seconds <= least * (1 + AGREEMENT):
            sys.exit(f"{workers} workers: simulated {done.seconds:.0f} s, worked out {least:.0f} s")
        lines.append(
            f"| {workers:,} | {done.seconds / 3600:.2f} | {least / 3600:.2f} "
            f"| {done.workers_busy:.0%} | {done.writer_busy:.0%} |"
        )
    return "\n".join(lines)


# --- the page -------------------------------------------------------------------------------------


def class_table(found: dict[str, Any]) -> str:
    """Return what the class cost as a table."""
    writer, number = found["writer"], found["submissions"]
    early, late = writer["resident"].items()
    grade, report = found["commands"]["grade"], found["commands"]["report"]
    rows = [
        ("the writer, a submission", f"{1000 * writer['seconds_each']:.0f} ms", ""),
        ("of the first tenth of the class", f"{1000 * writer['first_tenth']:.0f} ms", early[1]),
        ("of the last tenth", f"{1000 * writer['last_tenth']:.0f} ms", late[1]),
        ("list the class", f"{found['list_seconds']:.1f} s", ""),
        ("`grade`, all up to date", f"{grade['seconds']:.1f} s", grade["resident"]),
        ("`report`", f"{report['seconds']:.1f} s", report["resident"]),
    ]
    lines = [f"| {number:,} submissions | time | memory at most |", "|---|---|---|"]
    for what, seconds, size in rows:
        lines.append(f"| {what} | {seconds} | {f'{size / MIB:.0f} MiB' if size else ''} |")
    return "\n".join(lines)


def page(found: dict[str, Any], times: dict[str, Any], number: int) -> str:
    """Return all results in Markdown."""
    seconds = next(w for w in times["ways"] if w["way"]["title"] == "`--workers 1`")["seconds"]
    submissions = draw(number, found["writer"]["prepare_and_record"], seconds)
    longer = slower(submissions)
    size = found["gradebook_bytes"] / MIB
    mean = statistics.fmean(seconds)
    return f"""Measured: a class of {found["submissions"]:,}. Its gradebook has {size:.0f} MiB.

{class_table(found)}

Simulated: {number:,} submissions that execute for {mean:.2f} s each. The writer is the limit beyond
{enough_workers(submissions)} workers.

{simulation_table(submissions)}

Simulated: the same, executing for {SLOWER * mean:.1f} s each. The writer is the limit beyond
{enough_workers(longer)} workers.

{simulation_table(longer)}

Arithmetic (all of the writer's work, or each worker's share of executing, whichever is longer) and
simulation agree within {AGREEMENT:.0%}.
"""


def main() -> None:
    """Measure, simulate, print, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=100_000, metavar="N", help="simulated")
    parser.add_argument("--many", type=int, default=10_000, metavar="N", help="measured")
    parser.add_argument(
        "--times",
        type=Path,
        default=RESULTS / "grading.json",
        metavar="FILE",
        help="what benchmarks/grading.py wrote (default: benchmarks/results/grading.json)",
    )
    parser.add_argument(
        "--json",
        type=Path,
        default=RESULTS / "scale.json",
        metavar="FILE",
        help="where to write what was measured, and beside it the page as .md "
        "(default: benchmarks/results/scale.json)",
    )
    args = parser.parse_args()
    times = json.loads(args.times.read_text(encoding="utf-8"))
    found = measure_class(args.many)
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = page(found, times, args.submissions)
    print(text, end="")
    args.json.with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
