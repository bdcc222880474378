"""Workers of a Dask cluster, on this machine or others; they need this package and no course.

Start one by ``dask scheduler`` on one machine and ``dask worker tcp://HOST:8786`` on each. The
parts of a cluster trust each other; what comes from the sandbox travels as text.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Hashable
from queue import Empty, SimpleQueue
from time import monotonic

from distributed import Client, Future
from distributed.scheduler import KilledWorker

from autograder.errors import AutograderError
from autograder.work import Executed, Task, execute

_CONNECT_SECONDS = 5
_WORKERLESS_SECONDS = 60
_AHEAD = 2  # tasks for each thread of the workers, so that none waits for the next


class DaskPool:
    """The workers of a Dask scheduler."""

    def __init__(self, address: str) -> None:
        """Connect; raises AutograderError if there is no scheduler, or if it has no worker."""
        for name in ("distributed", "distributed.client"):  # each has a level of its own
            logging.getLogger(name).setLevel(logging.CRITICAL)
        warnings.filterwarnings("ignore", module="distributed")  # versions: see work.environment
        self.address = address
        try:
            self._client = Client(address, timeout=_CONNECT_SECONDS)
        except (OSError, ValueError) as error:
            raise AutograderError(
                f"there is no Dask scheduler at {address}; start one by 'dask scheduler' and give "
                "the address that it prints"
            ) from error
        except TypeError as error:  # Dask's word for a tls:// address without certificates
            raise AutograderError(
                f"{address} needs certificates, and Dask's configuration here names none; "
                "see 'Encryption' in docs/grading-at-scale.md"
            ) from error
        self._tickets: dict[Future, Hashable] = {}
        # Told, not asked for: to ask all that is under way takes longer the more workers there are.
        self._done: SimpleQueue[Future] = SimpleQueue()
        self._lost: list[Future] = []  # done, but gone with their worker: it is being done again
        self._last_worker = monotonic()
        if not self._client.nthreads():
            self.close()
            raise AutograderError(
                f"the scheduler at {address} has no worker; start some by 'dask worker {address}'"
            )
        # A task is not to take one worker after another down: which one did it, grading finds out.
        self._client.run_on_scheduler(_allow_no_failure)

    def starting(self) -> bool:
        return False

    def room(self) -> int:
        return _AHEAD * sum(self._client.nthreads().values()) - len(self._tickets)

    def submit(self, ticket: Hashable, task: Task) -> None:
        future = self._client.submit(execute, task, pure=False)
        self._tickets[future] = ticket
        future.add_done_callback(self._done.put)

    def wait(self) -> list[tuple[Hashable, Executed | None]]:
        done: list[Future] = []
        while not done:
            ended, self._lost = [*self._lost, *self._ended()], []
            for future in ended:
                (self._lost if future.status == "lost" else done).append(future)
        return [(self._tickets.pop(future), self._result(future)) for future in done]

    def _ended(self) -> list[Future]:
        """Return what ended since the last time; nothing, if nothing does for a second."""
        ended = []
        try:
            ended.append(self._done.get(timeout=1))
            while not self._done.empty():
                ended.append(self._done.get())
        except Empty:
            self._check_alive()
        return ended

    def _check_alive(self) -> None:
        """Raise AutograderError if there has been no worker for some time."""
        if self._client.status != "running":
            raise AutograderError(
                f"the connection to the scheduler at {self.address} was lost; "
                "start it again and run the command again: what was graded is kept"
            )
        if self._client.nthreads():
            self._last_worker = monotonic()
        elif monotonic() - self._last_worker > _WORKERLESS_SECONDS:
            raise AutograderError(f"the scheduler at {self.address} has no worker any more")

    def _result(self, future: Future) -> Executed | None:
        try:
            return future.result()
        except KilledWorker:
            return None
        except ModuleNotFoundError as error:
            raise AutograderError(
                f"a worker of {self.address} lacks a package ({error}); "
                "set the course up there, and start 'dask worker' from its .venv"
            ) from error
        except Exception as error:  # whatever else Dask raises: cancelled, for one
            self._check_alive()
            raise AutograderError(
                f"the scheduler at {self.address} gave a task up: {error}"
            ) from error

    def close(self) -> None:
        self._client.cancel(list(self._tickets))
        self._client.close(timeout=3)


def _allow_no_failure(dask_scheduler) -> None:
    dask_scheduler.allowed_failures = 0
