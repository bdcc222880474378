"""Submissions of a small course, each broken in its own way, and what must become of each."""

from __future__ import annotations

import copy
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "ps"
FULL, NOTHING = 5.0, 0.0
CODE = {"double": "def double(x):\n    return 2 * x", "half": "def half(x):\n    return x / 2"}
ASKED, ANSWER = "YOUR ANSWER HERE", "It undoes the other."  # a person grades it

# By name: the score, or a part of the sentence that is told instead; a part of the note on a graded
# one; and what breaks the notebook (returning bytes) or its folder (returning None).
Break = Callable[[dict, Path], dict | bytes | None]
CASES: dict[str, tuple[float | str, str, Break]] = {}


def case(expected: float | str, note: str = "") -> Callable[[Break], Break]:
    def add(change: Break) -> Break:
        CASES[change.__name__.replace("_", "-")] = (expected, note, change)
        return change

    return add


def source() -> NotebookNode:
    """Return the instructor's notebook."""

    def mark(name: str, cell: NotebookNode, **more: object) -> NotebookNode:
        kind = {"grade": False, "solution": False, "locked": False, "task": False, **more}
        cell.metadata["nbgrader"] = {"schema_version": 3, "grade_id": name, **kind}
        return cell

    def test(name: str, points: int, shown: str, hidden: str) -> NotebookNode:
        text = f"assert {shown}\n### BEGIN HIDDEN TESTS\nassert {hidden}\n### END HIDDEN TESTS"
        return mark(name, new_code_cell(text), grade=True, locked=True, points=points)

    def task(name: str) -> NotebookNode:
        text = CODE[name].replace("    return", "    ### BEGIN SOLUTION\n    return")
        return mark(name, new_code_cell(f"{text}\n    ### END SOLUTION"), solution=True)

    setup = mark("setup", new_code_cell("import math\nfrom math import pi"), locked=True)
    tested = "double(pi) == 2 * math.pi"
    cells = [new_markdown_cell("# Problems"), setup, task("double")]
    cells += [test("test-double", 2, "double(1) == 2", tested), task("half")]
    cells += [test("test-half", 3, "half(2) == 1", "half(double(3)) == 3")]
    cells.append(mark("why", new_markdown_cell(ASKED), grade=True, solution=True, points=2))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def solved(released: NotebookNode, code: dict[str, str] = CODE) -> dict:
    """Return the released notebook, with its tasks solved, as JSON values."""
    nb = json.loads(json.dumps(released))
    for name, text in code.items():
        cell(nb, name)["source"] = text
    cell(nb, "why")["source"] = ANSWER
    return nb


def mark(cell: dict) -> dict:
    return cell["metadata"].get("nbgrader", {})


def index(nb: dict, name: str) -> int:
    return next(i for i, c in enumerate(nb["cells"]) if mark(c).get("grade_id") == name)


def cell(nb: dict, name: str) -> dict:
    return nb["cells"][index(nb, name)]


def dump(nb: object, **options: object) -> bytes:
    return json.dumps(nb, **options).encode()


def own(text: str) -> dict:
    return {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "id": "own"}


# Cells


@case(FULL)
def as_released(nb, folder):
    return nb


@case(FULL, "lacked the cell test-half")
def test_deleted(nb, folder):
    del nb["cells"][index(nb, "test-half")]
    return nb


@case(FULL, "lacked the cell setup")
def setup_deleted(nb, folder):
    del nb["cells"][index(nb, "setup")]
    return nb


@case(FULL, "lacked the cell test-double")
def all_locked_deleted(nb, folder):
    nb["cells"] = [c for c in nb["cells"] if mark(c).get("solution")]
    return nb


@case(NOTHING, "lacked the cell test-half")
def no_cells_left(nb, folder):
    return {**nb, "cells": []}


@case(FULL, "holds the cell test-double twice; the copy was dropped")
def test_copied(nb, folder):
    nb["cells"].append(copy.deepcopy(cell(nb, "test-double")))
    return nb


