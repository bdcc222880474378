"""Decide from the evidence, outside the student's process, and score the cell in nbgrader.

An assignment's ``judge.py`` holds one function for each tell-tale::

    @telltale("test-forward", points=1, en="The blocks are not chained …", zh="…")
    def chained(challenge, evidence):
        return close(evidence("chained"), expected)

``challenge(name, shape)`` draws what the submission's run drew. ``evidence(name)`` returns what
the hidden test reported: a NumPy array, bytes, or a JSON value; it raises :class:`NoEvidence`
when there is none. A tell-tale passes if its function returns True.
"""

from __future__ import annotations

import base64
import binascii
import math
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Unicode

from autograder.errors import JudgeError
from autograder.evidence import MIME, challenge
from autograder.execute import OK, Run

VERDICT_MIME = "application/vnd.autograder.verdict+json"
NOTE_MIME = "application/vnd.autograder.note+json"
MAX_BYTES = 16 << 20
RAISED = "Your code raised "
COULD_NOT_FAIL = (
    "This test could not fail: a copy of it that must raise an error, whatever the solution, "
    "raised none. It gives no points until a person has looked at the code."
)

PASSES_ANYWAY = (
    "This test also passed with your solution taken away. It keeps its points until a person has "
    "looked at the code."
)


class NoEvidence(Exception):
    """The hidden test did not report what a tell-tale needs; the message is for the student."""


@dataclass(frozen=True)
class Telltale:
    """One thing that tells a wrong solution from a right one.

    It is worth ``points`` of its cell; if it is ``required`` and fails, the cell gets nothing.
    """

    grade_id: str
    name: str
    points: float
    required: bool
    check: Callable[..., bool]
    en: str
    zh: str


@dataclass
class Verdict:
    """What the judge decided for one cell: points, and the tell-tales that passed and failed.

    ``messages`` are the lines that the student reads; ``reasons`` say why a tell-tale could not be
    tried at all.
    """

    score: float
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The verdict as the student reads it."""
        if not self.failed:
            return f"All {len(self.passed)} hidden checks passed."
        return "\n".join(self.messages)


def telltale(
    *grade_ids: str, en: str, zh: str, points: float = 0, required: bool = False
) -> Callable[[Callable[..., bool]], list[Telltale]]:
    """Make a function of a ``judge.py`` a tell-tale of the test cells ``grade_ids``.

    ``en`` and ``zh`` tell the student, in a sentence, what is wrong and where to look.
    """

    def mark(check: Callable[..., bool]) -> list[Telltale]:
        name = check.__name__.replace("_", "-")
        return [Telltale(cell, name, points, required, check, en, zh) for cell in grade_ids]

    return mark


def load_judge(path: Path) -> dict[str, list[Telltale]]:
    """Import a ``judge.py`` and return its tell-tales by grade id, in the order of the file.

    Raises JudgeError if the file does not import or holds no tell-tale.
    """
    try:
        found = _load(path, path.read_bytes())
    except Exception as error:
        raise JudgeError(f"{path} does not import: {type(error).__name__}: {error}") from error
    if not found:
        raise JudgeError(f"{path} holds no tell-tale; mark its functions with @telltale")
    return found


@lru_cache(maxsize=16)
def _load(path: Path, source: bytes) -> dict[str, list[Telltale]]:
    # Not by Python's import, which would leave bytecode beside the judge.
    module = ModuleType(f"judge_{path.parent.name}")
    module.__file__ = str(path)
    exec(compile(source, path, "exec", dont_inherit=True), vars(module))
    found: dict[str, list[Telltale]] = {}
    for value in vars(module).values():
        for test in value if isinstance(value, list) else []:
            if isinstance(test, Telltale):
                found.setdefault(test.grade_id, []).append(test)
    return found


def decode(data: Any) -> Any:
    """Return the value of one evidence message; the inverse of :func:`autograder.evidence.encode`.

    Never unpickles. Raises NoEvidence, with a message for the student, if the message holds a
    reported error or is not well formed.
    """
    try:
        if "error" in data:
            raise NoEvidence(f"{RAISED}{one_line(*data['error'])}")
        if "json" in data:
            return data["json"]
        if "bytes" in data:
            return base64.b64decode(data["bytes"], validate=True)
        array = data["array"]
        dtype = np.dtype(array["dtype"])
        if dtype.kind not in "biuf":
            raise ValueError("not an array of numbers")
        raw = base64.b64decode(array["data"], validate=True)
        if len(raw) > MAX_BYTES:
            raise ValueError("too large")
        return np.frombuffer(raw, dtype=dtype).reshape(array["shape"])
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise NoEvidence("The hidden test's report could not be read.") from error


def one_line(kind: str, text: str) -> str:
    """Return an exception as one line; MXNet's own message stands below a C++ stack trace."""
    lines = [line for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if line.startswith(f"{kind}: ")] or lines
    told = lines[0].removeprefix(f"{kind}: ")[:300] if lines else ""
    return f"{kind}: {told}" if told else f"{kind}."


