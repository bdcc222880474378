"""Run commands and measure them: wall and CPU seconds, and memory while they run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
FORK_SERVER = "autograder.forkserver"
_SAMPLE_SECONDS = 0.2


@dataclass(frozen=True)
class Cost:
    """What a command took, start-up included: wall seconds and CPU seconds; the bytes that were
    resident in its own process; those of the submissions that ran, and of all processes. Each
    number of bytes is that of its own peak."""

    wall: float
    cpu: float
    resident: int
    submissions: int
    everything: int


def environment() -> dict[str, str]:
    """Return the environment of a command that finds this Python's programs in PATH."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path}


def run(*words: str, folder: Path, beside: tuple[int, ...] = ()) -> Cost:
    """Run a Python module to its end; returns what that cost. Exits if it fails.

    ``beside`` are processes that work for it and go on: their memory counts, too.
    """
    cpu, start = _cpu_seconds(), time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    ended = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        peak = threads.submit(_peak, process.pid, beside, ended)
        _, errors = process.communicate()
        wall = time.perf_counter() - start
        ended.set()
    if process.returncode != 0:
        sys.exit(f"{' '.join(words)} failed:\n{errors}")
    return Cost(wall, _cpu_seconds() - cpu, *peak.result())


def _cpu_seconds() -> float:
    """Return the CPU time that this machine has spent since it started, see proc_stat(5), without
    that of this process, which looks on."""
    user, nice, system = map(int, Path("/proc/stat").read_text().split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK") - time.process_time()


def _peak(command: int, beside: tuple[int, ...], ended: threading.Event) -> tuple[int, int, int]:
    """Return the largest of the samples taken until ``ended``: what was resident in the process of
    the command; the sum of what belongs to submissions; the sum of all that the command and those
    beside it have started, themselves included."""
    roots = {command, *beside}
    own = submissions = everything = 0
    while not ended.wait(_SAMPLE_SECONDS):
        found = _descendants(roots)
        memory = {pid: _pss(pid) for pid in found}
        everything = max(everything, sum(memory.values()))
        shared = roots | {pid for pid, parent in found.items() if _is_shared(pid, parent)}
        submissions = max(submissions, sum(memory[pid] for pid in memory.keys() - shared))
        own = max(own, resident(command))
    return own, submissions, everything


def _is_shared(pid: int, parent: int) -> bool:
    """Whether a process serves all submissions: a fork server, not what is forked from it, or a
    helper of Python's multiprocessing."""
    command = _command(pid)
    forked = FORK_SERVER in _command(parent)
    return (FORK_SERVER in command and not forked) or "resource_tracker" in command


def _descendants(roots: set[int]) -> dict[int, int]:
    """Return the parents of the roots and of all that descends from them, by process."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        if text := _read(path):  # "pid (name) state parent …", and a name may hold a parenthesis
            parents[int(path.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found = {pid: parents[pid] for pid in roots & parents.keys()}
    new = found
    while new:
        new = {pid: p for pid, p in parents.items() if p in found and pid not in found}
        found = found | new
    return found


def _pss(pid: int) -> int:
    """Return the proportional set size of a process in bytes, see proc_pid_smaps(5)."""
    return _kib(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") * 1024


def resident(pid: int) -> int:
    """Return the most bytes that were resident in a process till now, see proc_pid_status(5). That
    of getrusage(2) would be no less than what was resident in its parent when it was started."""
    return _kib(Path(f"/proc/{pid}/status"), "VmHWM:") * 1024


def _kib(path: Path, name: str) -> int:
    lines = map(str.split, _read(path).splitlines())
    return sum(int(words[1]) for words in lines if words[:1] == [name])


def _command(pid: int) -> str:
    return _read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ")


def _read(path: Path) -> str:
    """Return what a file of /proc says, or "" if its process is gone."""
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


@contextmanager
def dask_cluster(workers: int, folder: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Run a Dask scheduler and workers of one thread each on loopback; yields the scheduler's
    address and the two processes that were started."""
    file, log = folder / "scheduler.json", folder / "dask.log"
    with ExitStack() as stack, log.open("w") as stream:

        def start(*words: str) -> subprocess.Popen:
            command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
            process = subprocess.Popen(
                command, cwd=folder, env=environment(), stdout=stream, stderr=stream
            )
            stack.callback(_stop, process)
            return process

        scheduler = start("scheduler", "--host=127.0.0.1", "--port=0", f"--scheduler-file={file}")
        _until(lambda: file.is_file() and file.stat().st_size > 0, scheduler)
        address = json.loads(file.read_text())["address"]
        worker = start("worker", address, f"--nworkers={workers}", "--nthreads=1")
        _until(lambda: log.read_text().count("Registered to:") == workers, worker)
        yield address, (scheduler.pid, worker.pid)


def _until(true: Callable[[], bool], process: subprocess.Popen) -> None:
    """Wait until something is true. Exits if the process that is to make it true ends first."""
    while not true():
        if process.poll() is not None:
            sys.exit(f"{' '.join(process.args)} failed")
        time.sleep(0.1)


def _stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
