"""What a page in a browser may show of a submission: nothing that runs, and not too much of it.

For the feedback pages and for the formgrader's view alike; :mod:`autograder.markup` makes the HTML
harmless. The notebook on disk stays as it is.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Integer

from autograder import markup
from autograder.judge import NOTE_MIME, VERDICT_MIME
from autograder.outputs import MIB

# In templates/feedback and templates/formgrade, what goes round nbgrader's own templates.
TEMPLATES = Path(__file__).parent / "templates"
FILTERS = {
    "clean_html": markup.clean_html,
    "markdown2html": markup.markdown2html,
    "latex_output": markup.latex_output,
    "self_contained": markup.self_contained,
}

_TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml")
_IMAGES = ("image/png", "image/jpeg")
_DESCRIBES = {"width": (int, float), "height": (int, float), "alt": (str,)}
_OURS = (VERDICT_MIME, NOTE_MIME)
_NBGRADER = (
    "grade",
    "grade_id",
    "locked",
    "points",
    "schema_version",
    "solution",
    "task",
    "cell_type",
    "checksum",
)
# What a character may grow to in HTML: a colour is a tag, a sign an entity, a word of code a tag.
_COLOUR, _SIGN, _CODE = 50, 5, 8


class Harmless(NbGraderPreprocessor):
    """Leaves of a notebook what templates can show without harm.

    Templates print some of what a kernel sent as it is: the size of an image, a cell's number,
    the id of a cell. Each is checked here; outputs of a type that could run are left out.
    """

    cell_limit = Integer(
        100_000, help="Bytes of text that a page shows of a cell's source, and of its outputs."
    ).tag(config=True)

    page_limit = Integer(
        6 * MIB, help="Bytes that a page shows of a notebook, its images included."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        self._page_left = self.page_limit
        language = str(nb.metadata.get("language_info", {}).get("name", ""))
        known = re.fullmatch(r"[\w+.#-]{1,30}", language)
        nb.metadata = NotebookNode({"language_info": {"name": language}} if known else {})
        nb.cells = [cell for cell in nb.cells if cell.cell_type in ("code", "markdown", "raw")]
        for number, cell in enumerate(nb.cells):
            self._show_cell(cell, number)
        return nb, resources

    def _show_cell(self, cell: NotebookNode, number: int) -> None:
        cell["id"] = f"cell-{number}"
        nbgrader = cell.metadata.get("nbgrader")
        cell.metadata = NotebookNode()
        if isinstance(nbgrader, dict) and re.fullmatch(r"[\w-]+", str(nbgrader.get("grade_id"))):
            cell.metadata["nbgrader"] = {k: nbgrader[k] for k in _NBGRADER if k in nbgrader}
        self._cell_left = self.cell_limit
        cell.source, lost = self._cut(_string(cell.source), _CODE)
        if lost:
            sign = "# " if cell.cell_type == "code" else "\n\n"
            cell.source += f"\n{sign}{_left_out(lost, 'of this cell')}"
        cell.pop("attachments", None) if cell.cell_type == "code" else self._attach(cell)
        if cell.cell_type == "code":
            count = cell.get("execution_count")
            cell.execution_count = count if type(count) is int else None
            cell.outputs = list(self._outputs(cell.get("outputs", [])))

    def _attach(self, cell: NotebookNode) -> None:
        """Keep the attachments that are images."""
        kept = {}
        for name, bundle in cell.pop("attachments", {}).items():
            data, _ = self._data(bundle, _IMAGES)
            if data:
                kept[name] = data
        if kept:
            cell.attachments = NotebookNode(kept)

    def _outputs(self, outputs: list[NotebookNode]) -> Iterator[NotebookNode]:
        """Yield what may be shown of a cell's outputs, and at the end how much may not."""
        self._cell_left, lost = self.cell_limit, 0
        for output in outputs:
            kind = output.get("output_type")
            if kind == "stream":
                name = "stderr" if output.get("name") == "stderr" else "stdout"
                text, cut = self._cut(_string(output.get("text")))
                yield new_output("stream", name=name, text=text)
            elif kind == "error":
                lines, cut = self._cut("\n".join(map(_string, output.get("traceback", []))))
                name, value = (_string(output.get(key))[:2000] for key in ("ename", "evalue"))
                yield new_output("error", ename=name, evalue=value, traceback=lines.split("\n"))
            elif kind in ("display_data", "execute_result"):
                data, cut = self._data(output.get("data"))
                if data:
                    metadata = _metadata(output.get("metadata"), data)
                    yield new_output(kind, data, metadata=metadata)
            else:
                continue
            lost += cut
        if lost:
            yield new_output("display_data", {"text/plain": _left_out(lost, "of what came out")})

    def _data(
        self, bundle: Any, kinds: tuple[str, ...] = _IMAGES + _TEXTS + _OURS
    ) -> tuple[NotebookNode, int]:
        """Return what may be shown of a bundle of outputs by type, and the bytes left out."""
        found, lost = NotebookNode(), 0
        for kind, value in bundle.items() if isinstance(bundle, dict) else ():
            if kind not in kinds:
                continue
            if kind in _OURS:
                found[kind] = {}
            elif kind in _IMAGES and _is_base64(value):
                if len(value) <= self._page_left:
                    self._page_left -= len(value)
                    found[kind] = value
                else:
                    lost += len(value)
            elif kind in _TEXTS and isinstance(value, str):
                shown, cut = self._cut(_string(value))
                if cut and kind != "text/plain":  # half a table is none
                    lost += len(value)
                else:
                    found[kind] = shown
                    lost += cut
        return found, lost

    def _cut(self, text: str, weight: int = 1) -> tuple[str, int]:
        """Return as much of a text as there is room for, and how many bytes are left out.

        Half of it is from its end: there stands what an error says.
        """
        room, size = min(self._cell_left, self._page_left // weight), _size(text)
        lost = 0
        if size > room:
            share = len(text) * room // size // 2
            lost = len(text[share : len(text) - share].encode())
            text = f"{text[:share]}\n…\n{text[len(text) - share :]}" if share else ""
            size = _size(text)
        self._cell_left -= min(self._cell_left, size)
        self._page_left -= min(self._page_left, size * weight)
        return text, lost


def _size(text: str) -> int:
    """Return about how many bytes of HTML a text becomes."""
    signs = sum(map(text.count, "&<>\"'"))
    return len(text.encode()) + _COLOUR * text.count("\x1b[") + _SIGN * signs


def _string(value: Any) -> str:
    """Return a text that can be written, "" for what is none."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def _left_out(number: int, of: str) -> str:
    return f"[{number:,} bytes {of} are left out of this page]"


def _is_base64(value: Any) -> bool:
    try:
        base64.b64decode("".join(value.split()), validate=True)
    except (AttributeError, ValueError, binascii.Error):
        return False
    return True


def _metadata(metadata: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Return the size and the description of images; templates would print other things too."""
    kept = {}
    for kind in _IMAGES:
        given = metadata.get(kind) if isinstance(metadata, dict) else None
        if kind in data and isinstance(given, dict):
            kept[kind] = {k: v for k, v in given.items() if type(v) in _DESCRIBES.get(k, ())}
    return kept
