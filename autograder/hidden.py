"""Take hidden tests out of feedback pages: their source, what quotes it, what they print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor

from autograder.judge import NOTE_MIME, VERDICT_MIME

RAN_HERE = "# Hidden tests ran here. 隐藏测试在这里运行过。"
PRINTED = "What was printed while hidden tests ran is left out. 隐藏测试运行时的输出从略。"
QUOTED = "[a line of the hidden tests]"

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# IPython begins a frame of a traceback so, and goes on with numbered lines of source.
_FRAME = re.compile(
    r"(?:Cell|Input) In ?\[(?P<count>\d+)\]|File |<ipython-input-|~?/\S+ in |\S+ in \S+\("
)
_SOURCE = re.compile(r"\s*(?:-+>)?\s*\d+(?:\s|$)|\s*\(\.\.\.\)\s*$|\s*$")
_BEGIN = re.compile(r"-{20,}$|.*Traceback \(most recent call last\)")
# A shorter line may stand in anybody's output by chance.
_TELLING = 10
# Lines that a message of the judge may break a line of a test into.
_WRAPPED = 4


@dataclass(frozen=True)
class _Parts:
    """The lines of a test's source that students may see, and those that they may not."""

    public: list[str]
    hidden: list[str]


def _bare(line: str) -> str:
    """Return a line without what printing, quoting or numbering it changes."""
    return re.sub(r"[\s\\'\"]+", "", line)


class HideTests(NbGraderPreprocessor):
    """Show of a test what its release showed.

    Which cells are tests, the gradebook says, not the submission. In their place stands
    :data:`RAN_HERE`; an error keeps its name, its message and the frames of the student's code.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        about = resources["nbgrader"]
        self._delimiters = ClearHiddenTests(parent=self)
        with Gradebook(about["db_url"]) as gradebook:
            notebook = gradebook.find_notebook(about["notebook"], about["assignment"])
            stored = {cell.name: self._split(cell.source or "") for cell in notebook.source_cells}
            answers = {cell.name for cell in notebook.solution_cells}
        tests = []
        known = list(stored.values())
        for cell in nb.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in stored and name not in answers:
                # The release may have changed since; these lines are those that ran.
                here = self._split(cell.source)
                known.append(here)
                if here.hidden or stored[name].hidden:
                    cell.source = "\n".join((here if here.hidden else stored[name]).public)
                    tests.append(cell)
        public = {_bare(line) for parts in known for line in parts.public}
        self._hidden = {_bare(line) for parts in known for line in parts.hidden} - public - {""}
        self._telling = [line for line in self._hidden if len(line) >= _TELLING]
        self._counts = {cell.get("execution_count") for cell in tests} - {None}
        for cell in nb.cells if self._hidden else ():
            if cell.cell_type == "code":
                is_test = any(cell is test for test in tests)
                cell.outputs = list(self._outputs(cell.outputs, is_test))
        return nb, resources

    def _split(self, source: str) -> _Parts:
        """Split at the delimiters; a region that does not end goes on to the end of the cell."""
        delimiters = self._delimiters
        public, hidden, inside = [], [], False
        for line in source.split("\n"):
            if delimiters.begin_test_delimeter in line:
                if not inside:
                    public.append(RAN_HERE)
                inside = True
            elif delimiters.end_test_delimeter in line:
                inside = False
            else:
                (hidden if inside else public).append(line)
        return _Parts(public, hidden)

    def _outputs(self, outputs: list[NotebookNode], is_test: bool) -> Iterator[NotebookNode]:
        printed = False
        for output in outputs:
            if output.output_type == "error":
                output.traceback = self._traceback(output.traceback)
                yield output
            elif is_test and not _is_verdict(output):
                printed = True
            else:
                if output.output_type == "stream":
                    output.text = self._redact(output.text)
                for kind, value in output.get("data", {}).items():
                    if isinstance(value, str) and not kind.startswith("image/"):
                        output.data[kind] = self._redact(value)
                yield output
        if printed:
            yield new_output("display_data", {"text/plain": PRINTED})

    def _traceback(self, traceback: list[str]) -> list[str]:
        """Return a traceback without the frames of hidden tests."""
        lines = "\n".join(traceback).split("\n")
        kept, frames, dropped, at = [], 0, False, 0
        while at < len(lines):
            end = at + 1
            header = _FRAME.match(_ANSI.sub("", lines[at]))
            if header:
                while end < len(lines) and _SOURCE.match(_ANSI.sub("", lines[end])):
                    end += 1
                frame = lines[at:end]
                if int(header["count"] or -1) in self._counts or any(map(self._quotes, frame)):
                    dropped = True
                    frame = []
                frames += bool(frame)
                kept += frame
            else:
                kept.append(self._redact(lines[at]))
            at = end
        if dropped and not frames:
            kept = [line for line in kept if not _BEGIN.match(_ANSI.sub("", line))]
        return kept

    def _quotes(self, line: str) -> bool:
        """Whether a line of a frame is one of a hidden test."""
        plain = re.sub(r"^\s*(-+>)?\s*\d+", "", _ANSI.sub("", line))
        return _bare(plain) in self._hidden or self._tells(plain)

    def _tells(self, text: str) -> bool:
        bare = _bare(text)
        return any(line in bare for line in self._telling)

    def _redact(self, text: str) -> str:
        """Replace the lines of a text that hold one of a hidden test, wrapped lines too."""
        if not self._tells(_ANSI.sub("", text)):
            return text
        lines = text.split("\n")
        for wide in range(1, _WRAPPED + 1):
            kept, at = [], 0
            while at < len(lines):
                if self._tells(_ANSI.sub("", "".join(lines[at : at + wide]))):
                    kept.append(QUOTED)
                    at += wide
                else:
                    kept.append(lines[at])
                    at += 1
            lines = kept
        return "\n".join(lines)


def _is_verdict(output: NotebookNode) -> bool:
    """Whether an output is the judge's, a note of ours or the number of points of a test."""
    data = output.get("data", {})
    if output.output_type == "execute_result":
        return re.fullmatch(r"-?\d+(\.\d+)?", data.get("text/plain", "")) is not None
    return VERDICT_MIME in data or NOTE_MIME in data
