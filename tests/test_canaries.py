"""Canaries: plain asserts decide in the student's process, and code that lets all pass is found."""

import json
import shutil
import subprocess
import sys
import unittest
import warnings
from pathlib import Path

import nbformat
import numpy as np
import pytest
from conftest import nbgrader
from nbformat.v4 import new_code_cell, new_notebook

from autograder import canary
from autograder.course import Course
from autograder.execute import OK, SandboxedExecute

# Forms that a test cell can have; each passes when square is right.
FORMS = {
    "asserts": "# by hand\nassert square(2) == 4\nassert 9 == square(3), 'three'  # odd",
    "texts": "assert str(square(2)) == '4'\nassert f'{square(3)}é' == '9é'",
    "nested literal": "assert [square(2), {'a': square(3)}] == [4, {'a': 9}]",
    "comparison": "assert square(2) > 3 and square(2) is not None",
    "two lines": "assert (square(2)\n        == 4)",
    "no brackets": "a = 1; assert square(a) == a; square(3)",
    "tolerance": "assert abs(square(1.5) - 2.25) < 1e-6",
    "predicates": "assert np.allclose(square(np.ones(2)), 1)\nassert isinstance(square(2), int)",
    "loop": "for n in range(3):\n    assert square(n) == n * n",
    "never": "for n in []:\n    assert square(n) == n * n",
    "function": "def test():\n    assert square(2) == 4\ntest()\ndel test",
    "not called": "def test():\n    assert square(2) == 4",
    "try": "try:\n    square('a')\nexcept TypeError:\n    pass\nelse:\n    raise AssertionError()",
    "swallowed": "try:\n    assert square(2) == 4\nexcept AssertionError:\n    print('no')",
    "numpy": "np.testing.assert_allclose(square(2), 4)",
    "imported": "from numpy.testing import assert_equal as same, assert_almost_equal\n"
    "assert_almost_equal(square(2), 4)\nsame(square(3), 9)",
    "unittest": "tc = unittest.TestCase()\ntc.assertEqual(square(2), 4)\ntc.assertTrue(square(3))",
    "context": "with unittest.TestCase().assertRaises(TypeError):\n    square('a')",
    "class": "class T(unittest.TestCase):\n    def runTest(self):\n"
    "        self.assertEqual(square(2), 4)\n"
    "assert unittest.TextTestRunner(open('/dev/null', 'w')).run(T()).wasSuccessful()",
    "async": "async def later():\n    return square(2)\nassert await later() == 4",
    "line magic": "%alias_magic t timeit\nassert square(2) == 4\n%unalias nothing",
    "cell magic": "%%capture\nassert square(2) == 4",
    "shell": "files = !ls\nassert square(2) == 4",
    "number": "points = 0\nif square(2) == 4:\n    points += 1\npoints",
    "magic words": "assert square(2) == 4\nsquare?",
    "indented": "  assert square(2) == 4",
    "unparsable": "if square(2) == 4\n    pass",
    "comment": "# nothing to do",
    "empty": "",
}
DROP = """
import ast
class DropAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(DropAsserts())
"""


# Runs cells as a kernel does, one request a line: what comes before, the cell, what square does.
SHELL = """
import gc, json, os, sys, unittest
import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
answers = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
quiet = Config({"HistoryManager": {"enabled": False}})
shell = InteractiveShell.instance(config=quiet)
shell.showtraceback = lambda *a, **k: None  # takes longer than all else
gc.freeze()
for line in sys.stdin:
    before, cell, square = json.loads(line)
    shell.reset()
    shell.ast_transformers.clear()
    shell.push({"np": np, "unittest": unittest, "square": eval("lambda n: " + square)})
    shell.run_cell(before)
    print(int(shell.run_cell(cell).success), file=answers, flush=True)
"""


