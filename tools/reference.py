"""Write tests/reference/<page>.ipynb: each page's cells with the output that nbval compares."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
REFERENCES = ROOT / "tests" / "reference"


def pages() -> dict[str, NotebookNode]:
    """Return the pages that have code, by name, reduced to their code cells without outputs.

    One edition is enough: the code of the other is the same, which check_editions.py proves.
    """
    found = {}
    for path in sorted((ROOT / "book" / "en").glob("*.md")):
        notebook = jupytext.read(path)
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for number, cell in enumerate(cells):
            cell.id, cell.metadata = f"{path.stem}-{number}", NotebookNode(cell.metadata)
        if cells:
            metadata = NotebookNode(kernelspec=notebook.metadata.kernelspec)
            found[path.stem] = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    return found


def stale() -> list[str]:
    """Return the names of references whose code is not the page's, or that lack their page."""
    now = {name: [cell.source for cell in page.cells] for name, page in pages().items()}
    then = {
        path.stem: [cell.source for cell in nbformat.read(path, as_version=4).cells]
        for path in REFERENCES.glob("*.ipynb")
    }
    return sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))


def write() -> None:
    """Run every page and write its reference anew."""
    REFERENCES.mkdir(parents=True, exist_ok=True)
    for path in REFERENCES.glob("*.ipynb"):
        path.unlink()
    for name, page in pages().items():
        client = NotebookClient(page, timeout=300, store_history=False, coalesce_streams=True)
        client.execute()
        for cell in page.cells:
            cell.metadata.pop("execution", None)
        page.metadata.pop("language_info", None)
        nbformat.write(page, REFERENCES / f"{name}.ipynb")
        print(f"tests/reference/{name}.ipynb")


def main() -> None:
    """Write the references, or with --check only say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if one is stale")
    if not parser.parse_args().check:
        write()
    elif names := stale():
        sys.exit(f"Stale references: {', '.join(names)}. Run `python tools/reference.py`.")


if __name__ == "__main__":
    main()