@case(FULL, "holds the cell double twice; the copy was dropped")
def solution_copied(nb, folder):
    nb["cells"].append(copy.deepcopy(cell(nb, "double")))
    return nb


@case(FULL, "holds the cell double twice, with different text")
def work_in_the_copy(nb, folder):
    at = index(nb, "double")
    work = copy.deepcopy(nb["cells"][at])
    nb["cells"][at]["source"] = "def double(x):\n    raise NotImplementedError()"
    nb["cells"].insert(at + 1, work)
    return nb


@case(FULL, "holds the cell why twice, with different text")
def answer_in_the_copy(nb, folder):
    nb["cells"].append(copy.deepcopy(cell(nb, "why")))
    cell(nb, "why")["source"] = ASKED
    return nb


@case(FULL, "lacked the answer why; if it stands in another cell, give its points by hand")
def answer_deleted(nb, folder):
    del nb["cells"][index(nb, "why")]
    return nb


@case(FULL, "twice, with different text")
def helper_in_a_copied_test(nb, folder):
    cell(nb, "half")["source"] = "def half(x):\n    return helper(x)"
    helper = copy.deepcopy(cell(nb, "test-double"))
    helper["source"] = "def helper(x):\n    return x / 2"
    nb["cells"].insert(index(nb, "half"), helper)
    return nb


@case(FULL, "had the cell test-half in another place")
def tests_first(nb, folder):
    tests = [nb["cells"].pop(index(nb, name)) for name in ("test-half", "test-double")]
    nb["cells"] = tests + nb["cells"]
    return nb


@case(FULL, "had the cell")
def tests_swapped(nb, folder):
    a, b = index(nb, "test-double"), index(nb, "test-half")
    nb["cells"][a], nb["cells"][b] = nb["cells"][b], nb["cells"][a]
    return nb


@case(FULL, "had the cell test-double in another place")
def solution_moved_to_the_end(nb, folder):
    nb["cells"].append(nb["cells"].pop(index(nb, "double")))
    return nb


@case(FULL, "had the cell setup in another place")
def setup_moved_to_the_end(nb, folder):
    nb["cells"].append(nb["cells"].pop(index(nb, "setup")))
    cell(nb, "half")["source"] = "unit = math.pi / pi\n" + CODE["half"]
    return nb


@case(FULL)
def test_changed(nb, folder):
    cell(nb, "test-half")["source"] = "assert False"
    return nb


@case(NOTHING)
def tests_emptied(nb, folder):
    for name in CODE:
        cell(nb, name)["source"] = f"{name} = None"
        cell(nb, f"test-{name}")["source"] = ""
    return nb


@case(NOTHING)
def tests_made_raw(nb, folder):
    for name in CODE:
        cell(nb, name)["source"] = "pass"
        cell(nb, f"test-{name}")["cell_type"] = "raw"
    return nb


@case(FULL)
def solution_made_markdown(nb, folder):
    cell(nb, "double")["cell_type"] = "markdown"
    return nb


@case(NOTHING)
def tests_tagged(nb, folder):
    for c in nb["cells"]:
        c["metadata"]["tags"] = ["skip-execution", "remove-cell"]
    for name in CODE:
        cell(nb, name)["source"] = "pass"
    return nb


@case(FULL)
def unknown_cell_types(nb, folder):
    cell(nb, "double")["cell_type"] = "Code"
    cell(nb, "half")["cell_type"] = 7
    cell(nb, "test-half")["cell_type"] = None
    return nb


@case(FULL, "held something that is not a cell")
def cells_that_are_none(nb, folder):
    nb["cells"] = [None, *nb["cells"], 7, "text", []]
    return nb


@case(FULL)
def sources_as_lists(nb, folder):
    for c in nb["cells"]:
        c["source"] = c["source"].splitlines(keepends=True)
    cell(nb, "half")["source"] += [None, 3, {}]
    return nb


@case(3.0)
def source_is_a_number(nb, folder):
    cell(nb, "double")["source"] = 5
    cell(nb, "test-double")["source"] = 5
    cell(nb, "half")["source"] += "\ndef double(x):\n    return 2 * x"
    return nb