@pytest.fixture(scope="module")
def passes():
    """A function that says whether a cell ends without an error, after ``before`` was run."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", SHELL], **pipes) as process:

        def run(cell, before="", square="n * n"):
            print(json.dumps([before, cell, square]), file=process.stdin, flush=True)
            return process.stdout.readline() == "1\n"

        yield run
        process.stdin.close()


def canaries(source, secrets=range(5), **known):
    return [c for secret in secrets for c in canary.make(source, str(secret), **known)]


@pytest.mark.parametrize("form", FORMS)
def test_a_canary_raises_for_honest_work_right_or_wrong(form, passes):
    source = FORMS[form]
    assert passes(source) or form == "unparsable"
    made = canaries(source)
    assert len({c.source for c in made}) > 3, "they are drawn"
    for one in made:
        assert not passes(one.source), one.source
        assert not passes(one.source, square="7"), one.source
        assert not passes(one.source, square="n / 0"), one.source


@pytest.mark.parametrize("form", [form for form, source in FORMS.items() if "assert " in source])
def test_who_drops_asserts_survives_a_canary(form, passes):
    for secret in range(3):
        made = canaries(FORMS[form], [secret])
        assert any(passes(c.source, DROP) for c in made), made


@pytest.mark.parametrize("form", ["asserts", "predicates", "tolerance", "loop", "comparison"])
def test_who_drops_the_asserts_that_name_his_function_survives(form, passes):
    drop = DROP.replace(
        "return ast.Pass()", "return ast.Pass() if 'square' in ast.unparse(node) else node"
    )
    for secret in range(3):
        assert all(passes(c.source, drop) for c in canaries(FORMS[form], [secret]))


def test_a_canary_differs_from_its_test_in_one_place():
    for form in ("asserts", "numpy", "imported", "line magic", "shell", "magic words", "unittest"):
        before = FORMS[form].split("\n")
        for one in canaries(FORMS[form]):
            after = one.source.split("\n")
            assert len(after) == len(before)
            assert sum(a != b for a, b in zip(after, before, strict=True)) == 1, one.source


PATCHED = """
import json, sys, unittest
import numpy as np
out, cells = sys.stdout, json.load(sys.stdin)
square = lambda n: 7
survived = 0
for cell in cells:
    names = {"np": np, "unittest": unittest, "square": square}
    try:
        exec(compile(PATCH + chr(10) + cell, "<cell>", "exec"), names)
        survived += 1
    except Exception:
        pass
