"""What the pages print: as committed, every time, on either device, in the notebooks too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from pages import EDITIONS, IDIOM, ROOT, WITH_CODE, code, measured, run

REFERENCES = ROOT / "tests" / "reference"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def execute(cells: list[str], folder: Path, **environment: str) -> list[list[object]]:
    """Run cells in a new kernel; return the outputs of each, with the device left out."""
    new = [nbformat.v4.new_code_cell(cell) for cell in cells]
    page = nbformat.v4.new_notebook(cells=new, metadata={"kernelspec": KERNEL})
    place = {"metadata": {"path": str(folder)}}
    client = NotebookClient(page, resources=place, timeout=300, coalesce_streams=True)
    client.execute(env={**os.environ, **environment})
    return [printed(cell) for cell in page.cells]


def printed(cell: NotebookNode) -> list[object]:
    texts = [
        output.get("text") or sorted(output.get("data", {}).items()) for output in cell.outputs
    ]
    return [re.sub(r"[cg]pu\(0\)", "DEVICE", str(text)) for text in texts]


# --- references -----------------------------------------------------------------------------------


def test_references_are_those_of_the_pages() -> None:
    done = run(ROOT / "tools" / "reference.py", "--check")
    assert done.returncode == 0, done.stderr


def test_a_stale_reference_is_named(small_book: Callable) -> None:
    root = small_book("```{code-cell}\nx = 1\n```").parents[1]
    cell = nbformat.v4.new_code_cell("x = 2")
    (root / "tests" / "reference").mkdir(parents=True)
    old = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(old, root / "tests" / "reference" / "index.ipynb")
    done = run(root / "tools" / "reference.py", "--check")
    assert done.returncode != 0 and "Stale references: index" in done.stderr


def nbval(folder: Path) -> subprocess.CompletedProcess[str]:
    """Let nbval run the references in a folder again and compare."""
    options = ["-q", "--nbval", "--nbval-sanitize-with", str(ROOT / "tests" / "sanitize.cfg")]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, str(folder)],
        capture_output=True,
        text=True,
        timeout=900,
        cwd=ROOT,
    )


def test_every_page_prints_what_its_reference_holds() -> None:
    done = nbval(REFERENCES)
    assert done.returncode == 0, done.stdout


def test_a_changed_output_is_noticed(tmp_path: Path) -> None:
    source = REFERENCES / "index.ipynb"
    changed = source.read_text(encoding="utf-8").replace("11.", "12.")
    (tmp_path / "index.ipynb").write_text(changed, encoding="utf-8")
    done = nbval(tmp_path)
    assert done.returncode != 0 and "1 failed" in done.stdout


# --- other runs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WITH_CODE)
def test_a_notebook_from_the_site_runs_twice_in_one_kernel_and_prints_the_same(
    site: Path, name: str, tmp_path: Path
) -> None:
    """Also the same as the reference, which was made with another hash seed."""
    downloads = [
        nbformat.read(site / edition / "_sources" / f"{name}.ipynb", as_version=4)
        for edition in EDITIONS
    ]
    english, chinese = (
        [cell.source for cell in nb.cells if cell.cell_type == "code"] for nb in downloads
    )
    assert english == chinese == [cell.source for cell in code(name)]
    outputs = execute(english * 2, tmp_path, PYTHONHASHSEED="0")
    first, second = outputs[: len(english)], outputs[len(english) :]
    reference = nbformat.read(REFERENCES / f"{name}.ipynb", as_version=4)
    for place, cell in enumerate(code(name)):
        if not measured(cell):
            assert first[place] == second[place] == printed(reference.cells[place]), cell.source


@pytest.mark.parametrize("name", [name for name in WITH_CODE if name != "index"])
def test_a_page_runs_where_its_device_is_not_the_first_cpu(name: str, tmp_path: Path) -> None:
    """Gluon keeps cpu(1) and cpu(0) apart, so an array on the wrong device fails as on a GPU."""
    cells = [cell.source.replace(IDIOM, "device = mx.cpu(1)") for cell in code(name)]
    assert any("device = mx.cpu(1)" in cell for cell in cells)
    execute(cells, tmp_path)


def test_an_array_on_the_wrong_device_is_noticed(tmp_path: Path) -> None:
    cells = [
        "import mxnet as mx\nfrom autograder.device import usable_gpus",
        f"{IDIOM}\nnet = mx.gluon.nn.Dense(1)\nnet.initialize(ctx=device)",
        "net(mx.nd.ones((1, 2)))",
    ]
    execute(cells, tmp_path)
    with pytest.raises(Exception, match="was not initialized on context"):
        execute([cell.replace(IDIOM, "device = mx.cpu(1)") for cell in cells], tmp_path)


# --- notebooks to download ------------------------------------------------------------------------


@pytest.mark.parametrize("edition", EDITIONS)
def test_notebooks_hold_plain_markdown(site: Path, edition: str) -> None:
    for name in WITH_CODE:
        nb = nbformat.read(site / edition / "_sources" / f"{name}.ipynb", as_version=4)
        nbformat.validate(nb)
        text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
        left = re.findall(r"\{[\w:-]+\}`|^[`:]{3,}\{.*$|^\([\w-]+\)=$|^:[\w-]+:.*$", text, re.M)
        assert not left, f"{name}: {left}"
        assert text.count("<details>") == text.count("</details>")


def test_what_has_no_form_in_a_notebook_stops_the_build(small_book: Callable) -> None:
    cell = "```{code-cell}\nx = 1\n```"
    done = run(small_book(f"{cell}\n\n:::{{seealso}}\nMore.\n:::"), "en")
    assert done.returncode != 0 and "seealso" in done.stderr
    assert "Traceback" not in done.stderr
