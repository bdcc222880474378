"""Every assignment's solutions: the right ones get full marks, each wrong one is caught."""

import json
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import NAME, ROOT

from autograder import solutions
from autograder.course import Exercises
from autograder.errors import InvalidSolution

NAMES = Exercises(ROOT / "exercises").names


@pytest.mark.parametrize("name", NAMES)
def test_an_assignment_has_right_and_wrong_solutions(name):
    found = solutions.read_all(ROOT / "exercises" / name / "solutions").values()
    assert sum(s.right for s in found) >= 4
    assert sum(not s.right for s in found) >= 12
    assert all(s.path.name.startswith("right_") == s.right for s in found)


@pytest.mark.sandbox
def test_every_right_solution_passes_and_every_wrong_one_is_caught(project):
    def check(name):
        return project.run("check", name, "--quiet", "--seed", 1, timeout=1800)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, done in zip(NAMES, pool.map(check, NAMES), strict=True):
            assert done.returncode == 0, done.stderr
            assert re.search(
                rf"{name}: \d+ right solutions, (\d+) of \1 wrong ones caught", done.stdout
            )


@pytest.mark.sandbox
def test_json_is_all_that_stands_on_standard_output(project, right_code):
    folder = project.root / "mine"
    folder.mkdir()
    (folder / "good.py").write_text(f"# %% MySequential\n{right_code}")
    (folder / "bad.py").write_text("# %% MySequential\nclass MySequential(nn.Block):\n    pass\n")
    # Even a kernel that writes past IPython, to the file descriptor itself.
    (folder / "loud.py").write_text(f"# %% MySequential\nos.write(1, b'noise')\n{right_code}")
    done = project.run("check", NAME, "--solutions", folder, "--json")
    assert done.returncode == 0, done.stderr
    full = {"test-forward": 3.5, "test-blocks": 3.0, "test-index": 1.5, "test-files": 2.0}
    assert json.loads(done.stdout) == {
        "bad.py": {"score": 0.0, "max": 10.0, "cells": dict.fromkeys(full, 0.0)},
        "good.py": {"score": 10.0, "max": 10.0, "cells": full},
        "loud.py": {"score": 10.0, "max": 10.0, "cells": full},
    }


@pytest.mark.sandbox
def test_warm_and_cold_kernels_give_the_same_points(project):
    folder = project.root / "some"
    folder.mkdir()
    for path in sorted((ROOT / "exercises" / NAME / "solutions").glob("*.py"))[::8]:
        shutil.copy2(path, folder)
    command = ("check", NAME, "--solutions", folder, "--json", "--seed", "1", "--sandbox")
    warm, cold = (project.run(*command, how) for how in ("warm", "cold"))
    assert warm.returncode == cold.returncode == 0, warm.stderr + cold.stderr
    assert json.loads(warm.stdout) == json.loads(cold.stdout)
    assert not warm.stderr, "no word of a cold kernel in its place"


@pytest.mark.sandbox
def test_a_wrong_promise_in_a_header_fails_the_check(project, right_code):
    folder = project.root / "exercises" / NAME / "solutions"
    for path in folder.iterdir():
        path.unlink()
    (folder / "wrong_not_at_all.py").write_text(
        f"# Right in truth.\n# caught by: chained\n# score: 3\n\n# %% MySequential\n{right_code}"
    )
    (folder / "right_not_at_all.py").write_text("# %% MySequential\nMySequential = nn.Sequential\n")
    done = project.run("check", NAME)
    assert done.returncode == 1
    assert "[2/2] wrong_not_at_all.py: 10 of 10" in done.stderr
    assert "a wrong solution got full marks" in done.stderr
    assert "'chained' did not catch it" in done.stderr
    assert "a right solution lost points (" in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n", "start each cell with a line"),
        ("# %%\nx = 1\n", "start each cell with a line"),
        ("# score: many\n# %% MySequential\nx = 1\n", "its score is not a number"),
        ("# %% NoSuchCell\nx = 1\n", "there is no solution cell 'NoSuchCell'"),
    ],
)
def test_a_malformed_solution_file_is_refused_in_one_sentence(class_project, text, message):
    folder = class_project.root / "mine"
    folder.mkdir()
    (folder / "odd.py").write_text(text)
    done = class_project.run("check", NAME, "--solutions", folder)
    assert done.returncode == 1
    assert message in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_an_unreadable_solution_file_is_refused(tmp_path):
    (tmp_path / "latin.py").write_bytes(b"# %% A\nx = '\xff'\n")
    with pytest.raises(InvalidSolution, match="cannot be read"):
        solutions.read_all(tmp_path)
    (tmp_path / "latin.py").unlink()
    with pytest.raises(InvalidSolution, match="no solution file"):
        solutions.read_all(tmp_path)


@pytest.mark.sandbox
def test_a_demonstration_class_gets_the_scores_on_its_list(class_project):
    project = class_project
    done = project.run("demo-class", NAME, "--students", "4")
    assert done.returncode == 0, done.stderr
    assert len(list((project.root / "course/submitted").iterdir())) == 4
    assert project.run("grade", NAME).returncode == 0
    expected = project.root / f"course/demo-class/{NAME}.csv"
    done = project.run("report", NAME, "--expect", expected)
    assert done.returncode == 0 and "all 4 scores are those of" in done.stdout
    project.run("demo-class", NAME, "--students", "4")
    assert "0 graded, 4 up to date" in project.run("grade", NAME).stdout