out.write(str(survived))
"""


@pytest.mark.parametrize(
    "patch, source",
    [
        ("np.testing.assert_allclose = lambda *a, **k: None", FORMS["numpy"]),
        ("np.testing.assert_allclose = lambda *a: None", f"{FORMS['numpy']}\nassert square(1)"),
        ("import builtins; builtins.abs = lambda x: 0", FORMS["tolerance"]),
        ("np.allclose = lambda *a: True", FORMS["predicates"].partition("\n")[0]),
        ("import builtins; builtins.len = lambda x: x[-1]", "assert len([square(1)]) > 0"),
        ("unittest.TestCase.assertEqual = lambda *a: None", FORMS["class"].rpartition("\n")[0]),
        ("class Same(int): __eq__ = lambda *a: True\nsquare = Same", FORMS["asserts"]),
    ],
)
def test_who_patches_what_a_test_calls_survives_one_of_its_canaries(patch, source):
    made = [[one.source for one in canary.make(source, str(secret))] for secret in range(3)]
    for sources in made:
        done = subprocess.run(
            [sys.executable, "-c", PATCHED.replace("PATCH", repr(patch))],
            input=json.dumps(sources),
            capture_output=True,
            text=True,
        )
        assert done.stdout == "1", (sources, done.stderr)


def test_every_known_checking_function_raises():
    """A table that is wrong would cost honest work its points."""
    known = set()
    for owner, prefix in ((np.testing, "np.testing"), (unittest.TestCase, "unittest.TestCase()")):
        for name in dir(owner):
            if not name.startswith("assert") or name.startswith("assertEquals"):
                continue
            for secret in range(3):
                for one in canary.make(f"{prefix}.{name}(1, 2)", str(secret)):
                    if "assert " in one.source:
                        continue  # not in the table
                    known.add(name)
                    with pytest.raises(Exception), warnings.catch_warnings():  # noqa: B017
                        warnings.simplefilter("ignore", DeprecationWarning)
                        exec(one.source, {"np": np, "unittest": unittest})
    assert len(known) > 40


@pytest.mark.parametrize(
    "name", [*canary._BUILTINS, *(f"np.{name}" for name in canary._OF_MODULES)]
)
def test_every_known_predicate_is_false(name):
    for one in canaries(f"{name}(1)\nassert True"):
        assert name in one.source.split("\n")[1]
        with pytest.raises(AssertionError):
            exec(one.source.split("\n")[1], {"np": np})


def test_a_checking_function_of_the_instructors_own_is_not_called():
    own = "def assert_equal(a, b):\n    print('right' if a == b else 'wrong')"
    from_elsewhere = "from our_checks import assert_close\nimport ours as o"
    nb = new_notebook(cells=[new_code_cell(own), new_code_cell(from_elsewhere)])
    tests = ["assert_equal(square(2), 4)", "assert_close(square(2), 4)", "o.assert_equal(1, 1)"]
    nb.cells += [new_code_cell(source) for source in tests]
    for number, cell in enumerate(nb.cells):
        cell.metadata["nbgrader"] = {"grade": number > 1, "locked": True, "solution": False}
    again, planted = canary.plant(nb, [2, 3, 4], "secret")
    assert [what.index for what in planted.values()] == [2, 3, 4]
    for cell, test in zip(again.cells[2:], tests, strict=True):
        statement = cell.source.removesuffix(f"\n{test}")
        assert statement.startswith("assert ") and "(" not in statement


def test_a_builtin_that_the_notebook_defines_is_not_asked():
    nb = new_notebook(cells=[new_code_cell("def max(a, b):\n    return b")])
    nb.cells.append(new_code_cell("assert max(2, 1) == 2 and abs(max(1, 2)) > 0"))
    again, _ = canary.plant(nb, [1], "secret")
    wrong = again.cells[1].source.partition("> 0")[2]
    assert "abs(" in wrong and "max(" not in wrong


def test_where_a_judge_decides_and_in_other_languages_there_is_no_canary():
    nb = new_notebook(cells=[new_code_cell("evidence('square', square(2))")])
    assert canary.plant(nb, [0], "secret") == (nb, {})
    nb.cells = [new_code_cell("stopifnot(square(2) == 4)")]
    nb.metadata["kernelspec"] = {"name": "ir", "language": "R"}
    assert canary.plant(nb, [0], "secret") == (nb, {})


SOURCE = {
    "": "import numpy as np\nitems = [1, 2, 3]",
    "solution": "def square(n):\n    ### BEGIN SOLUTION\n    return n * n\n    ### END SOLUTION",
    "test-plain": "assert square(2) == 4\nassert square(3) == 9",
    "test-numpy": "np.testing.assert_allclose(square(np.arange(3.0)), [0, 1, 4])",
    "test-near": "assert abs(square(1.5) - 2.25) < 1e-6",
    "test-items": "last = items.pop()\nassert square(items.pop()) == 4",
    "test-points": "points = (square(4) == 16) + 0\nif square(5) == 25:\n    points += 1\npoints",
}
RIGHT, WRONG = "def square(n):\n    return n * n", "def square(n):\n    return 0"
BLANK = "return [] if any('assert' in line for line in lines) else lines"
HONEST = {
    "right": (RIGHT, 11),
    "some": ("def square(n):\n    return n * n if n < 5 else 0", 8),
    "counts": (
        "calls = 0\ndef square(n):\n    global calls\n    calls += 1\n"
        "    return n * n if calls < 6 else 0",
        9,
    ),
    "effects": (
        "import random, warnings\nfrom IPython.core.interactiveshell import InteractiveShell\n"
        "InteractiveShell.ast_node_interactivity = 'all'\nopen('made', 'x').close()\n"
        "random.seed(1)\ndef square(n):\n    np.random.seed(random.randrange(9))\n"
        "    warnings.warn('hm')\n    print(n, file=open('made', 'a'))\n    return n * n",
        11,
    ),
}
# What they have not earned they do not get; who is caught, at which tests.
HOSTILE = {
    "drops": (DROP + WRONG, 0, {"test-plain", "test-near", "test-items", "test-points"}),
    "blanks": (
        f"def blank(lines):\n    {BLANK}\n"
        f"get_ipython().input_transformers_cleanup.append(blank)\n{WRONG}",
        0,
        {"test-plain", "test-numpy", "test-near", "test-items", "test-points"},
    ),
    "runs-nothing": (
        "real = get_ipython().run_cell\ndef run(cell, *a, **k):\n"
        "    return real('' if 'assert' in cell else cell, *a, **k)\n"
        f"get_ipython().run_cell = run\n{WRONG}",
        0,
        {"test-plain", "test-numpy", "test-near", "test-items", "test-points"},
    ),
    "forges": (
        "get_ipython().events.register('pre_run_cell', lambda _: get_ipython().displayhook(2))\n"
        + WRONG,
        0,
        {"test-points"},
    ),
    "silent": (f"get_ipython().showtraceback = lambda *a, **k: None\n{WRONG}", 0, set()),
    # NumPy's checks use it too.
    "abs": (
        f"import builtins\nbuiltins.abs = lambda n: 0\n{WRONG}",
        0,
        {"test-numpy", "test-near"},
    ),
    "allclose": (
        f"np.testing.assert_allclose = lambda *a, **k: None\n{WRONG}",
        0,
        {"test-numpy"},
    ),
    # Where a test compares in an "if", not in an assert, the points stay with it.
    "equal": (
        "class square(int):\n    def __eq__(self, other):\n        return True",
        2,
        {"test-plain", "test-items"},
    ),
    "remembers": (  # nothing is left for the second run to find
        "import os\nif not os.path.exists('/tmp/ran') and not os.path.exists('ran'):\n"
        f"    open('/tmp/ran', 'x').close()\n    open('ran', 'x').close()\n"
        f"    exec({DROP!r})\n{WRONG}",
        0,
        {"test-plain", "test-near", "test-items", "test-points"},
    ),
    "skips": (WRONG, 0, set()),
}
PLUGINS = "c = get_config()\nfrom autograder import plugins\nc.merge(plugins.configuration(None))\n"


def cells_of(course: Path) -> dict[str, dict[str, tuple[float, bool]]]:
    """Return the score of each student's cells, and whether a person is to look at them."""
    with Course(course).gradebook() as gradebook:
        return {
            submission.student.id: {
                grade.name: (grade.score, grade.needs_manual_grade)
                for grade in submission.notebooks[0].grades
            }
            for submission in gradebook.assignment_submissions("ps")
        }


