"""The fork server: import MXNet and the IPython kernel once, fork each kernel into a sandbox.

Runs as ``python -m autograder.forkserver FD``; :mod:`autograder.warm` starts it and holds the other
end of the socket FD. It never runs student code and draws no random number. For each request it
forks a warden and forgets it. The warden lets bubblewrap open a sandbox, joins its namespaces,
forks once more, and that child, without privileges and under the limits, becomes the kernel. The
warden closes the sandbox, with all that runs in it, when the kernel ends or the client lets go of
the connection. The server ends with its last client, a warden with the server, a sandbox with its
warden.

MXNet runs its NaiveEngine here: that has no threads, so the server can fork at any time and a
warden can join a user namespace. Operations then run when they are called, not later.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from autograder import identity, sandbox
from autograder.processes import call, die_with, kill_with_children, make_read_only

LAUNCHER = "ipykernel_launcher"
CODE = "-c"
MAX_MESSAGE = 1 << 16

# What a kernel imports before its first cell runs, and what every assignment does.
_NEEDED = (
    "mxnet",
    "numpy",
    "autograder.evidence",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "faulthandler",
    "sqlite3",
    "tornado.platform.asyncio",
)

# Flags of setns(2) by the names in /proc/PID/ns.
_NAMESPACES = {
    "user": 0x10000000,
    "mnt": 0x00020000,
    "pid": 0x20000000,
    "net": 0x40000000,
    "ipc": 0x08000000,
    "uts": 0x04000000,
    "cgroup": 0x02000000,
}
# prctl(2) and capset(2)
_SET_DUMPABLE, _CAPBSET_DROP, _SET_NO_NEW_PRIVS = 4, 24, 38
_CAPABILITY_VERSION_3 = 0x20080522


class _ClientGone(Exception):
    """The client let go of the connection before its kernel ran."""


def _preload() -> None:
    """Import what every kernel needs. Raises RuntimeError if that started a thread."""
    gc.disable()  # what is imported stays
    for module in _NEEDED:
        import_module(module)
    _train_once()
    _fail_once()
    sandbox.command([])  # asks what this machine can do, once for all wardens
    threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    if threads != 1:
        raise RuntimeError(f"it has {threads} threads, so it cannot fork safely")
    gc.collect()
    gc.freeze()  # else collecting would copy pages that all kernels share
    gc.enable()


def _train_once() -> None:
    """Do what MXNet sets up at first use, once for all kernels. Draws no number, names no block.

    The first operation starts the engine, which says so on stderr: here, not in a student's cell.
    """
    from mxnet import autograd, nd
    from mxnet.gluon import nn

    net = nn.HybridSequential(prefix="net_")
    net.add(nn.Dense(3, activation="relu", prefix="a_"), nn.Dense(2, prefix="b_"))
    net.initialize("ones")
    x = nd.ones((2, 4))
    x[0] = 2
    for _ in range(2):
        with autograd.record():
            loss = net(x).sum()
        loss.backward()
        loss.asnumpy()
        net.hybridize()  # the second time


def _fail_once() -> None:
    """Do what IPython sets up for its first cell and its first traceback, once for all kernels."""
    from IPython.core.inputtransformer2 import TransformerManager
    from IPython.core.ultratb import AutoFormattedTB

    TransformerManager().transform_cell("pass\n")
    try:
        raise ValueError
    except ValueError:
        AutoFormattedTB("Context").structured_traceback(*sys.exc_info())


def _serve(control: socket.socket) -> None:
    """Fork a warden for each message: it carries the client's connection and an output file."""
    server = os.getpid()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # wardens leave no zombies
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 2, socket.MSG_CMSG_CLOEXEC)
        if not message:
            return
        try:
            if os.fork() == 0:
                control.close()
                _warden(server, *descriptors)
        except OSError:
            pass  # no process to be had: the client sees its connection closed
        for descriptor in descriptors:
            os.close(descriptor)


