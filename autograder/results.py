"""Keep executed notebooks on disk, so that a run goes on where an earlier one ended.

One file for each notebook of each submission: the next result takes its place. What is kept says
what it was made from; a kept result of anything else is none.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from autograder.execute import Run
from autograder.files import write_whole
from autograder.work import Executed, Task


def key(task: Task) -> str:
    """Return a hash of all that an execution depends on. Warm and cold kernels do the same."""
    settings = json.loads(json.dumps(task.settings, default=str))
    section = settings.get("SandboxedExecute", {})
    section["sandbox"] = section.get("sandbox") != "none"
    section["gpus"] = section.get("gpus") or []
    digest = hashlib.sha256(
        json.dumps([task.notebook, settings, task.environment], sort_keys=True).encode()
    )
    for name, content in sorted(task.files.items()):
        digest.update(f"\0{name}\0".encode() + hashlib.sha256(content).digest())
    return digest.hexdigest()


@dataclass(frozen=True)
class Results:
    """The executed notebooks of one assignment's submissions, below a folder."""

    folder: Path

    def find(self, student: str, notebook: str, key: str) -> Executed | None:
        """Return the notebook as executed from what ``key`` stands for, or None."""
        try:
            kept = json.loads(gzip.decompress(self._path(student, notebook).read_bytes()))
            if kept["key"] != key:
                return None
            ends = ({int(i): end for i, end in kept[name].items()} for name in _BY_CELL)
            return Executed(kept["notebook"], Run(kept["nonce"], *ends), kept["seconds"])
        except (OSError, EOFError, ValueError, KeyError):  # nothing yet, or cut short
            return None

    def keep(self, student: str, notebook: str, key: str, executed: Executed) -> None:
        """Keep an executed notebook; raises OSError where it cannot be written."""
        run = executed.run
        kept = {"key": key, "notebook": executed.notebook, "seconds": executed.seconds}
        kept |= {"nonce": run.nonce, **{name: getattr(run, name) for name in _BY_CELL}}
        text = gzip.compress(json.dumps(kept).encode(), 1)
        write_whole(self._path(student, notebook), text)

    def _path(self, student: str, notebook: str) -> Path:
        return self.folder / student / f"{notebook}.json.gz"


_BY_CELL = ("replies", "notes", "canaries", "replays")
