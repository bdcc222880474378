"""Ask Linux what Python has no function for."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # prctl(2)
NEW_USER, NEW_MOUNTS = 0x10000000, 0x00020000  # setns(2)
_NS_GET_USERNS = 0xB701  # ioctl_ns(2)
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _REMOUNT, _BIND = 1, 2, 4, 32, 4096  # mount(2)

_libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> None:
    """Call a function of the C library; raises OSError where it fails."""
    if getattr(_libc, name)(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")


def die_with(parent: int) -> None:
    """Have the system kill this process when its parent ends, of which this is the id."""
    call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def kill_with_children(pid: int) -> None:
    """Kill a child of this process and those that it has.

    bubblewrap, killed alone in the first moments of its life, leaves behind what it started.
    """
    os.kill(pid, signal.SIGSTOP)  # so that it has no more meanwhile
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)


def make_read_only(pid: int, path: str) -> None:
    """Make a folder that is bound into a process's sandbox read-only there.

    The calling process moves in for it, for good, so it must have one thread. Raises OSError.
    """
    mounts = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY)
    # Not always the one that the process is in: bubblewrap makes two, one in the other.
    owner = fcntl.ioctl(mounts, _NS_GET_USERNS)
    if os.fstat(owner).st_ino != Path("/proc/self/ns/user").stat().st_ino:
        call("setns", owner, NEW_USER)
    call("setns", mounts, NEW_MOUNTS)
    flags = _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES
    call("mount", None, path.encode(), None, flags, None)


if __name__ == "__main__":
    make_read_only(int(sys.argv[1]), sys.argv[2])
