"""Judges of all assignments: what one run reports is no answer in the next, nor is a constant."""

from __future__ import annotations

import gzip
import itertools
import json
from typing import Any

import nbformat
import numpy as np
import pytest
from conftest import ROOT

from autograder import solutions
from autograder.course import Exercises
from autograder.evidence import encode
from autograder.judge import collect, decide, decode, load_judge

pytestmark = pytest.mark.sandbox

# They ask whether numbers are drawn as they should be: numbers of an earlier run are, too, and
# whoever makes such numbers has written the initialiser.
NOT_BOUND = {
    ("parameters", name)
    for name in (
        "support",
        "zeros",
        "signs",
        "spread",
        "every-shape",
        "follows-the-seed",
        "other-draws",
        "devices",
    )
}
# Two runs that differ in all that is drawn. A number of rows has some forty values: one run in so
# many has the answer that is right in the other, which is a guess that does not pay.
NONCES = {"ada": "first", "bob": "second"}
NAMES = Exercises(ROOT / "exercises").names


def constants(value: Any) -> list[Any]:
    """Return what somebody would report who knows the form of an answer and guesses the rest."""
    if isinstance(value, np.ndarray):
        some = [*dict.fromkeys(value.ravel().tolist())][:5]
        some += [0, 1] + [np.nan, np.inf] * (value.dtype.kind == "f")
        return [np.full(value.shape, number, value.dtype) for number in some]
    if isinstance(value, list):
        return [[], *([one] * len(value) for one in dict.fromkeys(value))]
    return [0, 1, True, False, "", b""]


def reports(project, name: str, student: str) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return the nonce of a student's run and what the test cells reported in it."""
    path = project.root / f"course/.autograder/executed/{name}/{student}/{name}.json.gz"
    kept = json.loads(gzip.decompress(path.read_bytes()))
    cells = nbformat.reads(kept["notebook"], as_version=4).cells
    graded = [c for c in cells if c.metadata.get("nbgrader", {}).get("grade")]
    return kept["nonce"], {
        c.metadata.nbgrader["grade_id"]: collect(c.get("outputs", [])) for c in graded
    }


@pytest.mark.parametrize("name", NAMES)
def test_neither_an_earlier_run_nor_a_constant_answers(class_project, name):
    folder = ROOT / "exercises" / name / "solutions"
    right = solutions.read(min(folder.glob("right_*.py")))
    for student, nonce in NONCES.items():
        class_project.submit(student, right.cells, name)
        class_project.configure(f"c.SandboxedExecute.nonce = '{nonce}'")
        assert class_project.run("grade", name, "--student", student).returncode == 0
    (nonce, ours), (_, others) = (reports(class_project, name, s) for s in ("ada", "bob"))
    unearned = {}
    for cell, telltales in load_judge(folder.parent / "judge.py").items():
        assert not decide(telltales, ours[cell], nonce).failed
        for test in (test for test in telltales if test.points):
            guesses = [others[cell]] * ((name, test.name) not in NOT_BOUND)
            used: dict[str, None] = {}

            class Noting(dict):
                def __contains__(self, key: str, used: dict = used) -> bool:
                    used[key] = None
                    return super().__contains__(key)

            decide([test], Noting(ours[cell]), nonce)
            guessed = [constants(decode(ours[cell][key])) for key in used]
            for values in itertools.islice(itertools.product(*guessed), 500):
                answers = zip(used, values, strict=True)
                guesses.append({key: {"name": key, **encode(value)} for key, value in answers})
            if any(decide([test], guess, nonce).passed for guess in guesses):
                unearned[test.name] = test.points
    assert unearned == {}
