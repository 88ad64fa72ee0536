"""A kernel whose every message is read, and the channel of the panel's widget in it."""

from __future__ import annotations

import ast
import json
import queue
import time
from base64 import b64decode, b64encode
from typing import Any

from ..running_kernel import RunningKernel
from ..waiting import SECONDS

# In the kernel: what a panel should show. It is asked for in silence, so no hook of IPython runs.
TRUTH = """
def _truth(panel):
    import asyncio, html, json, re
    from nbchat import render, runtime
    state = runtime.current()

    async def look():
        session = panel._session
        queues = list(session._queues.values())
        while any(q.busy or q.queued or q.transcript.conversation.answering for q in queues):
            await asyncio.sleep(0.002)
        conversation = session.conversation
        families = conversation.families()
        turns = []
        for turn in conversation.turns:
            family = families[turn.parent]
            place = f"{family.index(turn) + 1}/{len(family)}" if len(family) > 1 else ""
            answer = html.unescape(re.sub("<[^>]*>", "", render.to_html(turn.answer.text)))
            turns.append([turn.question.text, " ".join(answer.split()), place])
        failed = [[f.turn.question.text, f.kind] for f in session.transcript.failed.values()]
        try:
            model, _ = await state.default_model(conversation)
        except Exception as error:
            model = ""
        asked_in_vain = [f.turn.title for f in session.transcript.failed.values()][:1]
        title = conversation.title or "".join(asked_in_vain) or conversation.name
        return {"turns": turns, "failed": failed, "model": model, "title": title}

    return json.dumps(state.thread.submit(look()).result(50))
"""


class Kernel:
    """A kernel whose every message is read, and the widget's channel in it."""

    def __init__(self, kernel: RunningKernel) -> None:
        self.running = kernel
        self.to_page: list[tuple[Any, list[str]]] = []
        self.script = ""
        self.channel = ""
        self._idle: set[str] = set()
        self._printed: dict[str, str] = {}

    def run(self, code: str, *, wait: bool = True, silent: bool = False, cell: str = "") -> str:
        """Run a cell as JupyterLab does; what it printed, or the name of its execution."""
        started = self._start(code, silent=silent, cell=cell)
        return self.finish(started) if wait else started

    def _start(self, code: str, *, silent: bool, cell: str = "", **more: Any) -> str:
        client = self.running.client
        content = {
            "code": code,
            "silent": silent,
            "store_history": not silent,
            "user_expressions": more,
            "allow_stdin": True,
            "stop_on_error": False,
        }
        metadata = {"cellId": cell} if cell else {}
        message = client.session.msg("execute_request", content, metadata=metadata)
        client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def finish(self, started: str) -> str:
        deadline = time.monotonic() + SECONDS
        while started not in self._idle:
            assert time.monotonic() < deadline, "the cell did not end"
            self.read(0.05)
        return self._printed.get(started, "")

    def value(self, expression: str) -> Any:
        """What an expression is there, without a cell that anybody would notice."""
        started = self._start("", silent=True, value=expression)
        self.finish(started)
        while True:
            reply = self.running.client.get_shell_msg(timeout=SECONDS)
            if reply["parent_header"].get("msg_id") == started:
                break
        value = reply["content"]["user_expressions"]["value"]
        assert value["status"] == "ok", value
        return ast.literal_eval(value["data"]["text/plain"])

    def show_panel(self) -> None:
        """Make a panel called `panel`."""
        self.run(TRUTH + "\nimport nbchat\npanel = nbchat.ChatPanel()")
        assert self.channel, "no widget was made"

    def truth(self) -> dict[str, Any]:
        """What the panel should show, once nothing is being answered."""
        told: dict[str, Any] = json.loads(self.value("_truth(panel)"))
        return told

    def read(self, seconds: float = 0.0) -> None:
        """Take what the kernel has said; wait for the first message so long."""
        while True:
            try:
                message = self.running.client.get_iopub_msg(timeout=seconds)
            except queue.Empty:
                return
            seconds = 0.0
            self._hear(message)

    def _hear(self, message: dict[str, Any]) -> None:
        kind, content = message["header"]["msg_type"], message["content"]
        parent = message["parent_header"].get("msg_id", "")
        if kind == "comm_open" and "_esm" in content["data"].get("state", {}):
            self.channel = content["comm_id"]
            self.script = content["data"]["state"]["_esm"]
            self.to_page.clear()
        elif kind == "comm_msg" and content["comm_id"] == self.channel:
            data = content["data"]
            if data["method"] == "custom":
                buffers = [b64encode(bytes(one)).decode() for one in message["buffers"]]
                self.to_page.append((data["content"], buffers))
        elif kind == "stream":
            self._printed[parent] = self._printed.get(parent, "") + content["text"]
        elif kind == "error":
            self._printed[parent] = self._printed.get(parent, "") + content["evalue"]
        elif kind == "status" and content["execution_state"] == "idle":
            self._idle.add(parent)

    def say(self, content: Any, buffers: list[str]) -> None:
        """Say on the widget's channel what the page has sent."""
        client = self.running.client
        data = {"method": "custom", "content": content}
        message = client.session.msg("comm_msg", {"comm_id": self.channel, "data": data})
        packed = [b64decode(one) for one in buffers]
        client.session.send(client.shell_channel.socket, message, buffers=packed)
