"""A real ipykernel, driven over its sockets as JupyterLab does."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

from .warm_kernels import CAN_FORK, ENVIRONMENT

DEADLINE = 60.0  # seconds for one cell; a wait that long is a failure


@dataclass
class Ran:
    """What came of one cell."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    reply: dict[str, Any] = field(default_factory=dict)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [m["content"] for m in self.messages if m["header"]["msg_type"] == kind]

    @property
    def status(self) -> str:
        return str(self.reply["content"]["status"])

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """The display outputs that a notebook would hold at the end.

        What is printed in pieces is one output, however many messages the kernel makes of it.
        """
        shown: list[dict[str, Any]] = []
        cleared = False
        for message in self.messages:
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "clear_output":
                cleared = True
                if not content["wait"]:
                    shown.clear()
            elif kind in ("display_data", "execute_result", "error", "stream"):
                if cleared:
                    shown.clear()
                    cleared = False
                before = shown[-1] if shown else {}
                if kind == "stream" and before.get("name") == content["name"]:
                    shown[-1] = {**before, "text": before["text"] + content["text"]}
                else:
                    shown.append(content)
            elif kind == "update_display_data":
                wanted = content["transient"]["display_id"]
                shown = [
                    content if c.get("transient", {}).get("display_id") == wanted else c
                    for c in shown
                ]
        return shown

    @property
    def html(self) -> str:
        return "".join(
            o["data"]["text/html"] for o in self.outputs if "text/html" in o.get("data", {})
        )

    @property
    def text(self) -> str:
        """What is printed and displayed, as plain text."""
        return "".join(
            o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in self.outputs
        )

    @property
    def stderr(self) -> str:
        return "".join(c["text"] for c in self.of("stream") if c["name"] == "stderr")

    @property
    def error(self) -> str:
        return "\n".join(line for c in self.of("error") for line in c["traceback"])

    @property
    def repaints(self) -> int:
        return len(self.of("display_data")) + len(self.of("update_display_data"))


class RunningKernel:
    def __init__(self, cwd: Path, env: dict[str, str] | None = None) -> None:
        self._cwd = cwd
        self._env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}

    def __enter__(self) -> RunningKernel:
        try:
            self._start()
        except RuntimeError:  # another process has taken one of its ports in that moment
            self.__exit__()
            self._start()
        return self

    def _start(self) -> None:
        self.manager = KernelManager(kernel_name="python3")
        if CAN_FORK and self._env.get("PYTHONPATH") == ENVIRONMENT.get("PYTHONPATH"):
            self.manager.kernel_spec.metadata["kernel_provisioner"] = {"provisioner_name": "warm"}
        self.manager.start_kernel(cwd=str(self._cwd), env=self._env)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=DEADLINE)

    def __exit__(self, *_: object) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()

    def start(self, code: str, *, watched: bool = True, cell: str | None = None) -> str:
        """Send a cell.

        `watched` as JupyterLab does, otherwise as nbclient does. `cell` is its id.
        """
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": watched,
            "stop_on_error": True,
        }
        message = self.client.session.msg(
            "execute_request", content, metadata={"cellId": cell} if cell else {}
        )
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def finish(self, started: str, seen: Sequence[dict[str, Any]] = ()) -> Ran:
        """Everything a started cell sends until it is done, behind what was `seen` of it before."""
        ran = Ran([*seen])
        deadline = time.monotonic() + DEADLINE
        while True:
            message = self._from_iopub(deadline)
            if message["parent_header"].get("msg_id") != started:
                continue
            ran.messages.append(message)
            if (
                message["header"]["msg_type"] == "status"
                and message["content"]["execution_state"] == "idle"
            ):
                break
        while True:
            reply = self.client.get_shell_msg(timeout=max(0.0, deadline - time.monotonic()))
            if reply["parent_header"].get("msg_id") == started:
                ran.reply = reply
                return ran

    def run(self, code: str, *, watched: bool = True, cell: str | None = None) -> Ran:
        return self.finish(self.start(code, watched=watched, cell=cell))

    def wait_for(self, started: str, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until a started cell has sent `count` messages of that kind.

        Returns all it sent so far.
        """

        def are_there(seen: list[dict[str, Any]]) -> bool:
            return sum(m["header"]["msg_type"] == kind for m in seen) >= count

        return self.wait_until(started, are_there, f"{count} {kind}")

    def wait_until(
        self, started: str, enough: Callable[[list[dict[str, Any]]], object], what: str = "that"
    ) -> list[dict[str, Any]]:
        """All that a started cell sends until it is `enough`, of which it is asked each time."""
        seen: list[dict[str, Any]] = []
        deadline = time.monotonic() + DEADLINE
        while not enough(seen):
            try:
                message = self._from_iopub(deadline)
            except queue.Empty:
                kinds = [m["header"]["msg_type"] for m in seen]
                raise AssertionError(f"no {what} in {DEADLINE} s; seen: {kinds}") from None
            if message["parent_header"].get("msg_id") == started:
                seen.append(message)
        return seen

    def _from_iopub(self, deadline: float) -> dict[str, Any]:
        left = deadline - time.monotonic()
        if left <= 0:  # also where messages come without end
            raise queue.Empty
        return dict(self.client.get_iopub_msg(timeout=left))

    def interrupt(self) -> None:
        self.manager.interrupt_kernel()