@case(FULL)
def sources_missing_from_tests(nb, folder):
    for name in ("setup", "test-double", "test-half"):
        del cell(nb, name)["source"]
    return nb


@case(FULL)
def cell_ids_are_wrong(nb, folder):
    for c, wrong in zip(nb["cells"], ("same", "same", "", "ü" * 99, 5, [1]), strict=False):
        c["id"] = wrong
    return nb


@case(FULL)
def outputs_are_no_lists(nb, folder):
    for name, wrong in zip(CODE, (7, {"a": "b"}), strict=True):
        cell(nb, name)["outputs"] = wrong
        cell(nb, name)["execution_count"] = "twice"
    return nb


@case(FULL)
def a_hundred_deep_in_outputs_and_metadata(nb, folder):
    deep = json.loads("[" * 100 + "]" * 100)
    cell(nb, "half")["outputs"] = deep
    cell(nb, "half")["metadata"]["deep"] = cell(nb, "half")["metadata"]["tags"] = deep
    nb["metadata"]["deep"] = deep
    return nb


# nbgrader's metadata


@case(FULL)
def test_not_graded(nb, folder):
    mark(cell(nb, "test-half")).update(grade=False, solution=True, locked=False, points=-1)
    return nb


@case(FULL)
def points_raised(nb, folder):
    mark(cell(nb, "test-half"))["points"] = 1000
    return nb


@case(FULL)
def points_are_text(nb, folder):
    mark(cell(nb, "test-half"))["points"] = "abc"
    mark(cell(nb, "test-double"))["points"] = None
    return nb


@case(FULL)
def points_missing(nb, folder):
    del mark(cell(nb, "test-half"))["points"]
    return nb


@case(FULL, "lacked the cell test-half")
def test_renamed(nb, folder):
    mark(cell(nb, "test-half"))["grade_id"] = "test-third"
    return nb


@case(FULL)
def solution_renamed(nb, folder):
    mark(cell(nb, "half"))["grade_id"] = "mine"
    return nb


@case(FULL)
def unknown_graded_cell_added(nb, folder):
    nb["cells"].append(own("raise ValueError"))
    data = {"grade": True, "grade_id": "bonus", "points": 50, "schema_version": 3}
    nb["cells"][-1]["metadata"]["nbgrader"] = {**data, "solution": False, "locked": True}
    return nb


@case(FULL, "lacked the cell test-half")
def grade_id_is_a_list(nb, folder):
    mark(cell(nb, "test-half"))["grade_id"] = ["test-half"]
    return nb


@case(FULL, "lacked the cell test-half")
def marks_are_no_dicts(nb, folder):
    for c, wrong in zip(nb["cells"], (7, "x", None, [], True, 0.5), strict=False):
        c["metadata"]["nbgrader"] = wrong
    return nb


@case(FULL, "lacked the cell setup")
def metadata_missing(nb, folder):
    for c in nb["cells"]:
        del c["metadata"]
    return nb


@case(FULL)
def schema_version_is_old(nb, folder):
    for c, version in zip(nb["cells"][1:], (0, 1, 2, 99, "3"), strict=False):
        mark(c)["schema_version"] = version
    return nb


# The notebook


@case(FULL)
def notebook_metadata_missing(nb, folder):
    del nb["metadata"]
    return nb


@case(FULL)
def kernel_renamed(nb, folder):
    nb["metadata"]["kernelspec"] = {"name": "conda-ml", "display_name": "ML (Python 2)"}
    return nb


@case(FULL)
def kernel_is_no_dict(nb, folder):
    nb["metadata"] = {"kernelspec": ["python3"], "language": 5, "language_info": None}
    return nb


@case(FULL)
def nbformat_3(nb, folder):
    cells = [{"cell_type": "heading", "level": 2, "source": "Mine", "metadata": {}}]
    for c in nb["cells"]:
        text = c.pop("source")
        cells.append({**c, "input" if c["cell_type"] == "code" else "source": text})
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}


@case(FULL)
def nbformat_9(nb, folder):
    return {**nb, "nbformat": 9, "nbformat_minor": 1, "news": {}}


