"""How long grading takes: stock nbgrader, and ours with cold and with warm kernels.

    .venv/bin/python benchmarks/grading.py [--submissions 40]

All three grade the same submissions of my-sequential, right and wrong ones, in whole processes of
their own, one after another. Stock nbgrader runs each notebook unconfined and gives a cell its
points unless it raises; ours run it in a sandbox and have the judge decide. Seconds depend on the
machine; the ratios are of this one run. CPU time is that of the whole machine, for a sandbox takes
its own with it when it is closed: run this where nothing else runs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME = "my-sequential"
PLAIN = 'c = get_config()\nc.CourseDirectory.course_id = "benchmark"\nc.Execute.timeout = 60\n'


@dataclass(frozen=True)
class Cost:
    """What grading all submissions took, start-up included: wall seconds, and CPU seconds."""

    wall: float
    cpu: float


def cpu_seconds() -> float:
    """Return the CPU time that this machine has spent since it started, see proc_stat(5)."""
    user, nice, system = map(int, Path("/proc/stat").read_text().split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def run(*words: str, folder: Path) -> Cost:
    """Run a Python module to its end; returns what that cost. Exits if it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    cpu, start = cpu_seconds(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    cost = Cost(time.perf_counter() - start, cpu_seconds() - cpu)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)} failed:\n{done.stderr}")
    return cost


def report(folder: Path) -> str:
    """Return the scores that the gradebook holds, as the report's CSV."""
    run("autograder.cli", "report", NAME, "--quiet", folder=folder)
    return (folder / "course" / "reports" / f"{NAME}.csv").read_text(encoding="utf-8")


def main() -> None:
    """Grade three times and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=40, metavar="N", help="default: 40")
    number = parser.parse_args().submissions
    costs, scores = {}, {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        course = folder / "course"
        shutil.copytree(ROOT / "exercises", folder / "exercises")
        run("autograder.cli", "release", NAME, folder=folder)
        run("autograder.cli", "demo-class", NAME, "--students", str(number), folder=folder)
        for how in ("warm", "cold"):
            words = ["autograder.cli", "grade", NAME, "--quiet", "--force", "--sandbox", how]
            costs[how] = run(*words, folder=folder)
            scores[how] = report(folder)
        (course / "nbgrader_config.py").write_text(PLAIN, encoding="utf-8")
        costs["stock"] = run("nbgrader", "autograde", NAME, "--force", folder=course)
    if scores["warm"] != scores["cold"]:
        sys.exit("warm and cold kernels gave different scores")
    print(f"{number} submissions of {NAME}, one at a time; {os.cpu_count()} cores")
    print("| | submissions a minute | CPU seconds each | speed, stock = 1 | CPU, stock = 1 |")
    print("|---|---|---|---|---|")
    stock = costs["stock"]
    for how, title in {
        "stock": "nbgrader, no sandbox",
        "cold": "`--sandbox cold`",
        "warm": "`--sandbox warm`",
    }.items():
        cost = costs[how]
        print(
            f"| {title} | {60 * number / cost.wall:.0f} | {cost.cpu / number:.2f} "
            f"| {stock.wall / cost.wall:.1f} | {cost.cpu / stock.cpu:.2f} |"
        )


if __name__ == "__main__":
    main()