def close(value: Any, expected: Any, tolerance: float = 1e-4) -> bool:
    """Whether ``value`` is an array of the expected shape, equal up to ``tolerance`` times the
    largest expected magnitude."""
    expected = np.asarray(expected)
    if not isinstance(value, np.ndarray) or value.shape != expected.shape:
        return False
    scale = max(float(np.abs(expected).max(initial=0.0)), 1e-6)
    return bool(np.abs(value - expected).max(initial=0.0) <= tolerance * scale)


def equal(value: Any, expected: Any) -> bool:
    """Whether ``value`` has the expected type and value; for arrays, shape and every element."""
    if isinstance(expected, np.ndarray):
        return isinstance(value, np.ndarray) and np.array_equal(value, expected)
    return type(value) is type(expected) and value == expected


def collect(outputs: Iterable[NotebookNode]) -> dict[str, Any]:
    """Return a cell's evidence messages by name; of a name that was sent twice, neither."""
    found: dict[str, Any] = {}
    repeated = set()
    for output in outputs:
        sent = output.get("data", {}).get(MIME)
        for data in sent if isinstance(sent, list) else [sent]:
            if isinstance(data, dict) and isinstance(data.get("name"), str):
                repeated |= {data["name"]} & found.keys()
                found[data["name"]] = data
    return {name: data for name, data in found.items() if name not in repeated}


def decide(telltales: list[Telltale], messages: dict[str, Any], nonce: str) -> Verdict:
    """Try every tell-tale of one cell on its evidence messages.

    A judge that raises anything but NoEvidence has met evidence it did not expect (an odd shape,
    say); the tell-tale fails.
    """

    def evidence(name: str) -> Any:
        if name not in messages:
            raise NoEvidence("The hidden test did not get this far.")
        return decode(messages[name])

    draw = partial(challenge, nonce=nonce)
    verdict = Verdict(0.0)
    for test in telltales:
        try:
            passed, why = test.check(draw, evidence) is True, ""
        except NoEvidence as error:
            passed, why = False, str(error)
        except Exception as error:
            passed, why = False, f"The judge could not use what was reported ({error!r})."
        if passed:
            verdict.score += test.points
            verdict.passed.append(test.name)
        else:
            verdict.failed.append(test.name)
            verdict.reasons += [why] * bool(why)
            for bullet, text in (("- ", test.en), ("  ", test.zh), ("  ", why)):
                lines = textwrap.wrap(text, 96, initial_indent=bullet, subsequent_indent="  ")
                verdict.messages += lines
    if any(test.required and test.name in verdict.failed for test in telltales):
        verdict.score = 0.0
    return verdict


def verdict_output(verdict: Verdict) -> NotebookNode:
    """Return a cell output that states a verdict, for people and for :func:`read_verdict`."""
    details = {
        "passed": verdict.passed,
        "failed": verdict.failed,
        "reasons": verdict.reasons,
    }
    return new_output("display_data", {"text/plain": verdict.text, VERDICT_MIME: details})


def read_verdict(cell: NotebookNode) -> dict[str, list[str]] | None:
    """Return the names of the tell-tales that ``passed`` and ``failed``, and the ``reasons``, as an
    autograded cell states them, or None where no judge decided."""
    for output in cell.get("outputs", []):
        if VERDICT_MIME in output.get("data", {}):
            return output["data"][VERDICT_MIME]
    return None


def _drop_verdicts(cell: NotebookNode) -> None:
    """Take out what student code published as if a judge had written it."""
    if cell.cell_type == "code":
        cell.outputs = [o for o in cell.outputs if VERDICT_MIME not in o.get("data", {})]