def _warden(server: int, descriptor: int, output: int) -> None:
    """Serve one connection: open a sandbox, run what is asked for in it, close it; never return."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with(server)
        with socket.socket(fileno=descriptor) as connection:
            request = json.loads(connection.recv(MAX_MESSAGE))
            try:
                answer = {"ended": _run(request, connection, output)}
            except (OSError, RuntimeError) as error:
                answer = {"error": str(error)}
            connection.send(json.dumps(answer).encode())
    except (_ClientGone, ConnectionError):
        pass
    finally:
        os._exit(0)  # which also closes the sandbox, wherever an error came from


def _run(request: dict, connection: socket.socket, output: int) -> int:
    """Run a request's process in a sandbox of its own until it ends or the client goes.

    Returns its exit status, that of a signal negative. Raises RuntimeError with the reason if no
    sandbox opens.
    """
    work = request["work"] and Path(request["work"])
    share = request["share"] and Path(request["share"])
    bwrap, init = _open(connection, work=work, share=share, extra=request["extra"])
    try:
        ready = _fork_sealer(init, share, connection) if request["seal"] else None
        _join(init)
        child = os.fork()
        if child == 0:
            for descriptor in (bwrap.stdin, bwrap.stdout, bwrap.stderr):
                descriptor.close()
            os.close(init)
            _become(request, connection, output, ready)
        if ready is not None:
            os.close(ready)
        ended = os.pidfd_open(child)
        select.select([ended, connection], [], [])
    finally:
        with suppress(ProcessLookupError):  # a kernel can end its sandbox itself
            signal.pidfd_send_signal(init, signal.SIGKILL)  # takes all of its namespace along
    status = os.waitpid(child, 0)[1]
    # Process 1 of a namespace ends when no other is left in it; bubblewrap may be gone before.
    select.select([init], [], [])
    bwrap.wait()
    return os.waitstatus_to_exitcode(status)


def _open(connection: socket.socket, **options: object) -> tuple[subprocess.Popen, int]:
    """Open a sandbox in which a process waits; returns bubblewrap and a pidfd of its process 1."""
    (reader, writer), (held, go) = os.pipe(), os.pipe()
    # When this speaks, the files are copied and its mounts are those of the sandbox.
    # It ends with this process at the latest; bubblewrap sees to that only from some moment on.
    argv = ["sh", "-c", "echo && exec cat"]
    argv = sandbox.command(argv, info_fd=writer, go_fd=held, **options)
    other = sandbox.other_id()
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    # With its reader, else the loss of that would stop bubblewrap between two steps.
    passed = [reader, writer, *([held] if other else [])]
    bwrap = subprocess.Popen(argv, pass_fds=passed, **pipes)
    try:
        os.close(writer)
        os.close(held)
        with os.fdopen(reader) as info:
            told = info.read()
        if told:
            pid = json.loads(told)["child-pid"]
            init = os.pidfd_open(pid)
            if other:
                identity.allow(pid, *other)
                os.write(go, b"\0")
        os.close(go)
        said = b""
        readable = []
        while bwrap.stdout not in readable:
            readable, _, _ = select.select([bwrap.stdout, bwrap.stderr, connection], [], [])
            if connection in readable:
                raise _ClientGone
            if bwrap.stderr in readable:
                said = (said + os.read(bwrap.stderr.fileno(), 4096))[-4096:]
        if not os.read(bwrap.stdout.fileno(), 1):
            lines = said.decode(errors="replace").strip().splitlines()
            raise RuntimeError((lines or ["bubblewrap failed"])[-1])
    except BaseException:
        kill_with_children(bwrap.pid)
        raise
    return bwrap, init


def _pid(pidfd: int) -> int:
    fdinfo = Path(f"/proc/self/fdinfo/{pidfd}").read_text()
    return int(next(line.split()[1] for line in fdinfo.splitlines() if line.startswith("Pid:")))


def _fork_sealer(pidfd: int, share: Path, connection: socket.socket) -> int:
    """Fork a process that makes ``share`` read-only in a sandbox, and then tells the client that
    the kernel runs; returns the end of a pipe to which the kernel writes when it is up."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(writer)
        try:
            if os.read(reader, 1):
                make_read_only(_pid(pidfd), str(share))
                connection.send(b"{}")
        except OSError as error:
            connection.send(json.dumps({"error": str(error)}).encode())
        finally:
            os._exit(0)
    os.close(reader)
    return writer


def _join(pidfd: int) -> None:
    """Enter the namespaces of a process; of that for processes, only children become part."""
    pid = _pid(pidfd)
    flags = 0
    for name, flag in _NAMESPACES.items():
        ours, theirs = (Path(f"/proc/{who}/ns/{name}").stat() for who in ("self", pid))
        if ours.st_ino != theirs.st_ino:
            flags |= flag
    call("setns", pidfd, flags)


def _become(request: dict, connection: socket.socket, output: int, ready: int | None) -> None:
    """Turn this process into what the request asks for; never returns.

    When it runs, it says so on ``ready``, or to the client if that is None.
    """
    status = 1
    try:
        os.setsid()
        os.chdir(sandbox.WORK)
        for descriptor in (1, 2):
            os.dup2(output, descriptor)
        os.close(output)
        os.environ.clear()
        os.environ.update(sandbox.environment(request["extra"]), PWD=sandbox.WORK)
        _drop_privileges()
        for name, value in sandbox.Limits().resources().items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (value, value))
        # As in a new process; MXNet's numbers begin alike in each, Python's are reseeded by fork.
        sys.modules["numpy"].random.seed()

        def started() -> None:
            if ready is None:
                connection.send(b"{}")
            else:
                os.write(ready, b"\0")
                os.close(ready)
            connection.close()

        _python(request["argv"], started)
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status & 0xFF)


def _drop_privileges() -> None:
    """Give up every capability for good, for entering the user namespace gave us all of them, and
    the id of root."""
    for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
        call("prctl", _CAPBSET_DROP, capability, 0, 0, 0)
    if sandbox.other_id():
        os.setgroups([])
        os.setresgid(*[identity.INSIDE] * 3)
        os.setresuid(*[identity.INSIDE] * 3)
        call("prctl", _SET_DUMPABLE, 1, 0, 0, 0)  # its own /proc/self would be closed to it
    header, nothing = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    call("capset", header, nothing)
    call("prctl", _SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _python(argv: list[str], started: Callable[[], None]) -> None:
    """Do what ``python *argv`` does, for ``-m ipykernel_launcher …`` and ``-c CODE``."""
    if argv[0] == CODE:
        sys.argv = argv[:1]
        sys.path.insert(0, "")
        started()
        exec(compile(argv[1], "<string>", "exec"), {"__name__": "__main__"})
        return
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = [find_spec(LAUNCHER).origin, *argv[2:]]
    kernel = IPKernelApp.instance()
    kernel.initialize()
    started()  # its sockets are bound
    kernel.start()


def main() -> int:
    """Preload, report, serve; returns the exit status."""
    del sys.path[0]  # the folder of whoever started us
    control = socket.socket(fileno=int(sys.argv[1]))
    try:
        _preload()
    except Exception as error:  # whatever an import can raise
        control.send(f"{type(error).__name__}: {error}".encode())
        return 1
    control.send(b"ready")
    _serve(control)
    return 0


if __name__ == "__main__":
    sys.exit(main())
