"""Build the sandbox that student code runs in, by bubblewrap, and say what it enforces here.

Inside: its own user, process, mount, network and ipc namespaces; the system and the Python
environment read-only; a work folder with a copy of the submission's files and ``/tmp``, both in
memory and of limited size; no capabilities, no network, no other process, no gradebook, no source,
and no GPU unless one is asked for.
:mod:`autograder.forkserver` opens the same sandbox for a process that moves in.
"""

from __future__ import annotations

import functools
import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder import device, evidence, identity
from autograder.errors import SandboxUnavailable

MIB = 1 << 20

# CHOWN, DAC_OVERRIDE, SETGID and SETUID: root lacks them in some containers.
_CAPABILITIES_NEEDED = 1 << 0 | 1 << 1 | 1 << 6 | 1 << 7

# Folders inside; a checkout's path is bound into the sandbox too, and must not lie below them.
WORK, FILES, HOME = "/sandbox/work", "/sandbox/files", "/sandbox/home"


@dataclass(frozen=True)
class Limits:
    """What one submission may use: bytes, seconds of CPU time, and numbers."""

    memory: int = 6144 * MIB
    cpu_seconds: int = 300
    file_size: int = 256 * MIB
    open_files: int = 1024
    processes: int = 1024
    work_folder: int = 256 * MIB
    temporary_folder: int = 256 * MIB
    shared_memory: int = 64 * MIB

    def resources(self, cuda: bool = False) -> dict[str, int]:
        """Return the limits that the kernel keeps for a process, by their names in ``prlimit``.

        CUDA reserves more addresses than any machine has memory, so with ``cuda`` the addresses
        are not limited, but the memory that a process alone can write to is.
        """
        return {
            "core": 0,
            "data" if cuda else "as": self.memory,
            "cpu": self.cpu_seconds,
            "fsize": self.file_size,
            "nofile": self.open_files,
            "nproc": self.processes,
        }


@dataclass(frozen=True)
class Gpus:
    """GPUs that can be used inside: their device files, and their names for CUDA, which counts them
    in this order, from 0. Made by :func:`autograder.gpus.admit`."""

    files: tuple[Path, ...] = ()
    names: tuple[str, ...] = ()


# What the probe prints from inside; each value is whether that protection holds. A limit on
# processes is tried out, for the system exempts root, whatever it is called inside
# (:mod:`autograder.identity`).
_PROBE = """
import json, os, resource, socket
def refused(path):
    try:
        open(path, "w").close()
    except OSError:
        return True
    os.remove(path)
    return False
def no_fork():
    resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
    try:
        child = os.fork()
    except OSError:
        return True
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return False
def sized(*paths):
    found = map(os.statvfs, paths)
    return all(folder.f_blocks * folder.f_frsize < 1 << 30 for folder in found)
status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
print(json.dumps({
    "no network": [name for _, name in socket.if_nameindex()] == ["lo"],
    "no other processes": sum(name.isdigit() for name in os.listdir("/proc")) <= 4,
    "system read-only": all(map(refused, ("/usr/probe", "/probe", "/dev/probe"))),
    "no home folder, no course": not os.path.exists(HIDDEN),
    "no capabilities": int(status["CapEff"], 16) == 0 and status["NoNewPrivs"].strip() == "1",
    "memory limit": resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY,
    "size limit of files": resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY,
    "size limit of what lies in memory": sized(os.getcwd(), HOME, "/tmp", "/dev/shm"),
    "limit on the number of processes": no_fork(),
}))
"""


@functools.cache
def _has_size_option() -> bool:
    """Whether this bubblewrap can size a tmpfs (0.8 and later)."""
    done = subprocess.run(["bwrap", "--help"], capture_output=True, text=True)
    return "--size" in done.stdout + done.stderr


def _tmpfs(path: str, size: int) -> list[str]:
    sized = ["--size", str(size)] if _has_size_option() else []
    return [*sized, "--tmpfs", path]


def _bind(path: Path, how: str = "--ro-bind") -> list[str]:
    """Bind what has this path to it. bubblewrap would make the folders above for root alone."""
    return ["--dir", str(path.parent), how, str(path), str(path)]


def _system() -> list[str]:
    """Bind /usr, and make /bin, /lib … what they are here: links into it or folders."""
    options = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    return options


def _python() -> list[str]:
    """Bind the interpreter, its environment, and of this package what hidden tests import."""
    package = Path(evidence.__file__).parent
    paths = [
        Path(sys.base_prefix).resolve(),
        Path(sys.prefix),
        package / "__init__.py",
        package / "evidence.py",
        package / "known_wrong.py",
    ]
    options = []
    for path in dict.fromkeys(paths):
        if not path.is_relative_to("/usr"):
            options += _bind(path)
    return options


def environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """Return the whole environment of a process inside: ours and what ``extra`` adds."""
    return {
        "HOME": HOME,
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        **device.QUIET,
        "MPLCONFIGDIR": "/tmp/matplotlib",
        **(extra or {}),
    }


