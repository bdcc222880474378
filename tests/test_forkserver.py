"""Warm kernels: like cold ones to the student, apart from each other, gone when they are over."""

import functools
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import run_as_ordinary_user
from jupyter_client.manager import KernelManager

from autograder import processes, sandbox, warm
from autograder.errors import ForkServerError
from autograder.provisioner import SandboxedKernelSpecs

pytestmark = pytest.mark.sandbox

# What a program can see of how it was started.
SURROUNDINGS = """
import json, os, resource, signal, socket, sys
kept = ("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs",
        "Seccomp", "SigBlk", "SigIgn", "Umask", "Threads")
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "environment": dict(sorted(os.environ.items())),
    "arguments": sys.argv, "path": sys.path, "folder": os.getcwd(), "flags": str(sys.flags),
    "limits": {n: resource.getrlimit(getattr(resource, n)) for n in dir(resource) if "RLIMIT" in n},
    "status": {name: status[name].split() for name in kept},
    "signals": {s.name: str(signal.getsignal(s)) for s in signal.Signals},
    "host": socket.gethostname(), "encoding": sys.stdout.encoding,
    "files": sorted(os.listdir("/proc/self/fd"))[:-1],
    "shared": [n for n in os.listdir("/proc/self/ns") if os.readlink("/proc/self/ns/" + n) in OURS],
    "mounts": [line.split()[4:6] for line in open("/proc/self/mountinfo")],
}, indent=1))
"""

SLEEPER = "import subprocess; p = subprocess.Popen(['sleep', '{}'], start_new_session=True)\n"


@pytest.fixture
def mark() -> str:
    """A number of seconds to sleep, by which a process can be told from all others."""
    return str(random.randrange(10**8, 10**9))


def marked(mark: str) -> list[str]:
    """Name the processes of this machine with this word in their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:  # gone meanwhile
            continue
        found += [path.parent.name] if mark in words else []
    return found


def soon(condition: Callable[[], bool]) -> bool:
    """Whether a condition comes true within half a minute."""
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class Kernel:
    """A kernel of the provisioner, and a client to it."""

    def __init__(self, how: str, folder: Path):
        self.manager = KernelManager(kernel_name="python3")
        self.manager.kernel_spec_manager = SandboxedKernelSpecs(parent=self.manager, how=how)
        self.manager.start_kernel(
            cwd=str(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(60)

    def run(self, code: str) -> str:
        """Run a cell; returns what it printed, on stderr in angle brackets, or its error's name."""
        written = []

        def keep(message: dict) -> None:
            content = message["content"]
            if message["msg_type"] == "stream":
                error = content["name"] == "stderr"
                written.append(f"<{content['text']}>" if error else content["text"])
            elif message["msg_type"] == "error":
                written.append(content["ename"])

        self.client.execute_interactive(code, output_hook=keep, timeout=120)
        return "".join(written).strip()


@contextmanager
def kernel(how: str, folder: Path) -> Iterator[Kernel]:
    made = Kernel(how, folder)
    try:
        yield made
    finally:
        made.client.stop_channels()
        if made.manager.has_kernel:
            made.manager.shutdown_kernel(now=True)


@pytest.fixture(params=["cold", "warm"])
def how(request) -> str:
    return request.param