def _is_no_score(output: NotebookNode, worth: float) -> bool:
    """Whether nbgrader would stop at a cell's result: it has no text, or is more than the points.

    A hidden test gives a part of the points by such a result, student code may send another.
    """
    if output.output_type != "execute_result":
        return False
    text = output.data.get("text/plain")
    try:
        return not text or float("".join(text)) > worth
    except ValueError:  # no number: nbgrader does not mind
        return False


class Judge(NbGraderPreprocessor):
    """Score the graded cells of an executed notebook; stands after SandboxedExecute.

    A cell whose reply was not ok gets nothing. A cell that ``judge.py`` knows gets the points of
    its tell-tales. Any other graded cell keeps nbgrader's own rule, except that text on stderr
    costs nothing, and that a cell one of whose canaries did not raise gets nothing: its grade id is
    added to ``resources["suspects"]``. One that passed when it was replayed keeps its points, and
    is added to ``resources["doubts"]``.
    """

    exercises = Unicode(
        help="Folder that holds <assignment>/judge.py, the judges of the assignments."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        run: Run = resources["autograder"]
        path = Path(self.exercises, resources["nbgrader"]["assignment"], "judge.py")
        telltales = load_judge(path) if self.exercises and path.is_file() else {}
        suspects = resources.setdefault("suspects", [])
        doubts = resources.setdefault("doubts", [])
        for index, cell in enumerate(nb.cells):
            _drop_verdicts(cell)
            if cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell):
                grade_id = cell.metadata.nbgrader["grade_id"]
                tests = telltales.get(grade_id)
                self.judge_cell(cell, run.replies.get(index), run.nonce, tests)
                if tests is None and OK in run.canaries.get(index, ()):
                    text = COULD_NOT_FAIL
                    cell.outputs = [
                        new_output("error", ename="NotATest", evalue=text, traceback=[text])
                    ]
                    suspects.append(grade_id)
                elif tests is None and run.replays.get(index) == OK:
                    run.notes[index] = f"{run.notes.get(index, '')} {PASSES_ANYWAY}".strip()
                    doubts.append(grade_id)
        for index, text in run.notes.items():
            note = {"text/plain": text, NOTE_MIME: {}}
            nb.cells[index].outputs.append(new_output("display_data", note))
        return nb, resources

    def judge_cell(
        self, cell: NotebookNode, reply: str | None, nonce: str, tests: list[Telltale] | None
    ) -> None:
        """Replace the outputs of one graded cell by what its score is."""
        worth = float(cell.metadata.nbgrader["points"])
        if reply != OK:
            errors = [output for output in cell.outputs if output.output_type == "error"]
            if not errors:
                # nbgrader gives full points to a cell that never ran: it has no error output.
                why = reply or "This test did not run."
                errors = [new_output("error", ename="NotRun", evalue=why, traceback=[why])]
            cell.outputs = errors
            if tests:
                text = "The test stopped here, so none of its hidden checks passed."
                failed = [test.name for test in tests]
                cell.outputs.append(verdict_output(Verdict(0.0, failed=failed, messages=[text])))
        elif tests is None:
            for output in cell.outputs:
                if output.output_type == "stream":
                    output.name = "stdout"  # a warning on stderr would cost all points
            cell.outputs = [o for o in cell.outputs if not _is_no_score(o, worth)]
        else:
            points = sum(test.points for test in tests)
            if not math.isclose(points, worth):
                raise JudgeError(
                    f"the tell-tales of {cell.metadata.nbgrader['grade_id']} are worth {points:g} "
                    f"points, the cell {worth:g}; make judge.py and the notebook agree"
                )
            verdict = decide(tests, collect(cell.outputs), nonce)
            score = {"text/plain": f"{verdict.score:g}"}  # nbgrader reads the score from here
            cell.outputs = [
                verdict_output(verdict),
                new_output("execute_result", score, execution_count=cell.execution_count),
            ]


class SaveGrades(SaveAutoGrades):
    """nbgrader's SaveAutoGrades, and the cells that the judge suspects need a person."""

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        super()._add_score(cell, resources)
        grade_id = cell.metadata.nbgrader["grade_id"]
        if grade_id in (*resources.get("suspects", ()), *resources.get("doubts", ())):
            found = resources["nbgrader"]
            where = (found["notebook"], found["assignment"], found["student"])
            self.gradebook.find_grade(grade_id, *where).needs_manual_grade = True
            self.gradebook.db.commit()