@functools.cache
def other_id() -> tuple[int, int] | None:
    """Return the user and group id that student code gets where we are root; None if it keeps ours.

    That is so where we are not (see :mod:`autograder.identity`), where we have no second id or may
    not touch what belongs to it, and where Python and this package are for root alone to read.
    """
    needed = (evidence.__file__, os.__file__, sys.executable, sys.prefix)
    if os.geteuid() != 0 or not all(Path(path).stat().st_mode & 0o4 for path in needed):
        return None
    status = Path("/proc/self/status").read_text()
    if ~int(status.partition("CapEff:")[2].split()[0], 16) & _CAPABILITIES_NEEDED:
        return None
    ids = []
    for kind in ("uid", "gid"):
        lines = Path(f"/proc/self/{kind}_map").read_text().splitlines()
        first, _, count = max([int(word) for word in line.split()] for line in lines)
        ids.append(min(first + count, 1 << 31) - 2)  # not a limit of an id's type itself
        if ids[-1] < max(first, 1):
            return None
    return ids[0], ids[1]


def command(
    argv: list[str],
    *,
    work: Path | None = None,
    share: Path | None = None,
    extra: dict[str, str] | None = None,
    limits: Limits | None = None,
    gpus: Gpus | None = None,
    info_fd: int | None = None,
    go_fd: int | None = None,
) -> list[str]:
    """Return the command line that runs ``argv`` in a sandbox.

    The files of the folder ``work`` are copied into the work folder, where the command starts;
    notebooks and symbolic links are left out. The folder ``share`` is there under its own path
    and writable. Nothing of the caller's environment comes through but ``extra``. There is no
    GPU but ``gpus``. On ``info_fd`` bubblewrap tells about its namespaces in JSON; if there is
    an :func:`other_id`, it then waits at ``go_fd`` for :func:`identity.allow`, and what is in
    ``share`` belongs to that id.
    """
    limits = limits or Limits()
    inside, other = str(identity.INSIDE), other_id()
    options = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    options += ["--hostname", "sandbox", "--clearenv"]
    if not other:
        options += ["--uid", inside, "--gid", inside]
        options += ["--info-fd", str(info_fd)] if info_fd is not None else []
    else:
        options += [word for name in identity.CAPABILITIES for word in ("--cap-add", f"CAP_{name}")]
        options += identity.options(info_fd, go_fd) if info_fd is not None else []
    options += _system()
    for path in ("/etc/ld.so.cache", "/etc/localtime"):
        options += _bind(Path(path), "--ro-bind-try")
    options += ["--proc", "/proc", "--dev", "/dev"]
    if gpus:
        for path in gpus.files:
            options += ["--dev-bind", str(path), f"/dev/{path.name}"]
        extra = {**(extra or {}), "CUDA_VISIBLE_DEVICES": ",".join(gpus.names)}
    options += _tmpfs("/dev/shm", limits.shared_memory)
    options += _tmpfs("/tmp", limits.temporary_folder) + _tmpfs(WORK, limits.work_folder)
    options += _tmpfs(HOME, 16 * MIB)
    options += _python()
    found = sorted(work.iterdir()) if work else []
    files = [path for path in found if path.suffix != ".ipynb" and not path.is_symlink()]
    for path in files:
        options += ["--ro-bind", str(path.resolve()), f"{FILES}/{path.name}"]
    options += ["--dir", FILES]
    if share:
        options += _bind(share, "--bind")
    for name, value in environment(extra).items():
        options += ["--setenv", name, value]
    options += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORK]
    # Inside, where the number of processes counts those of this sandbox alone.
    resources = limits.resources(cuda=gpus is not None)
    confined = ["prlimit", *(f"--{name}={value}" for name, value in resources.items())]
    prepare = [f"cp -R {FILES}/. {WORK}"] if files else []
    # Without our environment: that of bubblewrap itself can be read inside, as /proc/1/environ.
    bubblewrap = ["env", "-i", f"PATH={os.environ.get('PATH', os.defpath)}"]
    if other:
        filled = shlex.join([WORK, *([str(share)] if share else [])])
        chown = f"chown -h {inside}:{inside}"  # never where a link leads to
        prepare += [f"{chown} /tmp /dev/shm {HOME}", f"{chown} -R {filled}"]
        prepare += [f"exec {identity.LEFT_OPEN}<&-"]
        drop = ["--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"]
        argv = ["setpriv", "--reuid", inside, "--regid", inside, *drop, *argv]
        if info_fd is None:
            bubblewrap += [sys.executable, "-I", "-S", identity.__file__, *map(str, other)]
    prepared = [*confined, "sh", "-c", " && ".join([*prepare, 'exec "$@"']), "sh", *argv]
    return [*bubblewrap, "bwrap", *options, "--", *prepared]


def probe() -> str:
    """Return the program that tries from inside what must not work, and prints what holds."""
    return _PROBE.replace("HIDDEN", repr(str(Path(__file__)))).replace("HOME", repr(HOME))


@functools.cache
def enforced() -> dict[str, bool]:
    """Open a sandbox, try what must not work from inside, and return what holds.

    Raises SandboxUnavailable with the reason if no sandbox can be opened on this machine.
    """
    if shutil.which("bwrap") is None:
        raise SandboxUnavailable("bubblewrap is not installed (sudo apt-get install bubblewrap)")
    try:
        done = subprocess.run(
            command([sys.executable, "-I", "-S", "-c", probe()]),
            capture_output=True,
            text=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxUnavailable(str(error)) from error
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["bubblewrap failed"])[-1]
        raise SandboxUnavailable(reason)
    return json.loads(done.stdout)


def missing(enforced: dict[str, bool]) -> list[str]:
    """Name what does not hold of the protections that keep student code in; limits are not."""
    return [name for name, holds in enforced.items() if not holds and "limit" not in name]


def require() -> None:
    """Raise SandboxUnavailable unless every protection that keeps student code in holds here."""
    if broken := missing(enforced()):
        raise SandboxUnavailable("not enforced: " + ", ".join(broken))
