"""Bound what a submission's output may cost: memory while it runs, room in what is stored."""

from __future__ import annotations

import json
from queue import Empty
from time import monotonic
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from traitlets import Type

from autograder.evidence import MIME

MIB = 1 << 20
MAX_MESSAGE = 32 * MIB
MAX_LINES, MAX_LINE = 200, 2000  # of a traceback
MAX_NAME = 200  # of an exception
MAX_DEPTH = 32  # of what is in a message


class _Replies(AsyncZMQSocketChannel):
    """A channel on which a message that breaks Jupyter's protocol is none."""

    async def _recv(self, **kwargs: Any) -> dict[str, Any]:
        try:
            message = await super()._recv(**kwargs)
            if all(isinstance(message[part], dict) for part in ("parent_header", "content")):
                return message
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
            pass  # student code has the key that messages are signed with, and may try anything
        raise Empty


class _Outputs(_Replies):
    """The same for outputs, for which nbclient waits without end."""

    async def _recv(self, **kwargs: Any) -> dict[str, Any]:
        while True:
            try:
                return await super()._recv(**kwargs)
            except Empty:
                pass


class BoundedClient(AsyncKernelClient):
    """A kernel client that refuses a larger message than ``MAX_MESSAGE`` (ZeroMQ then connects
    anew, and what the kernel sent meanwhile is lost) and lets few wait; a kernel that floods its
    client fills its own memory. What is no message by Jupyter's protocol is dropped."""

    shell_channel_class = Type(_Replies)
    iopub_channel_class = Type(_Outputs)

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE)
        context.setsockopt(zmq.RCVHWM, 64)
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel has answered and its output comes through.

        jupyter_client's own then waits until there was no output for 200 ms; here every reader
        looks at which request an output belongs to. Raises RuntimeError as that one does.
        """
        deadline = monotonic() + (timeout or float("inf"))
        while True:
            self.kernel_info()
            try:
                reply = await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.2)
            except Empty:
                pass
            else:
                self._handle_kernel_info_reply(reply)
                return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")


class Allowance:
    """What one cell's output may still hold, in bytes: ``limit`` for what it shows, and a larger
    sum for evidence, so that a print loop does not cost the evidence after it.

    A cell that is no test may hold no ``evidence``.
    """

    def __init__(self, limit: int, evidence: bool = True):
        self._left = {"shown": limit, "evidence": 2 * MAX_MESSAGE if evidence else 0}
        self.exceeded = False

    def admit(self, kind: str, content: dict[str, Any]) -> bool:
        """Whether an output message may be kept; a stream's text is cut to what is left."""
        if not _is_output(kind, content):
            return False
        if kind == "error":  # a cell has one from its kernel; nbgrader's score hangs on it
            content.update(shorten(content))
        purpose = "evidence" if MIME in content.get("data", {}) else "shown"
        size = len(content["text"] if kind == "stream" else json.dumps(content))
        left = self._left[purpose]
        self._left[purpose] = max(0, left - size)
        if size <= left:
            return True
        self.exceeded = purpose == "shown" or self.exceeded
        if kind == "stream" and left:
            content["text"] = content["text"][:left]
            return True
        return False


def _is_output(kind: str, content: dict[str, Any]) -> bool:
    """Whether a notebook can hold the output that a message brings."""
    if kind == "stream":
        parts = [content.get("name"), content.get("text")]
        valid = content.get("name") in ("stdout", "stderr")
    elif kind == "error":
        parts = [content.get("ename"), content.get("evalue"), *_listed(content.get("traceback"))]
        valid = isinstance(content.get("traceback"), list)
    else:
        data = content.get("data")
        if not isinstance(data, dict) or not isinstance(content.get("metadata"), dict):
            return False
        # A JSON type may hold anything; any other is text, or its lines.
        parts = [*data, *content["metadata"]]
        for mime, value in data.items():
            parts += [] if mime.endswith("json") else _listed(value)
        valid = isinstance(content.get("execution_count", 0), int) and _is_shallow(content)
    if not valid or not all(isinstance(part, str) for part in parts):
        return False
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a surrogate pair, which no file can hold
        return False
    return True


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_shallow(value: Any, left: int = MAX_DEPTH) -> bool:
    """Whether a JSON value has no more than so many levels; writing it is recursive."""
    if isinstance(value, dict):
        value = list(value.values())
    return not isinstance(value, list) or (
        left > 0 and all(_is_shallow(part, left - 1) for part in value)
    )


def shorten(error: dict[str, Any]) -> dict[str, Any]:
    """Return an error's name, message and traceback, cut to a length that a person would read.

    What is missing or no text, in a reply that student code made up, is left out.
    """

    def text(value: Any, length: int) -> str:
        return value[:length].encode(errors="replace").decode() if isinstance(value, str) else ""

    lines = error.get("traceback")
    lines = lines if isinstance(lines, list) else []
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES // 2], "…", *lines[-MAX_LINES // 2 :]]
    return {
        "ename": text(error.get("ename"), MAX_NAME) or "error",
        "evalue": text(error.get("evalue"), MAX_LINE),
        "traceback": [text(line, 10 * MAX_LINE) for line in lines],
    }
