"""Warm kernels, seen by who uses them: start the fork server on first use, ask it for processes."""

from __future__ import annotations

import functools
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from autograder import device, sandbox
from autograder.errors import ForkServerError
from autograder.forkserver import CODE, LAUNCHER, MAX_MESSAGE

log = logging.getLogger("autograder")

_READY_SECONDS = 120  # a cold disk; usually one or two
_START_SECONDS = 60


class Process:
    """A process in a sandbox, started by the fork server; used as :class:`subprocess.Popen` is.

    Its connection becomes readable when it has ended and nothing is left of its sandbox.
    """

    stdin = stdout = stderr = None
    pid = None

    def __init__(self, connection: socket.socket):
        self._connection = connection
        self.returncode: int | None = None
        self.lost = False  # whether it ended with the fork server

    def fileno(self) -> int:
        return self._connection.fileno()

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self) -> int:
        if self.returncode is None:
            # Nothing but the end of the connection: the warden was killed, and its sandbox with it.
            ended = _receive(self._connection).get("ended")
            self.lost = ended is None
            self.returncode = -signal.SIGKILL if self.lost else ended
            self._connection.close()
        return self.returncode

    def kill(self) -> None:
        """Have the whole sandbox killed."""
        if self.returncode is None:
            self._connection.shutdown(socket.SHUT_WR)

    def send_signal(self, signum: int) -> None:
        """End the process, whatever the signal: kernels are interrupted by a message."""
        self.kill()

    terminate = kill


class _Server:
    """The fork server of this process. It ends when the last copy of its control socket closes:
    with this process, or with a child that was forked from it and uses it too."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "autograder.forkserver", str(theirs.fileno())],
                cwd="/",
                env=sandbox.environment(
                    {"MXNET_ENGINE_TYPE": "NaiveEngine", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
                ),
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for us
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._ready = False

    def importing(self) -> bool:
        return not self._ready and not select.select([self._control], [], [], 0)[0]

    def _await(self) -> None:
        """Wait until it has imported all; raises ForkServerError if it cannot."""
        self._control.settimeout(_READY_SECONDS)
        try:
            answer = self._control.recv(MAX_MESSAGE).decode(errors="replace")
        except OSError as error:
            answer = str(error)
        if answer != "ready":
            self.close()
            raise ForkServerError(answer or "it crashed while it imported MXNet")
        self._ready = True

    def close(self) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()

    def connect(self, output: int) -> socket.socket:
        """Return a connection to a new warden; raises OSError if the server is gone."""
        if not self._ready:
            self._await()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                socket.send_fds(self._control, [b"\0"], [theirs.fileno(), output])
            except OSError:
                ours.close()
                raise
        return ours


_lock = threading.Lock()
_server: _Server | None = None


def begin() -> None:
    """Have the fork server start importing, if there is none yet; do not wait for it."""
    global _server
    with _lock, suppress(OSError):  # no process to be had: whoever needs it, finds out again
        _server = _server or _Server()


def importing() -> bool:
    """Whether there is a fork server that is not ready yet."""
    return _server is not None and _server.importing()


def _connect(output: int) -> socket.socket:
    """Connect to a warden of this process's server; the first use and a dead server start one."""
    global _server
    with _lock:
        if _server:
            try:
                return _server.connect(output)
            except OSError:
                _server.close()
        _server = None
        _server = _Server()
        return _server.connect(output)


def start(
    argv: list[str],
    *,
    work: Path | None = None,
    share: Path | None = None,
    extra: dict[str, str] | None = None,
    output: int | None = None,
    seal: bool = False,
) -> Process:
    """Run ``python *argv`` in a sandbox, as :func:`sandbox.command` with these arguments would.

    ``argv`` is one that :func:`can_run` accepts; ``output`` is the file descriptor that it writes
    to, by default none. Returns once it runs, a kernel once it can be connected to; then, if
    ``seal``, ``share`` is read-only inside. Raises ForkServerError with the reason.
    """
    request = {
        "argv": argv,
        "work": work and str(work),
        "share": share and str(share),
        "extra": extra or {},
        "seal": seal,
    }
    with Path(os.devnull).open("wb") as nothing:
        connection = _connect(nothing.fileno() if output is None else output)
    connection.settimeout(_START_SECONDS)
    try:
        connection.send(json.dumps(request).encode())
        answer = _receive(connection)
    except OSError as error:
        answer = {"error": str(error)}
    if answer:
        connection.close()
        raise ForkServerError(answer.get("error", "the process ended before it ran"))
    connection.settimeout(None)
    return Process(connection)


def _receive(connection: socket.socket) -> dict:
    """Return the warden's next message; a connection that ends without one tells of its death."""
    message = connection.recv(MAX_MESSAGE)
    return json.loads(message) if message else {"error": "the fork server was killed"}


def can_run(argv: list[str]) -> bool:
    """Whether a command line is one that the fork server knows: that of an IPython kernel."""
    return argv[:3] == [sys.executable, "-m", LAUNCHER]


def run(code: str, **options: object) -> subprocess.CompletedProcess:
    """Run Python code in a sandbox to its end; returns its status and what it wrote."""
    reader, writer = os.pipe()
    with os.fdopen(reader, encoding="utf-8", errors="replace") as text:
        try:
            process = start([CODE, code], output=writer, **options)
        finally:
            os.close(writer)
        written = text.read()
    return subprocess.CompletedProcess([CODE, code], process.wait(), written)


@functools.cache
def enforced() -> dict[str, bool]:
    """Do what :func:`sandbox.enforced` does in a process of the fork server.

    Raises ForkServerError with the reason if there can be none.
    """
    done = run(f"from mxnet import nd\nassert nd.ones(2).sum() == 2\n{sandbox.probe()}")
    if done.returncode:
        raise ForkServerError((done.stdout.strip().splitlines() or ["it crashed"])[-1])
    return json.loads(done.stdout)


@functools.cache
def unavailable() -> str:
    """Say why no warm kernel can be had here, or return ""."""
    if device.execution_device() != "CPU":
        return "there is a GPU, and a process that has started CUDA must not be forked"
    try:
        broken = sandbox.missing(enforced())
    except (ForkServerError, OSError) as error:
        return getattr(error, "reason", str(error))
    return f"not enforced: {', '.join(broken)}" if broken else ""


@functools.cache
def usable() -> bool:
    """Whether warm kernels can be had here; if not, the reason is logged, once."""
    if reason := unavailable():
        log.warning("cold kernels are used, because warm ones do not work here: %s", reason)
    return not reason


@functools.cache
def tell(reason: str) -> None:
    """Log, once for each reason, why no warm kernel could be had where there had been some."""
    log.warning("a cold kernel is used, because no warm one could be had: %s", reason)