def server_pid() -> int:
    """The fork server of this process, started if need be."""
    assert warm.run("").returncode == 0
    return warm._server._process.pid


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_a_warm_process_finds_what_a_cold_one_finds(tmp_path):
    (tmp_path / "data.csv").write_text("1,2")
    ours = [str(path.readlink()) for path in Path("/proc/self/ns").iterdir()]
    code = SURROUNDINGS.replace("OURS", repr(ours))
    cold = subprocess.run(
        sandbox.command([sys.executable, "-c", code], work=tmp_path, extra={"A": "b"}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert cold.returncode == 0, cold.stderr
    assert warm.run(code, work=tmp_path, extra={"A": "b"}).stdout == cold.stdout


def test_nobody_sees_that_another_engine_runs():
    code = """
import os
from mxnet import nd
print(nd.ones(1).asnumpy(), "MXNET_ENGINE_TYPE" in os.environ)
"""
    assert warm.run(code).stdout == "[1.] False\n"


def test_mxnet_works_in_a_kernel(how, tmp_path):
    code = """
import mxnet as mx
from mxnet import autograd, gluon, nd
net = gluon.nn.Dense(1)
net.initialize()
trainer = gluon.Trainer(net.collect_params(), "adam")
data = gluon.data.ArrayDataset(nd.arange(8).reshape(8, 1), nd.arange(8))
for x, y in gluon.data.DataLoader(data, batch_size=4, num_workers=2):
    with autograd.record():
        loss = gluon.loss.L2Loss()(net(x), y)
    loss.backward()
    trainer.step(4)

class Twice(mx.operator.CustomOp):
    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], in_data[0] * 2)

@mx.operator.register("twice")
class TwiceProp(mx.operator.CustomOpProp):
    def create_operator(self, ctx, shapes, dtypes):
        return Twice()

print(nd.Custom(nd.ones(2), op_type="twice").asnumpy())
"""
    with kernel(how, tmp_path) as used:
        assert used.run(code) == "[2. 2.]"


def test_an_interrupted_kernel_goes_on(how, tmp_path):
    with kernel(how, tmp_path) as used:
        used.run("x = 1")
        loop = "print('on', flush=True)\nwhile True: pass"
        # As nbgrader asks for it; else what comes soon after an error would be skipped.
        request = used.client.execute(loop, stop_on_error=False)
        while used.client.get_iopub_msg(timeout=60)["msg_type"] != "stream":
            pass
        used.manager.interrupt_kernel()
        reply = used.client.get_shell_msg(timeout=60)
        while reply["parent_header"]["msg_id"] != request:
            reply = used.client.get_shell_msg(timeout=60)
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert used.run("print(x)") == "1"


def test_a_kernel_can_be_restarted(how, tmp_path):
    with kernel(how, tmp_path) as used:
        used.run("x = 1")
        used.manager.restart_kernel(now=True)
        used.client.wait_for_ready(60)
        assert used.run("print(x)") == "NameError"


@pytest.mark.parametrize("now", [True, False], ids=["killed", "asked to leave"])
def test_nothing_is_left_of_a_kernel_that_was_shut_down(how, now, tmp_path, mark):
    with kernel(how, tmp_path) as used:
        used.run(SLEEPER.format(mark))
        assert soon(lambda: bool(marked(mark)))
        used.manager.shutdown_kernel(now=now)
        share = Path(used.manager.connection_file).parent
        assert soon(lambda: not marked(mark)) and not share.exists()


def test_two_kernels_at_once_do_not_see_each_other(tmp_path, mark):
    with kernel("warm", tmp_path) as one, kernel("warm", tmp_path) as two:
        one.run(SLEEPER.format(mark))
        one.run("for f in ('mine', '/tmp/mine'): open(f, 'w').close()")
        look = f"""
import glob, os
print(os.listdir('.'), os.path.exists('/tmp/mine'),
      any({mark!r} in open(f).read() for f in glob.glob('/proc/[0-9]*/cmdline')))
"""
        assert two.run(look) == "[] False False"
        assert one.run(look) == "['mine'] True True"


@pytest.mark.parametrize(
    "code",
    [
        "import os; os._exit(3)",
        "import ctypes; ctypes.string_at(0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import os; [os.kill(int(n), 9) for n in os.listdir('/proc') if n.isdigit() and n != '1']",
        "import os\nwhile True: os.write(1, bytes(1 << 16))",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64)); p.wait()",
    ],
    ids=["exits", "crashes", "kills-itself", "kills-all", "floods", "stops", "blocks"],
)
def test_the_server_survives_what_its_children_do(code, mark):
    server = server_pid()
    process = warm.start(["-c", SLEEPER.format(mark) + code])
    if any(word in code for word in ("while", "STOP", "BLOCK")):
        assert soon(lambda: bool(marked(mark)))
        assert process.poll() is None
        process.kill()
    assert process.wait() != 0
    assert not marked(mark), "the whole sandbox is gone when its process is reported to be"
    assert server_pid() == server
    assert soon(lambda: not children(server)), "and no zombie is left"


def test_many_can_ask_at_once():
    with ThreadPoolExecutor(8) as pool:
        done = pool.map(lambda number: warm.run(f"print({number})"), range(24))
        assert [int(one.stdout) for one in done] == list(range(24))