@case(FULL)
def nbformat_is_text(nb, folder):
    return {**nb, "nbformat": "four", "nbformat_minor": None}


@case(FULL)
def nan_and_huge_numbers(nb, folder):
    nb["metadata"]["x"] = float("nan")
    cell(nb, "half")["metadata"]["nbgrader"]["points"] = float("-inf")
    return dump(nb).replace(b'"nbformat": 4', b'"nbformat": ' + b"9" * 5000)


@case("it has no list of cells")
def cells_missing(nb, folder):
    del nb["cells"]
    return nb


@case("it has no list of cells")
def cells_are_a_dict(nb, folder):
    return {**nb, "cells": dict(enumerate(nb["cells"]))}


@case("it is JSON, but no notebook")
def a_list(nb, folder):
    return dump(nb["cells"])


@case("it is nested too deeply")
def ten_thousand_deep(nb, folder):
    return b"[" * 10_000


@case("it holds too many values")
def millions_of_values(nb, folder):
    return b'{"cells": [' + b"[]," * 1_500_000 + b"1]}"


@case("cells, more than")
def too_many_cells(nb, folder):
    nb["cells"] += [own("1")] * 6000
    return nb


@case("damaged or not JSON")
def cut_short(nb, folder):
    return dump(nb)[:-200]


@case("the file is empty")
def empty(nb, folder):
    return b""


@case("the file is empty")
def only_zeros(nb, folder):
    return bytes(5000)


@case(FULL)
def zeros_at_the_end(nb, folder):
    return dump(nb) + bytes(5000)


@case(FULL, "holds more after its end")
def more_after_the_end(nb, folder):
    return dump(nb) + b'\n"source": []}]}'


@case("it is a web page")
def a_web_page(nb, folder):
    return b"<!DOCTYPE html><title>Log in</title>"


@case("it is a zip archive")
def a_zip(nb, folder):
    return b"PK\x03\x04" + bytes(100)


# Characters


def chinese(nb):
    nb["cells"].append(own("名字 = '小明，你好'  # 注释"))
    cell(nb, "half")["source"] = "# 一半\n" + CODE["half"] + "\nassert len('一半') == 2"
    return nb


@case(FULL)
def chinese_text(nb, folder):
    return dump(chinese(nb), ensure_ascii=False)


@case(FULL)
def utf_8_with_a_mark(nb, folder):
    return b"\xef\xbb\xbf" + dump(chinese(nb), ensure_ascii=False)


@case(FULL, "read as utf-16")
def utf_16(nb, folder):
    return json.dumps(chinese(nb), ensure_ascii=False).encode("utf-16")


@case(FULL, "read as utf-16-le")
def utf_16_without_a_mark(nb, folder):
    return json.dumps(chinese(nb), ensure_ascii=False).encode("utf-16-le")


@case(FULL, "read as gb18030")
def gbk(nb, folder):
    return json.dumps(chinese(nb), ensure_ascii=False).encode("gbk")


@case(FULL, "read as cp1252")
def latin_1(nb, folder):
    cell(nb, "half")["source"] += "\nassert len('déjà vu') == 7  # ça marche"
    return json.dumps(nb, ensure_ascii=False).encode("latin-1")


@case(FULL, "is not quite UTF-8; 1 characters")
def a_broken_byte(nb, folder):
    return dump(chinese(nb), ensure_ascii=False).replace("注".encode(), "注".encode()[:2])


@case(FULL)
def lone_surrogates_and_nul(nb, folder):
    cell(nb, "half")["source"] += "\nname = '\ud83d'  # \udc00\0"
    nb["cells"].append({**own("x"), "cell_type": "markdown", "source": "\ud800"})
    return nb


@case(FULL)
def control_characters(nb, folder):
    cell(nb, "half")["source"] += "\n# tab here"
    return dump(nb).replace(b"tab here", b"\t\x01\x1f here")


# Files


@case("is a symbolic link")
def notebook_is_a_link(nb, folder):
    (folder / f"{NAME}.ipynb").symlink_to(folder.parents[2] / f"source/{NAME}/{NAME}.ipynb")


