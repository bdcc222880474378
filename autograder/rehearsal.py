"""Find out, by the instructor's own solution, which tests of a plain course are fit for replay."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, v4
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder import canary, replay, results, work
from autograder.execute import SandboxedExecute
from autograder.files import write_whole
from autograder.known_wrong import KnownWrong
from autograder.repair import NotANotebook, read

_SECONDS = 600
# What was found in this process, by what was rehearsed.
_found: dict[str, replay.Names | None] = {}


class Rehearse(NbGraderPreprocessor):
    """Write into a sanitised notebook's metadata which of its tests are to be replayed.

    The instructor's notebook is executed once, and again when it or a test changes; what is found
    is kept. Where there is no such notebook, and where judges decide, there is nothing to do.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        nb.metadata.pop(replay.KEY, None)
        source = Path(resources.get("source_notebook", ""))
        plain = replay.plain_tests(nb) and canary.is_python(nb) and source.is_file()
        if plain and SandboxedExecute(config=self.config).canaries:
            with suppress(OSError, NotANotebook):
                names = self._rehearsed(nb, source, Path(resources["state"], "rehearsed"))
                nb.metadata.update({replay.KEY: names} if names else {})
        return nb, resources

    def _rehearsed(self, nb: NotebookNode, source: Path, folder: Path) -> replay.Names:
        """Return the names without which tests fail with the instructor's solution."""
        authored, _ = read(source)
        tests = {name: nb.cells[index].source for index, name in replay.plain_tests(nb).items()}
        for index, name in replay.plain_tests(authored).items():
            authored.cells[index].source = tests.get(name, "")  # as it runs for students
        names = replay.candidates(authored)
        if not names:
            return {}
        planted, places = replay.plant(authored, names)
        task = self._task(planted, source.parent)
        key = results.key(task)
        kept = folder / f"{source.parent.name}-{source.stem}.json"
        if key not in _found:
            _found[key] = _recall(kept, key)
        if _found[key] is None:
            replies = _execute(task)
            if not replies:
                self.log.warning("%s could not be executed; its tests are not replayed", source)
            ended = replay.ends(places, replies)
            fit = {index for index, reply in ended.items() if reply == KnownWrong.__name__}
            ids = replay.plain_tests(authored)
            _found[key] = {ids[index]: names[index] for index in sorted(fit)}
            if replies:
                with suppress(OSError):
                    write_whole(kept, json.dumps({"key": key, "names": _found[key]}))
        return _found[key]

    def _task(self, nb: NotebookNode, folder: Path) -> work.Task:
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.suffix != ".ipynb"
        }
        settings = work.settings(self.config)
        ours = settings.get("SandboxedExecute", {})
        # For a single run a fork server takes longer than it saves.
        how = "none" if ours.get("sandbox") == "none" else "cold"
        settings["SandboxedExecute"] = {**ours, "sandbox": how, "canaries": False}
        return work.Task(v4.writes(nb), files, settings, work.environment())


def _recall(kept: Path, key: str) -> replay.Names | None:
    try:
        record = json.loads(kept.read_bytes())
        return record["names"] if record["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _execute(task: work.Task) -> dict[int, str]:
    """Return how each cell ended, nothing where the notebook could not be executed."""
    # In another process: workers are forked from this one, which must not have a kernel's threads.
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(
            command, input=pickle.dumps(task), capture_output=True, timeout=_SECONDS, check=True
        )
        return {int(index): reply for index, reply in json.loads(done.stdout).items()}
    except (subprocess.SubprocessError, OSError, ValueError):
        return {}


if __name__ == "__main__":
    print(json.dumps(work.execute(pickle.load(sys.stdin.buffer)).run.replies))