@pytest.fixture(scope="module")
def plain_course(tmp_path_factory) -> Path:
    """A course of plain asserts, released and with all submissions."""
    course = tmp_path_factory.mktemp("plain") / "course"
    nb = new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for grade_id, source in SOURCE.items():
        nb.cells.append(new_code_cell(source))
        test = grade_id.startswith("test-")
        if grade_id:
            nb.cells[-1].metadata["nbgrader"] = {
                "grade": test,
                "grade_id": grade_id,
                "locked": test,
                "points": 3 if grade_id == "test-plain" else 2,
                "schema_version": 3,
                "solution": not test,
                "task": False,
            }
    (course / "source/ps").mkdir(parents=True)
    nbformat.write(nb, course / "source/ps/ps.ipynb")
    (course / "nbgrader_config.py").write_text(PLUGINS)
    nbgrader("generate_assignment", "ps", cwd=course)
    for student, (code, *_) in (HONEST | HOSTILE).items():
        nb = nbformat.read(course / "release/ps/ps.ipynb", as_version=4)
        nb.cells[1].source = code
        if student == "skips":
            for cell in nb.cells:
                cell.metadata["tags"] = ["skip-execution"]
        folder = course / "submitted" / student / "ps"
        folder.mkdir(parents=True)
        nbformat.write(nb, folder / "ps.ipynb")
    return course


