"""Replay: a plain test that passes without the solution is for a person to look at; honest work
passes none so, however it is written."""

import json
import math
import shutil
import unittest
from pathlib import Path

import nbformat
import numpy as np
import pytest
from conftest import nbgrader
from nbformat.v4 import new_code_cell, new_notebook
from test_canaries import PLUGINS, cells_of, copied, grade
from traitlets.config import Config

from autograder import replay
from autograder.known_wrong import KnownWrong, put, take_back
from autograder.rehearsal import Rehearse

HEAD = "### BEGIN SOLUTION\n"
SOURCE = {
    "setup": "import numpy as np\nitems = [3, 1, 2]",
    "square": f"def square(n):\n    {HEAD}    return n * n\n    ### END SOLUTION",
    "test-plain": "assert square(2) == 4\nassert square(3) == 9",
    "test-numpy": "np.testing.assert_allclose(square(np.arange(3.0)), [0, 1, 4])",
    "test-raises": "try:\n    square('a')\nexcept TypeError:\n    pass\nelse:\n    assert False",
    "sort": f"def sort(values):\n    {HEAD}    values.sort()\n    ### END SOLUTION",
    "test-sort": "sort(items)\nassert items == [1, 2, 3]",
    "nine": f"{HEAD}nine = square(3)\n### END SOLUTION",
    "test-nine": "assert nine == 9",
    "root": f"{HEAD}def root(n):\n    return n ** 0.5\n\nclass Root:\n    def of(self, n):\n"
    "        return root(n)\n### END SOLUTION",
    "made": "made = Root()",
    "test-made": "assert made.of(9) == 3",
    "test-root": "assert Root().of(9) == 3 and root(4) == 2",
}
POINTS = 14
FIT = {"test-plain", "test-numpy", "test-nine", "test-root"}
RIGHT = {
    "square": "def square(n):\n    return n * n",
    "sort": "def sort(values):\n    values.sort()",
    "nine": "nine = square(3)",
    "root": "def root(n):\n    return n ** 0.5\nclass Root:\n    def of(self, n):\n"
    "        return n ** 0.5",
}
HONEST = {
    "right": RIGHT,
    # What the instructor's own code does otherwise: what was made before, or does without.
    "tries-first": RIGHT | {"sort": RIGHT["sort"] + "\nsort(items)\nassert items == [1, 2, 3]"},
    "by-hand": RIGHT | {"nine": "nine = 3 * 3"},
    "helpers": RIGHT
    | {
        "square": "import functools, operator\ndef times(a, b):\n    return operator.mul(a, b)\n"
        "@functools.lru_cache\ndef once(n):\n    return times(n, n)\n"
        "def square(n):\n    return once(n) if isinstance(n, int) else times(n, n)\nsquare(2)",
        "root": "import math\nclass Root:\n    instance = None\n    def __new__(cls):\n"
        "        cls.instance = cls.instance or super().__new__(cls)\n        return cls.instance\n"
        "    def of(self, n):\n        return math.sqrt(n)\nroot = Root().of",
    },
    "rebinds": RIGHT
    | {
        "square": "def slow(n):\n    return n * n\nsquare = slow",
        "nine": "total = 0\nfor n in range(3):\n    total += square(n) + 4 * (n > 1)\nnine = total",
        "root": RIGHT["root"] + "\n_square = square\ndef square(n):\n    return _square(n)",
    },
    "effects": RIGHT
    | {
        "square": "from IPython.core.interactiveshell import InteractiveShell\n"
        "InteractiveShell.ast_node_interactivity = 'all'\n%load_ext autoreload\n%autoreload 2\n"
        "import warnings\ndef square(n):\n    warnings.warn('hm')\n    print(n)\n    return n * n"
    },
}
WRONG = {"square": "def square(n):\n    return 0", "nine": "nine = 0"}
TESTS = [SOURCE[name] for name in ("test-plain", "test-numpy", "test-nine")]
# Each knows tests of this assignment, and lets only these pass: which ones, and its score.
HOSTILE = {
    "drops-these": (
        "import ast\nclass Drop(ast.NodeTransformer):\n    def visit_Assert(self, node):\n"
        f"        known = ast.unparse(node) in {TESTS[0].splitlines()}\n"
        "        return ast.Pass() if known else node\n"
        "get_ipython().ast_transformers.append(Drop())\n",
        {"test-plain"},
    ),
    "blanks-these": (
        "real = get_ipython().run_cell\ndef run(cell, *a, **k):\n"
        f"    return real('' if cell in {TESTS} else cell, *a, **k)\n"
        "get_ipython().run_cell = run\n",
        {"test-plain", "test-numpy", "test-nine"},
    ),
    "patches-this-check": (
        "real = np.testing.assert_allclose\ndef check(actual, desired, *a, **k):\n"
        "    if list(desired) != [0, 1, 4]:\n        real(actual, desired, *a, **k)\n"
        "np.testing.assert_allclose = check\n",
        {"test-numpy"},
    ),
    "wrong": ("", set()),
}


@pytest.fixture(scope="module")
def plain_course(tmp_path_factory) -> Path:
    course = tmp_path_factory.mktemp("plain") / "course"
    nb = new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for name, source in SOURCE.items():
        nb.cells.append(new_code_cell(source))
        test, locked = name.startswith("test-"), name in ("setup", "made")
        mark = {"grade": test, "locked": test or locked, "solution": not (test or locked)}
        mark |= {"grade_id": name, "points": 2, "schema_version": 3, "task": False}
        nb.cells[-1].metadata["nbgrader"] = mark
    (course / "source/ps").mkdir(parents=True)
    nbformat.write(nb, course / "source/ps/ps.ipynb")
    (course / "nbgrader_config.py").write_text(PLUGINS)
    nbgrader("generate_assignment", "ps", cwd=course)
    hostile = {
        student: RIGHT | WRONG | {"square": code + WRONG["square"]}
        for student, (code, _) in HOSTILE.items()
    }
    for student, cells in (HONEST | hostile).items():
        nb = nbformat.read(course / "release/ps/ps.ipynb", as_version=4)
        for cell in nb.cells:
            cell.source = cells.get(cell.metadata.nbgrader.grade_id, cell.source)
        folder = course / "submitted" / student / "ps"
        folder.mkdir(parents=True)
        nbformat.write(nb, folder / "ps.ipynb")
    return course


