"""A submission that goes wrong in one task loses that task alone, and a sentence says why."""

import re

import pytest
from conftest import ROOT

from autograder import solutions

pytestmark = pytest.mark.sandbox

NAME = "custom-layer"
RIGHT = solutions.read(ROOT / f"exercises/{NAME}/solutions/right_reference.py").cells
LAYER = """
import os, sys, time
class CenteredLayer(nn.Block):
    def forward(self, x):
        {}
        return x - x.mean()
"""
# What stands in `forward`, and the sentence that feedback must hold.
BAD = {
    "raises": ("raise ValueError('no such layer')", "Your code raised ValueError: no such layer"),
    "raises-much": ("raise ValueError('no! ' * 5_000_000)", "Your code raised ValueError: no! no!"),
    "nothing": ("return None", "layer(x) gives None: does forward return its result?"),
    "text": ("return 'centered'", "gives wrong numbers or a wrong shape"),
    "loops": ("while True: pass", "This cell ran longer than 8 seconds and was interrupted"),
    "never-stops": (
        "\n        while True:\n            try: time.sleep(1)\n            except: pass",
        "This cell ran too long or printed too much, and could not be stopped",
    ),
    "dies": ("os._exit(1)", "The kernel died while this cell ran"),
    # Whether it can be stopped is a question of speed.
    "prints-for-ever": (
        "while True: print('x' * 1000)",
        "printed more than | printed too much, and could not be stopped",
    ),
    "prints-at-once": ("print('x' * 100_000_000)", "printed too much, and could not be stopped"),
}


def test_one_bad_task_costs_its_own_points_and_says_why(class_project):
    project = class_project
    project.configure("c.Execute.timeout = 8", "c.SandboxedExecute.iopub_timeout = 5")
    for kind, (body, _) in BAD.items():
        cells = {**RIGHT, "CenteredLayer": LAYER.format(body)}
        project.submit(kind, cells, NAME)
    # A right solution may print as much as it likes, so long as it is fast.
    cells = {**RIGHT, "CenteredLayer": LAYER.format("print('x' * 300_000)")}
    project.submit("prints", cells, NAME)

    done = project.run("grade", NAME, timeout=900)
    assert done.returncode == 0, done.stderr
    assert {kind: project.score(kind, NAME) for kind in BAD} == dict.fromkeys(BAD, 7.0)
    assert project.score("prints", NAME) == 10

    done = project.run("feedback", NAME)
    assert done.returncode == 0, done.stderr
    for kind, (_, sentence) in BAD.items():
        page = project.root / f"course/feedback/{kind}/{NAME}/{NAME}.html"
        assert page.stat().st_size < 3_000_000
        text = re.sub(r"\s+", " ", page.read_text(encoding="utf-8"))
        assert any(choice in text for choice in sentence.split(" | ")), kind
