"""Points that attacks gain: in stock nbgrader with plain asserts, and here.

    .venv/bin/python benchmarks/hostile.py

Every attack of tests/hostile is handed in to my-sequential and graded by ours. Stock nbgrader
cannot score hidden tests that only report, so it grades the same attacks on a notebook that this
script makes: the same task, tested by asserts. It has no sandbox, so it runs in one as a whole;
only attacks that are after points are tried on it, not those on the machine. Writes
benchmarks/results/hostile.md.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import nbformat
from attacks import attacks, filled
from nbformat.v4 import new_code_cell, new_notebook

from autograder.solutions import Solution

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
NAME = "my-sequential"
TRIED_ON_STOCK = ("rewritten-tests", "lying-objects", "spoofed-outputs")
REMAINING = "remaining"  # its scores are what they get, not what they earn
PLAIN = """c = get_config()
c.CourseDirectory.course_id = "hostile"
c.Execute.timeout = 5
"""
ASSERTS = {
    "test-forward": """
a, b = nn.Dense(4, in_units=3), nn.Dense(2, in_units=4)
net = MySequential()
net.add(a, b)
net.initialize()
x = nd.random.uniform(shape=(5, 3))
assert (net(x) == b(a(x))).asnumpy().all()
""",
    "test-blocks": """
assert len(list(net.collect_params())) == 4
assert MySequential(prefix='outer_').prefix == 'outer_'
""",
    "test-index": """
assert len(net) == 2
assert net[0] is a and net[-1] is b
try:
    net[2]
    raise AssertionError('no IndexError')
except IndexError:
    pass
""",
}
POINTS = {"test-forward": 4, "test-blocks": 3, "test-index": 3}


def plain_notebook() -> nbformat.NotebookNode:
    """Return the task with asserts for tests, as an instructor writes it for nbgrader."""

    def cell(grade_id: str, source: str, points: int | None = None, solution: bool = False):
        mark = {"grade_id": grade_id, "grade": points is not None, "solution": solution}
        mark |= {"schema_version": 3, "locked": not solution, "task": False}
        mark |= {"points": points} if points is not None else {}
        return new_code_cell(source.strip(), metadata={"nbgrader": mark})

    body = "### BEGIN SOLUTION\nclass MySequential(nn.Sequential): pass\n### END SOLUTION"
    cells = [cell("setup", "from mxnet import autograd, init, nd\nfrom mxnet.gluon import nn")]
    cells.append(cell("MySequential", body, solution=True))
    for grade_id, source in ASSERTS.items():
        hidden = f"### BEGIN HIDDEN TESTS\n{source.strip()}\n### END HIDDEN TESTS"
        cells.append(cell(grade_id, hidden, POINTS[grade_id]))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def hand_in(folder: Path, attacks: dict[str, Solution]) -> None:
    """Hand in each attack to the released assignment of the course ``folder``/course."""
    released = nbformat.read(folder / f"course/release/{NAME}/{NAME}.ipynb", as_version=4)
    for student, solution in attacks.items():
        nb = filled(solution, folder, port=9).fill(released)
        path = folder / f"course/submitted/{student}/{NAME}/{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(nb, path)


def scores(folder: Path) -> dict[str, float]:
    """Return the points of each student that the gradebook holds."""
    query = """select a.student_id, sum(coalesce(g.auto_score, 0)) from grade g
        join submitted_notebook n on g.notebook_id = n.id
        join submitted_assignment a on n.assignment_id = a.id group by a.student_id"""
    gradebook = sqlite3.connect(folder / "course/gradebook.db")
    found = dict(gradebook.execute(query).fetchall())
    gradebook.close()
    return found


def grade_stock(folder: Path, attacks: dict[str, Solution]) -> dict[str, float]:
    """Grade by stock nbgrader, inside a sandbox that is bubblewrap's and writes to ``folder``."""
    course = folder / "course"
    source = course / f"source/{NAME}/{NAME}.ipynb"
    source.parent.mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(PLAIN, encoding="utf-8")
    nbformat.write(plain_notebook(), source)
    room = ["bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev"]
    room += ["--proc", "/proc", "--tmpfs", "/tmp", "--bind", str(folder), str(folder)]
    room += ["--ro-bind", str(ROOT), str(ROOT), "--ro-bind", sys.prefix, sys.prefix]
    room += ["--setenv", "HOME", str(folder), "--chdir", str(course), "--setenv", "PATH"]
    room += [f"{sys.prefix}/bin:/usr/bin:/bin", "--", sys.executable, "-m", "nbgrader"]
    subprocess.run([*room, "generate_assignment", NAME], check=True, capture_output=True)
    hand_in(folder, attacks)
    # One by one, for a submission can stop those that follow it.
    for student in attacks:
        subprocess.run([*room, "autograde", NAME, "--student", student], capture_output=True)
    return scores(folder)


def grade_ours(folder: Path, attacks: dict[str, Solution]) -> dict[str, float]:
    """Grade by ``autograder grade``, in one run."""
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    command = [sys.executable, "-m", "autograder.cli"]
    subprocess.run([*command, "release", NAME], cwd=folder, check=True, capture_output=True)
    with (folder / "course/nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("\nc = get_config()\nc.Execute.timeout = 5\n")
    hand_in(folder, attacks)
    subprocess.run([*command, "grade", NAME, "--quiet"], cwd=folder, capture_output=True)
    return scores(folder)


def unearned(attacks: dict[str, Solution], found: dict[str, float]) -> float:
    """Return the sum of the points beyond those that the submissions earn."""
    earned = {name: 0.0 if name.startswith(REMAINING) else s.score for name, s in attacks.items()}
    return sum(max(0.0, found.get(name, 0.0) - score) for name, score in earned.items())


def main() -> None:
    """Grade in both ways, print the table, and write it."""
    families: dict[str, dict[str, Solution]] = defaultdict(dict)
    for attack, solution in attacks().items():
        family, name = attack.split("/")
        families[family][f"{family}-{name}"] = solution
    every = {name: s for family in families.values() for name, s in family.items()}
    with tempfile.TemporaryDirectory() as folder:
        ours = grade_ours(Path(folder), every)
    with tempfile.TemporaryDirectory() as folder:
        tried = {n: s for f in TRIED_ON_STOCK for n, s in families[f].items()}
        stock = grade_stock(Path(folder), tried)
    lines = ["| family | attacks | points unearned, stock | ours |", "|---|---|---|---|"]
    for name, family in sorted(families.items()):
        gained = f"{unearned(family, stock):g}" if name in TRIED_ON_STOCK else "not tried"
        lines.append(f"| {name} | {len(family)} | {gained} | {unearned(family, ours):g} |")
    text = "\n".join(lines) + "\n"
    print(text, end="")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "hostile.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
