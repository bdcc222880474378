"""Bound what a submission's output may cost: memory while it runs, room in what is stored."""

from __future__ import annotations

import json
from queue import Empty
from time import monotonic
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient

from autograder.evidence import MIME

MIB = 1 << 20
MAX_MESSAGE = 32 * MIB
MAX_LINES, MAX_LINE = 200, 2000  # of a traceback


class BoundedClient(AsyncKernelClient):
    """A kernel client that refuses a larger message than ``MAX_MESSAGE`` (ZeroMQ then connects
    anew, and what the kernel sent meanwhile is lost) and lets few wait; a kernel that floods its
    client fills its own memory."""

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
    sum for evidence, so that a print loop does not cost the evidence after it."""

    def __init__(self, limit: int):
        self._left = {"shown": limit, "evidence": 2 * MAX_MESSAGE}
        self.exceeded = False

    def admit(self, kind: str, content: dict[str, Any]) -> bool:
        """Whether an output message may be kept; a stream's text is cut to what is left."""
        if kind == "error":  # a cell has one from its kernel; nbgrader's score hangs on it
            content.update(shorten(content))
        purpose = "evidence" if MIME in content.get("data", {}) else "shown"
        size = len(content["text"] if kind == "stream" else json.dumps(content))
        left = self._left[purpose]
        self._left[purpose] = max(0, left - size)
        if size <= left:
            return True
        self.exceeded = True
        if kind == "stream" and left:
            content["text"] = content["text"][:left]
            return True
        return False


def shorten(error: dict[str, Any]) -> dict[str, Any]:
    """Return an error's message and traceback, cut to a length that a person would read."""
    lines = error.get("traceback") or []
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES // 2], "…", *lines[-MAX_LINES // 2 :]]
    return {
        "evalue": error.get("evalue", "")[:MAX_LINE],
        "traceback": [line[: 10 * MAX_LINE] for line in lines],
    }