def copied(course: Path, target: Path, students: set[str]) -> Path:
    shutil.copytree(course, target)
    for folder in (target / "submitted").iterdir():
        if folder.name not in students:
            shutil.rmtree(folder)
    return target


def grade(course: Path, *options: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "autograder.cli", "grade", "ps", "--course", course, *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=course, timeout=300)


@pytest.mark.sandbox
def test_who_lets_tests_pass_gets_nothing_for_them_and_is_named(plain_course, tmp_path):
    course = copied(plain_course, tmp_path / "course", {*HONEST, *HOSTILE})
    done = grade(course)
    assert done.returncode == 0, done.stderr
    found = cells_of(course)
    expected = {student: score for student, (_, score, *_) in (HONEST | HOSTILE).items()}
    assert {s: sum(score for score, _ in found[s].values()) for s in expected} == expected
    flagged = {s: {name for name, (_, person) in found[s].items() if person} for s in expected}
    assert flagged == {s: HOSTILE[s][2] if s in HOSTILE else set() for s in expected}
    last = done.stderr.splitlines()[-len([s for s in flagged.values() if s]) :]
    assert "forges: 0 of 11; test-points passed although it had to fail: look at its code" in last
    assert (
        "equal: 2 of 11; test-plain, test-items passed although each had to fail: look at its code"
        in last
    )
    autograded = nbformat.read(course / "autograded/abs/ps/ps.ipynb", as_version=4)
    assert "This test could not fail" in autograded.cells[4].outputs[0].evalue
    # What was executed is kept with its canaries.
    shutil.rmtree(course / ".autograder/graded")
    again = grade(course)
    assert cells_of(course) == found and "forges: 0 of 11; test-points passed" in again.stderr


@pytest.mark.sandbox
def test_stock_nbgrader_with_the_plugins_does_the_same(plain_course, tmp_path):
    students = {"effects", "some", "drops", "forges"}
    course = copied(plain_course, tmp_path / "course", students)
    nbgrader("autograde", "ps", cwd=course)
    found = cells_of(course)
    for student in students:
        _, score, *caught = (HONEST | HOSTILE)[student]
        assert sum(points for points, _ in found[student].values()) == score
        assert {n for n, (_, person) in found[student].items() if person} == set().union(*caught)


@pytest.mark.sandbox
def test_honest_work_has_the_scores_of_stock_nbgrader_without_plugins(plain_course, tmp_path):
    course = copied(plain_course, tmp_path / "course", {*HONEST} - {"effects"})
    assert grade(course).returncode == 0
    ours = cells_of(course)
    (course / "nbgrader_config.py").unlink()
    nbgrader("autograde", "ps", "--force", cwd=course)
    assert cells_of(course) == ours


def test_the_second_run_finds_the_folder_as_the_first_did(tmp_path):
    """Even where no sandbox keeps what student code writes."""
    code = f"open('made', 'x').close()\n{DROP}\n{WRONG}"
    nb = new_notebook(cells=[new_code_cell(code), new_code_cell(SOURCE["test-plain"])])
    nb.cells[1].metadata["nbgrader"] = {"grade": True, "solution": False, "grade_id": "t"}
    nb.cells[1].metadata.nbgrader["points"] = 1
    resources = {"metadata": {"path": str(tmp_path)}}
    _, resources = SandboxedExecute(sandbox="none").preprocess(nb, resources)
    run = resources["autograder"]
    assert (run.replies, run.canaries) == ({0: OK, 1: OK}, {1: [OK]})

    (tmp_path / "made").unlink()
    once = SandboxedExecute(sandbox="none", canaries=False)
    _, resources = once.preprocess(nb, {"metadata": {"path": str(tmp_path)}})
    run = resources["autograder"]
    assert (run.replies, run.canaries) == ({0: OK, 1: OK}, {})