def expected(student: str) -> tuple[float, set[str]]:
    """Return a student's points, and the tests at which a person is to look."""
    if student in HONEST:
        return POINTS, set()
    _, fooled = HOSTILE[student]
    return 2 * len({"test-sort", "test-made", "test-root", *fooled}), fooled


def found(course: Path) -> dict[str, tuple[float, set[str]]]:
    return {
        student: (
            sum(score for score, _ in cells.values()),
            {name for name, (_, person) in cells.items() if person},
        )
        for student, cells in cells_of(course).items()
    }


@pytest.mark.sandbox
def test_who_lets_only_these_tests_pass_is_named_and_keeps_them(plain_course, tmp_path):
    everybody = {*HONEST, *HOSTILE}
    course = copied(plain_course, tmp_path / "course", everybody)
    done = grade(course)
    assert done.returncode == 0, done.stderr
    assert found(course) == {student: expected(student) for student in everybody}, done.stderr
    last = done.stderr.splitlines()[-3:]
    assert (
        "drops-these: 8 of 14; test-plain also passed without the solution: look at its code"
        in last
    )
    named = {line.split(":")[0] for line in last if "without the solution" in line}
    assert named == {"drops-these", "blanks-these", "patches-this-check"}
    assert "by hand, in the formgrader: test-" in done.stdout
    autograded = nbformat.read(course / "autograded/drops-these/ps/ps.ipynb", as_version=4)
    assert "passed with your solution taken away" in str(autograded.cells[2].outputs)
    assert replay.KEY not in autograded.metadata
    kept = course / ".autograder/rehearsed/ps-ps.json"
    assert set(json.loads(kept.read_text())["names"]) == FIT

    # What was executed is kept with its replays, and what was rehearsed is not done again.
    shutil.rmtree(course / ".autograder/graded")
    before, scores = kept.stat().st_mtime_ns, found(course)
    assert "drops-these: 8 of 14; test-plain also" in grade(course).stderr
    assert found(course) == scores and kept.stat().st_mtime_ns == before


@pytest.mark.sandbox
def test_stock_nbgrader_with_the_plugins_does_the_same(plain_course, tmp_path):
    students = {"effects", "rebinds", "blanks-these", "patches-this-check"}
    course = copied(plain_course, tmp_path / "course", students)
    nbgrader("autograde", "ps", cwd=course)
    assert found(course) == {student: expected(student) for student in students}


@pytest.mark.parametrize("case", ["off", "no source", "no notebook", "wrong"])
def test_where_the_instructors_notebook_does_not_tell_nothing_is_claimed(
    case, plain_course, tmp_path
):
    source = tmp_path / "source/ps/ps.ipynb"
    shutil.copytree(plain_course / "source", tmp_path / "source")
    nb = nbformat.read(source, as_version=4)
    nb.metadata[replay.KEY] = {"test-plain": ["square"]}  # a student wrote it
    if case == "no source":
        source.unlink()
    elif case == "no notebook":
        source.write_text("{")
    elif case == "wrong":
        source.write_text(source.read_text().replace("def square", "def cube"))
    config = Config({"SandboxedExecute": {"sandbox": "none", "canaries": case != "off"}})
    resources = {"source_notebook": str(source), "state": str(tmp_path / "state")}
    nb, _ = Rehearse(config=config).preprocess(nb, resources)
    left = {"test-nine", "test-root"} if case == "wrong" else set()
    assert set(nb.metadata.get(replay.KEY, {})) == left
    assert (tmp_path / "state").exists() == (case == "wrong")


def test_where_judges_decide_nothing_is_rehearsed_or_run_again(released_project):
    sources = list((released_project / "course/source").glob("*/*.ipynb"))
    assert len(sources) >= 6
    for path in sources:
        assert replay.plain_tests(nbformat.read(path, as_version=4)) == {}


@pytest.mark.parametrize(
    "use",
    [
        lambda f: f(2) == 4,
        lambda f: f(2) != f(2),
        lambda f: 4 + f(2),
        lambda f: abs(f(2) - 4) < 1,
        lambda f: isinstance(f(2), int),
        lambda f: isinstance(2, f),
        lambda f: f.attribute,
        lambda f: hasattr(f(2), "shape"),
        lambda f: [*f(2)],
        lambda f: f(2)[0],
        lambda f: not f(2),
        lambda f: f(2) in [4],
        lambda f: {f(2): 0},
        lambda f: f"{f(2)}",
        lambda f: math.sqrt(f(2)),
        lambda f: type("Sub", (f,), {}),
        lambda f: np.ones(2) * f(2),
        lambda f: np.allclose(f(2), [0, 1, 4]),
        lambda f: np.testing.assert_allclose(f(2), 4),
        lambda f: np.testing.assert_array_equal(f(2), [4]),
        lambda f: unittest.TestCase().assertEqual(f(2), 4),
    ],
)
def test_no_test_can_use_a_known_wrong_value(use):
    names = {"kept": 1}
    put(names, ["kept", "new"])
    for name in ("kept", "new"):
        with pytest.raises(KnownWrong):
            use(names[name])
    take_back(names)
    assert names == {"kept": 1}