def test_a_dead_server_takes_its_kernels_along_and_is_replaced(mark):
    server = server_pid()
    process = warm.start(["-c", SLEEPER.format(mark) + "p.wait()"])
    assert soon(lambda: bool(marked(mark)))
    os.kill(server, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert soon(lambda: not marked(mark))
    assert server_pid() != server


def test_nothing_survives_the_process_that_grades(mark):
    code = f"""
from autograder import warm
process = warm.start(["-c", {SLEEPER.format(mark) + "p.wait()"!r}])
print(warm._server._process.pid, flush=True)
process.wait()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as grader:
        server = int(grader.stdout.readline())
        assert soon(lambda: bool(marked(mark)))
        grader.kill()
    assert soon(lambda: not marked(mark) and not Path(f"/proc/{server}").exists())


def test_a_forked_process_can_use_the_server_too():
    server = server_pid()
    child = os.fork()
    if child == 0:
        done = warm.run("print(1)")
        os._exit(0 if done.stdout == "1\n" and warm._server._process.pid == server else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert server_pid() == server


def test_numbers_and_names_are_those_of_a_new_process():
    code = """
import random, numpy, uuid
from mxnet import nd, sym
from mxnet.gluon import nn
print(random.random(), numpy.random.rand(), uuid.uuid4(), nd.random.uniform(shape=3).asnumpy())
print(nn.HybridSequential().name, nn.Dense(2).name, sym.FullyConnected(sym.var("x"), num_hidden=2))
"""
    argv = sandbox.command([sys.executable, "-c", code])
    cold = subprocess.run(argv, capture_output=True, text=True).stdout.split(maxsplit=3)
    first, second = (warm.run(code).stdout.split(maxsplit=3) for _ in range(2))
    for own, other in ((first, second), (first, cold)):
        assert all(a != b for a, b in zip(own[:3], other[:3], strict=True))
        assert own[3] == other[3], "MXNet's and its names begin alike in every process"


def test_where_warm_kernels_do_not_work_cold_ones_are_used_and_it_is_said_once(
    monkeypatch, caplog, tmp_path
):
    monkeypatch.setattr(warm.device, "execution_device", lambda: "GPU (some card)")
    for function in (warm.unavailable, warm.usable):  # what they remember is of this machine
        forgetful = functools.cache(function.__wrapped__)
        monkeypatch.setattr(warm, function.__name__, forgetful)
    with caplog.at_level(logging.WARNING, "autograder"):
        for _ in range(2):
            with kernel("warm", tmp_path) as used:
                assert (
                    used.run("print('forkserver' in open('/proc/self/cmdline').read())") == "False"
                )
    assert [r.message for r in caplog.records if r.name == "autograder"] == [
        "cold kernels are used, because warm ones do not work here: "
        "there is a GPU, and a process that has started CUDA must not be forked"
    ]


def test_a_server_that_cannot_start_is_a_clear_error(monkeypatch):
    monkeypatch.setattr(warm, "_server", None)
    monkeypatch.setattr(warm.sys, "executable", shutil.which("false"))
    with pytest.raises(ForkServerError, match="crashed while it imported MXNet"):
        warm.start(["-c", ""])


def test_a_sandbox_that_does_not_open_is_a_clear_error(tmp_path):
    with pytest.raises(ForkServerError, match="nowhere"):
        warm.start(["-c", ""], share=tmp_path / "nowhere")


def test_an_ordinary_user_has_warm_kernels_and_every_limit(tmp_path):
    code = "from autograder import warm; print(all(warm.enforced().values()), warm.unavailable())"
    done = run_as_ordinary_user([sys.executable, "-c", code], tmp_path, cwd="/")
    assert done.stdout == "True \n", done.stderr


def test_nothing_is_left_of_a_sandbox_whose_opening_is_cut_short(mark):
    request = {"argv": ["-c", ""], "work": None, "share": None, "extra": {"M": mark}, "seal": False}
    argv = sandbox.command(["true"], extra=request["extra"])
    server_pid()
    for milliseconds in random.sample(range(40), 12):
        with Path(os.devnull).open("wb") as nothing, warm._connect(nothing.fileno()) as connection:
            connection.send(json.dumps(request).encode())
            time.sleep(milliseconds / 1000)
        with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as bubblewrap:
            time.sleep(milliseconds / 1000)
            processes.kill_with_children(bubblewrap.pid)
    assert soon(lambda: not marked(mark))
