"""Give student code an ordinary user's id where root grades.

Linux exempts root from the limit on the number of processes, whatever root is called inside a user
namespace. So the namespace that root opens has two ids: root sets the sandbox up and keeps its
process 1, the other one, which no account has, runs student code. bubblewrap maps only one; it
waits until its caller has mapped both: :mod:`autograder.forkserver`, or this file, run as a
program ahead of it, which leaves nothing but bubblewrap in its own place. It imports next to
nothing, for that takes longer than all the rest.
"""

from __future__ import annotations

import os
import sys

INSIDE = 65534  # what the id of student code is called in every sandbox
# What root needs inside to hand files and process over; in the namespace, and of the two ids.
CAPABILITIES = ("CHOWN", "DAC_READ_SEARCH", "SETUID", "SETGID", "SETPCAP")
LEFT_OPEN = 9  # the file descriptor that bubblewrap waits at and then does not close


def allow(pid: int, user: int, group: int) -> None:
    """Map the two ids in the new user namespace of a process."""
    for kind, number in (("uid", user), ("gid", group)):
        with open(f"/proc/{pid}/{kind}_map", "w") as ids:  # noqa: PTH123
            ids.write(f"0 0 1\n{INSIDE} {number} 1\n")


def options(info_fd: int, go_fd: int) -> list[str]:
    """Return bubblewrap's options to wait for :func:`allow`: it tells the process on ``info_fd``,
    and goes on when it can read from ``go_fd``."""
    return ["--unshare-user", "--info-fd", str(info_fd), "--userns-block-fd", str(go_fd)]


def _main(user: str, group: str, bwrap: str, *arguments: str) -> None:
    """Become bubblewrap, and have both ids mapped in its namespace."""
    (info, told), (held, go) = os.pipe(), os.pipe()
    if os.fork() == 0:
        if os.fork() == 0:  # no child of bubblewrap, to which another one would be strange
            os.close(told)
            if said := os.fdopen(info).read():
                pid = "".join(filter(str.isdigit, said.split(",")[0]))  # {"child-pid": 12, …
                allow(int(pid), int(user), int(group))
                os.write(go, b"\0")
        os._exit(0)
    os.wait()
    os.set_inheritable(told, True)
    os.dup2(held, LEFT_OPEN)
    os.execvp(bwrap, [bwrap, *options(told, LEFT_OPEN), *arguments])


if __name__ == "__main__":
    _main(*sys.argv[1:])
