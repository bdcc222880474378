"""The errors that a user of the autograder can meet: one sentence, one next step."""


class AutograderError(Exception):
    """Something that the user can mend; the message says what and how."""


class UnknownAssignment(AutograderError):
    """There is no such assignment among the exercises."""

    def __init__(self, name: str, known: list[str]):
        names = ", ".join(known) or "none"
        super().__init__(f"there is no assignment '{name}'; choose one of: {names}")


class SandboxUnavailable(AutograderError):
    """Student code cannot be confined here, so it is not run."""

    def __init__(self, reason: str):
        super().__init__(
            f"refusing to run student code, because the sandbox does not work here: {reason}; "
            "see 'autograder doctor', or say '--sandbox none' if you trust every submission"
        )


class ForkServerError(AutograderError):
    """A warm kernel cannot be had here, or not any more; cold ones may work."""

    def __init__(self, reason: str):
        super().__init__(f"the fork server for warm kernels failed: {reason}; try '--sandbox cold'")


class JudgeError(AutograderError):
    """An assignment's judge.py is at fault, not a submission."""


class ReleaseConflict(AutograderError):
    """A release would overwrite what an instructor changed by hand."""


class InvalidSolution(AutograderError):
    """A solution file does not follow the format that CONTRIBUTING.md describes."""