@case("is not a file but a folder, pipe")
def notebook_is_a_pipe(nb, folder):
    os.mkfifo(folder / f"{NAME}.ipynb")


@case("is not a file but a folder, pipe")
def notebook_is_a_folder(nb, folder):
    (folder / f"{NAME}.ipynb").mkdir()


@case("holds 200 MiB, more than 64")
def notebook_is_huge(nb, folder):
    with (folder / f"{NAME}.ipynb").open("wb") as stream:
        stream.truncate(200 << 20)


@case(FULL, "stolen.txt was left out")
def link_beside(nb, folder):
    (folder / "stolen.txt").symlink_to(folder.parents[2] / f"source/{NAME}/{NAME}.ipynb")
    (folder / "endless").symlink_to("/dev/zero")
    (folder / "all").symlink_to("/")
    cell(nb, "half")["source"] += "\nimport os\nassert sorted(os.listdir()) == []"
    return nb


@case(FULL, "pipe was left out")
def pipe_and_socket_beside(nb, folder):
    os.mkfifo(folder / "pipe")
    here = Path.cwd()
    os.chdir(folder)  # a socket's address is short
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
    os.chdir(here)
    return nb


@case(FULL, "name is not in UTF-8")
def file_names(nb, folder):
    (folder / "数据.txt").write_text("2")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xc4\xe3.txt")).write_text("2")
    cell(nb, "half")["source"] = "def half(x):\n    return x / int(open('数据.txt').read())"
    return nb


@case("links or other things that are no files")
def hundred_links(nb, folder):
    for number in range(100):
        (folder / f"link{number}").symlink_to("/etc/passwd")
    return nb


@case("the folder holds homework.ipynb; rename")
def other_name(nb, folder):
    (folder / "homework.ipynb").write_bytes(dump(nb))


@case("if ps (1).ipynb is meant, rename it to ps.ipynb")
def near_name(nb, folder):
    (folder / "ps (1).ipynb").write_bytes(dump(nb))


@case("the folder holds PS.ipynb, ps_copy.ipynb; rename")
def two_near_names(nb, folder):
    for name in ("PS.ipynb", "ps_copy.ipynb"):
        (folder / name).write_bytes(dump(nb))


@case("if below/ps.ipynb is meant")
def in_a_folder_below(nb, folder):
    (folder / "below").mkdir()
    (folder / "below/ps.ipynb").write_bytes(dump(nb))


@case("ask for it")
def no_file(nb, folder):
    return None


@case(FULL, "does not hold a time")
def bad_timestamp(nb, folder):
    (folder / "timestamp.txt").write_text("next Tuesday-ish")
    return nb


@case(FULL, "does not hold a time")
def binary_timestamp(nb, folder):
    (folder / "timestamp.txt").write_bytes(b"\xff\xfe\0\1" * 1000)
    return nb


@case(FULL, "does not hold a time")
def impossible_timestamp(nb, folder):
    (folder / "timestamp.txt").write_text("0001-01-01 00:00:00 +1400")
    return nb


@case(FULL, "timestamp.txt was left out")
def timestamp_is_a_pipe(nb, folder):
    os.mkfifo(folder / "timestamp.txt")
    return nb


# Honest work


@case(FULL)
def warns_prints_and_plots(nb, folder):
    cell(nb, "half")["source"] = (
        "import sys, warnings\nimport matplotlib.pyplot as plt\n"
        "def half(x):\n    warnings.warn('hm')\n    print('half of', x)\n"
        "    print('careful', file=sys.stderr)\n    plt.plot([x])\n    return x / 2"
    )
    return nb


@case(FULL)
def slow_but_allowed(nb, folder):
    cell(nb, "double")["source"] = "import time\ntime.sleep(1.5)\n" + CODE["double"]
    return nb


@case(FULL)
def own_cells_between(nb, folder):
    for at in (6, 4, 3, 2, 0):
        nb["cells"].insert(at, own("seen = globals().get('seen', 0) + 1"))
    cell(nb, "half")["source"] += "\nassert seen == 4, seen"
    return nb
