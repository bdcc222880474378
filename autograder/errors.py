"""The errors that a user of the autograder can meet: one sentence, one next step."""

from __future__ import annotations

import errno
from pathlib import Path


class AutograderError(Exception):
    """Something that the user can mend; the message says what and how."""


class UnknownAssignment(AutograderError):
    """There is no such assignment among the exercises."""

    def __init__(self, name: str, known: list[str]):
        names = ", ".join(known) or "none"
        super().__init__(f"there is no assignment '{name}'; choose one of: {names}")


class FileRefused(AutograderError):
    """The system refuses to write or read a file; ``place`` is where it is, if the error does not
    say. These are the numbers of such errors, and of those that every other file would meet."""

    NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
    EVERYWHERE = (*NO_ROOM, errno.EROFS)
    NUMBERS = (*EVERYWHERE, errno.EACCES, errno.EPERM)

    def __init__(self, error: OSError, place: str | Path):
        self.number = error.errno
        where = error.filename2 or error.filename or place
        step = "make room on its disk" if error.errno in self.NO_ROOM else "change its permissions"
        super().__init__(
            f"cannot use {where}: {error.strerror}; {step} and run the command again: "
            "what was graded is kept"
        )


class SandboxUnavailable(AutograderError):
    """Student code cannot be confined here, so it is not run."""

    def __init__(self, reason: str):
        super().__init__(
            f"refusing to run student code, because the sandbox does not work here: {reason}; "
            "see 'autograder doctor', or say '--sandbox none' if you trust every submission"
        )


class GpuUnavailable(AutograderError):
    """Student code cannot be run on the GPUs that were asked for, so it is not run."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(
            f"refusing to grade on a GPU: {reason}; "
            "see 'autograder doctor', or say '--gpus none' to grade on the CPU"
        )


class ForkServerError(AutograderError):
    """A warm kernel cannot be had here, or not any more; cold ones may work."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(f"the fork server for warm kernels failed: {reason}; try '--sandbox cold'")


class JudgeError(AutograderError):
    """An assignment's judge.py is at fault, not a submission."""


class ReleaseConflict(AutograderError):
    """A release would overwrite what an instructor changed by hand."""


class InvalidSolution(AutograderError):
    """A solution file does not follow the format that CONTRIBUTING.md describes."""
