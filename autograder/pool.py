"""Workers on this machine: processes that execute one task at a time, and may be lost."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Hashable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Protocol

from autograder import sandbox, warm
from autograder.processes import die_with
from autograder.work import Executed, Task, execute


class Pool(Protocol):
    """Where tasks are executed. One user, one thread."""

    def starting(self) -> bool:
        """Whether a task that is submitted now would have to wait for the workers to start."""

    def room(self) -> int:
        """Return how many more tasks can be submitted now."""

    def submit(self, ticket: Hashable, task: Task) -> None:
        """Have a task executed; the ticket tells which one it was."""

    def wait(self) -> list[tuple[Hashable, Executed | None]]:
        """Wait until something is done; returns what is, with None where the worker was lost."""

    def close(self) -> None:
        """Stop at once, whatever is under way."""


class _Worker:
    """A process, and our end of the pipe to it; the pipe ends with the process."""

    def __init__(self) -> None:
        # Forked, for a new interpreter would import for seconds; this process has one thread.
        context = multiprocessing.get_context("fork")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, os.getpid()))
        self.process.start()
        theirs.close()

    def stop(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.join(3)
        self.process.kill()
        self.process.join()


def _work(connection: Connection, parent: int) -> None:
    """Execute tasks until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # kernels and folders are cleaned up
    die_with(parent)
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(execute(task))


class LocalPool:
    """Workers on this machine, started with the first task.

    ``how`` is in which sandbox they run student code: warm, cold or none.
    """

    def __init__(self, number: int, how: str) -> None:
        self._number, self._how = number, how
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, tuple[_Worker, Hashable]] = {}

    def starting(self) -> bool:
        """Whether the fork server still imports. Raises SandboxUnavailable."""
        if self._idle or self._busy or self._how != "warm":
            return False
        sandbox.require()  # known from then on
        return warm.importing()

    def room(self) -> int:
        return self._number - len(self._busy)

    def submit(self, ticket: Hashable, task: Task) -> None:
        """Have a task executed. Raises SandboxUnavailable before it would run unconfined."""
        if not self._idle:
            self._start()
        worker = self._idle.pop()
        self._busy[worker.connection] = worker, ticket
        with suppress(OSError):  # it died while idle: its end of the pipe is closed, wait() finds
            worker.connection.send(task)

    def _start(self) -> None:
        """Start the workers; what they share (the fork server, what is enforced) comes first."""
        if self._how != "none":
            sandbox.require()
        if self._how == "warm":
            warm.usable()
        gc.freeze()  # else collecting would copy pages that all workers share
        self._idle = [_Worker() for _ in range(self._number)]

    def wait(self) -> list[tuple[Hashable, Executed | None]]:
        done = []
        for connection in wait(self._busy):
            worker, ticket = self._busy.pop(connection)
            try:
                executed = connection.recv()
            except (EOFError, OSError):
                executed = None
                worker.stop()
                worker = _Worker()
            self._idle.append(worker)
            done.append((ticket, executed))
        return done

    def close(self) -> None:
        workers = [*self._idle, *(worker for worker, _ in self._busy.values())]
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            worker.stop()
